#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kaito/catalog/catalog.hpp"
#include "kaito/plan/estimate.hpp"

namespace kaito::plan {

enum class Runtime : std::uint8_t { vllm, transformers };

/// What a release's admission compares GPUs with; 0 = no such rule. Source:
/// presets-skus-estimator 3.3.
struct Requirement {
  std::int64_t gpus = 0;           ///< over all nodes, up to v0.9.0
  std::int64_t per_gpu_bytes = 0;  ///< of each GPU, up to v0.6.2
  std::int64_t total_bytes = 0;    ///< over all nodes, up to v0.6.2
  std::int64_t weight_bytes = 0;   ///< over all nodes, from v0.7.0
  bool distributed = true;         ///< the model may span nodes
};

/// Errors: not_found, when the release does not have the preset; internal.
[[nodiscard]] Result<Requirement> requirement(const catalog::Catalog& catalog,
                                              const catalog::Preset& preset,
                                              const Release& release);

/// Why that many nodes are refused on creation, a sentence per failed rule; none: admitted.
/// `own_nodes`: the operator runs without node auto-provisioning.
[[nodiscard]] std::vector<std::string> admission_shortfalls(const Requirement& wanted,
                                                            const NodeGpus& node,
                                                            std::int64_t nodes, Runtime runtime,
                                                            bool own_nodes, const Release& release);

/// The smallest resource.count that is admitted, up to `most`; nothing when no count is.
[[nodiscard]] std::optional<std::int64_t> smallest_admitted_count(const Requirement& wanted,
                                                                  const NodeGpus& node,
                                                                  Runtime runtime, bool own_nodes,
                                                                  const Release& release,
                                                                  std::int64_t most = 1000);

}  // namespace kaito::plan
