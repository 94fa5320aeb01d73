#pragma once

#include "kaito/json/value.hpp"
#include "sandbox/apiserver/call.hpp"

namespace kaito::sandbox {

/// The container that the query names, or the pod's only one. Errors: invalid as a BadRequest
/// (there are several to choose from, or none of that name).
[[nodiscard]] Result<ContainerRef> choose_container(const Call& call, const json::Value& pod);

}  // namespace kaito::sandbox
