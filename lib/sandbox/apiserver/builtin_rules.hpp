#pragma once

#include <string>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"
#include "sandbox/apiserver/api_error.hpp"

namespace kaito::sandbox {

struct Resource;

/// What the API server fills into built-in kinds and clients look at: phases, restart policies,
/// replicas, secrets' stringData, a service's address (`service_ip`, where it needs a new one).
/// `before` is null on creates.
void fill_builtin_defaults(const Resource& resource, json::Value& object, const json::Value* before,
                           const std::string& service_ip);

/// Decoding errors (a Lease's times). Errors: invalid as a BadRequest.
[[nodiscard]] Result<void> check_builtin_shape(const Resource& resource, const json::Value& object);

/// The few required fields without which the simulated cluster could not work with the object, and
/// those that cannot change. `before` is null on creates.
[[nodiscard]] std::vector<FieldError> validate_builtin(const Resource& resource,
                                                       const json::Value& object,
                                                       const json::Value* before);

}  // namespace kaito::sandbox
