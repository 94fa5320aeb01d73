#pragma once

#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"
#include "sandbox/apiserver/merge_guide.hpp"

namespace kaito::sandbox {

/// RFC 6902. Errors: invalid as a BadRequest (not a list of operations), or as Invalid (an
/// operation does not apply, a test fails).
[[nodiscard]] Result<json::Value> json_patch(const json::Value& target, const json::Value& patch);

/// Kubernetes' strategic merge for built-in kinds: lists by their keys, $patch: delete and replace,
/// $retainKeys, $deleteFromPrimitiveList.
[[nodiscard]] json::Value strategic_patch(const json::Value& target, const json::Value& patch,
                                          const MergeGuide& guide);

}  // namespace kaito::sandbox
