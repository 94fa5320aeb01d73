#pragma once

#include <memory>

#include "kube/api_server.hpp"

namespace kaito::kube {

/// As Client::exec. Source: kubernetes-client.md 5.2.
[[nodiscard]] Result<std::unique_ptr<PodExec>> open_pod_exec(ApiServer& server,
                                                             const k8s::Request& request,
                                                             const CallLimits& limits);

}  // namespace kaito::kube
