#pragma once

#include <optional>
#include <string_view>

#include "kaito/catalog/catalog.hpp"
#include "kaito/json/document.hpp"
#include "kaito/plan/profile.hpp"

namespace kaito::plan {

/// major, minor, patch of "v0.8.0-rc.0" or "0.12"; nothing when it is no release.
[[nodiscard]] std::optional<std::array<int, 3>> release_number(std::string_view text);

[[nodiscard]] inline bool is_at_least(const Release& release, int major, int minor, int patch) {
  return release.number >= std::array{major, minor, patch};
}

/// The entry of a `history` list that covers the release ({"since", "until", ...}; no "until": up
/// to today); nullptr when none does. `table`: only entries of that table; "" for any.
[[nodiscard]] const json::Object* entry_of(const json::Value& history, const Release& release,
                                           std::string_view table = {});

/// "27.31Gi" in bytes; 0 when absent.
[[nodiscard]] std::int64_t bytes_at(const json::Object& entry, std::string_view key);
[[nodiscard]] std::int64_t integer_at(const json::Object& entry, std::string_view key);

/// Whether the release generates every preset from its id: built-in packages have no say.
[[nodiscard]] inline bool generates_presets(const Release& release) {
  return is_at_least(release, 0, 11, 0);
}

/// The history entry of a preset in a release with built-in packages; an empty document where the
/// release takes the generated values. Errors: not_found, when it does not have the model.
[[nodiscard]] Result<json::Document> built_in_values(const catalog::Catalog& catalog,
                                                     const catalog::Preset& preset,
                                                     const Release& release);

}  // namespace kaito::plan
