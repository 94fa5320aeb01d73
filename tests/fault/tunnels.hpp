#pragma once

#include <stop_token>
#include <vector>

#include "exchange.hpp"
#include "kaito/net/server.hpp"

namespace kaito::fault {

/// What goes over WebSockets: a command that reads its input, and a connection to a port.
[[nodiscard]] const std::vector<Exchange>& tunnels();

[[nodiscard]] bool is_tunnel(const net::ServerRequest& request);
/// The node behind the API server: gives back what comes.
void serve_tunnel(const net::ServerRequest& request, net::Responder& out,
                  const std::stop_token& stop);

}  // namespace kaito::fault
