#include <fmt/format.h>

#include "kaito/base/text.hpp"
#include "validate/rule.hpp"

namespace kaito::validate {

namespace {

const api::TuningSpec* tuning_of(const Subject& subject) {
  return subject.workspace.tuning ? &*subject.workspace.tuning : nullptr;
}

bool is_method(std::string_view method) {
  return method == "lora" || method == "qlora";
}

void check_one_node(const Subject& subject, Report& report) {
  const auto& resource = subject.workspace.resource;
  if (tuning_of(subject) != nullptr && resource && resource->count.value_or(1) > 1)
    report.add(field("resource.count"),
               fmt::format("is {}: tuning runs on one node", *resource->count), "write 1");
}

void check_method(const Subject& subject, Report& report) {
  const auto* tuning = tuning_of(subject);
  if (tuning == nullptr) return;
  const std::string method = tuning->method.value_or("");
  if (method.empty())
    report.add(field("tuning.method"), "is missing", "write lora or qlora");
  else if (!is_method(to_lower(method)))
    report.add(field("tuning.method"), in_quotes(method) + " is not a tuning method",
               "write lora or qlora");
}

/// Admission ignores letter case, the controller does not: it looks for a default ConfigMap of an
/// empty name (workspace-api.md T23).
void check_method_case(const Subject& subject, Report& report) {
  const auto* tuning = tuning_of(subject);
  if (tuning == nullptr || !tuning->method) return;
  const std::string lower = to_lower(*tuning->method);
  if (lower == *tuning->method || !is_method(lower)) return;
  const bool has_config = tuning->config && !tuning->config->empty();
  report.add_as(has_config ? Severity::warning : Severity::error, field("tuning.method"),
                in_quotes(*tuning->method) + " is admitted, but has no default settings",
                "write " + lower);
}

void check_preset_given(const Subject& subject, Report& report) {
  const auto* tuning = tuning_of(subject);
  if (tuning != nullptr && !tuning->preset)
    report.add(field("tuning.preset"), "is missing: which model to tune");
}

/// The job's GPU count comes from the instance type (workspace-api.md T24).
void check_own_nodes(const Subject& subject, Report& report) {
  if (tuning_of(subject) != nullptr && subject.context.own_nodes)
    report.add(field("tuning"),
               "does not start where the operator uses the cluster's own nodes: it takes the GPU "
               "count from the instance type");
}

constexpr Rule kRules[] = {
    {"V068", Severity::error, "tuning on more than one node", check_one_node},
    {"V070", Severity::error, "a tuning method other than lora and qlora", check_method},
    {"V095", Severity::error, "tuning without a preset", check_preset_given},
    {"K050", Severity::error, "a tuning method not in lower case, without a config",
     check_method_case},
    {"K051", Severity::warning, "tuning on the cluster's own nodes", check_own_nodes},
};

}  // namespace

Rules tuning_rules() {
  return kRules;
}

}  // namespace kaito::validate
