#pragma once

#include <vector>

#include "rule_cases.hpp"

namespace kaito::test {

/// A stored and a wanted Workspace, both as patches of the same valid one.
struct UpdateCase {
  std::string code;
  Base base;
  std::string setting;
  std::string stored;
  std::string wanted;
  std::string findings;
};

[[nodiscard]] std::vector<UpdateCase> update_cases();
}  // namespace kaito::test
