#pragma once

#include "kube/api_server.hpp"

namespace kaito::kube {

/// As Client::resources: two requests where the server gathers what it serves (1.27 and later),
/// else one more for each group version. Source: kubernetes-client.md 3.3.
[[nodiscard]] Result<ApiResources> api_resources(ApiServer& server, const CallLimits& limits);

}  // namespace kaito::kube
