#pragma once

#include <string_view>

#include "json/yaml_tree.hpp"

namespace kaito::json {

/// Tells `tree` what stands in the one document of a YAML text that begins on `first_line`; nothing
/// when there is none. Throws Refusal for what is not YAML and for what the tree refuses.
void read_yaml_events(std::string_view text, unsigned first_line, YamlTree& tree);

}  // namespace kaito::json
