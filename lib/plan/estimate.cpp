#include "kaito/plan/estimate.hpp"

#include <algorithm>
#include <cmath>

namespace kaito::plan {

namespace {

constexpr double gib = static_cast<double>(gibibyte);
/// More nodes than anybody has; what a budget of next to nothing would ask for stops here.
constexpr double most_gpus = 1e15;

/// v0.7 to v0.9 cut to whole bytes between steps.
[[nodiscard]] double kept(double bytes, const Profile& profile) {
  return profile.sizing == Sizing::whole_bytes ? std::trunc(bytes) : bytes;
}

/// A whole number as long as 64 bits hold it, as upstream has it; then near enough.
[[nodiscard]] double cache_bytes(std::int64_t tokens, std::int64_t bytes_per_token) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(tokens, bytes_per_token, &product))
    return static_cast<double>(tokens) * static_cast<double>(bytes_per_token);
  return static_cast<double>(product);
}

[[nodiscard]] bool fits_one_gpu(const Estimate& working, const Profile& profile) {
  const double overhead =
      kept(working.reserve_bytes, profile) + profile.weight_overhead * working.model_bytes;
  return working.model_bytes + overhead <= working.usable_bytes;
}

[[nodiscard]] Fit verdict(const ModelFacts& model, const NodeGpus& node, std::int64_t nodes) {
  if (nodes <= 1) return Fit::fits;
  if (node.slice) return Fit::slice_too_small;
  if (!model.tensor_parallel) return Fit::not_splittable;
  return model.distributed ? Fit::fits : Fit::not_distributable;
}

}  // namespace

std::string_view to_string(Fit fit) {
  switch (fit) {
    case Fit::fits:
      return "fits";
    case Fit::gpu_too_small:
      return "gpu-too-small";
    case Fit::slice_too_small:
      return "slice-too-small";
    case Fit::not_distributable:
      return "not-distributable";
    case Fit::not_splittable:
      return "not-splittable";
  }
  return "";
}

Estimate estimate(const ModelFacts& model, const NodeGpus& node, const Demand& demand,
                  const Profile& profile) {
  Estimate out;
  out.context_tokens = demand.context_tokens.value_or(profile.default_context);
  out.nodes = std::max<std::int64_t>(1, demand.requested_nodes);
  const bool gpus_known = node.count > 0 && node.memory_bytes > 0;
  out.model_bytes = kept(static_cast<double>(model.weight_bytes) * profile.weight_factor, profile);
  if (gpus_known) {
    out.gpu_bytes = static_cast<double>(node.bytes_per_gpu());
    out.usable_bytes = kept(out.gpu_bytes * profile.usable_share, profile);
    out.kv_bytes = cache_bytes(out.context_tokens, model.bytes_per_token) / node.count;
    out.reserve_bytes = profile.base_overhead_gib * gib + out.kv_bytes;
  }
  if (profile.sizing == Sizing::requested || !gpus_known) return out;
  out.estimated = true;

  const auto refused = [&out](Fit fit) {
    out.fit = fit;
    out.nodes = 0;
    return out;
  };
  if (!model.tensor_parallel && !fits_one_gpu(out, profile)) return refused(Fit::not_splittable);
  if (out.usable_bytes <= out.reserve_bytes) return refused(Fit::gpu_too_small);
  out.budget_bytes = (out.usable_bytes - out.reserve_bytes) / (1 + profile.weight_overhead);
  out.min_gpus =
      static_cast<std::int64_t>(std::min(most_gpus, out.model_bytes / out.budget_bytes)) + 1;
  out.nodes = (out.min_gpus + node.count - 1) / node.count;
  if (const Fit fit = verdict(model, node, out.nodes); fit != Fit::fits) return refused(fit);
  return out;
}

std::optional<std::int64_t> longest_context(const ModelFacts& model, const NodeGpus& node,
                                            std::int64_t nodes, const Profile& profile) {
  if (model.bytes_per_token <= 0 || profile.sizing == Sizing::requested || node.count <= 0 ||
      node.memory_bytes <= 0)
    return std::nullopt;
  const auto enough = [&](std::int64_t tokens) {
    const Estimate found = estimate(model, node, {tokens, 1}, profile);
    return found.fit == Fit::fits && found.nodes <= nodes;
  };
  // The cache of one request never outgrows a node, whatever the model's limit.
  const std::int64_t ceiling = node.memory_bytes / model.bytes_per_token + 1;
  std::int64_t fits = 0;
  std::int64_t too_many = std::min(ceiling, model.context_limit.value_or(ceiling)) + 1;
  while (too_many - fits > 1) {
    const std::int64_t middle = fits + (too_many - fits) / 2;
    (enough(middle) ? fits : too_many) = middle;
  }
  return fits;
}

}  // namespace kaito::plan
