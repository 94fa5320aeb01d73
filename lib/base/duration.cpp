#include "kaito/base/duration.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "kaito/base/text.hpp"

namespace kaito {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint64_t kLargest = std::uint64_t{1} << 63;  // the magnitude of the smallest int64

tl::unexpected<Error> not_a_duration(std::string_view text, std::string_view why) {
  return fail(ErrorCode::invalid,
              '"' + shorten(text, 64) + "\" is not a duration: " + std::string(why),
              "write for example 300ms, 45s, 1m30s or 1.5h; a bare number is seconds");
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Nanoseconds of the unit at the front of `rest`, which is taken off.
std::optional<std::uint64_t> take_unit(std::string_view& rest) {
  static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 8> units{{
      {"ns", 1},
      {"us", 1'000},
      {"\xc2\xb5s", 1'000},  // U+00B5 micro sign
      {"\xce\xbcs", 1'000},  // U+03BC mu
      {"ms", 1'000'000},
      {"s", 1'000'000'000},
      {"m", 60'000'000'000},
      {"h", 3'600'000'000'000},
  }};
  for (const auto& [name, size] : units) {
    if (rest.substr(0, name.size()) != name) continue;
    rest.remove_prefix(name.size());
    return size;
  }
  return std::nullopt;
}

/// "1.5" of "1.5h": the whole part, and the digits behind the point as numerator and scale.
struct Number {
  std::uint64_t whole = 0;
  std::uint64_t fraction = 0;
  double scale = 1;
  bool any_digit = false;
  bool too_large = false;
};

Number take_number(std::string_view& rest) {
  Number number;
  while (!rest.empty() && is_digit(rest.front())) {
    const auto digit = static_cast<std::uint64_t>(rest.front() - '0');
    number.too_large = number.too_large || number.whole > (kLargest - digit) / 10;
    if (!number.too_large) number.whole = number.whole * 10 + digit;
    number.any_digit = true;
    rest.remove_prefix(1);
  }
  if (rest.empty() || rest.front() != '.') return number;
  rest.remove_prefix(1);
  while (!rest.empty() && is_digit(rest.front())) {
    // Digits beyond what 63 bits hold are far below a nanosecond: passed over.
    if (number.fraction < kLargest / 20) {
      number.fraction = number.fraction * 10 + static_cast<std::uint64_t>(rest.front() - '0');
      number.scale *= 10;
    }
    number.any_digit = true;
    rest.remove_prefix(1);
  }
  return number;
}

Result<nanoseconds> signed_nanoseconds(std::string_view text, std::uint64_t total, bool negative) {
  if (negative) return nanoseconds(static_cast<std::int64_t>(0 - total));
  if (total == kLargest) return not_a_duration(text, "it is too long");
  return nanoseconds(static_cast<std::int64_t>(total));
}

}  // namespace

Result<nanoseconds> parse_duration(std::string_view text) {
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
    negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  if (rest.empty()) return not_a_duration(text, "it has no number");

  std::uint64_t total = 0;
  bool first = true;
  while (!rest.empty()) {
    const bool had_point_or_digit = is_digit(rest.front()) || rest.front() == '.';
    const std::string_view at_number = rest;
    const Number number = take_number(rest);
    if (!had_point_or_digit || !number.any_digit)
      return not_a_duration(text, "a number is missing before \"" + shorten(at_number, 16) + '"');
    std::optional<std::uint64_t> unit = take_unit(rest);
    const bool bare_integer = first && rest.empty() && !unit &&
                              at_number.find_first_not_of("0123456789") == std::string_view::npos;
    if (bare_integer) unit = 1'000'000'000;
    if (!unit && rest.empty()) return not_a_duration(text, "a unit is missing at the end");
    if (!unit) return not_a_duration(text, "unknown unit at \"" + shorten(rest, 16) + '"');
    if (number.too_large || number.whole > kLargest / *unit)
      return not_a_duration(text, "it is too long");
    std::uint64_t part = number.whole * *unit;
    part += static_cast<std::uint64_t>(static_cast<double>(number.fraction) *
                                       (static_cast<double>(*unit) / number.scale));
    if (part > kLargest || total > kLargest - part) return not_a_duration(text, "it is too long");
    total += part;
    first = false;
  }
  return signed_nanoseconds(text, total, negative);
}

std::string format_duration(nanoseconds duration) {
  if (duration.count() == 0) return "0s";
  const bool negative = duration.count() < 0;
  const auto count = static_cast<std::uint64_t>(duration.count());
  const std::uint64_t ns = negative ? 0 - count : count;
  const std::string sign = negative ? "-" : "";

  if (ns < 1'000) return sign + std::to_string(ns) + "ns";
  if (ns < 1'000'000) return sign + std::to_string(ns / 1'000) + "us";
  if (ns < 1'000'000'000) return sign + std::to_string(ns / 1'000'000) + "ms";
  const std::uint64_t seconds = ns / 1'000'000'000;
  if (seconds < 10) {
    const std::uint64_t tenths = ns / 100'000'000 % 10;
    const std::string fraction = tenths == 0 ? "" : '.' + std::to_string(tenths);
    return sign + std::to_string(seconds) + fraction + 's';
  }
  const auto two_parts = [&sign](std::uint64_t large, char large_unit, std::uint64_t small,
                                 char small_unit) {
    std::string text = sign + std::to_string(large) + large_unit;
    if (small != 0) text += std::to_string(small) + small_unit;
    return text;
  };
  if (seconds < 60) return sign + std::to_string(seconds) + 's';
  if (seconds < 3600) return two_parts(seconds / 60, 'm', seconds % 60, 's');
  return two_parts(seconds / 3600, 'h', seconds / 60 % 60, 'm');
}

std::string format_age(std::chrono::seconds age) {
  const std::int64_t seconds = age.count();
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";

  const auto one_part = [](std::int64_t n, char unit) { return std::to_string(n) + unit; };
  const auto two_parts = [&one_part](std::int64_t large, char large_unit, std::int64_t small,
                                     char small_unit) {
    return one_part(large, large_unit) + (small == 0 ? "" : one_part(small, small_unit));
  };
  const std::int64_t minutes = seconds / 60;
  const std::int64_t hours = minutes / 60;
  const std::int64_t days = hours / 24;
  const std::int64_t years = days / 365;
  if (seconds < 120) return one_part(seconds, 's');
  if (minutes < 10) return two_parts(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return one_part(minutes, 'm');
  if (hours < 8) return two_parts(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return one_part(hours, 'h');
  if (days < 8) return two_parts(days, 'd', hours % 24, 'h');
  if (years < 2) return one_part(days, 'd');
  if (years < 8) return two_parts(years, 'y', days % 365, 'd');
  return one_part(years, 'y');
}

}  // namespace kaito
