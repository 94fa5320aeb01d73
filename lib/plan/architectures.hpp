#pragma once

#include <string>
#include <vector>

namespace kaito::plan {

/// Whether a model of these classes has layers with a sliding window, or none of a KV cache at all:
/// hybrids of attention and state space, and local attention.
[[nodiscard]] bool keeps_less_in_some_layers(const std::vector<std::string>& classes);

}  // namespace kaito::plan
