#pragma once

#include <memory>
#include <string>

#include "kaito/net/byte_stream.hpp"
#include "kube/api_server.hpp"

namespace kaito::kube {

/// A connection to a port of a pod. Errors: as Client::port_forward. Source: kubernetes-client.md
/// 5.3.
[[nodiscard]] Result<std::unique_ptr<net::ByteStream>> open_port_forward(
    ApiServer& server, const k8s::Request& request, int port, const CallLimits& limits);

/// HTTP to a port of a pod: over port-forwards, and where those are refused through the API
/// server's proxy.
[[nodiscard]] Result<std::unique_ptr<net::Transport>> make_pod_transport(
    std::shared_ptr<ApiServer> server, std::string_view namespace_, std::string_view pod, int port);

}  // namespace kaito::kube
