#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string_view>

#include "kaito/json/value.hpp"

namespace kaito::json {

/// What an unquoted YAML scalar stands for.
struct PlainScalar {
  enum class Kind : std::uint8_t { null, boolean, integer, fraction, not_finite, text };
  Kind kind;
  Value value;  ///< null when it is text, and when not_finite (.inf, .nan): JSON has no such number
};

/// Resolves a plain scalar as sigs.k8s.io/yaml does, which is YAML 1.1 without base 60 and with
/// 1.2's 0o17: y, yes, on, true and their opposites are booleans; 017 is octal; 1_000 is a number;
/// dates are text. Source: go-yaml v2.4 resolve.go.
[[nodiscard]] PlainScalar resolve_plain(std::string_view text);

/// Whether some YAML 1.1 or 1.2 reader takes the plain scalar for something other than this text.
[[nodiscard]] bool reads_as_something_else(std::string_view text);

}  // namespace kaito::json
