#include "kaito/catalog/generator.hpp"

#include <algorithm>

#include "catalog/embedded.hpp"
#include "kaito/base/text.hpp"

namespace kaito::catalog {
namespace {

using By = embedded::FlagRule::By;

[[nodiscard]] bool holds(embedded::Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

[[nodiscard]] bool any_of(embedded::Names names, const std::vector<std::string>& classes) {
  return std::any_of(classes.begin(), classes.end(),
                     [names](const std::string& each) { return holds(names, each); });
}

/// The value of one flag by its rules; "" when the model does not get it.
[[nodiscard]] std::string_view value_of(std::span<const embedded::FlagRule> rules,
                                        std::string_view name,
                                        const std::vector<std::string>& classes) {
  const embedded::FlagRule* longest = nullptr;
  for (const auto& rule : rules) {
    if (rule.by == By::never && rule.match == name) return {};
    if (rule.by != By::name || !name.starts_with(rule.match)) continue;
    if (longest == nullptr || rule.match.size() > longest->match.size()) longest = &rule;
  }
  if (longest != nullptr) return longest->value;
  for (const std::string& each : classes) {
    for (const auto& rule : rules)
      if (rule.by == By::architecture && rule.match == each) return rule.value;
  }
  return {};
}

}  // namespace

std::vector<ServerFlag> generated_flags(std::string_view name,
                                        const std::vector<std::string>& classes) {
  const std::string lower = to_lower(name);
  std::vector<ServerFlag> out;
  auto rules = embedded::flag_rules;
  while (!rules.empty()) {
    const std::string_view flag = rules.front().flag;
    const auto end = std::find_if(rules.begin(), rules.end(),
                                  [flag](const auto& rule) { return rule.flag != flag; });
    const auto count = static_cast<std::size_t>(end - rules.begin());
    const std::string_view value = value_of(rules.first(count), lower, classes);
    if (!value.empty()) out.push_back({flag, value});
    rules = rules.subspan(count);
  }
  return out;
}

bool is_served_class(std::string_view name) {
  return std::binary_search(embedded::served_classes.begin(), embedded::served_classes.end(), name);
}

bool accepts_classes(const std::vector<std::string>& classes) {
  return classes.empty() ||
         std::any_of(classes.begin(), classes.end(),
                     [](const std::string& each) { return is_served_class(each); });
}

bool allows_cpu_cache(const std::vector<std::string>& classes) {
  return !any_of(embedded::hybrid_cache_classes, classes) &&
         !any_of(embedded::no_cpu_cache_classes, classes);
}

bool needs_deep_gemm(const std::vector<std::string>& classes) {
  return any_of(embedded::deep_gemm_classes, classes);
}

bool needs_cuda_toolkit(std::string_view name, const std::vector<std::string>& classes) {
  return needs_deep_gemm(classes) || holds(embedded::flash_infer_models, to_lower(name));
}

double gpu_memory_utilization(std::string_view gpu_model) {
  const auto found = std::find_if(
      embedded::memory_shares.begin(), embedded::memory_shares.end(),
      [&](const auto& share) { return share.gpu_model.empty() || share.gpu_model == gpu_model; });
  return found->share;
}

}  // namespace kaito::catalog
