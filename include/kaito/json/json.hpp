#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"

namespace kaito::json {

/// How much of an untrusted text is accepted.
struct ParseLimits {
  std::size_t bytes = std::size_t{256} << 20;
  unsigned depth = 512;  ///< CRD schemas nest deeper than Boost's default of 32
};

/// Strict JSON in UTF-8, one value. Fractions are exact; of duplicate keys the last counts (as the
/// API server's own decoder has it). Errors: parse, with line and column in the message.
[[nodiscard]] Result<Value> parse(std::string_view text, ParseLimits limits = {});

/// One line, no blanks; doubles in the shortest form that reads back the same (0.9, 1000000.0 as
/// 1e+06 is never written: plain decimals up to 21 digits), whole doubles without a fraction.
/// Control characters are escaped, so that a terminal shows the text safely; bytes that are not
/// UTF-8 become U+FFFD; infinities and NaN, which JSON has not, become null.
[[nodiscard]] std::string write(const Value& value);
/// The text as a JSON string, in its quotes.
[[nodiscard]] std::string quoted(std::string_view text);
/// Indented by `indent` blanks (kubectl's -o json uses 4), newline at the end.
[[nodiscard]] std::string write_pretty(const Value& value, unsigned indent = 4);

/// The member at the end of a chain of object keys, or nullptr where one is missing, null or not an
/// object on the way: find(ws, {"status", "conditions"}).
[[nodiscard]] const Value* find(const Value& value, std::initializer_list<std::string_view> keys);
/// The string there, or "" (a view into the value); the integer there, or `otherwise` (2.0 counts
/// as 2).
[[nodiscard]] std::string_view string_at(const Value& value,
                                         std::initializer_list<std::string_view> keys);
[[nodiscard]] std::int64_t int_at(const Value& value, std::initializer_list<std::string_view> keys,
                                  std::int64_t otherwise = 0);

/// Same JSON, member order ignored and numbers compared by value (1 == 1.0).
[[nodiscard]] bool equivalent(const Value& a, const Value& b);

/// RFC 7386: changes `target` in place.
void merge_patch(Value& target, const Value& patch);

}  // namespace kaito::json
