#include "plan/architectures.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace kaito::plan {

namespace {

/// Beginnings of vLLM's class names. Source: upstream's list of models that need the hybrid cache
/// (pkg/model), and the models' public config.json (layer_types, sliding_window_pattern).
constexpr std::array<std::string_view, 13> partial{
    "NemotronH", "Gemma2", "Gemma3", "Gemma4", "Qwen3_5",  "Qwen3Next",        "DeepseekV4",
    "GptOss",    "Jamba",  "Bamba",  "Zamba2", "FalconH1", "GraniteMoeHybrid",
};

}  // namespace

bool keeps_less_in_some_layers(const std::vector<std::string>& classes) {
  return std::any_of(classes.begin(), classes.end(), [](const std::string& name) {
    return std::any_of(partial.begin(), partial.end(),
                       [&name](std::string_view start) { return name.starts_with(start); });
  });
}

}  // namespace kaito::plan
