#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "kaito/net/websocket.hpp"
#include "kube/api_server.hpp"

namespace kaito::kube {

/// How a silent node is told from one that is gone, while somebody waits for it.
struct KeepAlive {
  std::chrono::milliseconds ping_every{5'000};
  /// From the last sign of life on; only of a node that has answered a ping before.
  std::chrono::milliseconds give_up_after{61'000};
};

/// As Client::exec. Source: kubernetes-client.md 5.2.
[[nodiscard]] Result<std::unique_ptr<PodExec>> open_pod_exec(ApiServer& server,
                                                             const k8s::Request& request,
                                                             const CallLimits& limits);
/// The same over a WebSocket that is open. `doing` begins its errors.
[[nodiscard]] std::unique_ptr<PodExec> make_pod_exec(std::unique_ptr<net::WebSocket> socket,
                                                     std::string doing,
                                                     const KeepAlive& keep_alive = {});

}  // namespace kaito::kube
