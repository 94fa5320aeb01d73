#include "ops/conditions.hpp"

#include <boost/json/value.hpp>

namespace kaito::ops {

bool is_true(const std::vector<k8s::Condition>& conditions, std::string_view type) {
  const auto* condition = k8s::find_condition(conditions, type);
  return condition != nullptr && condition->status == "True";
}

std::string holding_back(const json::Value& workspace) {
  for (const auto& condition : k8s::conditions_of(workspace)) {
    if (condition.status == "True") continue;
    std::string text = condition.type + " is " + condition.status;
    if (!condition.reason.empty()) text += " (" + condition.reason + ")";
    if (!condition.message.empty()) text += ": " + condition.message;
    return text;
  }
  return "no operator has looked at it yet";
}

}  // namespace kaito::ops
