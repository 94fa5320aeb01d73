#pragma once

#include <stop_token>

#include "kaito/json/value.hpp"
#include "kaito/net/server.hpp"
#include "sandbox/apiserver/api_server.hpp"
#include "sandbox/apiserver/call.hpp"

namespace kaito::sandbox {

/// Fetches the log from the kubelet of the pod's node and passes it on as it comes. False when that
/// node names no kubelet on this machine: the simulated cluster's nodes are no machines. Errors:
/// internal, when the kubelet cannot be reached.
[[nodiscard]] Result<bool> pass_kubelet_log(const Call& call, const json::Value& pod,
                                            const ContainerRef& container,
                                            net::Responder& responder, const std::stop_token& stop);

}  // namespace kaito::sandbox
