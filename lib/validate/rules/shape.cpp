#include <algorithm>

#include "kaito/api/fields.hpp"
#include "kaito/base/text.hpp"
#include "validate/field_order.hpp"
#include "validate/rule.hpp"

/// What the CRD's schema refuses, and what decoding found.
namespace kaito::validate {

namespace {

using Kind = json::ReadProblem::Kind;

std::string last_key(const FieldPath& path) {
  if (path.empty()) return {};
  const auto* key = std::get_if<std::string>(&path.steps().back());
  return key != nullptr ? *key : std::string();
}

/// The rule that a problem of decoding belongs to.
std::string_view code_of(const json::ReadProblem& problem) {
  if (problem.kind == Kind::unknown_field) return "V010";
  const std::string generic = generic_path(problem.path);
  if (generic.empty() || generic == "apiVersion" || generic == "kind") return "K002";
  if (problem.kind == Kind::wrong_type) return "S07";
  const std::string key = last_key(problem.path);
  if (key == "labelSelector" || generic.find("matchExpressions") != std::string::npos) return "S01";
  if (key == "name") return "S02";
  if (key == "input" || key == "output") return "S03";
  if (key == "mode") return "S05";
  return "S09";
}

/// What to do about a value of the wrong type: mostly YAML took it for another one than was meant.
std::string fix_of(const json::ReadProblem& problem) {
  if (problem.kind != Kind::wrong_type) return {};
  const std::string_view message = problem.message;
  const bool was_text = message.ends_with("not a string");
  if (message.starts_with("must be a string") &&
      (message.ends_with("not a number") || message.ends_with("not a boolean")))
    return "put it in quotes";
  if (was_text && (message.find("number") != std::string_view::npos ||
                   message.find("boolean") != std::string_view::npos))
    return "take the quotes away";
  return {};
}

void report_problems(const Subject& subject, Report& report) {
  for (const auto& problem : subject.problems)
    if (code_of(problem) == report.code())
      report.add(problem.path, problem.message, fix_of(problem));
}

std::vector<api::Field> fields_of(const Subject& subject) {
  return subject.set != nullptr ? api::inference_set_fields(api::ApiVersion::v1beta1)
                                : api::workspace_fields(api::ApiVersion::v1beta1);
}

/// The fields that the parent of an unknown field has.
std::vector<std::string> siblings(const std::vector<api::Field>& fields,
                                  const std::string& generic) {
  const std::size_t dot = generic.rfind('.');
  const std::string prefix = dot == std::string::npos ? "" : generic.substr(0, dot + 1);
  std::vector<std::string> names;
  for (const auto& known : fields)
    if (known.path.starts_with(prefix) && known.path.find('.', prefix.size()) == std::string::npos)
      names.push_back(known.path.substr(prefix.size()));
  return names;
}

/// Other places in the object that have a field of that name.
std::string elsewhere(const std::vector<api::Field>& fields, const std::string& key) {
  for (const auto& known : fields)
    if (known.path.ends_with("." + key) && known.path.find("[]") == std::string::npos)
      return "there is " + known.path + ", if that was meant";
  return {};
}

void check_unknown_fields(const Subject& subject, Report& report) {
  if (std::none_of(subject.problems.begin(), subject.problems.end(),
                   [](const auto& problem) { return problem.kind == Kind::unknown_field; }))
    return;
  const auto fields = fields_of(subject);
  for (const auto& problem : subject.problems) {
    if (problem.kind != Kind::unknown_field) continue;
    const std::string generic = generic_path(problem.path);
    const std::string key = last_key(problem.path);
    const bool newer = std::any_of(fields.begin(), fields.end(),
                                   [&](const api::Field& known) { return known.path == generic; });
    if (newer) {  // a field of v1beta1 in a v1alpha1 object: decoding says so
      report.add(problem.path, problem.message);
      continue;
    }
    std::string fix = did_you_mean(key, siblings(fields, generic));
    if (generic == "spec" && subject.set == nullptr)
      fix = "a Workspace has no spec: resource, inference and tuning stand at the top";
    if (fix.empty()) fix = elsewhere(fields, key);
    report.add(problem.path, "is not a field that the API has: it would be dropped without a word",
               fix.empty() ? "remove it" : fix);
  }
}

void check_selector_given(const Subject& subject, Report& report) {
  const auto& resource = subject.workspace.resource;
  if (!resource)
    report.add(field("resource"), "is missing: every Workspace needs a labelSelector",
               "add resource.labelSelector.matchLabels with a label for the GPU nodes");
  else if (!resource->label_selector)
    report.add(field("resource.labelSelector"), "is required",
               "add matchLabels with a label for the GPU nodes, such as apps: NAME");
}

void check_preset_named(const Subject& subject, Report& report) {
  for (const auto& placed : presets_of(subject.workspace))
    if (placed.preset->name.empty())
      report.add(placed.path().key("name"), "is required: the name of the model");
}

void check_input_and_output(const Subject& subject, Report& report) {
  const auto& tuning = subject.workspace.tuning;
  if (!tuning) return;
  if (!tuning->input) report.add(field("tuning.input"), "is required: where the data comes from");
  if (!tuning->output) report.add(field("tuning.output"), "is required: where the result goes");
}

void check_access_mode(const Subject& subject, Report& report) {
  for (const auto& placed : presets_of(subject.workspace)) {
    const auto& mode = placed.preset->access_mode;
    if (mode && *mode != "public" && *mode != "private")
      report.add(placed.path().key("accessMode"),
                 "must be public or private, not " + in_quotes(*mode));
  }
}

void check_partition_mode(const Subject& subject, Report& report) {
  const auto& resource = subject.workspace.resource;
  if (!resource || !resource->partition) return;
  const std::string& mode = resource->partition->mode;
  if (mode.empty())
    report.add(field("resource.partition.mode"), "is required: mig or accelerator");
  else if (mode != "mig" && mode != "accelerator")
    report.add(field("resource.partition.mode"),
               "must be mig or accelerator, not " + in_quotes(mode));
}

void check_partition_count(const Subject& subject, Report& report) {
  const auto& resource = subject.workspace.resource;
  if (resource && resource->partition && resource->partition->count.value_or(1) < 1)
    report.add(field("resource.partition.count"), "must be at least 1");
}

constexpr Rule kDecodingRules[] = {
    {"K002", Severity::error, "apiVersion or kind is missing or not one of kaito.sh",
     report_problems},
    {"S01", Severity::error, "resource.labelSelector is missing or incomplete", report_problems},
    {"S07", Severity::error, "a field has a value of the wrong type", report_problems},
    {"S09", Severity::error, "a field that an InferenceSet requires is missing", report_problems},
    {"V010", Severity::error, "a field that the API does not have", check_unknown_fields},
};

constexpr Rule kRules[] = {
    {"S01", Severity::error, "resource.labelSelector is missing or incomplete",
     check_selector_given},
    {"S02", Severity::error, "a preset has no name", check_preset_named},
    {"S03", Severity::error, "tuning without input or output", check_input_and_output},
    {"S04", Severity::error, "accessMode is neither public nor private", check_access_mode},
    {"S05", Severity::error, "a partition has no mode, or an unknown one", check_partition_mode},
    {"S06", Severity::error, "a partition's count is below 1", check_partition_count},
};

}  // namespace

Rules decoding_rules() {
  return kDecodingRules;
}

Rules shape_rules() {
  return kRules;
}

}  // namespace kaito::validate
