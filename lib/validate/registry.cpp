#include "validate/registry.hpp"

#include <algorithm>
#include <string>

namespace kaito::validate {

std::vector<Rules> workspace_tables() {
  return {placeholder_rules(), shape_rules(),    name_rules(),          annotation_rules(),
          inference_rules(),   resource_rules(), instance_type_rules(), selector_rules(),
          partition_rules(),   preset_rules(),   adapter_rules(),       tuning_rules(),
          data_rules()};
}

std::vector<RuleInfo> rules() {
  std::vector<Rules> tables = workspace_tables();
  tables.push_back(decoding_rules());
  tables.push_back(inference_set_rules());
  tables.push_back(update_rules());
  std::vector<RuleInfo> all{
      {"V119", Severity::error, "V004 for the template of an InferenceSet"},
      {"V120", Severity::error, "V005 for the template of an InferenceSet"},
  };
  for (const Rules table : tables)
    for (const Rule& rule : table)
      all.push_back({rule.code, rule.severity, rule.summary});
  const auto key = [](const RuleInfo& rule) {
    return std::pair(std::string_view("SVK").find(rule.code.front()), rule.code);
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  // A code has a row in each table that it takes part in.
  const auto same = [](const auto& a, const auto& b) { return a.code == b.code; };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

}  // namespace kaito::validate
