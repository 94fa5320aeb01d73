#include "kaito/base/text.hpp"

#include <algorithm>

namespace kaito {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (&part != parts.data()) out += separator;
    out += part;
  }
  return out;
}

std::string shorten(std::string_view text, std::size_t bytes) {
  constexpr std::string_view dots = "...";
  if (text.size() <= bytes) return std::string(text);
  if (bytes <= dots.size()) return std::string(dots.substr(0, bytes));
  std::size_t end = bytes - dots.size();
  // A character has at most three continuation bytes; more means it is not UTF-8 anyway.
  for (int steps = 0; steps < 3 && end > 0 && is_continuation(text[end]); ++steps)
    --end;
  return std::string(text.substr(0, end)) + std::string(dots);
}

}  // namespace kaito
