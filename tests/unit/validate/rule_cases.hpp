#pragma once

#include <span>
#include <string>
#include <vector>

namespace kaito::test {

/// What the patches of a case change.
enum class Base { inference, tuning, inference_set };

/// One rule: a change to a valid object that it finds, and one next to it that it does not.
struct RuleCase {
  std::string code;
  Base base;
  std::string setting;   ///< of the context: "own", "nap", "cloud=aws", "release=v0.12.0", ""
  std::string rejected;  ///< merge patch; "" = none
  /// The findings, all of them, as "CODE severity path" per line.
  std::string findings;
  std::string passed;  ///< merge patch that gives no finding of that code and no error; "" = none
};

[[nodiscard]] std::vector<RuleCase> shape_cases();
[[nodiscard]] std::vector<RuleCase> resource_cases();
[[nodiscard]] std::vector<RuleCase> inference_cases();
[[nodiscard]] std::vector<RuleCase> tuning_cases();
[[nodiscard]] std::vector<RuleCase> release_cases();

}  // namespace kaito::test
