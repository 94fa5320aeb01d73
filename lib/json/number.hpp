#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kaito/json/value.hpp"

namespace kaito::json {

/// The number as an int64, from any of the three kinds that hold one; nothing for fractions, for
/// what does not fit, and for what is no number.
[[nodiscard]] std::optional<std::int64_t> whole_number(const Value& value);

/// Appends a double as the shortest text that reads back the same: plain decimals up to 21 digits,
/// then 1e+21. Infinities and NaN, which JSON has not, become null.
void append_number(std::string& out, double number);

}  // namespace kaito::json
