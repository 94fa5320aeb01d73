#pragma once

#include <cstdint>
#include <optional>

#include "kaito/base/quantity.hpp"
#include "validate/rule.hpp"

namespace kaito::validate {

/// What a built-in package of that release asked for. Releases from v0.11.0 on have none.
struct PackageFacts {
  std::int64_t gpu_count = 1;
  std::optional<Quantity> total_gpu_memory;
  std::optional<Quantity> gpu_memory_each;
  std::optional<Quantity> weights;
  bool download_at_runtime = false;
  bool needs_token = false;
  bool private_image = false;
  bool adapters = true;
  bool distributed = false;
};

/// Nothing when the operator's release is not known, has no package of that model, or generated the
/// numbers. Source: presets/README.md `history`.
[[nodiscard]] std::optional<PackageFacts> package_facts(const Context& context,
                                                        const catalog::Preset* preset);

}  // namespace kaito::validate
