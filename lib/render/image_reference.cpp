#include "render/image_reference.hpp"

#include <algorithm>

#include "kaito/base/text.hpp"

namespace kaito::render {

namespace {

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_word(char c) {
  return is_lower_or_digit(c) || is_upper(c) || c == '_';
}

/// Letters and digits, joined by ".", "_", "__" or dashes.
bool is_path_part(std::string_view part) {
  if (part.empty() || !is_lower_or_digit(part.front()) || !is_lower_or_digit(part.back()))
    return false;
  for (std::size_t start = 0; start < part.size(); ++start) {
    if (is_lower_or_digit(part[start])) continue;
    std::size_t end = start;
    while (!is_lower_or_digit(part[end]))
      ++end;
    const std::string_view joint = part.substr(start, end - start);
    const bool dashes = joint.find_first_not_of('-') == std::string_view::npos;
    if (!dashes && joint != "." && joint != "_" && joint != "__") return false;
    start = end;
  }
  return true;
}

bool is_tag(std::string_view tag) {
  constexpr std::size_t longest = 128;
  return !tag.empty() && tag.size() <= longest && is_word(tag.front()) &&
         std::all_of(tag.begin(), tag.end(),
                     [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_digest(std::string_view digest) {
  const std::size_t colon = digest.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view hex = digest.substr(colon + 1);
  constexpr std::size_t shortest = 32;
  return colon > 0 && hex.size() >= shortest &&
         hex.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_host(std::string_view host) {
  return !host.empty() && is_word(host.front()) && host.front() != '_' &&
         std::all_of(host.begin(), host.end(), [](char c) {
           return (is_word(c) && c != '_') || c == '.' || c == '-' || c == ':';
         });
}

bool names_registry(std::string_view first) {
  return first.find_first_of(".:") != std::string_view::npos || first == "localhost" ||
         std::any_of(first.begin(), first.end(), is_upper);
}

}  // namespace

std::string normalized_image(std::string_view reference) {
  std::string_view host = "docker.io";
  std::string_view rest = reference;
  const std::size_t slash = reference.find('/');
  if (slash != std::string_view::npos && names_registry(reference.substr(0, slash))) {
    host = reference.substr(0, slash);
    rest = reference.substr(slash + 1);
  }
  const std::size_t at = rest.find('@');
  const std::string_view digest = at == std::string_view::npos ? "" : rest.substr(at + 1);
  rest = rest.substr(0, at);
  const std::size_t colon = rest.find(':');
  const std::string_view tag = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
  rest = rest.substr(0, colon);

  const auto parts = split(rest, '/');
  const bool parses = is_host(host) && std::all_of(parts.begin(), parts.end(), is_path_part) &&
                      (colon == std::string_view::npos || is_tag(tag)) &&
                      (at == std::string_view::npos || is_digest(digest));
  if (!parses) return std::string(reference);

  if (host == "index.docker.io") host = "docker.io";
  std::string out(host);
  out += '/';
  if (host == "docker.io" && parts.size() == 1) out += "library/";
  out += rest;
  if (!digest.empty()) return out.append("@").append(digest);
  return out.append(":").append(tag.empty() ? "latest" : tag);
}

}  // namespace kaito::render
