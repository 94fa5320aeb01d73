#pragma once

#include <string_view>

#include "kaito/json/value.hpp"

namespace kaito::sandbox {

/// The first value that a printer column's JSONPath finds, or null: children (".a.b", "['a.b']",
/// ".a\.b"), positions ("[0]", "[*]") and equality filters ("[?(@.type==\"Ready\")]").
[[nodiscard]] const json::Value* find_path(const json::Value& root, std::string_view path);

}  // namespace kaito::sandbox
