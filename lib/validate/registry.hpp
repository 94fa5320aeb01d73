#pragma once

#include <vector>

#include "validate/rule.hpp"

namespace kaito::validate {

/// The tables whose rules look at a Workspace by itself (a set's child too).
[[nodiscard]] const std::vector<Rules>& workspace_tables();

}  // namespace kaito::validate
