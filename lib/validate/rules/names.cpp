#include <fmt/format.h>

#include "kaito/base/text.hpp"
#include "validate/rule.hpp"

namespace kaito::validate {

namespace {

/// A Service name is a DNS label of 63 characters, and one Service is called NAME-headless.
constexpr std::string_view kSuffix = "-headless";
constexpr std::size_t kLongestName = 63 - kSuffix.size();

void check_label(const Subject& subject, Report& report) {
  if (subject.set != nullptr) return;  // the child gets its name from the set's
  const auto& meta = subject.workspace.meta;
  if (meta.name.empty() && !meta.generate_name.empty()) return;
  if (meta.name.empty()) {
    report.add(field("metadata.name"), "is missing");
    return;
  }
  const std::string problem = dns_label_problem(meta.name);
  if (!problem.empty()) report.add(field("metadata.name"), in_quotes(meta.name) + " " + problem);
}

void check_room_for_suffix(const Subject& subject, Report& report) {
  const auto& name = subject.workspace.meta.name;
  constexpr std::size_t kLongestLabel = 63;  // beyond, it is V001's
  if (name.size() > kLongestName && name.size() <= kLongestLabel)
    report.add(field("metadata.name"),
               fmt::format("has {} characters: the Service {}{} would have more than 63",
                           name.size(), "NAME", kSuffix),
               fmt::format("take a name of at most {} characters", kLongestName));
}

void check_first_letter(const Subject& subject, Report& report) {
  const auto& name = subject.workspace.meta.name;
  if (!name.empty() && name.front() >= '0' && name.front() <= '9')
    report.add(field("metadata.name"),
               "starts with a digit: older API servers refuse a Service of that name",
               "start the name with a letter");
}

void check_reference(const std::string* name, const FieldPath& path, std::string_view what,
                     Report& report) {
  if (name == nullptr || name->empty()) return;
  const std::string problem = dns_subdomain_problem(*name);
  if (!problem.empty())
    report.add(
        path, fmt::format("{} cannot be the name of a {}: it {}", in_quotes(*name), what, problem));
}

const std::string* text_of(const std::optional<std::string>& text) {
  return text ? &*text : nullptr;
}

void check_secrets(const std::optional<std::vector<std::string>>& names, const FieldPath& path,
                   Report& report) {
  if (!names) return;
  for (std::size_t i = 0; i < names->size(); ++i)
    check_reference(&(*names)[i], path.index(i), "Secret", report);
}

void check_references(const Subject& subject, Report& report) {
  const auto& workspace = subject.workspace;
  for (const auto& placed : presets_of(workspace)) {
    const api::PresetSpec* preset = placed.preset;
    if (!preset->options) continue;
    const FieldPath options = placed.path().key("presetOptions");
    check_secrets(preset->options->image_pull_secrets, options.key("imagePullSecrets"), report);
    check_reference(text_of(preset->options->model_access_secret), options.key("modelAccessSecret"),
                    "Secret", report);
  }
  if (workspace.inference) {
    if (workspace.inference->config)
      check_reference(text_of(workspace.inference->config), field("inference.config"), "ConfigMap",
                      report);
    if (const auto& adapters = workspace.inference->adapters)
      for (std::size_t i = 0; i < adapters->size(); ++i)
        if (const auto& source = (*adapters)[i].source; source && source->image_pull_secrets)
          check_secrets(source->image_pull_secrets,
                        field("inference.adapters").index(i).key("source").key("imagePullSecrets"),
                        report);
  }
  if (const auto& tuning = workspace.tuning) {
    check_reference(text_of(tuning->config), field("tuning.config"), "ConfigMap", report);
    if (tuning->input)
      check_secrets(tuning->input->image_pull_secrets, field("tuning.input.imagePullSecrets"),
                    report);
    if (tuning->output)
      check_reference(text_of(tuning->output->image_push_secret),
                      field("tuning.output.imagePushSecret"), "Secret", report);
  }
}

constexpr Rule kRules[] = {
    {"V001", Severity::error, "the name is not a DNS label", check_label},
    {"K003", Severity::error, "the name leaves no room for the Service NAME-headless",
     check_room_for_suffix},
    {"K004", Severity::warning, "the name starts with a digit", check_first_letter},
    {"K005", Severity::error, "a Secret or ConfigMap is named as none can be", check_references},
};

}  // namespace

Rules name_rules() {
  return kRules;
}

}  // namespace kaito::validate
