#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"

namespace kaito::plan {

/// How the operator decides the number of nodes.
enum class Sizing : std::uint8_t {
  requested,    ///< it does not: the number that the Workspace asks for
  whole_bytes,  ///< estimated, with the model and the usable memory cut to whole bytes
  doubles,      ///< estimated in double precision throughout
};

/// How the operator tells the server the longest context.
enum class ContextLimit : std::uint8_t {
  omitted,   ///< not at all: the server takes the model's own limit
  computed,  ///< max-model-len = a number from a formula
  automatic  ///< max-model-len = auto: the server measures what is left
};

/// Which gpu-memory-utilization the operator gives the server.
enum class Utilization : std::uint8_t {
  server_default,  ///< no flag
  by_gpu_memory,   ///< 1 - 1.5Gi/GPU, cut to hundredths, at most 0.95
  fixed,           ///< 0.84
  fixed_but_a10    ///< 0.84; 0.82 on an NVIDIA A10
};

/// The arithmetic of a range of operator releases. Source: presets-skus-estimator 3.1-3.6; upstream
/// pkg/workspace/estimator, pkg/model/interface.go.
struct Profile {
  std::string_view first;  ///< "v0.12.0"
  std::string_view last;   ///< the newest release known to have it
  bool vllm = true;        ///< has the vLLM runtime
  Sizing sizing = Sizing::doubles;
  double usable_share = 0.84;      ///< of a GPU's memory
  double weight_factor = 1.02;     ///< loaded weights / weight files
  double base_overhead_gib = 2.3;  ///< per GPU
  double weight_overhead = 0.05;   ///< per GPU, of its share of the weights
  std::int64_t default_context = 2048;
  bool data_parallel = true;  ///< gives each GPU a copy where the model is small
  bool pipeline = true;       ///< splits a model over nodes
  bool ray_flag = true;       ///< names the executor for several nodes
  ContextLimit context_limit = ContextLimit::automatic;
  Utilization utilization = Utilization::fixed_but_a10;
};

/// The operator's release that a plan is for.
struct Release {
  std::string name;             ///< "v0.12.0", "main"
  std::array<int, 3> number{};  ///< of "main": that of the newest release
  const Profile* profile = nullptr;
  bool newer_than_known = false;  ///< planned with the newest arithmetic there is
};

/// All of them, oldest first.
[[nodiscard]] std::span<const Profile> profiles();
/// v0.12.0.
[[nodiscard]] const Release& default_release();
/// "v0.12.0", "0.12", "v0.8.0-rc.0", "main". Later ones than we know get the newest profile and say
/// so. Errors: usage, with the releases there are.
[[nodiscard]] Result<Release> find_release(std::string_view typed);

}  // namespace kaito::plan
