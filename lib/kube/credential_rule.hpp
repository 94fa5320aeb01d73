#pragma once

#include "kaito/net/url.hpp"

namespace kaito::kube {

/// Whether tokens and passwords may go to this server: over https, or where nobody else listens.
/// Source: kubernetes-client.md 1.7.
[[nodiscard]] inline bool may_carry_credentials(const net::Url& server) {
  return server.tls || net::is_loopback(server.host);
}

}  // namespace kaito::kube
