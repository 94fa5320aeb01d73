#pragma once

#include <string_view>

#include "kaito/catalog/catalog.hpp"

namespace kaito::catalog {

/// Typed fields out of an entry in the form of presets/: what the build makes constants of.
/// REQUIRES: the entry passed its schema. Errors: invalid, for a quantity out of range.
[[nodiscard]] Result<Preset> preset_from_entry(const json::Value& entry, std::string_view family);
[[nodiscard]] Result<Sku> sku_from_entry(const json::Value& entry, std::string_view cloud);

[[nodiscard]] Lifecycle lifecycle_of(std::string_view status);
/// Of "80Gi"; whole ones.
[[nodiscard]] Result<std::int64_t> gibibytes(std::string_view written);
/// "org/name" in the hub's alphabet.
[[nodiscard]] bool is_hub_id(std::string_view text);

}  // namespace kaito::catalog
