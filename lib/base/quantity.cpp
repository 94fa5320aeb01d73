#include "kaito/base/quantity.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "kaito/base/text.hpp"

namespace kaito {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::int64_t kNano = 1'000'000'000;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr int kDigits = 19;          // significant digits kept: all below 10^19 fit 64 bits
constexpr int kFractionDigits = 37;  // 10 * 10^37 still fits 128 bits
constexpr int kHugeExponent = 1000;  // beyond it every value has saturated or vanished

/// digits * 10^ten * 2^two, and whether non-zero digits were cut off behind it.
struct Scaled {
  std::uint64_t digits = 0;
  int ten = 0;
  int two = 0;
  bool more = false;
};

/// Takes "1.50" off the front of `rest`; false when there is no digit.
bool take_number(std::string_view& rest, Scaled& out) {
  bool any = false;
  bool behind_point = false;
  int kept = 0;
  int dropped_before_point = 0;
  for (; !rest.empty(); rest.remove_prefix(1)) {
    const char c = rest.front();
    if (c == '.' && !behind_point) {
      behind_point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (kept == kDigits) {
      out.more = out.more || c != '0';
      if (!behind_point) dropped_before_point = std::min(dropped_before_point + 1, kHugeExponent);
      continue;
    }
    out.digits = out.digits * 10 + static_cast<std::uint64_t>(c - '0');
    if (out.digits != 0) ++kept;
    if (behind_point) out.ten = std::max(out.ten - 1, -kHugeExponent);
  }
  out.ten += dropped_before_point;
  return any;
}

std::optional<int> parse_exponent(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  int exponent = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    exponent = std::min(exponent * 10 + (c - '0'), 2 * kHugeExponent);
  }
  return negative ? -exponent : exponent;
}

bool apply_suffix(std::string_view suffix, Scaled& number) {
  struct Suffix {
    std::string_view text;
    int ten;
    int two;
  };
  static constexpr std::array<Suffix, 16> suffixes{{{"", 0, 0},
                                                    {"n", -9, 0},
                                                    {"u", -6, 0},
                                                    {"m", -3, 0},
                                                    {"k", 3, 0},
                                                    {"M", 6, 0},
                                                    {"G", 9, 0},
                                                    {"T", 12, 0},
                                                    {"P", 15, 0},
                                                    {"E", 18, 0},
                                                    {"Ki", 0, 10},
                                                    {"Mi", 0, 20},
                                                    {"Gi", 0, 30},
                                                    {"Ti", 0, 40},
                                                    {"Pi", 0, 50},
                                                    {"Ei", 0, 60}}};
  for (const Suffix& known : suffixes) {
    if (suffix != known.text) continue;
    number.ten += known.ten;
    number.two += known.two;
    return true;
  }
  if (suffix.front() != 'e' && suffix.front() != 'E') return false;
  const auto exponent = parse_exponent(suffix.substr(1));
  if (!exponent) return false;
  number.ten += *exponent;
  return true;
}

/// Whole units and billionths of the magnitude, finer parts rounded up, saturated at kMost.
struct Magnitude {
  std::int64_t units = 0;
  std::int64_t nanos = 0;
};

Magnitude whole_magnitude(const Scaled& number) {
  Wide units = number.digits;
  for (int i = 0; i < number.ten && units <= Wide{kMost}; ++i)
    units *= 10;
  if (units <= Wide{kMost}) units <<= number.two;
  if (units > Wide{kMost}) return {kMost, 0};
  // Digits were only cut off behind a number of 19 digits: what is missing is below one unit.
  return {static_cast<std::int64_t>(units), number.more ? 1 : 0};
}

Magnitude magnitude_of(Scaled number) {
  if (number.digits == 0) return {};
  if (number.ten >= 0) return whole_magnitude(number);
  for (; number.ten < -kFractionDigits; ++number.ten) {
    number.more = number.more || number.digits % 10 != 0;
    number.digits /= 10;
  }
  Wide divisor = 1;
  for (int i = number.ten; i < 0; ++i)
    divisor *= 10;
  const Wide dividend = Wide{number.digits} << number.two;
  const Wide units = dividend / divisor;
  Wide rest = dividend % divisor;
  std::int64_t nanos = 0;
  for (std::int64_t i = 1; i < kNano; i *= 10) {
    rest *= 10;
    nanos = nanos * 10 + static_cast<std::int64_t>(rest / divisor);
    rest %= divisor;
  }
  if (rest != 0 || number.more) ++nanos;
  if (units + (nanos == kNano ? 1 : 0) > Wide{kMost}) return {kMost, 0};
  if (nanos == kNano) return {static_cast<std::int64_t>(units) + 1, 0};
  return {static_cast<std::int64_t>(units), nanos};
}

}  // namespace

Result<Quantity> Quantity::parse(std::string_view text) {
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) {
    negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  Scaled number;
  if (!take_number(rest, number) || !apply_suffix(rest, number)) {
    return fail(ErrorCode::invalid, '"' + shorten(text, 64) + "\" is not a quantity",
                "write a number and at most one unit, for example 500m, 2, 100Gi or 1e3");
  }
  const Magnitude magnitude = magnitude_of(number);
  Quantity quantity;
  quantity.text_ = text;
  quantity.units_ = negative ? -magnitude.units : magnitude.units;
  quantity.nanos_ = negative ? -magnitude.nanos : magnitude.nanos;
  return quantity;
}

Quantity Quantity::from_bytes(std::int64_t bytes) {
  static constexpr std::array<std::string_view, 7> suffixes{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  std::int64_t count = bytes;
  std::size_t suffix = 0;
  while (count != 0 && count % 1024 == 0 && suffix + 1 < suffixes.size()) {
    count /= 1024;
    ++suffix;
  }
  Quantity quantity;
  quantity.text_ = std::to_string(count) + std::string(suffixes[suffix]);
  quantity.units_ = bytes;
  return quantity;
}

std::int64_t Quantity::value() const {
  if (nanos_ > 0) return units_ == kMost ? kMost : units_ + 1;
  if (nanos_ < 0) return units_ == -kMost ? -kMost : units_ - 1;
  return units_;
}

std::int64_t Quantity::milli_value() const {
  constexpr std::int64_t per_milli = kNano / 1000;
  std::int64_t thousandths = nanos_ / per_milli;
  if (nanos_ % per_milli != 0) thousandths += nanos_ > 0 ? 1 : -1;
  if (units_ > (kMost - 1000) / 1000) return kMost;
  if (units_ < -((kMost - 1000) / 1000)) return -kMost;
  return units_ * 1000 + thousandths;
}

double Quantity::gibibytes() const {
  constexpr double gibi = 1024.0 * 1024.0 * 1024.0;
  return (static_cast<double>(units_) + static_cast<double>(nanos_) / double{kNano}) / gibi;
}

std::strong_ordering Quantity::operator<=>(const Quantity& other) const {
  if (const auto order = units_ <=> other.units_; std::is_neq(order)) return order;
  return nanos_ <=> other.nanos_;
}

}  // namespace kaito
