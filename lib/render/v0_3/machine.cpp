#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

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

json::Object machine(const Subject& subject, std::int64_t index, std::string_view storage) {
  ObjectHead head{"karpenter.sh/v1alpha5", "Machine", claim_name(subject, index)};
  head.namespaced = false;
  head.owned = false;
  head.labels = labels_of(subject, "karpenter.sh/provisioner-name", "default");
  json::Object reference;
  reference.emplace("name", std::string_view(head.name));
  json::Array requirements;
  requirements.emplace_back(
      requirement("node.kubernetes.io/instance-type", "In", machine_type(subject)));
  requirements.emplace_back(requirement("karpenter.sh/provisioner-name", "In", "default"));
  requirements.emplace_back(requirement("kaito.sh/machine-type", "In", "gpu"));
  requirements.emplace_back(requirement("kubernetes.io/arch", "In", "amd64"));
  requirements.emplace_back(requirement("kubernetes.io/os", "In", "linux"));
  json::Object spec;
  spec.emplace("machineTemplateRef", std::move(reference));
  spec.emplace("requirements", std::move(requirements));
  spec.emplace("taints", gpu_taints());
  spec.emplace("resources", storage_request("storage", storage));
  json::Object object = begin_object(subject, head);
  object.emplace("spec", std::move(spec));
  return object;
}

/// With the gate Karpenter.
json::Object node_claim(const Subject& subject, std::int64_t index, std::string_view storage) {
  ObjectHead head{"karpenter.sh/v1beta1", "NodeClaim", claim_name(subject, index)};
  head.namespaced = false;
  head.owned = false;
  head.labels = labels_of(subject, "karpenter.sh/nodepool", "kaito");
  head.annotations = {{"karpenter.sh/do-not-disrupt", "true"}};
  const bool aws = subject.input.cloud == "aws";
  json::Object reference;
  reference.emplace("name", "default");
  reference.emplace("kind", aws ? "EC2NodeClass" : "AKSNodeClass");
  json::Array requirements;
  requirements.emplace_back(requirement("karpenter.sh/nodepool", "In", "kaito"));
  requirements.emplace_back(
      requirement("node.kubernetes.io/instance-type", "In", machine_type(subject)));
  requirements.emplace_back(requirement("kubernetes.io/os", "In", "linux"));
  if (!aws)
    requirements.emplace_back(
        requirement("karpenter.azure.com/sku-name", "In", machine_type(subject)));
  json::Object spec;
  spec.emplace("nodeClassRef", std::move(reference));
  spec.emplace("taints", gpu_taints());
  spec.emplace("requirements", std::move(requirements));
  spec.emplace("resources", storage_request("ephemeral-storage", storage));
  json::Object object = begin_object(subject, head);
  object.emplace("spec", std::move(spec));
  return object;
}

}  // namespace

void add_nodes(const Subject& subject, std::string_view storage) {
  const std::string_view amount = storage.empty() ? "0" : storage;
  if (subject.input.provisioner == Provisioner::byo) return;
  const bool claims = subject.input.provisioner == Provisioner::karpenter;
  for (std::int64_t index = 0; index < requested_count(subject); ++index)
    add_object(subject,
               claims ? node_claim(subject, index, amount) : machine(subject, index, amount));
}

}  // namespace kaito::render::v0_3
