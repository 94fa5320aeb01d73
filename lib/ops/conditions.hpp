#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/value.hpp"
#include "kaito/k8s/object_meta.hpp"

namespace kaito::ops {

/// Whether the condition is there, and True.
[[nodiscard]] bool is_true(const std::vector<k8s::Condition>& conditions, std::string_view type);

/// The condition that holds the Workspace back, for people: the first that is not True, in the
/// operator's order.
[[nodiscard]] std::string holding_back(const json::Value& workspace);

}  // namespace kaito::ops
