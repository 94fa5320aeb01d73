#include "render/gpus.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kaito/base/text.hpp"

namespace kaito::render {

namespace {

const api::GpuPartition* partition_of(const Subject& subject) {
  const auto& resource = subject.workspace.resource;
  return resource && resource->partition ? &*resource->partition : nullptr;
}

Result<PodGpus> slice_gpus(const Subject& subject, const api::GpuPartition& partition) {
  PodGpus gpus;
  KAITO_TRY(gpus.node, plan::mig_slice(*subject.input.catalog, partition.profile));
  gpus.mig_profile = partition.profile;
  gpus.request = {"nvidia.com/mig-" + partition.profile, 1};
  return gpus;
}

Result<PodGpus> sku_gpus(const Subject& subject) {
  const std::string_view name = instance_type(subject);
  if (name.empty()) {
    return fail(ErrorCode::invalid, "no instance type is given and the provisioner is not byo",
                "resource.instanceType, or --provisioner byo with --nodes FILE for own nodes");
  }
  const catalog::Sku* sku = subject.input.catalog->find_sku(name, subject.input.cloud);
  if (sku == nullptr || !plan::offered(*sku)) {
    std::string hint = "kaitoctl skus list --cloud " + subject.input.cloud;
    if (sku != nullptr) hint = subject.input.catalog->describe_retirement(*sku);
    return fail(ErrorCode::invalid,
                "the operator of " + std::string(subject.input.profile->release) +
                    " has no GPU facts of instance type \"" + escape_controls(shorten(name, 100)) +
                    "\" on " + subject.input.cloud,
                std::move(hint));
  }
  PodGpus gpus;
  gpus.node = plan::node_gpus(*sku);
  gpus.request.count = gpus.node.count;
  gpus.nvme = sku->nvme;
  return gpus;
}

const NodeFacts* first_ready_node(const Subject& subject) {
  const auto wanted = selected_node_labels(subject);
  for (const NodeFacts& node : subject.input.nodes)
    if (node.ready && has_labels(node, wanted)) return &node;
  return nullptr;
}

Result<PodGpus> own_gpus(const Subject& subject) {
  const NodeFacts* node = first_ready_node(subject);
  if (node == nullptr) {
    const bool none = subject.input.nodes.empty();
    return fail(ErrorCode::invalid,
                none ? "the GPUs of own nodes are not known: the labels nvidia.com/gpu.product, "
                       "nvidia.com/gpu.count and nvidia.com/gpu.memory of a node are needed"
                     : "no ready node of those given has the labels of resource.labelSelector",
                "kubectl get nodes -o yaml > nodes.yaml, then --nodes nodes.yaml");
  }
  PodGpus gpus;
  auto facts = plan::node_gpus(node->labels);
  if (!facts) return fail(std::move(facts.error()).in("node " + node->name));
  gpus.node = std::move(*facts);
  if (const auto* partition = partition_of(subject);
      partition != nullptr && partition->mode == "accelerator" && subject.input.gates.accelerator) {
    KAITO_TRY(gpus.node,
              plan::some_gpus(gpus.node, static_cast<int>(partition->count.value_or(1))));
  }
  gpus.request.count = gpus.node.count;
  return gpus;
}

/// The context length of the user's config, as the operator's line scanner finds it.
std::optional<std::int64_t> context_tokens(const Subject& subject) {
  const auto& inference = subject.workspace.inference;
  if (!inference || !inference->config || inference->config->empty()) return std::nullopt;
  const ConfigMapFacts* config = find_config_map(subject, *inference->config);
  if (config == nullptr) {
    add_note(subject, "ConfigMap " + *inference->config +
                          " was not given: the nodes are counted for the default context length");
    return std::nullopt;
  }
  const auto text = config->data.find("inference_config.yaml");
  if (text == config->data.end()) return std::nullopt;
  return plan::scanned_max_model_len(text->second);
}

std::string gibibytes(double bytes) {
  return fmt::format("{:.1f}Gi", bytes / static_cast<double>(plan::gibibyte));
}

tl::unexpected<Error> does_not_fit(const plan::ModelFacts& model, const PodGpus& gpus,
                                   const plan::Estimate& estimate) {
  return fail(ErrorCode::invalid,
              model.name + " does not fit " + gpus.node.name + " (" +
                  std::string(plan::to_string(estimate.fit)) + "): a GPU gives " +
                  gibibytes(estimate.usable_bytes) + ", overhead and cache for " +
                  std::to_string(estimate.context_tokens) + " tokens take " +
                  gibibytes(estimate.reserve_bytes),
              "kaitoctl plan " + model.name + " shows where it fits");
}

}  // namespace

std::string_view instance_type(const Subject& subject) {
  const auto& resource = subject.workspace.resource;
  if (!resource || !resource->instance_type) return {};
  return *resource->instance_type;
}

std::int64_t requested_count(const Subject& subject) {
  const auto& resource = subject.workspace.resource;
  return std::max<std::int64_t>(resource ? resource->count.value_or(1) : 1, 1);
}

Result<PodGpus> pod_gpus(const Subject& subject) {
  const api::GpuPartition* partition = partition_of(subject);
  if (partition != nullptr && partition->mode == "mig" && subject.input.gates.mig)
    return slice_gpus(subject, *partition);
  if (partition != nullptr &&
      !(partition->mode == "accelerator" && subject.input.gates.accelerator))
    add_note(subject, "resource.partition has no effect: the feature gate for mode " +
                          partition->mode + " is off");
  return subject.input.provisioner == Provisioner::byo ? own_gpus(subject) : sku_gpus(subject);
}

Result<std::int64_t> node_count(const Subject& subject, const plan::ModelFacts& model,
                                const PodGpus& gpus) {
  const auto stored = api::read_status(subject.workspace).target_node_count;
  if (stored && *stored > 0) return *stored;
  if (!uses_vllm(subject)) return requested_count(subject);
  plan::Demand demand;
  demand.context_tokens = context_tokens(subject);
  demand.requested_nodes = requested_count(subject);
  const plan::Estimate estimate = plan::estimate(model, gpus.node, demand);
  if (estimate.fit != plan::Fit::fits) return does_not_fit(model, gpus, estimate);
  return estimate.nodes;
}

}  // namespace kaito::render
