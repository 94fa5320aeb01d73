#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/field_path.hpp"
#include "kaito/base/source_place.hpp"

namespace kaito::validate {

enum class Severity : std::uint8_t { info, warning, error };
[[nodiscard]] std::string_view to_string(Severity severity);

/// One thing that is wrong, or will be. `code` is stable ("V047", "S01", "K003"): the rule's id in
/// workspace-api.md for upstream's rules, K... for our own lint.
struct Finding {
  std::string code;
  Severity severity = Severity::error;
  FieldPath path;
  std::string message;
  std::string fix;  ///< what to do; "" when the message says it
  std::optional<SourcePlace> place;
};

}  // namespace kaito::validate
