#include "sandbox/actors/workload_objects.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdio>

#include "sandbox/actors/world.hpp"

namespace kaito::sandbox {

using boost::json::array;
using boost::json::object;

namespace {

constexpr std::string_view simulated_image = "kaitoctl.dev/simulated-model-server:0";
constexpr int serving_port = 5000;

std::map<std::string, std::string> own_labels(const json::Value& workspace) {
  std::map<std::string, std::string> labels{
      {"kaito.sh/workspace", std::string(meta_string(workspace, "name"))}};
  const auto inherited = labels_of(workspace);
  if (const auto set = inherited.find("inferenceset.kaito.sh/created-by"); set != inherited.end())
    labels.insert(*set);
  return labels;
}

object as_object(const std::map<std::string, std::string>& labels) {
  object map;
  for (const auto& [key, value] : labels)
    map[key] = value;
  return map;
}

object service_port(std::string_view name, int port, int target) {
  object entry;
  entry["name"] = name;
  entry["protocol"] = "TCP";
  entry["port"] = port;
  entry["targetPort"] = target;
  return entry;
}

/// The labels of the nodes that the Workspace's pods run on.
object node_selector(const json::Value& workspace) {
  object selector;
  if (const auto* labels = json::find(workspace, {"resource", "labelSelector", "matchLabels"});
      labels != nullptr && labels->is_object())
    selector = labels->get_object();
  if (!json::string_at(workspace, {"resource", "instanceType"}).empty()) {
    selector["kaito.sh/workspace"] = meta_string(workspace, "name");
    selector["kaito.sh/workspacenamespace"] = meta_string(workspace, "namespace");
  }
  return selector;
}

object container(const json::Value& workspace) {
  object limits;
  limits["nvidia.com/gpu"] = "1";
  object resources;
  resources["limits"] = limits;
  resources["requests"] = std::move(limits);
  object port;
  port["containerPort"] = serving_port;
  port["protocol"] = "TCP";
  array ports;
  ports.push_back(std::move(port));
  object result;
  result["name"] = meta_string(workspace, "name");
  result["image"] = simulated_image;
  result["ports"] = std::move(ports);
  result["resources"] = std::move(resources);
  return result;
}

/// The pods' template: the user's own where there is one, else one simulated container.
object pod_template(const json::Value& workspace, std::string_view restart_policy) {
  object result;
  object meta;
  meta["labels"] = as_object(own_labels(workspace));
  object spec;
  if (const auto* own = json::find(workspace, {"inference", "template", "spec"});
      own != nullptr && own->is_object()) {
    spec = own->get_object();
  } else {
    array containers;
    containers.push_back(container(workspace));
    spec["containers"] = std::move(containers);
  }
  spec["nodeSelector"] = node_selector(workspace);
  spec["restartPolicy"] = restart_policy;
  result["metadata"] = std::move(meta);
  result["spec"] = std::move(spec);
  return result;
}

object match_labels(const json::Value& workspace) {
  object selector;
  selector["matchLabels"] = as_object(own_labels(workspace));
  return selector;
}

/// 9 hexadecimal digits out of the claim's owner and number, as KAITO's names have.
std::string claim_suffix(const json::Value& workspace, std::int64_t number) {
  const std::string seed =
      std::string(meta_string(workspace, "uid")) + "/" + std::to_string(number);
  std::array<char, 17> digits{};
  static_cast<void>(
      std::snprintf(digits.data(), digits.size(), "%016zx", std::hash<std::string>()(seed)));
  return std::string(digits.data(), 9);
}

}  // namespace

json::Value serving_service(const json::Value& workspace) {
  const bool exposed =
      json::string_at(workspace, {"metadata", "annotations", "kaito.sh/enablelb"}) == "True";
  array ports;
  ports.push_back(service_port("http", 80, serving_port));
  ports.push_back(service_port("ray", 6379, 6379));
  ports.push_back(service_port("dashboard", 8265, 8265));
  auto selector = own_labels(workspace);
  selector["statefulset.kubernetes.io/pod-name"] =
      std::string(meta_string(workspace, "name")) + "-0";
  object spec;
  spec["type"] = exposed ? "LoadBalancer" : "ClusterIP";
  spec["ports"] = std::move(ports);
  spec["selector"] = as_object(selector);
  spec["publishNotReadyAddresses"] = true;
  object service;
  service["metadata"] = metadata(meta_string(workspace, "name"), own_labels(workspace), &workspace);
  service["spec"] = std::move(spec);
  return service;
}

json::Value headless_service(const json::Value& workspace) {
  object spec;
  spec["clusterIP"] = "None";
  spec["selector"] = as_object(own_labels(workspace));
  spec["publishNotReadyAddresses"] = true;
  object service;
  service["metadata"] = metadata(std::string(meta_string(workspace, "name")) + "-headless",
                                 own_labels(workspace), &workspace);
  service["spec"] = std::move(spec);
  return service;
}

json::Value serving_stateful_set(const json::Value& workspace, std::int64_t nodes) {
  object spec;
  spec["replicas"] = nodes;
  spec["serviceName"] = std::string(meta_string(workspace, "name")) + "-headless";
  spec["podManagementPolicy"] = "Parallel";
  spec["selector"] = match_labels(workspace);
  spec["template"] = pod_template(workspace, "Always");
  object set;
  set["metadata"] = metadata(meta_string(workspace, "name"), own_labels(workspace), &workspace);
  set["spec"] = std::move(spec);
  return set;
}

json::Value tuning_job(const json::Value& workspace) {
  object spec;
  spec["template"] = pod_template(workspace, "Never");
  object job;
  job["metadata"] = metadata(meta_string(workspace, "name"), own_labels(workspace), &workspace);
  job["spec"] = std::move(spec);
  return job;
}

json::Value node_claim(const json::Value& workspace, std::int64_t number) {
  std::map<std::string, std::string> labels{
      {"karpenter.sh/nodepool", "kaito"},
      {"kaito.sh/workspace", std::string(meta_string(workspace, "name"))},
      {"kaito.sh/workspacenamespace", std::string(meta_string(workspace, "namespace"))}};
  if (const auto* wanted = json::find(workspace, {"resource", "labelSelector", "matchLabels"});
      wanted != nullptr && wanted->is_object()) {
    for (const auto& entry : wanted->get_object()) {
      if (entry.value().is_string())
        labels[std::string(entry.key())] = std::string(entry.value().get_string());
    }
  }
  array values;
  values.emplace_back(json::string_at(workspace, {"resource", "instanceType"}));
  object requirement;
  requirement["key"] = "node.kubernetes.io/instance-type";
  requirement["operator"] = "In";
  requirement["values"] = std::move(values);
  array requirements;
  requirements.push_back(std::move(requirement));
  object node_class;
  node_class["group"] = "karpenter.azure.com";
  node_class["kind"] = "AKSNodeClass";
  node_class["name"] = "default";
  object spec;
  spec["nodeClassRef"] = std::move(node_class);
  spec["requirements"] = std::move(requirements);
  spec["expireAfter"] = "Never";
  object claim;
  auto meta = metadata("ws" + claim_suffix(workspace, number), labels, nullptr);
  object annotations;
  annotations["karpenter.sh/do-not-disrupt"] = "true";
  meta.get_object()["annotations"] = std::move(annotations);
  claim["metadata"] = std::move(meta);
  claim["spec"] = std::move(spec);
  return claim;
}

}  // namespace kaito::sandbox
