#pragma once

#include <string>

#include "kaito/json/value.hpp"

namespace kaito::ops {

/// The condition that holds the Workspace back, for people: the first that is not True, in the
/// operator's order.
[[nodiscard]] std::string holding_back(const json::Value& workspace);

}  // namespace kaito::ops
