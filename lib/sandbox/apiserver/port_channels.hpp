#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "kaito/net/byte_stream.hpp"
#include "kaito/net/websocket.hpp"

namespace kaito::sandbox {

/// Serves a connection to the port as long as it lasts. False, at once, when nothing listens there.
using ServePort = std::function<bool(int port, net::ByteStream& connection, std::stop_token stop)>;

/// Forwards to those ports over one WebSocket, as a kubelet does: channel 2i carries the bytes of
/// the i-th, 2i+1 what goes wrong with it, and the first message on each names the port. Returns
/// when the connections to all of them are over, or the WebSocket is. `pod` is for errors. Source:
/// kubernetes-client.md 5.3.
void forward_ports(net::WebSocket& socket, const std::vector<int>& ports, const ServePort& serve,
                   const std::string& pod, const std::stop_token& stop);

}  // namespace kaito::sandbox
