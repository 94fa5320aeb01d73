#include "kaito/plan/memory.hpp"

#include <algorithm>

#include "kaito/base/rounding.hpp"

namespace kaito::plan {

namespace {

/// Bytes that a token takes on one GPU.
[[nodiscard]] double cache_share(const ModelFacts& model, const Parallelism& parallel) {
  std::int64_t parts = parallel.pipeline;
  // A latent cache is whole on each GPU; with fewer KV heads than GPUs some keep the same head.
  if (!model.latent_cache)
    parts *= model.kv_heads > 0 ? std::min(model.kv_heads, parallel.tensor) : parallel.tensor;
  return static_cast<double>(model.bytes_per_token) / static_cast<double>(parts);
}

}  // namespace

GpuMemory gpu_memory(const ModelFacts& model, const NodeGpus& node, std::int64_t nodes,
                     std::int64_t context_tokens, const Profile& profile) {
  const ServerSettings server = server_settings(model, node, nodes, profile);
  const Parallelism& parallel = server.parallel;
  GpuMemory out;
  out.total = static_cast<double>(node.bytes_per_gpu());
  out.weights = static_cast<double>(model.weight_bytes) * profile.weight_factor /
                static_cast<double>(parallel.tensor * parallel.pipeline);
  out.overhead = profile.base_overhead_gib * static_cast<double>(gibibyte) +
                 profile.weight_overhead * out.weights;
  const double per_token = cache_share(model, parallel);
  out.cache = per_token * static_cast<double>(context_tokens);
  const double usable = out.total * server.gpu_memory_utilization.value_or(profile.usable_share);
  out.withheld = out.total - usable;
  const double room = usable - out.weights - out.overhead;
  out.spare = room - out.cache;
  if (model.bytes_per_token > 0) {
    out.cache_tokens = room <= 0 ? 0 : whole_below(room / per_token);
  }
  return out;
}

}  // namespace kaito::plan
