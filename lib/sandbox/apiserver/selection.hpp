#pragma once

#include <string>

#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"
#include "kaito/k8s/selector.hpp"

namespace kaito::sandbox {

struct Resource;

/// Errors: invalid as a BadRequest, for a field that the kind cannot be selected by.
[[nodiscard]] Result<void> check_fields(const k8s::FieldSelector& fields, const Resource& resource);

[[nodiscard]] bool is_selected(const json::Value& object, const k8s::LabelSelector& labels,
                               const k8s::FieldSelector& fields);

}  // namespace kaito::sandbox
