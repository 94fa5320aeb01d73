#include <fmt/format.h>

#include <array>

#include "kaito/base/text.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"

/// What the operator's release does not have yet, and what newer ones cannot do any more.
namespace kaito::validate {

namespace {

bool is_v1alpha1(const Subject& subject) {
  return subject.workspace.version == api::ApiVersion::v1alpha1;
}

void check_version(const Subject& subject, Report& report) {
  if (!subject.context.as_written) return;
  const auto say = [&](const FieldPath& path, std::string_view what, std::string_view since) {
    report.add(path, fmt::format("{} came with {}; the operator here is {}", what, since,
                                 subject.context.operator_release));
  };
  if (subject.set != nullptr) {
    if (is_before(subject.context, "v0.8.0"))
      say(field("kind"), "InferenceSet", "v0.8.0");
    else if (subject.set->version == api::ApiVersion::v1beta1 &&
             is_before(subject.context, "v0.11.0"))
      say(field("apiVersion"), "v1beta1 of InferenceSet", "v0.11.0");
  } else if (!is_v1alpha1(subject) && is_before(subject.context, "v0.4.5")) {
    say(field("apiVersion"), "v1beta1", "v0.4.5");
  }
}

void check_fields(const Subject& subject, Report& report) {
  if (subject.context.operator_release.empty()) return;
  const auto& workspace = subject.workspace;
  const auto say = [&](bool used, std::string_view since, const FieldPath& path) {
    if (used && is_before(subject.context, since))
      report.add(path,
                 fmt::format("came with {}; the operator here is {}, whose API server drops it",
                             since, subject.context.operator_release));
  };
  say(workspace.tuning.has_value(), "v0.3.0", field("tuning"));
  const auto& inference = workspace.inference;
  say(inference && inference->adapters, "v0.3.0", field("inference.adapters"));
  say(inference && inference->config, "v0.4.1", field("inference.config"));
  say(workspace.resource && workspace.resource->partition, "v0.12.0", field("resource.partition"));
  for (const auto& placed : presets_of(workspace))
    say(placed.preset->options && placed.preset->options->model_access_secret, "v0.4.6",
        placed.path().key("presetOptions").key("modelAccessSecret"));
}

/// The webhook looks v1alpha1 models up in a register that starts empty (workspace-api.md T06).
void check_v1alpha1(const Subject& subject, Report& report) {
  const auto& inference = subject.workspace.inference;
  if (!subject.context.as_written || subject.set != nullptr || !is_v1alpha1(subject) ||
      !inference || !inference->preset || is_before(subject.context, "v0.11.0"))
    return;
  const bool certain = is_at_least(subject.context, "v0.11.0");
  report.add_as(certain ? Severity::error : Severity::warning, field("apiVersion"),
                "kaito.sh/v1alpha1 makes the webhook of operators since v0.11.0 crash on an "
                "inference preset, so that the API server refuses the Workspace",
                "write kaito.sh/v1beta1");
}

struct KnownSince {
  std::string_view key;
  std::string_view since;
};
constexpr std::array kAnnotations{
    KnownSince{"kaito.sh/enablelb", "v0.1.0"},
    KnownSince{"kaito.sh/runtime", "v0.4.0"},
    KnownSince{"kaito.sh/bypass-resource-checks", "v0.4.5"},
    KnownSince{"kaito.sh/node-image-family", "v0.9.0"},
    KnownSince{"kaito.sh/performance-mode", "v0.10.0"},
    KnownSince{"kaito.sh/node-class-name", "v0.11.0"},
    KnownSince{"kaito.sh/disable-benchmark", "v0.11.0"},
    KnownSince{"kaito.sh/model-streaming", "v0.11.0"},
    KnownSince{"kaito.sh/use-local-weights", "v0.12.0"},
};

void check_annotations(const Subject& subject, Report& report) {
  if (subject.context.operator_release.empty()) return;
  for (const auto& [key, since] : kAnnotations)
    if (annotation(subject.workspace, key) != nullptr && is_before(subject.context, since))
      report.add(annotation_path(key), fmt::format("is read since {}; the operator here is {}",
                                                   since, subject.context.operator_release));
}

/// Before v0.4.0 the name had only to be one that the API server takes.
void check_name(const Subject& subject, Report& report) {
  const std::string& name = subject.workspace.meta.name;
  if (subject.set != nullptr || name.empty() || dns_label_problem(name).empty()) return;
  const std::string problem = dns_subdomain_problem(name);
  if (!problem.empty() && is_before(subject.context, "v0.4.0"))
    report.add(field("metadata.name"), in_quotes(name) + " " + problem);
}

constexpr Rule kRules[] = {
    {"S10", Severity::error, "a name that the API server does not take", check_name},
    {"K006", Severity::error, "a kind or version that the operator's release does not have",
     check_version},
    {"K009", Severity::warning, "a field that the operator's release does not have", check_fields},
    {"K007", Severity::warning, "a v1alpha1 preset, on which newer webhooks crash", check_v1alpha1},
    {"K015", Severity::warning, "an annotation that the operator's release does not read",
     check_annotations},
};

}  // namespace

Rules release_rules() {
  return kRules;
}

}  // namespace kaito::validate
