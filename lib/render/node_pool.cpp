#include <algorithm>

#include "kaito/base/text.hpp"
#include "render/gpus.hpp"
#include "render/nodes.hpp"
#include "render/sha256.hpp"

namespace kaito::render {

namespace {

constexpr std::string_view azure_group = "karpenter.azure.com";

/// What the chart configures on Azure; on AWS Karpenter's own default.
NodeClass default_class(const std::string& cloud) {
  if (cloud == "aws") return {"karpenter.k8s.aws", "EC2NodeClass", "default"};
  return {std::string(azure_group), "AKSNodeClass", "image-family-ubuntu"};
}

NodeClass node_class(const Subject& subject) {
  NodeClass out = subject.input.node_class.value_or(default_class(subject.input.cloud));
  const std::string_view own = annotation(subject, "kaito.sh/node-class-name");
  if (!own.empty()) out.name = own;
  return out;
}

std::string pool_name(const Subject& subject) {
  constexpr std::size_t longest = 63;
  constexpr std::size_t kept = 53;
  constexpr std::size_t digits = 9;
  std::string name = subject.namespace_ + "-" + subject.name;
  if (name.size() <= longest) return name;
  const std::string hash = sha256_hex(name).substr(0, digits);
  name.resize(kept);
  return name + "-" + hash;
}

std::map<std::string, std::string> owner_labels(const Subject& subject) {
  std::map<std::string, std::string> labels{
      {"karpenter.kaito.sh/workspace-name", subject.name},
      {"karpenter.kaito.sh/workspace-namespace", subject.namespace_}};
  const std::string_view set = label(subject, "inferenceset.kaito.sh/created-by");
  if (!set.empty()) {
    labels.emplace("karpenter.kaito.sh/inferenceset", set);
    labels.emplace("karpenter.kaito.sh/inferenceset-namespace", subject.namespace_);
  }
  return labels;
}

/// Ready nodes of the right type that nobody made for a Workspace.
std::int64_t covered_nodes(const Subject& subject) {
  const auto wanted = selected_node_labels(subject);
  if (wanted.empty()) return 0;
  return std::count_if(
      subject.input.nodes.begin(), subject.input.nodes.end(), [&](const NodeFacts& node) {
        const auto type = node.labels.find("node.kubernetes.io/instance-type");
        return node.ready && has_labels(node, wanted) && type != node.labels.end() &&
               type->second == instance_type(subject) &&
               !node.labels.contains("kaito.sh/workspace") &&
               !node.labels.contains("karpenter.kaito.sh/workspace-name");
      });
}

void write_node_spec(const Subject& subject, json::Members spec) {
  const NodeClass chosen = node_class(subject);
  json::Members reference = spec.add_object("nodeClassRef");
  reference.add("group", chosen.group);
  reference.add("kind", chosen.kind);
  reference.add("name", chosen.name);
  json::Items requirements = spec.add_list("requirements");
  add_requirement(requirements, "node.kubernetes.io/instance-type", "In", instance_type(subject));
  if (chosen.group == azure_group)
    add_requirement(requirements, "karpenter.azure.com/placement-scope", "In", "regional");
  add_gpu_taints(spec);
  spec.add("expireAfter", "Never");
}

void write_node_template(const Subject& subject, json::Members out) {
  auto labels = owner_labels(subject);
  for (NodeLabel& chosen : selected_node_labels(subject))
    labels.emplace(std::move(chosen.key), std::move(chosen.value));
  write_map(labels, out.add_object("metadata").add_object("labels"));
  write_node_spec(subject, out.add_object("spec"));
}

void write_disruption(const Subject& subject, json::Members out) {
  const bool child = !label(subject, "inferenceset.kaito.sh/created-by").empty();
  out.add("consolidateAfter", "0s");
  json::Members budget = out.add_list("budgets").add_object();
  budget.add("nodes", child ? json::Literal("0") : json::Literal("1"));
  budget.add_list("reasons").add("Drifted");
}

}  // namespace

Result<void> add_node_pool(const Subject& subject, std::int64_t target) {
  if (subject.input.cloud == "arc" && !subject.input.node_class) {
    return fail(ErrorCode::invalid, "no node class is known for the cloud arc under karpenter",
                "--provisioner gpu-provisioner or byo");
  }
  const std::int64_t replicas = target - covered_nodes(subject);
  if (replicas <= 0) return {};
  ObjectHead head{"karpenter.sh/v1", "NodePool", pool_name(subject)};
  head.namespaced = false;
  head.owned = false;
  head.labels = owner_labels(subject);
  head.labels.emplace("karpenter.kaito.sh/managed-by", "kaito");
  json::Members spec = add_object(subject, head).add_object("spec");
  spec.add("replicas", replicas);
  write_node_template(subject, spec.add_object("template"));
  write_disruption(subject, spec.add_object("disruption"));
  return {};
}

}  // namespace kaito::render
