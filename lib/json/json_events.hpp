#pragma once

#include <string_view>

#include "json/yaml_tree.hpp"

namespace kaito::json {

/// Tells `tree` what stands in a JSON text, as one document. Throws Refusal.
/// REQUIRES: parse(text) succeeds; this goes through it again for what parse() does not tell: the
/// places, and duplicate keys.
void read_json_events(std::string_view text, YamlTree& tree);

}  // namespace kaito::json
