#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"
#include "kaito/net/client.hpp"

namespace kaito::kube {

/// A proxy's URL: http, https or socks5 (socks5h means the same), with "user:password@" taken out
/// of it and decoded. Text without a scheme is http. Errors: invalid; the message holds no
/// password.
[[nodiscard]] Result<net::Proxy> parse_proxy(std::string_view text);

/// The proxy that HTTPS_PROXY, HTTP_PROXY (and their small-letter forms) name for the target,
/// unless NO_PROXY excepts it; loopback is never proxied. Errors: invalid. Source:
/// golang.org/x/net/http/httpproxy.
[[nodiscard]] Result<std::optional<net::Proxy>> proxy_from_environment(
    const net::Url& target,
    const std::function<std::optional<std::string>(const std::string&)>& variable);

/// Whether a NO_PROXY list excepts the target.
[[nodiscard]] bool no_proxy_excepts(std::string_view list, const net::Url& target);

}  // namespace kaito::kube
