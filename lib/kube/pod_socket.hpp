#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kaito/net/websocket.hpp"
#include "kube/api_server.hpp"

namespace kaito::kube {

/// Why a server opened no WebSocket, and whether another road to the pod may be open.
struct Declined {
  Error error;
  bool elsewhere = false;
};

/// A WebSocket to the node of a pod, in the first of `protocols` that both ends know.
[[nodiscard]] tl::expected<std::unique_ptr<net::WebSocket>, Declined> open_pod_socket(
    ApiServer& server, const k8s::Request& request, std::vector<std::string> protocols,
    const CallLimits& limits);

/// Sends the bytes in messages of a channel, each of a size that every server takes.
[[nodiscard]] Result<void> send_on_channel(net::WebSocket& socket, char channel,
                                           std::string_view bytes, const CallLimits& limits);

}  // namespace kaito::kube
