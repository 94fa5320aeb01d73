#pragma once

#include "kaito/kube/client.hpp"

namespace kaito::kube {

/// As Client::wait_for_deletion. Source: kubernetes-client.md 3.8.
[[nodiscard]] Result<void> wait_for_deletion(Client& client, const k8s::ObjectRef& ref,
                                             std::string uid, const CallLimits& limits);

}  // namespace kaito::kube
