#include "render/pod_template.hpp"

#include "render/gpus.hpp"
#include "render/inference.hpp"
#include "render/members.hpp"
#include "render/nodes.hpp"

namespace kaito::render {

namespace {

constexpr std::string_view claim_storage = "1024Gi";

/// The object at the key, made there when the user gave none.
json::Object& object_at(json::Object& parent, std::string_view key) {
  json::Value& value = parent[key];
  if (!value.is_object()) value = json::Object();
  return value.get_object();
}

json::Array& array_at(json::Object& parent, std::string_view key) {
  json::Value& value = parent[key];
  if (!value.is_array()) value = json::Array();
  return value.get_array();
}

std::vector<Toleration> gpu_tolerations(const Subject& subject) {
  std::vector<Toleration> out{{"nvidia.com/gpu", "Exists", ""}, {"sku", "Equal", "gpu"}};
  if (subject.input.cloud == "azure")
    out.push_back({"kubernetes.azure.com/scalesetpriority", "Equal", "spot"});
  return out;
}

std::int64_t replicas(const Subject& subject) {
  const auto stored = api::read_status(subject.workspace).target_node_count;
  return stored && *stored > 0 ? *stored : requested_count(subject);
}

}  // namespace

json::Value completed_template(const Subject& subject, const std::vector<NodeLabel>& node_labels,
                               const std::vector<Toleration>& tolerations) {
  const json::Document& given = subject.workspace.inference->pod_template;
  json::Object out = given.value().is_object() ? given.value().get_object() : json::Object();
  json::Object& labels = object_at(object_at(out, "metadata"), "labels");
  for (const auto& [key, value] : pod_labels(subject))
    labels[key] = std::string_view(value);
  json::Object& spec = object_at(out, "spec");
  if (!node_labels.empty())
    write_affinity(node_labels, spec["affinity"].emplace_object());
  else if (const auto given_affinity = spec.find("affinity"); given_affinity != spec.end())
    spec.stable_erase(given_affinity);
  json::Array& list = array_at(spec, "tolerations");
  for (const Toleration& toleration : tolerations)
    write_toleration(toleration, add_object(list));
  return out;
}

Result<void> render_pod_template(const Subject& subject) {
  const std::int64_t count = replicas(subject);
  subject.out.nodes = count;
  KAITO_CHECK(add_nodes(subject, count, claim_storage));
  add_services(subject);

  auto node_labels = selected_node_labels(subject);
  for (NodeLabel& owned : owned_node_labels(subject))
    node_labels.push_back(std::move(owned));
  json::Object& spec =
      add_object(add_object(subject, {"apps/v1", "StatefulSet", subject.name}), "spec");
  spec.emplace("replicas", count);
  write_map(pod_labels(subject), add_object(add_object(spec, "selector"), "matchLabels"));
  spec.emplace("template", completed_template(subject, node_labels, gpu_tolerations(subject)));
  return {};
}

}  // namespace kaito::render
