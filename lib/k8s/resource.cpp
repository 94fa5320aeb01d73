#include "kaito/k8s/resource.hpp"

namespace kaito::k8s {

std::string ResourceType::api_version() const {
  return group.empty() ? version : group + '/' + version;
}

std::string ResourceType::qualified_plural() const {
  return group.empty() ? plural : plural + '.' + group;
}

std::string ResourceType::base_path() const {
  return (group.empty() ? "/api/" : "/apis/" + group + '/') + version;
}

namespace types {
namespace {

ResourceType core(std::string_view kind, std::string_view plural, bool namespaced = true) {
  return {"", "v1", std::string(kind), std::string(plural), namespaced};
}

ResourceType kaito(std::string_view version, std::string_view kind, std::string_view plural) {
  return {"kaito.sh", std::string(version), std::string(kind), std::string(plural), true};
}

}  // namespace

ResourceType workspace(std::string_view version) {
  return kaito(version, "Workspace", "workspaces");
}
ResourceType inference_set(std::string_view version) {
  return kaito(version, "InferenceSet", "inferencesets");
}
ResourceType pod() {
  return core("Pod", "pods");
}
ResourceType service() {
  return core("Service", "services");
}
ResourceType endpoints() {
  return core("Endpoints", "endpoints");
}
ResourceType config_map() {
  return core("ConfigMap", "configmaps");
}
ResourceType secret() {
  return core("Secret", "secrets");
}
ResourceType event() {
  return core("Event", "events");
}
ResourceType node() {
  return core("Node", "nodes", false);
}
ResourceType name_space() {
  return core("Namespace", "namespaces", false);
}
ResourceType stateful_set() {
  return {"apps", "v1", "StatefulSet", "statefulsets", true};
}
ResourceType deployment() {
  return {"apps", "v1", "Deployment", "deployments", true};
}
ResourceType controller_revision() {
  return {"apps", "v1", "ControllerRevision", "controllerrevisions", true};
}
ResourceType job() {
  return {"batch", "v1", "Job", "jobs", true};
}
ResourceType lease() {
  return {"coordination.k8s.io", "v1", "Lease", "leases", true};
}
ResourceType node_claim() {
  return {"karpenter.sh", "v1", "NodeClaim", "nodeclaims", false};
}
ResourceType custom_resource_definition() {
  return {"apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions",
          false};
}

}  // namespace types
}  // namespace kaito::k8s
