#include <algorithm>

#include "validate/config.hpp"
#include "validate/field_order.hpp"
#include "validate/pod_fields.hpp"
#include "validate/registry.hpp"
#include "validate/suppression.hpp"

namespace kaito::validate {

namespace {

using Findings = std::vector<Finding>;

void run(Rules rules, const Subject& subject, Findings& findings) {
  for (const Rule& rule : rules) {
    if (rule.check == nullptr) continue;  // one that is reported by hand
    Report report(rule.code, rule.severity, subject, findings);
    rule.check(subject, report);
  }
}

bool is_at_or_below(const FieldPath& path, const FieldPath& parent) {
  const auto& steps = path.steps();
  const auto& start = parent.steps();
  return steps.size() >= start.size() && std::equal(start.begin(), start.end(), steps.begin());
}

/// A finding beside which others about the same value only repeat it: a value of the wrong type, a
/// text that is still a placeholder, a document that is no object.
bool says_it_all(const Finding& finding) {
  return finding.code == "S07" || finding.code == "K001" ||
         (finding.code == "K002" && finding.path.empty());
}

/// Takes out the echoes of such findings, and what two tables said alike.
void drop_echoes(Findings& findings) {
  std::vector<Finding> kept;
  for (const auto& finding : findings) {
    const bool echo = std::any_of(findings.begin(), findings.end(), [&](const Finding& cause) {
      return says_it_all(cause) && cause.code != finding.code &&
             is_at_or_below(finding.path, cause.path);
    });
    const bool repeated = std::any_of(kept.begin(), kept.end(), [&](const Finding& earlier) {
      return earlier.code == finding.code && earlier.path == finding.path;
    });
    if (!echo && !repeated) kept.push_back(finding);
  }
  findings = std::move(kept);
}

/// The webhook has codes of its own for two of the child's rules.
std::string code_in_set(const std::string& code) {
  if (code == "V004") return "V119";
  if (code == "V005") return "V120";
  return code;
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      break;
  }
  return "error";
}

FieldPath path_in_set(const FieldPath& child) {
  const auto& steps = child.steps();
  if (steps.empty()) return child;
  const auto* first = std::get_if<std::string>(&steps.front());
  if (first == nullptr) return child;
  std::size_t from = 0;
  FieldPath path("spec");
  const auto* second = steps.size() > 1 ? std::get_if<std::string>(&steps[1]) : nullptr;
  if (*first == "resource" && second != nullptr && *second == "labelSelector")
    from = 1;
  else
    path = path.key("template");
  for (std::size_t i = from; i < steps.size(); ++i)
    path = std::holds_alternative<std::string>(steps[i])
               ? path.key(std::get<std::string>(steps[i]))
               : path.index(std::get<std::size_t>(steps[i]));
  return path;
}

std::vector<Finding> check_workspace(const api::Workspace& workspace,
                                     const std::vector<json::ReadProblem>& problems,
                                     const Context& context, const json::Value* source) {
  Subject subject{workspace, problems, context};
  subject.source = source;
  look_up(subject);
  Findings findings;
  run(decoding_rules(), subject, findings);
  run(suppression_rules(), subject, findings);
  for (const Rules table : workspace_tables())
    run(table, subject, findings);
  drop_echoes(findings);
  drop_ignored(findings, workspace.meta.annotations);
  sort_by_field(findings, FieldsOf::workspace);
  return findings;
}

std::vector<Finding> check_inference_set(const api::InferenceSet& set,
                                         const std::vector<json::ReadProblem>& problems,
                                         const Context& context) {
  const api::Workspace child = api::child_workspace(set);
  Findings of_child;
  const std::vector<json::ReadProblem> none;
  Subject child_subject{child, none, context, nullptr, &set};
  look_up(child_subject);
  for (const Rules table : workspace_tables())
    run(table, child_subject, of_child);

  Findings findings;
  const Subject subject{child, problems, context, nullptr, &set};
  run(decoding_rules(), subject, findings);
  run(suppression_rules(), subject, findings);
  run(inference_set_rules(), subject, findings);
  run(open_part_set_rules(), subject, findings);
  run(legacy_set_rules(), subject, findings);
  for (auto& finding : of_child) {
    // What is about the set as a whole has the set's own path.
    if (finding.path != field("kind") && finding.path != field("apiVersion"))
      finding.path = path_in_set(finding.path);
    finding.code = code_in_set(finding.code);
    findings.push_back(std::move(finding));
  }
  drop_echoes(findings);
  drop_ignored(findings, set.meta.annotations);
  sort_by_field(findings, FieldsOf::inference_set);
  return findings;
}

std::vector<Finding> check_update(const api::Workspace& stored, const api::Workspace& wanted,
                                  const Context& context) {
  // The API server answers with the schema's defaults filled in; a file has none of them.
  api::Workspace before = stored;
  api::Workspace after = wanted;
  if (after.version != before.version) {
    // What conversion changes is said by whoever converts for sending.
    static_cast<void>(api::convert(before, after.version));
  }
  api::apply_defaults(before);
  api::apply_defaults(after);
  const std::vector<json::ReadProblem> none;
  Findings findings;
  run(update_rules(), Subject{after, none, context, &before}, findings);
  drop_ignored(findings, wanted.meta.annotations);
  sort_by_field(findings, FieldsOf::workspace);
  return findings;
}

std::vector<Finding> check_set_update(const api::InferenceSet& stored,
                                      const api::InferenceSet& wanted, const Context& context) {
  const api::Workspace child = api::child_workspace(wanted);
  const std::vector<json::ReadProblem> none;
  Findings findings;
  run(inference_set_update_rules(), Subject{child, none, context, nullptr, &wanted, &stored},
      findings);
  drop_ignored(findings, wanted.meta.annotations);
  return findings;
}

std::vector<Finding> check_config_map(const api::Workspace& workspace,
                                      const json::Value& config_map, const Context& context) {
  const bool tuning = workspace.tuning.has_value();
  const std::vector<json::ReadProblem> none;
  Subject subject{workspace, none, context};
  look_up(subject);
  // The transformers runtime has its settings in the preset, and a pod template its own.
  if (!tuning && (uses_transformers(subject) || !workspace.inference)) return {};
  const Config config = read_config(config_map, tuning ? kTrainingConfigKey : kInferenceConfigKey);
  subject.config = &config;
  Findings findings;
  run(tuning ? tuning_config_rules() : inference_config_rules(), subject, findings);
  if (!tuning) run(config_fit_rules(), subject, findings);
  for (auto& finding : findings)
    finding.place = config.place(finding.path);
  drop_ignored(findings, workspace.meta.annotations);
  return findings;
}

std::optional<Severity> worst(const std::vector<Finding>& findings) {
  std::optional<Severity> highest;
  for (const auto& finding : findings)
    highest = std::max(highest.value_or(finding.severity), finding.severity);
  return highest;
}

}  // namespace kaito::validate
