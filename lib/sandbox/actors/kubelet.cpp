#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "sandbox/actors/world.hpp"

namespace kaito::sandbox {

using boost::json::object;
using std::chrono::seconds;

namespace {

constexpr seconds to_schedule{1};
constexpr seconds to_pull_image{40};
constexpr seconds to_load_model{60};
constexpr seconds to_tune{180};
constexpr seconds to_stop{5};

std::string thing_of(const json::Value& pod) {
  return "pod/" + std::string(meta_string(pod, "uid"));
}

std::int64_t gpus_wanted(const json::Value& pod) {
  std::int64_t wanted = 0;
  const auto* containers = json::find(pod, {"spec", "containers"});
  if (containers == nullptr || !containers->is_array()) return 0;
  for (const auto& container : containers->get_array()) {
    const auto* limit = json::find(container, {"resources", "limits", "nvidia.com/gpu"});
    if (limit == nullptr) continue;
    if (limit->is_string())
      wanted += std::atoll(
          std::string(limit->get_string()).c_str());  // NOLINT(cert-err34-c): our own rendering
    else
      wanted += json::int_at(container, {"resources", "limits", "nvidia.com/gpu"});
  }
  return wanted;
}

bool selects(const json::Value& pod, const json::Value& node) {
  const auto labels = labels_of(node);
  const auto* selector = json::find(pod, {"spec", "nodeSelector"});
  if (selector == nullptr || !selector->is_object()) return true;
  for (const auto& entry : selector->get_object()) {
    const auto found = labels.find(std::string(entry.key()));
    if (found == labels.end() || !entry.value().is_string() ||
        found->second != std::string_view(entry.value().get_string()))
      return false;
  }
  return true;
}

/// A ready node that the pod selects and whose GPUs no other pod uses; "" when there is none.
std::string choose_node(const World& world, const json::Value& pod) {
  const auto wanted = gpus_wanted(pod);
  const auto pods = world.all(k8s::types::pod());
  for (const auto& node : world.all(k8s::types::node())) {
    if (!has_condition(*node, "Ready") || is_terminating(*node) || !selects(pod, *node)) continue;
    const auto capacity = json::string_at(*node, {"status", "allocatable", "nvidia.com/gpu"});
    auto free =
        capacity.empty() ? 0 : std::atoll(std::string(capacity).c_str());  // NOLINT(cert-err34-c)
    for (const auto& other : pods) {
      if (json::string_at(*other, {"spec", "nodeName"}) == meta_string(*node, "name"))
        free -= gpus_wanted(*other);
    }
    if (wanted <= free) return std::string(meta_string(*node, "name"));
  }
  return "";
}

/// A stable address in the simulated pod network.
std::string address_of(const json::Value& pod) {
  std::size_t hash = std::hash<std::string_view>()(meta_string(pod, "uid"));
  return "10.244." + std::to_string(hash % 250) + "." + std::to_string(hash / 250 % 250 + 1);
}

json::Value container_statuses(const json::Value& pod, const std::string& state,
                               const json::Value& state_value, bool ready) {
  boost::json::array statuses;
  const auto* containers = json::find(pod, {"spec", "containers"});
  if (containers == nullptr || !containers->is_array()) return statuses;
  for (const auto& container : containers->get_array()) {
    object how;
    how[state] = state_value;
    object status;
    status["name"] = json::string_at(container, {"name"});
    status["image"] = json::string_at(container, {"image"});
    status["imageID"] = "";
    status["ready"] = ready;
    status["started"] = state == "running";
    status["restartCount"] = 0;
    status["state"] = std::move(how);
    statuses.push_back(std::move(status));
  }
  return statuses;
}

void set_phase(World& world, const json::Value& pod, std::string_view phase, bool ready,
               json::Value containers) {
  ConditionList conditions(pod, world.store.now());
  conditions.set("PodScheduled", true, "", "");
  conditions.set("Initialized", true, "", "");
  conditions.set("ContainersReady", ready, ready ? "" : "ContainersNotReady", "");
  conditions.set("Ready", ready,
                 ready                  ? ""
                 : phase == "Succeeded" ? "PodCompleted"
                                        : "ContainersNotReady",
                 "");
  object status;
  status["phase"] = phase;
  status["conditions"] = conditions.json();
  status["containerStatuses"] = std::move(containers);
  if (phase == "Running") {
    status["podIP"] = address_of(pod);
    boost::json::array addresses;
    addresses.push_back(object{{"ip", address_of(pod)}});
    status["podIPs"] = std::move(addresses);
  }
  if (json::find(pod, {"status", "startTime"}) == nullptr)
    status["startTime"] = format_time(world.store.now());
  const std::string before(json::string_at(pod, {"status", "phase"}));
  const bool was_ready = has_condition(pod, "Ready");
  if (!world.patch_status(k8s::types::pod(), meta_string(pod, "namespace"),
                          meta_string(pod, "name"), status))
    return;
  if (before != phase || was_ready != ready)
    world.say("Pod " + std::string(meta_string(pod, "name")) + ": " + std::string(phase) +
              (ready ? ", ready" : ""));
}

void schedule(World& world, const json::Value& pod) {
  if (!world.stages.passed(thing_of(pod), "schedule", to_schedule)) return;
  const std::string node = choose_node(world, pod);
  const std::string namespace_(meta_string(pod, "namespace"));
  const std::string name(meta_string(pod, "name"));
  if (node.empty()) {
    ConditionList conditions(pod, world.store.now());
    conditions.set("PodScheduled", false, "Unschedulable",
                   "no simulated node has the labels and the free GPUs that the pod asks for");
    object status;
    status["phase"] = "Pending";
    status["conditions"] = conditions.json();
    world.patch_status(k8s::types::pod(), namespace_, name, status);
    return;
  }
  object spec;
  spec["nodeName"] = node;
  object patch;
  patch["spec"] = std::move(spec);
  world.patch(k8s::types::pod(), namespace_, name, patch);
}

void advance(World& world, const json::Value& pod) {
  const auto phase = json::string_at(pod, {"status", "phase"});
  if (phase == "Succeeded" || phase == "Failed") return;
  const std::string thing = thing_of(pod);
  if (!world.stages.passed(thing, "pull", to_pull_image)) {
    object waiting;
    waiting["reason"] = "ContainerCreating";
    set_phase(world, pod, "Pending", false, container_statuses(pod, "waiting", waiting, false));
    return;
  }
  const auto labels = labels_of(pod);
  const bool job = labels.contains("job-name");
  object running;
  running["startedAt"] = format_time(world.store.now());
  if (const auto* statuses = json::find(pod, {"status", "containerStatuses"});
      statuses != nullptr && statuses->is_array() && !statuses->get_array().empty()) {
    const auto started =
        json::string_at(statuses->get_array().front(), {"state", "running", "startedAt"});
    if (!started.empty()) running["startedAt"] = started;
  }
  if (job && world.stages.passed(thing, "tune", to_tune)) {
    object terminated;
    terminated["exitCode"] = 0;
    terminated["reason"] = "Completed";
    set_phase(world, pod, "Succeeded", false,
              container_statuses(pod, "terminated", terminated, false));
    return;
  }
  const bool ready = job || world.stages.passed(thing, "load", to_load_model);
  set_phase(world, pod, "Running", ready, container_statuses(pod, "running", running, ready));
}

void stop(World& world, const json::Value& pod) {
  if (!world.stages.passed(thing_of(pod), "stop", to_stop)) return;
  DeleteRequest request;
  request.grace_seconds = 0;
  const k8s::ObjectRef ref{k8s::types::pod(), std::string(meta_string(pod, "namespace")),
                           std::string(meta_string(pod, "name"))};
  if (const auto removed = world.store.remove(ref, request); removed && removed->gone)
    world.stages.forget(thing_of(pod));
}

}  // namespace

void run_pods(World& world) {
  for (const auto& pod : world.all(k8s::types::pod())) {
    if (is_terminating(*pod))
      stop(world, *pod);
    else if (json::string_at(*pod, {"spec", "nodeName"}).empty())
      schedule(world, *pod);
    // A pod on a node that somebody else made (a test, say) is that somebody's to run.
    else if (world.find(k8s::types::node(), "", json::string_at(*pod, {"spec", "nodeName"})))
      advance(world, *pod);
  }
}

}  // namespace kaito::sandbox
