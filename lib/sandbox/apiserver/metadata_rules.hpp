#pragma once

#include <string>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"
#include "sandbox/apiserver/api_error.hpp"

namespace kaito::sandbox {

struct Resource;

/// Makes metadata what ObjectMeta is: members that it does not have go (their paths are given
/// back), and a member of a wrong type is a 400, as decoding into the typed struct would give.
[[nodiscard]] Result<std::vector<std::string>> shape_metadata(const Resource& resource,
                                                              json::Value& object);

/// What is wrong with names, labels, annotations, finalizers and owners. `before` is the stored
/// object on updates, null on creates.
[[nodiscard]] std::vector<FieldError> validate_metadata(const Resource& resource,
                                                        const json::Value& object,
                                                        const json::Value* before);

}  // namespace kaito::sandbox
