#pragma once

#include <string_view>

#include "kaito/base/field_path.hpp"
#include "kaito/json/value.hpp"

namespace kaito::ops {

/// Where a path leads in an object.
struct ManagedField {
  FieldPath path;                      ///< as far as the object has it
  const json::Value* value = nullptr;  ///< a view into the object; nullptr when it ends before
};

/// Follows a path as the API server writes it for managed fields: "metadata.labels.a.b/c" (a key
/// with dots is told by what the object has), "adapters[0]", `containers[name="c"].image`,
/// `finalizers[="x"]`. A leading dot is passed over. Source: structured-merge-diff
/// fieldpath/element.go.
[[nodiscard]] ManagedField follow_path(const json::Value& object, std::string_view text);

}  // namespace kaito::ops
