#pragma once

#include <string>

#include "kaito/kube/client.hpp"

namespace kaito::ops {

/// The release of the KAITO operator that runs in the cluster ("v0.12.0"), read off the image of
/// its Deployment; "" where none is found or we may not look. One request. Errors: those of a
/// server that cannot be asked anything (unreachable, unauthenticated, timeout, interrupted).
[[nodiscard]] Result<std::string> operator_release(kube::Client& client, const CallLimits& limits);

}  // namespace kaito::ops
