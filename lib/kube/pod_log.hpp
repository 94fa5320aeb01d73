#pragma once

#include <memory>
#include <string>

#include "kube/api_server.hpp"

namespace kaito::kube {

/// As Client::pod_log. Source: kubernetes-client.md 3.11.
[[nodiscard]] Result<std::unique_ptr<PodLog>> open_pod_log(std::shared_ptr<ApiServer> server,
                                                           std::string namespace_, std::string pod,
                                                           const k8s::LogOptions& options,
                                                           const CallLimits& limits);

}  // namespace kaito::kube
