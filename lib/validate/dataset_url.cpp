#include "validate/dataset_url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>

#include "kaito/base/text.hpp"

namespace kaito::validate {

namespace {

using Bytes4 = std::array<unsigned char, 4>;
using Bytes16 = std::array<unsigned char, 16>;

bool is_internal(const Bytes4& ip) {
  return ip[0] == 127 || ip[0] == 10 || (ip[0] == 172 && (ip[1] & 0xF0) == 16) ||
         (ip[0] == 192 && ip[1] == 168) || (ip[0] == 169 && ip[1] == 254) ||
         (ip[0] == 224 && ip[1] == 0 && ip[2] == 0);
}

bool is_internal(const Bytes16& ip) {
  const auto zeros = [&](std::size_t count) {
    return std::all_of(ip.begin(), ip.begin() + static_cast<std::ptrdiff_t>(count),
                       [](unsigned char byte) { return byte == 0; });
  };
  if (zeros(15) && ip[15] == 1) return true;  // ::1
  if (zeros(10) && ip[10] == 0xFF && ip[11] == 0xFF)
    return is_internal(Bytes4{ip[12], ip[13], ip[14], ip[15]});
  return (ip[0] & 0xFE) == 0xFC || (ip[0] == 0xFE && (ip[1] & 0xC0) == 0x80) ||
         (ip[0] == 0xFF && (ip[1] & 0x0F) == 0x02);
}

bool is_internal_address(const std::string& host) {
  Bytes4 four{};
  if (inet_pton(AF_INET, host.c_str(), four.data()) == 1) return is_internal(four);
  Bytes16 six{};
  const std::string without_zone = host.substr(0, host.find('%'));
  return inet_pton(AF_INET6, without_zone.c_str(), six.data()) == 1 && is_internal(six);
}

bool is_local_name(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") ||
         host == "metadata.google.internal" || host == "metadata.google" ||
         host == "instance-data.ec2.internal";
}

struct Parts {
  std::string scheme;
  std::string host;
};

std::optional<Parts> take_apart(std::string_view url) {
  const auto blank_or_control = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
  };
  if (std::any_of(url.begin(), url.end(), blank_or_control)) return std::nullopt;
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  Parts parts{to_lower(url.substr(0, colon)), {}};
  const auto in_scheme = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  if (!std::all_of(parts.scheme.begin(), parts.scheme.end(), in_scheme)) return std::nullopt;

  std::string_view authority = url.substr(colon + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t user = authority.rfind('@'); user != std::string_view::npos)
    authority.remove_prefix(user + 1);
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    parts.host = to_lower(authority.substr(1, end - 1));
    authority.remove_prefix(end + 1);
  } else {
    const std::size_t port = authority.find(':');
    parts.host = to_lower(authority.substr(0, port));
    authority = port == std::string_view::npos ? std::string_view() : authority.substr(port);
  }
  // What is left is ":port".
  if (!authority.empty() &&
      (authority.front() != ':' ||
       authority.find_first_not_of("0123456789", 1) != std::string_view::npos))
    return std::nullopt;
  if (parts.host.empty()) return std::nullopt;
  return parts;
}

}  // namespace

UrlFault screen_url(std::string_view url) {
  const auto parts = take_apart(url);
  if (!parts) return UrlFault::malformed;
  if (parts->scheme != "http" && parts->scheme != "https") return UrlFault::scheme;
  if (is_local_name(parts->host)) return UrlFault::local;
  if (is_internal_address(parts->host)) return UrlFault::internal;
  return UrlFault::none;
}

}  // namespace kaito::validate
