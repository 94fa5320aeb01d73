#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"
#include "kaito/net/url.hpp"

namespace kaito::kube {

/// A proxy and what to say to it.
struct Proxy {
  net::Url url;
  std::string authorization;  ///< value of Proxy-Authorization, or ""
};

/// A proxy's URL, with "user:password@" turned into `authorization`. Text without a scheme is
/// http. Errors: invalid (also socks5, which is not supported); the message holds no password.
[[nodiscard]] Result<Proxy> parse_proxy(std::string_view text);

/// The proxy that HTTPS_PROXY, HTTP_PROXY (and their small-letter forms) name for the target,
/// unless NO_PROXY excepts it; loopback is never proxied. Errors: invalid. Source:
/// golang.org/x/net/http/httpproxy.
[[nodiscard]] Result<std::optional<Proxy>> proxy_from_environment(
    const net::Url& target,
    const std::function<std::optional<std::string>(const std::string&)>& variable);

/// Whether a NO_PROXY list excepts the target.
[[nodiscard]] bool no_proxy_excepts(std::string_view list, const net::Url& target);

}  // namespace kaito::kube
