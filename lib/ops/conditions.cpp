#include "ops/conditions.hpp"

#include <boost/json/value.hpp>

#include "kaito/k8s/object_meta.hpp"

namespace kaito::ops {

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
