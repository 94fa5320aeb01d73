#pragma once

#include <cstdint>
#include <limits>

namespace kaito {

/// The whole number at or below; the nearest there is when it does not fit, 0 for what is none.
/// In place of std::floor, which would be all that a program loads the mathematical library for.
[[nodiscard]] constexpr std::int64_t whole_below(double number) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (number != number) return 0;
  if (number >= 0x1p63) return Limits::max();
  if (number <= -0x1p63) return Limits::min();
  const auto towards_zero = static_cast<std::int64_t>(number);
  return static_cast<double>(towards_zero) > number ? towards_zero - 1 : towards_zero;
}

/// The same, at or above.
[[nodiscard]] constexpr std::int64_t whole_above(double number) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (number <= -0x1p63) return Limits::min();
  const std::int64_t below = whole_below(number);
  return static_cast<double>(below) < number && below != Limits::max() ? below + 1 : below;
}

}  // namespace kaito
