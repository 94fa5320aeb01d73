#include "validate/release.hpp"

#include <charconv>

#include "kaito/base/text.hpp"

namespace kaito::validate {

std::optional<Release> parse_release(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  text = text.substr(0, text.find_first_of("-+"));
  const auto parts = split(text, '.');
  Release release{};
  if (parts.size() != release.size()) return std::nullopt;
  for (std::size_t i = 0; i < release.size(); ++i) {
    const char* const end = parts[i].data() + parts[i].size();
    const auto [stop, error] = std::from_chars(parts[i].data(), end, release[i]);
    if (error != std::errc() || stop != end || release[i] < 0) return std::nullopt;
  }
  return release;
}

bool is_at_least(const Context& context, std::string_view release) {
  const auto known = parse_release(context.operator_release);
  const auto wanted = parse_release(release);
  return known && wanted && *known >= *wanted;
}

bool is_before(const Context& context, std::string_view release) {
  const auto known = parse_release(context.operator_release);
  const auto wanted = parse_release(release);
  return known && wanted && *known < *wanted;
}

}  // namespace kaito::validate
