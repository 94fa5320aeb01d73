#include "validate/image_reference.hpp"

#include <algorithm>

#include "kaito/base/text.hpp"

namespace kaito::validate {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_alphanumeric(char c) {
  return is_digit(c) || is_lower(c) || is_upper(c);
}
bool is_lower_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

template <class Test>
bool all(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

/// [a-zA-Z0-9] with dashes inside.
bool is_host_label(std::string_view label) {
  return !label.empty() && is_alphanumeric(label.front()) && is_alphanumeric(label.back()) &&
         all(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_registry_host(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos || end == 1) return false;
    if (!all(host.substr(1, end - 1), [](char c) {
          return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
        }))
      return false;
    const std::string_view port = host.substr(end + 1);
    return port.empty() ||
           (port.size() > 1 && port.front() == ':' && all(port.substr(1), is_digit));
  }
  if (colon != std::string_view::npos) {
    const std::string_view port = host.substr(colon + 1);
    if (port.empty() || !all(port, is_digit)) return false;
    host = host.substr(0, colon);
  }
  const auto labels = split(host, '.');
  return std::all_of(labels.begin(), labels.end(), is_host_label);
}

/// Lower-case letters and digits, joined by one ".", one or two "_", or any number of "-".
bool is_path_part(std::string_view part) {
  const auto is_plain = [](char c) { return is_lower(c) || is_digit(c); };
  if (part.empty() || !is_plain(part.front()) || !is_plain(part.back())) return false;
  for (std::size_t i = 0; i < part.size();) {
    if (is_plain(part[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < part.size() && !is_plain(part[end]))
      ++end;
    const std::string_view joint = part.substr(i, end - i);
    const bool dashes = all(joint, [](char c) { return c == '-'; });
    if (!dashes && joint != "." && joint != "_" && joint != "__") return false;
    i = end;
  }
  return true;
}

bool is_tag(std::string_view tag) {
  constexpr std::size_t kLongest = 128;
  return !tag.empty() && tag.size() <= kLongest &&
         (is_alphanumeric(tag.front()) || tag[0] == '_') &&
         all(tag, [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

bool is_digest(std::string_view digest) {
  const std::size_t colon = digest.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view algorithm = digest.substr(0, colon);
  const std::string_view hex = digest.substr(colon + 1);
  const std::size_t wanted = algorithm == "sha256"   ? 64
                             : algorithm == "sha384" ? 96
                             : algorithm == "sha512" ? 128
                                                     : 0;
  return wanted != 0 && hex.size() == wanted && all(hex, is_lower_hex);
}

/// A first part that names a registry, as docker tells it from a folder of Docker Hub.
bool names_registry(std::string_view first) {
  return first.find_first_of(".:") != std::string_view::npos || first == "localhost" ||
         std::any_of(first.begin(), first.end(), is_upper);
}

}  // namespace

std::string image_reference_problem(std::string_view text) {
  constexpr std::size_t kLongestPath = 255;
  constexpr std::size_t kBareDigest = 64;
  if (text.empty()) return "is empty";
  if (text.size() == kBareDigest && all(text, is_lower_hex)) return "is a bare digest";

  std::string_view rest = text;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    const std::string_view first = text.substr(0, slash);
    if (names_registry(first)) {
      if (!is_registry_host(first)) return "has a registry that is not a host name";
      rest = text.substr(slash + 1);
    }
  }
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    if (!is_digest(rest.substr(at + 1))) return "has a malformed digest";
    rest = rest.substr(0, at);
  }
  const std::size_t colon = rest.find(':');
  if (colon != std::string_view::npos && !is_tag(rest.substr(colon + 1)))
    return "has a malformed tag";
  rest = rest.substr(0, colon);
  if (std::any_of(rest.begin(), rest.end(), is_upper))
    return "has upper-case letters in its repository";
  if (rest.size() > kLongestPath) return "has a repository of more than 255 characters";
  const auto parts = split(rest, '/');
  if (!std::all_of(parts.begin(), parts.end(), is_path_part)) return "has a malformed repository";
  return {};
}

}  // namespace kaito::validate
