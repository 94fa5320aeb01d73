#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kaito/plan/profile.hpp"

namespace kaito::plan {

inline constexpr std::int64_t gibibyte = std::int64_t{1} << 30;

/// What the arithmetic has to know of a model.
struct ModelFacts {
  std::string name;
  std::int64_t weight_bytes = 0;     ///< of the weight files, rounded up
  std::int64_t bytes_per_token = 0;  ///< KV cache of all layers; 0: not known, counted as nothing
  std::optional<std::int64_t> context_limit;  ///< tokens
  bool distributed = true;                    ///< may span nodes
  bool tensor_parallel = true;                ///< may be split over the GPUs of a node
  std::int64_t heads = 0;                     ///< attention heads; 0: not known
  std::int64_t kv_heads = 0;                  ///< 0: not known
  bool latent_cache = false;                  ///< MLA: each GPU of a node keeps the whole cache
  /// Some layers keep less than the whole context, so that bytes_per_token is too high; the
  /// operator counts it all the same.
  bool cache_is_upper_bound = false;
};

/// The GPUs of one node.
struct NodeGpus {
  std::string name;       ///< instance type, "1g.24gb", or whose labels they are
  std::string gpu_model;  ///< "NVIDIA A10"
  int count = 0;
  std::int64_t memory_bytes = 0;  ///< of all of them together
  bool slice = false;             ///< a MIG slice: one, and it cannot be joined with another

  /// Whole bytes of each, as the operator divides them; `count` is not 0.
  [[nodiscard]] std::int64_t bytes_per_gpu() const { return memory_bytes / count; }
};

/// What is asked of the model.
struct Demand {
  std::optional<std::int64_t> context_tokens;  ///< nothing: the profile's default
  std::int64_t requested_nodes = 1;  ///< resource.count; counts only where nothing is estimated
};

enum class Fit : std::uint8_t {
  fits,
  gpu_too_small,      ///< overhead and cache alone fill a GPU
  slice_too_small,    ///< does not fit one MIG slice
  not_distributable,  ///< needs several nodes, and the release cannot spread this model
  not_splittable,     ///< has to fit one GPU (no tensor parallelism) and does not
};
/// "gpu-too-small"; "fits".
[[nodiscard]] std::string_view to_string(Fit fit);

/// The node count with its working. Bytes are per GPU where not said otherwise; what was not
/// reached is 0.
struct Estimate {
  Fit fit = Fit::fits;
  bool estimated = false;           ///< false: `nodes` is what was asked for
  std::int64_t context_tokens = 0;  ///< that the numbers are for
  double model_bytes = 0;           ///< the whole model, loaded
  double gpu_bytes = 0;             ///< memory of a GPU
  double usable_bytes = 0;          ///< what the server may take of it
  double kv_bytes = 0;              ///< cache for one request of context_tokens
  double reserve_bytes = 0;         ///< overhead and that cache
  double budget_bytes = 0;          ///< left for weights
  std::int64_t min_gpus = 0;        ///< GPUs over which the weights fit
  std::int64_t nodes = 0;           ///< 0 when it does not fit
};

/// The operator's own arithmetic, bit for bit. Source: presets-skus-estimator 3.2, 3.6.
[[nodiscard]] Estimate estimate(const ModelFacts& model, const NodeGpus& node, const Demand& demand,
                                const Profile& profile = *default_release().profile);

/// How the server is started on that many nodes.
struct Parallelism {
  std::int64_t data = 1;
  std::int64_t tensor = 1;
  std::int64_t pipeline = 1;
  bool operator==(const Parallelism&) const = default;
};
/// Source: presets-skus-estimator 3.4. REQUIRES: node.count > 0, nodes > 0.
[[nodiscard]] Parallelism parallelism(const ModelFacts& model, const NodeGpus& node,
                                      std::int64_t nodes,
                                      const Profile& profile = *default_release().profile);

/// The flags of the vLLM server that follow from the plan. Source: presets-skus-estimator 3.1, 3.4,
/// 3.5.
struct ServerSettings {
  Parallelism parallel;
  bool data_parallel_flags = false;  ///< data-parallel-size is given, tensor-parallel-size is 1
  bool ray = false;                  ///< distributed-executor-backend = ray
  bool no_cpu_cache = false;         ///< CPU KV offload is set to 0
  std::optional<double> gpu_memory_utilization;  ///< nothing: no flag
  bool max_model_len_auto = false;               ///< max-model-len = auto
  std::optional<std::int64_t> max_model_len;     ///< a number; nothing (and not auto): no flag
};
[[nodiscard]] ServerSettings server_settings(const ModelFacts& model, const NodeGpus& node,
                                             std::int64_t nodes,
                                             const Profile& profile = *default_release().profile);

/// max-model-len as v0.7.0 to v0.10.0 computed it; 0: the flag is left out. Source: 3.5.
[[nodiscard]] std::int64_t computed_max_model_len(const ModelFacts& model, const NodeGpus& node,
                                                  std::int64_t nodes, const Profile& profile);

/// The most tokens for which the operator still counts at most `nodes` nodes; never more than the
/// model's limit. 0: not even one. Nothing: not known (no bytes per token) or not estimated.
[[nodiscard]] std::optional<std::int64_t> longest_context(
    const ModelFacts& model, const NodeGpus& node, std::int64_t nodes,
    const Profile& profile = *default_release().profile);

/// The context that the operator finds in an inference_config.yaml: its line scanner, not YAML, so
/// that quotes, a comment after the number, or a flow map make it miss the value. Nothing: it uses
/// the default. Source: 3.2.
[[nodiscard]] std::optional<std::int64_t> scanned_max_model_len(std::string_view config);

}  // namespace kaito::plan
