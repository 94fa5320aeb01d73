#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"

namespace kaito {

/// A Kubernetes resource quantity ("500m", "27.31Gi", "1e3"): its value and the text it was written
/// as. Compared by value; exact for every text that has at most 18 significant digits; finer than a
/// billionth is rounded away from zero, beyond the int64 range saturates. Source: apimachinery
/// pkg/api/resource/quantity.go.
class Quantity {
 public:
  Quantity() = default;
  /// Errors: invalid, when the text is not a quantity.
  [[nodiscard]] static Result<Quantity> parse(std::string_view text);
  [[nodiscard]] static Quantity from_bytes(std::int64_t bytes);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// Whole units (bytes for memory), rounded away from zero as Kubernetes does: 27.31Gi is
  /// 29323889214.
  [[nodiscard]] std::int64_t value() const;
  /// Thousandths, rounded the same way; saturates at the int64 range.
  [[nodiscard]] std::int64_t milli_value() const;
  /// Gibibytes as a number for display.
  [[nodiscard]] double gibibytes() const;

  std::strong_ordering operator<=>(const Quantity& other) const;
  bool operator==(const Quantity& other) const { return std::is_eq(*this <=> other); }

 private:
  std::string text_ = "0";
  std::int64_t units_ = 0;
  std::int64_t nanos_ = 0;  ///< billionths on top of the units; never of the other sign
};

}  // namespace kaito
