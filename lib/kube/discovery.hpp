#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kube/api_server.hpp"

namespace kaito::kube {

/// As the members of Client of the same names. Source: kubernetes-client.md 3.3.
[[nodiscard]] Result<std::vector<std::string>> served_versions(ApiServer& server,
                                                               std::string_view group,
                                                               const CallLimits& limits);
[[nodiscard]] Result<bool> serves(ApiServer& server, const k8s::ResourceType& type,
                                  const CallLimits& limits);
[[nodiscard]] Result<std::string> server_version(ApiServer& server, const CallLimits& limits);

}  // namespace kaito::kube
