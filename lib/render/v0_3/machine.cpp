#include "render/gpus.hpp"
#include "render/nodes.hpp"
#include "render/v0_3/preset.hpp"

namespace kaito::render::v0_3 {

namespace {

std::map<std::string, std::string> labels_of(const Subject& subject, std::string_view pool_key,
                                             std::string_view pool) {
  std::map<std::string, std::string> labels{{std::string(pool_key), std::string(pool)},
                                            {"kaito.sh/workspace", subject.name},
                                            {"kaito.sh/workspacenamespace", subject.namespace_}};
  for (NodeLabel& chosen : raw_node_labels(subject))
    labels.insert_or_assign(std::move(chosen.key), std::move(chosen.value));
  return labels;
}

void add_machine(const Subject& subject, std::int64_t index, std::string_view storage) {
  ObjectHead head{"karpenter.sh/v1alpha5", "Machine", claim_name(subject, index)};
  head.namespaced = false;
  head.owned = false;
  head.labels = labels_of(subject, "karpenter.sh/provisioner-name", "default");
  json::Members spec = add_object(subject, head).add_object("spec");
  spec.add_object("machineTemplateRef").add("name", head.name);
  json::Items requirements = spec.add_list("requirements");
  add_requirement(requirements, "node.kubernetes.io/instance-type", "In", machine_type(subject));
  add_requirement(requirements, "karpenter.sh/provisioner-name", "In", "default");
  add_requirement(requirements, "kaito.sh/machine-type", "In", "gpu");
  add_requirement(requirements, "kubernetes.io/arch", "In", "amd64");
  add_requirement(requirements, "kubernetes.io/os", "In", "linux");
  add_gpu_taints(spec);
  add_storage_request(spec, "storage", storage);
}

/// With the gate Karpenter.
void add_node_claim(const Subject& subject, std::int64_t index, std::string_view storage) {
  ObjectHead head{"karpenter.sh/v1beta1", "NodeClaim", claim_name(subject, index)};
  head.namespaced = false;
  head.owned = false;
  head.labels = labels_of(subject, "karpenter.sh/nodepool", "kaito");
  head.annotations = {{"karpenter.sh/do-not-disrupt", "true"}};
  const bool aws = subject.input.cloud == "aws";
  json::Members spec = add_object(subject, head).add_object("spec");
  json::Members reference = spec.add_object("nodeClassRef");
  reference.add("name", "default");
  reference.add("kind", aws ? json::Literal("EC2NodeClass") : json::Literal("AKSNodeClass"));
  add_gpu_taints(spec);
  json::Items requirements = spec.add_list("requirements");
  add_requirement(requirements, "karpenter.sh/nodepool", "In", "kaito");
  add_requirement(requirements, "node.kubernetes.io/instance-type", "In", machine_type(subject));
  add_requirement(requirements, "kubernetes.io/os", "In", "linux");
  if (!aws)
    add_requirement(requirements, "karpenter.azure.com/sku-name", "In", machine_type(subject));
  add_storage_request(spec, "ephemeral-storage", storage);
}

}  // namespace

void add_nodes(const Subject& subject, std::string_view storage) {
  const std::string_view amount = storage.empty() ? "0" : storage;
  if (subject.input.provisioner == Provisioner::byo) return;
  const bool claims = subject.input.provisioner == Provisioner::karpenter;
  for (std::int64_t index = 0; index < requested_count(subject); ++index)
    claims ? add_node_claim(subject, index, amount) : add_machine(subject, index, amount);
}

}  // namespace kaito::render::v0_3
