#include "kaito/net/url.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "kaito/base/text.hpp"

namespace kaito::net {
namespace {

constexpr std::uint16_t default_port(bool tls) {
  return tls ? 443 : 80;
}

/// Without the zone of a link-local IPv6 address ("fe80::1%eth0").
std::string_view without_zone(std::string_view host) {
  return host.substr(0, host.find('%'));
}

bool is_ipv6(std::string_view host) {
  in6_addr parsed{};
  return inet_pton(AF_INET6, std::string(without_zone(host)).c_str(), &parsed) == 1;
}

bool is_ipv4(std::string_view host) {
  in_addr parsed{};
  return inet_pton(AF_INET, std::string(host).c_str(), &parsed) == 1;
}

/// DNS names, and the underscore that some internal names have.
bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.' || c == '_';
  });
}

tl::unexpected<Error> bad_url(std::string_view text, std::string_view why) {
  return fail(
      ErrorCode::invalid,
      fmt::format("\"{}\" is not a server URL: {}", escape_controls(shorten(text, 200)), why),
      "a server URL looks like https://host:6443");
}

/// Splits "host:port", "[v6]:port", "host" into url's host and port; gives the problem, or "".
std::string_view take_authority(std::string_view authority, Url& url) {
  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return "the bracket of the IPv6 address is not closed";
    url.host = std::string(authority.substr(1, close - 1));
    if (!is_ipv6(url.host)) return "what is in the brackets is not an IPv6 address";
    const std::string_view after = authority.substr(close + 1);
    if (!after.empty() && after.front() != ':') return "there is something after the IPv6 address";
    has_port = !after.empty();
    if (has_port) port = after.substr(1);
  } else {
    if (std::count(authority.begin(), authority.end(), ':') > 1) {
      return "an IPv6 address must be in brackets: https://[::1]:6443";
    }
    const std::size_t colon = authority.find(':');
    has_port = colon != std::string_view::npos;
    if (has_port) port = authority.substr(colon + 1);
    url.host = std::string(authority.substr(0, colon));
    if (url.host.empty()) return "it has no host";
    if (!is_host_name(url.host)) return "the host has a character that host names cannot have";
  }
  if (!has_port || port.empty()) return {};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (error != std::errc{} || end != port.data() + port.size() || url.port == 0) {
    return "the port must be a number from 1 to 65535";
  }
  return {};
}

}  // namespace

std::string Url::text() const {
  return fmt::format("{}://{}{}", tls ? "https" : "http", authority(), path);
}

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
  return port == default_port(tls) ? name : fmt::format("{}:{}", name, port);
}

Result<Url> parse_url(std::string_view text) {
  std::string_view rest = trim(text);
  std::string_view scheme = "https";
  if (const std::size_t end = rest.find("://"); end != std::string_view::npos) {
    scheme = rest.substr(0, end);
    rest.remove_prefix(end + 3);
  }
  rest = rest.substr(0, rest.find_first_of("?#"));
  const std::size_t slash = rest.find('/');
  const std::string_view authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) {
    // The text is not repeated: it may have a password in it.
    return fail(ErrorCode::invalid, "a server URL cannot have a user name or password in it",
                "put credentials into the user entry of the kubeconfig, or into a token");
  }
  Url url;
  url.tls = !equals_ignoring_case(scheme, "http");
  if (url.tls && !equals_ignoring_case(scheme, "https")) {
    return bad_url(text, "it must begin with https:// or http://");
  }
  url.port = default_port(url.tls);
  if (const auto problem = take_authority(authority, url); !problem.empty()) {
    return bad_url(text, problem);
  }
  if (slash == std::string_view::npos) return url;
  std::string_view path = rest.substr(slash);
  while (path.ends_with('/'))
    path.remove_suffix(1);
  const bool blank = std::any_of(path.begin(), path.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
  });
  if (blank) return bad_url(text, "its path has a blank or control character");
  url.path = std::string(path);
  return url;
}

bool is_ip_literal(std::string_view host) {
  return is_ipv4(host) || is_ipv6(host);
}

bool is_loopback(std::string_view host) {
  if (equals_ignoring_case(host, "localhost")) return true;
  in_addr v4{};
  if (inet_pton(AF_INET, std::string(host).c_str(), &v4) == 1) {
    return (ntohl(v4.s_addr) >> 24) == 127;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, std::string(without_zone(host)).c_str(), &v6) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

}  // namespace kaito::net
