#pragma once

#include <string>
#include <vector>

#include "kaito/base/field_path.hpp"
#include "kaito/json/document.hpp"

namespace kaito::json {

/// One field that differs. Absent on the side where it does not exist.
struct Difference {
  FieldPath path;
  Document before;
  Document after;
};

/// The leaves in which `after` differs from `before`, in the order of `after`, then what was
/// removed. Lists are compared position by position. An object or list that is on one side alone
/// counts as its leaves, an empty one as a leaf itself; null and absent differ.
[[nodiscard]] std::vector<Difference> differences(const Value& before, const Value& after);

}  // namespace kaito::json
