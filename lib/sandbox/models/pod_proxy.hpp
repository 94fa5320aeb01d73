#pragma once

#include "kaito/net/server.hpp"
#include "sandbox/apiserver/api_server.hpp"

namespace kaito::sandbox {

/// Passes a proxied request on to a real listener on the loopback: a process that a test or a user
/// runs. False when the target is not on the loopback or nothing listens. Streams as it comes.
[[nodiscard]] bool pass_to_listener(const ProxyTarget& target, const net::ServerRequest& request,
                                    net::Responder& responder, const std::stop_token& stop);

}  // namespace kaito::sandbox
