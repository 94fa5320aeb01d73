#pragma once

#include <memory>

#include "kube/api_server.hpp"

namespace kaito::kube {

/// Opens a watch. Errors: as Client::watch.
[[nodiscard]] Result<std::unique_ptr<Watch>> open_watch(std::shared_ptr<ApiServer> server,
                                                        const k8s::Request& request,
                                                        std::chrono::seconds lasts,
                                                        const CallLimits& limits);

}  // namespace kaito::kube
