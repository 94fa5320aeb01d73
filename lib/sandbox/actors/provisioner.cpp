#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "sandbox/actors/world.hpp"

namespace kaito::sandbox {

using boost::json::object;
using std::chrono::seconds;

namespace {

constexpr std::string_view termination_finalizer = "karpenter.sh/termination";

/// How long the steps of a GPU machine take, roughly as on a cloud.
constexpr seconds to_launch{20};
constexpr seconds to_register{70};
constexpr seconds to_initialize{30};
constexpr seconds to_find_gpus{15};
constexpr seconds to_terminate{20};

/// The instance type that the claim requires.
std::string instance_type_of(const json::Value& claim) {
  const auto* requirements = json::find(claim, {"spec", "requirements"});
  if (requirements == nullptr || !requirements->is_array()) return "";
  for (const auto& requirement : requirements->get_array()) {
    if (json::string_at(requirement, {"key"}) != "node.kubernetes.io/instance-type") continue;
    const auto values = strings_at(requirement, {"values"});
    if (!values.empty()) return values.front();
  }
  return "";
}

std::string node_name_of(const json::Value& claim) {
  return "sandbox-" + std::string(meta_string(claim, "name"));
}

json::Value capacity(const catalog::Sku& sku, bool with_gpus) {
  object amounts;
  amounts["cpu"] = "24";
  amounts["memory"] = "220Gi";
  amounts["pods"] = "110";
  if (with_gpus) amounts["nvidia.com/gpu"] = std::to_string(sku.gpu_count);
  return amounts;
}

json::Value node_status(const json::Value& node, const catalog::Sku& sku, bool ready,
                        bool with_gpus, Instant now) {
  ConditionList conditions(node, now);
  conditions.set("Ready", ready, ready ? "KubeletReady" : "KubeletNotReady",
                 ready ? "simulated kubelet is ready" : "simulated kubelet is starting");
  object info;
  info["kubeletVersion"] = "v1.33.0-simulated";
  info["osImage"] = "simulated";
  info["operatingSystem"] = "linux";
  info["architecture"] = "amd64";
  object status;
  status["capacity"] = capacity(sku, with_gpus);
  status["allocatable"] = capacity(sku, with_gpus);
  status["conditions"] = conditions.json();
  status["nodeInfo"] = std::move(info);
  return status;
}

void make_node(World& world, const json::Value& claim, const catalog::Sku& sku) {
  const std::string name = node_name_of(claim);
  auto labels = labels_of(claim);
  labels["kubernetes.io/hostname"] = name;
  labels["node.kubernetes.io/instance-type"] = sku.name;
  labels["nvidia.com/gpu.count"] = std::to_string(sku.gpu_count);
  labels["nvidia.com/gpu.product"] = sku.gpu;
  std::replace(labels["nvidia.com/gpu.product"].begin(), labels["nvidia.com/gpu.product"].end(),
               ' ', '-');
  labels["nvidia.com/gpu.memory"] = std::to_string(sku.gpu_memory_gib_each() * 1024);
  labels["kaitoctl.dev/simulated"] = "true";
  object spec;
  spec["providerID"] = "sandbox:///" + name;
  object node;
  node["metadata"] = metadata(name, labels, nullptr);
  node["spec"] = std::move(spec);
  world.create(k8s::types::node(), "", std::move(node));
}

/// Brings the claim one step further. Gives what its conditions should say.
void advance(World& world, const json::Value& claim) {
  const std::string name(meta_string(claim, "name"));
  const std::string thing = "nodeclaim/" + std::string(meta_string(claim, "uid"));
  const std::string wanted = instance_type_of(claim);
  const auto* sku = world.catalog.find_sku(wanted);
  ConditionList conditions(claim, world.store.now());
  object status;
  if (sku == nullptr || sku->gpu_count == 0) {
    conditions.set("Launched", false, "InstanceTypeNotSupported", "no cloud offers " + wanted);
    conditions.set("Ready", false, "NotReadyYet", "the machine was not launched");
    status["conditions"] = conditions.json();
    if (world.patch_status(k8s::types::node_claim(), "", name, status))
      world.event(claim, "Warning", "LaunchFailed", "no cloud offers " + wanted);
    return;
  }
  const bool launched = world.stages.passed(thing, "launch", to_launch);
  const bool registered = launched && world.stages.passed(thing, "register", to_register);
  const bool initialized = registered && world.stages.passed(thing, "initialize", to_initialize);
  const bool gpus = initialized && world.stages.passed(thing, "gpus", to_find_gpus);
  conditions.set(
      "Launched", launched, launched ? "Launched" : "AwaitingReconciliation",
      launched ? "simulated machine started" : "asking the simulated cloud for a machine");
  conditions.set(
      "Registered", registered, registered ? "Registered" : "NodeNotFound",
      registered ? "the node joined the cluster" : "the node has not joined the cluster yet");
  conditions.set("Initialized", initialized, initialized ? "Initialized" : "NodeNotReady",
                 initialized ? "the node is ready" : "the node is not ready yet");
  conditions.set("Ready", initialized, initialized ? "Ready" : "NotReadyYet",
                 initialized ? "ready" : "the machine is not ready yet");
  status["conditions"] = conditions.json();
  if (launched) status["providerID"] = "sandbox:///" + node_name_of(claim);
  if (registered) {
    status["nodeName"] = node_name_of(claim);
    if (!world.find(k8s::types::node(), "", node_name_of(claim))) make_node(world, claim, *sku);
    if (const auto node = world.find(k8s::types::node(), "", node_name_of(claim)))
      world.patch_status(k8s::types::node(), "", node_name_of(claim),
                         node_status(*node, *sku, initialized, gpus, world.store.now()));
  }
  const bool was_ready = has_condition(claim, "Ready");
  const bool was_launched = has_condition(claim, "Launched");
  if (!world.patch_status(k8s::types::node_claim(), "", name, status)) return;
  if (launched && !was_launched)
    world.event(claim, "Normal", "Launched", "simulated machine " + sku->name + " started");
  if (initialized && !was_ready)
    world.event(claim, "Normal", "Ready", "node " + node_name_of(claim) + " is ready");
}

/// A claim that is being deleted takes its node along.
void terminate(World& world, const json::Value& claim) {
  const std::string thing = "nodeclaim/" + std::string(meta_string(claim, "uid"));
  if (!world.stages.passed(thing, "terminate", to_terminate)) return;
  if (world.find(k8s::types::node(), "", node_name_of(claim))) {
    world.remove(k8s::types::node(), "", node_name_of(claim));
    world.say("node " + node_name_of(claim) + " is gone");
  }
  world.set_finalizer(k8s::types::node_claim(), claim, termination_finalizer, false);
  world.stages.forget(thing);
}

}  // namespace

void provision_nodes(World& world) {
  for (const auto& claim : world.all(k8s::types::node_claim())) {
    if (is_terminating(*claim)) {
      terminate(world, *claim);
      continue;
    }
    world.set_finalizer(k8s::types::node_claim(), *claim, termination_finalizer, true);
    advance(world, *claim);
  }
}

}  // namespace kaito::sandbox
