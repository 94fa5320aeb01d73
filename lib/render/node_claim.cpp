#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "render/gpus.hpp"
#include "render/nodes.hpp"

namespace kaito::render {

namespace {

json::Value node_class_reference(const std::string& cloud) {
  json::Object reference;
  if (cloud == "azure") {
    reference.emplace("group", "kaito.sh");
    reference.emplace("kind", "KaitoNodeClass");
  } else {
    reference.emplace("group", "karpenter.k8s.aws");
    reference.emplace("kind", "EC2NodeClass");
  }
  reference.emplace("name", "default");
  return reference;
}

json::Array requirements(const Subject& subject) {
  const std::string_view sku = instance_type(subject);
  json::Array out;
  out.emplace_back(requirement("karpenter.sh/nodepool", "In", "kaito"));
  out.emplace_back(requirement("node.kubernetes.io/instance-type", "In", sku));
  out.emplace_back(requirement("kubernetes.io/os", "In", "linux"));
  if (subject.input.cloud == "azure")
    out.emplace_back(requirement("karpenter.azure.com/sku-name", "In", sku));
  if (subject.input.cloud == "aws")
    out.emplace_back(requirement("karpenter.k8s.aws/instance-gpu-count", "Gt", "0"));
  return out;
}

/// The Workspace's own wish where it is one of the two families, else the operator's.
std::string image_family(const Subject& subject) {
  const std::string own = to_lower(trim(annotation(subject, "kaito.sh/node-image-family")));
  return own == "ubuntu" || own == "azurelinux" ? own : subject.input.node_image_family;
}

json::Object node_claim(const Subject& subject, std::int64_t index, std::string_view storage) {
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
  json::Object spec;
  spec.reserve(5);
  spec.emplace("nodeClassRef", node_class_reference(subject.input.cloud));
  spec.emplace("taints", gpu_taints());
  spec.emplace("requirements", requirements(subject));
  spec.emplace("resources", storage_request("storage", storage));
  spec.emplace("expireAfter", "Never");
  json::Object claim = begin_object(subject, head);
  claim.emplace("spec", std::move(spec));
  return claim;
}

}  // namespace

void add_node_claims(const Subject& subject, std::int64_t target, std::string_view storage) {
  if (subject.input.cloud == "arc") {
    add_note(subject,
             "no NodeClaim: on arc the operator's names no node class, and the API server refuses "
             "it");
    return;
  }
  // Nodes of the Workspace that no claim made count for it.
  auto wanted = selected_node_labels(subject);
  for (NodeLabel& owned : owned_node_labels(subject))
    wanted.push_back(std::move(owned));
  const auto covered = std::count_if(subject.input.nodes.begin(), subject.input.nodes.end(),
                                     [&wanted](const NodeFacts& node) {
                                       return node.ready && has_labels(node, wanted) &&
                                              !node.labels.contains("karpenter.sh/nodepool");
                                     });
  for (std::int64_t index = covered; index < target; ++index)
    add_object(subject, node_claim(subject, index, storage));
}

}  // namespace kaito::render
