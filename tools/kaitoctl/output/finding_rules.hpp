#pragma once

#include <string>
#include <vector>

#include "kaito/json/value.hpp"
#include "kaito/validate/validate.hpp"

namespace kaitoctl {

/// The table of --list-rules; those that no finding has as its code have "-" for a severity.
[[nodiscard]] std::string rule_table(const std::vector<kaito::validate::RuleInfo>& rules);
/// The RuleList of -o json.
[[nodiscard]] kaito::json::Value rule_list(const std::vector<kaito::validate::RuleInfo>& rules);
/// What --explain says, in lines of at most `width` columns.
[[nodiscard]] std::string rule_text(const kaito::validate::RuleInfo& rule, int width);

}  // namespace kaitoctl
