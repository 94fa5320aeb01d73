#pragma once

#include <string>
#include <vector>

#include "rule_cases.hpp"

namespace kaito::test {

/// A ConfigMap that a Workspace refers to: texts under the key of its purpose, "" = no such key.
struct ConfigCase {
  std::string code;
  Base base;
  std::string setting;
  std::string patch;  ///< of the Workspace
  std::string rejected;
  std::string findings;  ///< "CODE severity path LINE:COLUMN" per line
  std::string passed;
};

[[nodiscard]] std::vector<ConfigCase> config_cases();

}  // namespace kaito::test
