#pragma once

#include <optional>
#include <string_view>

#include "json/parse.hpp"
#include "json/yaml_tree.hpp"

namespace kaito::json {

/// Tells `tree` what stands in a JSON text, as one document. Gives why the text is not JSON, with
/// nothing told. Throws Refusal for what the tree refuses.
[[nodiscard]] std::optional<ParseFailure> read_json_events(std::string_view text, YamlTree& tree,
                                                           const YamlLimits& limits);

}  // namespace kaito::json
