#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "sandbox/actors/world.hpp"

namespace kaito::sandbox {

using boost::json::object;

namespace {

bool is_ready(const json::Value& pod) {
  return has_condition(pod, "Ready");
}

/// A pod from the workload's template.
json::Value pod_from(const json::Value& owner, const std::string& name,
                     std::map<std::string, std::string> extra_labels) {
  const auto* pod_template = json::find(owner, {"spec", "template"});
  auto labels =
      pod_template == nullptr ? std::map<std::string, std::string>() : labels_of(*pod_template);
  labels.merge(extra_labels);
  object pod;
  pod["metadata"] = metadata(name, labels, &owner);
  const auto* spec = pod_template == nullptr ? nullptr : json::find(*pod_template, {"spec"});
  pod["spec"] = spec == nullptr ? json::Value(object()) : *spec;
  return pod;
}

void run_stateful_set(World& world, const json::Value& set) {
  if (is_terminating(set)) return;
  const std::string namespace_(meta_string(set, "namespace"));
  const std::string name(meta_string(set, "name"));
  const auto replicas = json::int_at(set, {"spec", "replicas"}, 1);
  std::int64_t existing = 0;
  std::int64_t ready = 0;
  for (std::int64_t i = 0; i < replicas; ++i) {
    const std::string pod_name = name + "-" + std::to_string(i);
    if (const auto pod = world.find(k8s::types::pod(), namespace_, pod_name)) {
      ++existing;
      ready += is_ready(*pod) ? 1 : 0;
      continue;
    }
    const std::map<std::string, std::string> identity{
        {"statefulset.kubernetes.io/pod-name", pod_name},
        {"apps.kubernetes.io/pod-index", std::to_string(i)}};
    world.create(k8s::types::pod(), namespace_, pod_from(set, pod_name, identity));
  }
  object status;
  status["observedGeneration"] = json::int_at(set, {"metadata", "generation"});
  status["replicas"] = existing;
  status["readyReplicas"] = ready;
  status["availableReplicas"] = ready;
  status["currentReplicas"] = existing;
  status["updatedReplicas"] = existing;
  world.patch_status(k8s::types::stateful_set(), namespace_, name, status);
}

void run_job(World& world, const json::Value& job) {
  if (is_terminating(job) || has_condition(job, "Complete")) return;
  const std::string namespace_(meta_string(job, "namespace"));
  const std::string name(meta_string(job, "name"));
  const std::string pod_name = name + "-0";
  const auto pod = world.find(k8s::types::pod(), namespace_, pod_name);
  if (!pod) {
    const std::map<std::string, std::string> identity{{"job-name", name},
                                                      {"batch.kubernetes.io/job-name", name}};
    world.create(k8s::types::pod(), namespace_, pod_from(job, pod_name, identity));
    return;
  }
  const bool succeeded = json::string_at(*pod, {"status", "phase"}) == "Succeeded";
  const std::string time = format_time(world.store.now());
  object status;
  if (json::find(job, {"status", "startTime"}) == nullptr) status["startTime"] = time;
  status["active"] = succeeded ? 0 : 1;
  status["ready"] = is_ready(*pod) ? 1 : 0;
  if (succeeded) {
    ConditionList conditions(job, world.store.now());
    conditions.set("Complete", true, "CompletionsReached", "the job is complete");
    status["conditions"] = conditions.json();
    status["succeeded"] = 1;
    status["completionTime"] = time;
  }
  world.patch_status(k8s::types::job(), namespace_, name, status);
}

/// Endpoints as the endpoints controller fills them. The Services of KAITO publish addresses that
/// are not ready, too: a request before the model is loaded is refused, not lost.
void fill_endpoints(World& world, const json::Value& service) {
  const auto* selector = json::find(service, {"spec", "selector"});
  if (selector == nullptr || !selector->is_object() || selector->get_object().empty()) return;
  std::map<std::string, std::string> labels;
  for (const auto& entry : selector->get_object()) {
    if (entry.value().is_string())
      labels[std::string(entry.key())] = std::string(entry.value().get_string());
  }
  const std::string namespace_(meta_string(service, "namespace"));
  const std::string name(meta_string(service, "name"));
  boost::json::array addresses;
  for (const auto& pod : world.labelled(k8s::types::pod(), namespace_, labels)) {
    const auto ip = json::string_at(*pod, {"status", "podIP"});
    if (ip.empty() || is_terminating(*pod)) continue;
    object target;
    target["kind"] = "Pod";
    target["namespace"] = namespace_;
    target["name"] = meta_string(*pod, "name");
    target["uid"] = meta_string(*pod, "uid");
    object address;
    address["ip"] = ip;
    address["targetRef"] = std::move(target);
    addresses.push_back(std::move(address));
  }
  boost::json::array ports;
  if (const auto* list = json::find(service, {"spec", "ports"});
      list != nullptr && list->is_array()) {
    for (const auto& entry : list->get_array()) {
      object port;
      port["name"] = json::string_at(entry, {"name"});
      port["port"] = json::int_at(entry, {"targetPort"}, json::int_at(entry, {"port"}));
      port["protocol"] = "TCP";
      ports.push_back(std::move(port));
    }
  }
  boost::json::array subsets;
  if (!addresses.empty() && !ports.empty()) {
    object subset;
    subset["addresses"] = std::move(addresses);
    subset["ports"] = std::move(ports);
    subsets.push_back(std::move(subset));
  }
  object endpoints;
  endpoints["subsets"] = std::move(subsets);
  if (world.find(k8s::types::endpoints(), namespace_, name)) {
    world.patch(k8s::types::endpoints(), namespace_, name, endpoints);
    return;
  }
  endpoints["metadata"] = metadata(name, {}, &service);
  world.create(k8s::types::endpoints(), namespace_, std::move(endpoints));
}

}  // namespace

void run_workloads(World& world) {
  for (const auto& set : world.all(k8s::types::stateful_set()))
    run_stateful_set(world, *set);
  for (const auto& job : world.all(k8s::types::job()))
    run_job(world, *job);
  for (const auto& service : world.all(k8s::types::service()))
    fill_endpoints(world, *service);
}

}  // namespace kaito::sandbox
