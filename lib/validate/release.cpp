#include "validate/release.hpp"

#include <charconv>

namespace kaito::validate {

std::optional<Release> parse_release(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  text = text.substr(0, text.find_first_of("-+"));
  Release release{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < release.size(); ++i) {
    if (i > 0 && (at == end || *at++ != '.')) return std::nullopt;
    const auto [stop, error] = std::from_chars(at, end, release[i]);
    if (error != std::errc() || release[i] < 0) return std::nullopt;
    at = stop;
  }
  if (at != end) return std::nullopt;
  return release;
}

std::optional<plan::Release> known_release(const Context& context) {
  if (context.operator_release.empty()) return std::nullopt;
  auto found = plan::find_release(context.operator_release);
  return found ? std::optional(std::move(*found)) : std::nullopt;
}

bool is_at_least(const Context& context, std::string_view release) {
  if (context.operator_release.empty()) return false;
  const auto known = parse_release(context.operator_release);
  const auto wanted = parse_release(release);
  return known && wanted && *known >= *wanted;
}

bool is_before(const Context& context, std::string_view release) {
  if (context.operator_release.empty()) return false;
  const auto known = parse_release(context.operator_release);
  const auto wanted = parse_release(release);
  return known && wanted && *known < *wanted;
}

}  // namespace kaito::validate
