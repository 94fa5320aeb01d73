#include "render/pod_template.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "render/gpus.hpp"
#include "render/nodes.hpp"
#include "render/services.hpp"

namespace kaito::render {

namespace {

constexpr std::string_view claim_storage = "1024Gi";

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

void complete_template(const Subject& subject, const std::vector<NodeLabel>& node_labels,
                       const std::vector<Toleration>& tolerations, json::Members out) {
  const json::Value& given = subject.workspace.inference->pod_template.value();
  if (const auto* object = given.if_object())
    for (const auto& member : *object)
      out.add_entry(member.key(), member.value());
  json::Members labels = out.object_at("metadata").object_at("labels");
  for (const auto& [key, value] : pod_labels(subject))
    labels.set_entry(key, value);
  json::Members spec = out.object_at("spec");
  if (node_labels.empty())
    spec.remove("affinity");
  else
    write_affinity(node_labels, spec.set_object("affinity"));
  json::Items list = spec.list_at("tolerations");
  for (const Toleration& toleration : tolerations)
    write_toleration(toleration, list.add_object());
}

Result<void> render_pod_template(const Subject& subject) {
  const std::int64_t count = replicas(subject);
  subject.out.nodes = count;
  KAITO_CHECK(add_nodes(subject, count, claim_storage));
  add_services(subject);

  auto node_labels = selected_node_labels(subject);
  for (NodeLabel& owned : owned_node_labels(subject))
    node_labels.push_back(std::move(owned));
  json::Members spec =
      add_object(subject, {"apps/v1", "StatefulSet", subject.name}).add_object("spec");
  spec.add("replicas", count);
  write_map(pod_labels(subject), spec.add_object("selector").add_object("matchLabels"));
  complete_template(subject, node_labels, gpu_tolerations(subject), spec.add_object("template"));
  return {};
}

}  // namespace kaito::render
