#pragma once

#include "kaito/base/result.hpp"
#include "kaito/net/client.hpp"

namespace kaito::net {

/// Whether TLS can work with these: what HttpClient::create would refuse, for those who want to
/// know before there is a server. Reads the system's authorities where there are no others, unless
/// verification is skipped. Errors: invalid.
[[nodiscard]] Result<void> check_tls_options(const TlsOptions& options);

}  // namespace kaito::net
