#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"

namespace kaito::net {

/// Where a server is. No query, fragment or credentials.
struct Url {
  bool tls = true;
  std::string host;  ///< without brackets for IPv6
  std::uint16_t port = 443;
  std::string path;  ///< without a trailing "/"; "" for the root

  /// "https://host:port/path" (default ports left out, IPv6 in brackets).
  [[nodiscard]] std::string text() const;
  /// "host:port" as in a Host header: default ports left out.
  [[nodiscard]] std::string authority() const;
  bool operator==(const Url&) const = default;
};

/// http:// or https:// URL; text without a scheme is taken as https. Query and fragment are
/// dropped, credentials in it are refused. Errors: invalid.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

[[nodiscard]] bool is_ip_literal(std::string_view host);
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace kaito::net
