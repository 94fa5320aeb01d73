#include <algorithm>

#include "kaito/base/text.hpp"
#include "render/gpus.hpp"
#include "render/nodes.hpp"

namespace kaito::render {

namespace {

void write_node_class(const std::string& cloud, json::Members reference) {
  if (cloud == "azure") {
    reference.add("group", "kaito.sh");
    reference.add("kind", "KaitoNodeClass");
  } else {
    reference.add("group", "karpenter.k8s.aws");
    reference.add("kind", "EC2NodeClass");
  }
  reference.add("name", "default");
}

void add_requirements(const Subject& subject, json::Members spec) {
  const std::string_view sku = instance_type(subject);
  json::Items out = spec.add_list("requirements");
  add_requirement(out, "karpenter.sh/nodepool", "In", "kaito");
  add_requirement(out, "node.kubernetes.io/instance-type", "In", sku);
  add_requirement(out, "kubernetes.io/os", "In", "linux");
  if (subject.input.cloud == "azure")
    add_requirement(out, "karpenter.azure.com/sku-name", "In", sku);
  if (subject.input.cloud == "aws")
    add_requirement(out, "karpenter.k8s.aws/instance-gpu-count", "Gt", "0");
}

/// The Workspace's own wish where it is one of the two families, else the operator's.
std::string image_family(const Subject& subject) {
  const std::string own = to_lower(trim(annotation(subject, "kaito.sh/node-image-family")));
  return own == "ubuntu" || own == "azurelinux" ? own : subject.input.node_image_family;
}

void add_node_claim(const Subject& subject, std::int64_t index, std::string_view storage) {
  ObjectHead head{"karpenter.sh/v1", "NodeClaim", claim_name(subject, index)};
  head.namespaced = false;
  head.owned = false;
  head.labels = {{"karpenter.sh/nodepool", "kaito"},
                 {"kaito.sh/workspace", subject.name},
                 {"kaito.sh/workspacenamespace", subject.namespace_}};
  for (NodeLabel& chosen : selected_node_labels(subject))
    head.labels.insert_or_assign(std::move(chosen.key), std::move(chosen.value));
  head.annotations = {{"karpenter.sh/do-not-disrupt", "true"},
                      {"kaito.sh/node-image-family", image_family(subject)}};
  json::Members spec = add_object(subject, head).add_object("spec");
  write_node_class(subject.input.cloud, spec.add_object("nodeClassRef"));
  add_gpu_taints(spec);
  add_requirements(subject, spec);
  add_storage_request(spec, "storage", storage);
  spec.add("expireAfter", "Never");
}

/// Nodes of the Workspace that no claim made count for it.
std::int64_t covered_nodes(const Subject& subject) {
  if (subject.input.nodes.empty()) return 0;
  auto wanted = selected_node_labels(subject);
  for (NodeLabel& owned : owned_node_labels(subject))
    wanted.push_back(std::move(owned));
  return std::count_if(subject.input.nodes.begin(), subject.input.nodes.end(),
                       [&wanted](const NodeFacts& node) {
                         return node.ready && has_labels(node, wanted) &&
                                !node.labels.contains("karpenter.sh/nodepool");
                       });
}

}  // namespace

void add_node_claims(const Subject& subject, std::int64_t target, std::string_view storage) {
  if (subject.input.cloud == "arc") {
    add_note(subject,
             "no NodeClaim: on arc the operator's names no node class, and the API server refuses "
             "it");
    return;
  }
  for (std::int64_t index = covered_nodes(subject); index < target; ++index)
    add_node_claim(subject, index, storage);
}

}  // namespace kaito::render
