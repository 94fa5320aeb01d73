#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "validate/rule.hpp"

namespace kaito::validate {

namespace {

bool has_wrong_type(const Subject& subject, const FieldPath& path) {
  return std::any_of(subject.problems.begin(), subject.problems.end(), [&](const auto& problem) {
    return problem.kind == json::ReadProblem::Kind::wrong_type && problem.path == path;
  });
}

void check_has_purpose(const Subject& subject, Report& report) {
  const auto& workspace = subject.workspace;
  if (workspace.inference || workspace.tuning) return;
  if (subject.set != nullptr) return;  // S09
  const FieldPath inference = field("inference");
  if (has_wrong_type(subject, inference) || has_wrong_type(subject, field("tuning"))) return;
  report.add(inference, "is missing, and so is tuning: a Workspace needs one of them");
}

void check_one_purpose(const Subject& subject, Report& report) {
  if (subject.workspace.inference && subject.workspace.tuning)
    report.add(field("tuning"), "cannot stand beside inference: a Workspace does one or the other",
               "make two Workspaces");
}

void check_what_to_serve(const Subject& subject, Report& report) {
  const auto& inference = subject.workspace.inference;
  if (inference && !inference->preset && !inference->pod_template)
    report.add(field("inference.preset"), "is missing, and so is template: give one of them");
}

void check_one_way(const Subject& subject, Report& report) {
  const auto& inference = subject.workspace.inference;
  if (inference && inference->preset && inference->pod_template)
    report.add(field("inference.template"), "cannot stand beside preset", "remove one of them");
}

void check_containers(const Subject& subject, Report& report) {
  const auto& inference = subject.workspace.inference;
  if (!inference || !inference->pod_template) return;
  const auto* containers = json::find(inference->pod_template.value(), {"spec", "containers"});
  if (containers == nullptr || !containers->is_array() || containers->get_array().empty())
    report.add(field("inference.template.spec.containers"),
               "has no container: there is nothing to run");
}

constexpr Rule kRules[] = {
    {"V002", Severity::error, "neither inference nor tuning", check_has_purpose},
    {"V003", Severity::error, "both inference and tuning", check_one_purpose},
    {"V036", Severity::error, "inference with neither preset nor template", check_what_to_serve},
    {"V037", Severity::error, "inference with both preset and template", check_one_way},
    {"K043", Severity::error, "a pod template without containers", check_containers},
};

}  // namespace

Rules inference_rules() {
  return kRules;
}

}  // namespace kaito::validate
