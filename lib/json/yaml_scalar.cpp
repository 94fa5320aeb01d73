#include "json/yaml_scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>

namespace kaito::json {
namespace {

using Kind = PlainScalar::Kind;

template <std::size_t n>
bool contains(const std::array<std::string_view, n>& words, std::string_view text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 11> kTrue = {"y",    "Y",    "yes", "Yes", "YES", "true",
                                                    "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> kFalse = {"n",     "N",     "no",  "No",  "NO", "false",
                                                     "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 3> kNotANumber = {".nan", ".NaN", ".NAN"};
constexpr std::array<std::string_view, 3> kInfinity = {".inf", ".Inf", ".INF"};
constexpr std::size_t kLongestWord = 5;  // of these, with a sign

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_sign(char c) {
  return c == '+' || c == '-';
}

std::string_view unsigned_part(std::string_view text) {
  return !text.empty() && is_sign(text[0]) ? text.substr(1) : text;
}

std::size_t count_digits(std::string_view text) {
  const auto* end = std::find_if_not(text.begin(), text.end(), is_digit);
  return static_cast<std::size_t>(end - text.begin());
}

/// The digits of an integer and their base.
struct IntegerForm {
  std::string_view digits;
  int base;
};

/// The form of an integer without a sign: decimal, 0x1f, 0o17, 017 or 0b11.
IntegerForm integer_form(std::string_view text) {
  if (text.size() < 2 || text[0] != '0') return {text, 10};
  switch (text[1]) {
    case 'x':
    case 'X':
      return {text.substr(2), 16};
    case 'o':
    case 'O':
      return {text.substr(2), 8};
    case 'b':
    case 'B':
      return {text.substr(2), 2};
    default:
      return {text.substr(1), 8};
  }
}

std::optional<Value> to_integer(std::string_view text) {
  const IntegerForm form = integer_form(unsigned_part(text));
  if (form.digits.empty() || is_sign(form.digits[0])) return {};
  std::uint64_t magnitude = 0;
  const char* end = form.digits.data() + form.digits.size();
  const auto read = std::from_chars(form.digits.data(), end, magnitude, form.base);
  if (read.ec != std::errc() || read.ptr != end) return {};
  constexpr auto kMostInt64 = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (text[0] == '-') {
    if (magnitude > kMostInt64 + 1) return {};
    return Value(static_cast<std::int64_t>(~magnitude + 1));
  }
  if (magnitude > kMostInt64) return Value(magnitude);
  return Value(static_cast<std::int64_t>(magnitude));
}

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool is_decimal(std::string_view text) {
  text = unsigned_part(text);
  const std::size_t whole = count_digits(text);
  text.remove_prefix(whole);
  if (!text.empty() && text[0] == '.') {
    const std::size_t fraction = count_digits(text.substr(1));
    if (whole == 0 && fraction == 0) return false;
    text.remove_prefix(1 + fraction);
  } else if (whole == 0) {
    return false;
  }
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text = unsigned_part(text.substr(1));
  return !text.empty() && count_digits(text) == text.size();
}

/// Nothing when the number is too large for a double. REQUIRES: is_decimal(text).
std::optional<double> to_double(std::string_view text) {
  if (text[0] == '+') text.remove_prefix(1);
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc()) return number;
  if (text.find("e-") != text.npos || text.find("E-") != text.npos) return 0.0;
  return {};
}

std::string without_underscores(std::string_view text) {
  std::string plain(text);
  plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
  return plain;
}

/// Base 60 as YAML 1.1 has it, which readers there are still know: 1:30, 190:20:30.15.
bool is_base_60(std::string_view text) {
  text = unsigned_part(text);
  const std::size_t whole = count_digits(text);
  if (whole == 0 || whole == text.size() || text[whole] != ':') return false;
  text.remove_prefix(whole);
  while (!text.empty() && text[0] == ':') {
    const std::size_t digits = count_digits(text.substr(1));
    if (digits == 0 || digits > 2 || (digits == 2 && text[1] > '5')) return false;
    text.remove_prefix(1 + digits);
  }
  return text.empty() || (text[0] == '.' && count_digits(text.substr(1)) == text.size() - 1);
}

/// 2001-12-14, alone or before a time.
bool is_date(std::string_view text) {
  if (count_digits(text) != 4) return false;
  text.remove_prefix(4);
  for (int part = 0; part < 2; ++part) {
    if (text.empty() || text[0] != '-') return false;
    const std::size_t digits = count_digits(text.substr(1));
    if (digits == 0 || digits > 2) return false;
    text.remove_prefix(1 + digits);
  }
  return text.empty() || text[0] == 'T' || text[0] == 't' || text[0] == ' ' || text[0] == '\t';
}

}  // namespace

PlainScalar resolve_plain(std::string_view text) {
  // Most text is told from words and numbers by how it begins.
  constexpr std::string_view kBeginnings = "~nNyYtToOfF.+-0123456789";
  if (!text.empty() && kBeginnings.find(text[0]) == std::string_view::npos)
    return {Kind::text, Value(nullptr)};
  if (text.size() <= kLongestWord) {
    if (contains(kNull, text)) return {Kind::null, Value(nullptr)};
    if (contains(kTrue, text)) return {Kind::boolean, Value(true)};
    if (contains(kFalse, text)) return {Kind::boolean, Value(false)};
    if (contains(kNotANumber, text) || contains(kInfinity, unsigned_part(text))) {
      return {Kind::not_finite, Value(nullptr)};
    }
  }
  if (is_digit(text[0]) || is_sign(text[0])) {
    const std::string plain = without_underscores(text);
    if (auto integer = to_integer(plain)) return {Kind::integer, std::move(*integer)};
    const auto number = is_decimal(plain) ? to_double(plain) : std::nullopt;
    if (number) return {Kind::fraction, Value(*number)};
  } else if (text[0] == '.' && is_decimal(text)) {
    if (const auto number = to_double(text)) return {Kind::fraction, Value(*number)};
  }
  return {Kind::text, Value(nullptr)};
}

bool reads_as_something_else(std::string_view text) {
  if (resolve_plain(text).kind != Kind::text) return true;
  if (text == "=" || text == "<<") return true;  // YAML 1.1's default value and merge keys
  if (!is_digit(text[0]) && !is_sign(text[0]) && text[0] != '.') return false;
  const std::string plain = without_underscores(text);
  return is_decimal(plain) || is_base_60(plain) || is_date(text);
}

}  // namespace kaito::json
