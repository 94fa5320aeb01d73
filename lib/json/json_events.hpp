#pragma once

#include <optional>
#include <string_view>

#include "json/parse.hpp"
#include "json/yaml_tree.hpp"

namespace kaito::json {

/// Tells `tree` what stands in a JSON text that begins on `first_line`, as one document. Gives why
/// the text is not JSON, with nothing told. Throws Refusal for what the tree refuses.
[[nodiscard]] std::optional<ParseFailure> read_json_events(std::string_view text,
                                                           unsigned first_line, YamlTree& tree,
                                                           const YamlLimits& limits);

}  // namespace kaito::json
