#include "kube/pod_socket.hpp"

#include <utility>

namespace kaito::kube {

tl::expected<std::unique_ptr<net::WebSocket>, Declined> open_pod_socket(
    ApiServer& server, const k8s::Request& request, std::vector<std::string> protocols,
    const CallLimits& limits) {
  const net::WebSocketHandshake handshake(std::move(protocols));
  net::HttpRequest wire;
  wire.target = request.target();
  handshake.add_to(wire);
  auto answer = server.upgrade_once(std::move(wire), limits);
  if (!answer) return tl::unexpected<Declined>({std::move(answer).error().in(request.doing)});
  if (answer->stream == nullptr) {
    const int status = answer->head.status;
    Answer refused;
    refused.head = std::move(answer->head);
    refused.body = std::move(answer->body);
    auto error = server.error_of(request, refused);
    error = std::move(error).hinted(
        "the API server, or what stands before it, may not forward WebSockets");
    return tl::unexpected<Declined>(
        {std::move(error), status != 401 && status != 404 && status != 429});
  }
  auto socket = handshake.finish(std::move(*answer));
  if (!socket) return tl::unexpected<Declined>({std::move(socket).error().in(request.doing), true});
  return std::move(*socket);
}

Result<void> send_on_channel(net::WebSocket& socket, char channel, std::string_view bytes,
                             const CallLimits& limits) {
  constexpr std::size_t largest_write = std::size_t{32} << 10;
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, largest_write);
    KAITO_CHECK(socket.send(std::string(1, channel).append(part), limits));
    bytes.remove_prefix(part.size());
  }
  return {};
}

}  // namespace kaito::kube
