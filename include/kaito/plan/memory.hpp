#pragma once

#include <cstdint>
#include <optional>

#include "kaito/plan/estimate.hpp"

namespace kaito::plan {

/// Where the memory of each GPU goes once the server runs, in bytes: the parts add up to `total`.
/// Our own reading of how vLLM shares a model out; the operator does not look this far.
struct GpuMemory {
  double total = 0;
  double weights = 0;   ///< this GPU's share of the loaded weights
  double overhead = 0;  ///< CUDA context, communication, activations, graphs
  double cache = 0;     ///< KV cache of one request of the context
  double spare = 0;     ///< room for more cache; below 0: that request does not fit
  double withheld = 0;  ///< above gpu-memory-utilization: not the server's
  /// Tokens that one copy of the model can keep at once; nothing when the bytes per token are not
  /// known.
  std::optional<std::int64_t> cache_tokens;
};

/// REQUIRES: node.count > 0, node.memory_bytes > 0, nodes > 0.
[[nodiscard]] GpuMemory gpu_memory(const ModelFacts& model, const NodeGpus& node,
                                   std::int64_t nodes, std::int64_t context_tokens,
                                   const Profile& profile = *default_release().profile);

}  // namespace kaito::plan
