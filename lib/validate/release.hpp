#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "kaito/plan/profile.hpp"
#include "kaito/validate/validate.hpp"

namespace kaito::validate {

/// major, minor, patch.
using Release = std::array<int, 3>;

/// "v0.12.0", "0.12.0", "v0.8.0-rc.0" (counts as v0.8.0). Nothing for anything else ("nightly").
[[nodiscard]] std::optional<Release> parse_release(std::string_view text);

/// The operator's release as the estimator has it, where it is known.
[[nodiscard]] std::optional<plan::Release> known_release(const Context& context);

/// Whether the operator's release is known and is at least, or before, that one. Both are false
/// when it is not known.
[[nodiscard]] bool is_at_least(const Context& context, std::string_view release);
[[nodiscard]] bool is_before(const Context& context, std::string_view release);

}  // namespace kaito::validate
