#include <fmt/format.h>

#include <algorithm>

#include "kaito/base/text.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"

/// Which model a preset names, and whether the operator can do with it what is asked.
namespace kaito::validate {

namespace {

using catalog::Lifecycle;

/// "org/name": anything on both sides of the first slash.
bool is_hugging_face_id(std::string_view name) {
  const std::size_t slash = name.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < name.size();
}

/// The presets whose names the rules below judge: V038 for inference, V096 for tuning.
std::vector<PlacedPreset> named(const Subject& subject) {
  std::vector<PlacedPreset> all;
  if (subject.context.catalog == nullptr) return all;
  for (auto& placed : presets_of(subject.workspace))
    if (!placed.preset->name.empty()) all.push_back(std::move(placed));
  return all;
}

/// The preset behind a plain name ("org/name" always stands for itself); nullptr when unknown.
const catalog::Preset* known_by_name(const Subject& subject, const std::string& name) {
  return is_hugging_face_id(name) ? nullptr : subject.context.catalog->find_preset(name);
}

std::string what_was_meant(const Subject& subject, const std::string& name) {
  if (const auto resolved = subject.context.catalog->resolve(name); resolved)
    return "write " + quoted(resolved->name);
  std::vector<std::string> names;
  for (const auto& preset : subject.context.catalog->presets())
    if (preset.alias) names.push_back(preset.name);
  const std::string meant = did_you_mean(name, names);
  return meant.empty() ? "kaitoctl models list shows the names; a Hugging Face id org/name will do "
                         "too"
                       : meant;
}

std::string what_instead(const catalog::Preset& preset) {
  std::string text = preset.replaced_by.empty() ? "" : "use " + quoted(preset.replaced_by);
  if (!preset.reachable_as.empty())
    text +=
        fmt::format("{}{} by its id", text.empty() ? "use " : ", or ", quoted(preset.reachable_as));
  return text;
}

void check_gone(const PlacedPreset& placed, const catalog::Preset& preset, const Subject& subject,
                Report& report) {
  const bool dropped = is_at_least(subject.context, preset.retired_in);
  std::string message = fmt::format(
      "{} was {} in {}", quoted(preset.name),
      preset.lifecycle == Lifecycle::deprecated ? "deprecated" : "dropped", preset.retired_in);
  if (!preset.retired_because.empty()) message += ": " + preset.retired_because;
  if (dropped)
    message += fmt::format("; the operator here is {}", subject.context.operator_release);
  report.add_as(dropped ? Severity::error : Severity::warning, placed.path.key("name"), message,
                what_instead(preset));
}

void check_known(const PlacedPreset& placed, const Subject& subject, Report& report) {
  const std::string& name = placed.preset->name;
  const FieldPath path = placed.path.key("name");
  if (is_hugging_face_id(name)) {
    if (is_before(subject.context, "v0.9.0"))
      report.add(path,
                 fmt::format("{} is a Hugging Face id, which operators take since v0.9.0; the one "
                             "here is {}",
                             quoted(name), subject.context.operator_release),
                 what_was_meant(subject, name));
    return;
  }
  const auto* preset = known_by_name(subject, name);
  if (preset == nullptr)
    report.add(path, quoted(name) + " is not a model that KAITO knows",
               what_was_meant(subject, name));
  else if (preset->lifecycle == Lifecycle::retired)
    check_gone(placed, *preset, subject, report);
  else if (is_before(subject.context, preset->first_release))
    report.add(path, fmt::format("{} came with {}; the operator here is {}", quoted(preset->name),
                                 preset->first_release, subject.context.operator_release));
}

void check_inference_name(const Subject& subject, Report& report) {
  for (const auto& placed : named(subject))
    if (placed.path == field("inference.preset")) check_known(placed, subject, report);
}

void check_tuning_name(const Subject& subject, Report& report) {
  for (const auto& placed : named(subject))
    if (placed.path == field("tuning.preset")) check_known(placed, subject, report);
}

void check_deprecated(const Subject& subject, Report& report) {
  for (const auto& placed : named(subject)) {
    const auto* preset = known_by_name(subject, placed.preset->name);
    if (preset != nullptr && preset->lifecycle == Lifecycle::deprecated)
      check_gone(placed, *preset, subject, report);
  }
}

void check_private_image(const Subject& subject, Report& report) {
  if (subject.workspace.version != api::ApiVersion::v1alpha1) return;
  for (const auto& [preset, path] : presets_of(subject.workspace)) {
    const bool has_image =
        preset->options && preset->options->image && !preset->options->image->empty();
    if (preset->access_mode == "private" && !has_image)
      report.add(path.key("presetOptions").key("image"), "is required with accessMode private");
  }
}

void check_ignored(const Subject& subject, Report& report) {
  if (subject.workspace.version != api::ApiVersion::v1beta1) return;
  for (const auto& [preset, path] : presets_of(subject.workspace)) {
    if (preset->access_mode == "private")
      report.add(path.key("accessMode"), "private is ignored in v1beta1", "remove it");
    if (!preset->options) continue;
    const FieldPath options = path.key("presetOptions");
    if (preset->options->image)
      report.add(options.key("image"), "is ignored in v1beta1: the operator takes its own image",
                 "remove it");
    if (preset->options->image_pull_secrets)
      report.add(options.key("imagePullSecrets"), "is ignored in v1beta1", "remove it");
  }
}

void check_gated(const Subject& subject, Report& report) {
  // v1alpha1 has no field for the Secret, and before v0.5.0 the weights came with the image.
  if (subject.workspace.version != api::ApiVersion::v1beta1) return;
  for (const auto& [preset, path] : named(subject)) {
    const auto* known = subject.context.catalog->find_preset(preset->name);
    const bool has_secret = preset->options && preset->options->model_access_secret &&
                            !preset->options->model_access_secret->empty();
    if (known != nullptr && known->lifecycle == Lifecycle::current && known->gated && !has_secret)
      report.add(path.key("presetOptions").key("modelAccessSecret"),
                 fmt::format("is not given, and Hugging Face hands out {} only with a token",
                             known->hugging_face.empty() ? known->name : known->hugging_face),
                 "name a Secret of this namespace that holds the token under HF_TOKEN");
  }
}

/// The model's own name, the last part of its id: what the transformers settings go by.
std::string model_part(std::string_view id) {
  return to_lower(id.substr(id.rfind('/') + 1));
}

void check_transformers(const Subject& subject, Report& report) {
  const auto& inference = subject.workspace.inference;
  if (!inference || !inference->preset || !uses_transformers(subject)) return;
  for (const auto& [preset, path] : named(subject)) {
    if (path != field("inference.preset")) continue;
    const auto* known = subject.context.catalog->find_preset(preset->name);
    const auto presets = subject.context.catalog->presets();
    const bool capable =
        known != nullptr
            ? known->transformers
            : std::any_of(presets.begin(), presets.end(),
                          [wanted = model_part(preset->name)](const catalog::Preset& other) {
                            return other.transformers && model_part(other.hugging_face) == wanted;
                          });
    if (!capable && (known != nullptr || is_hugging_face_id(preset->name)))
      report.add(path.key("name"),
                 quoted(preset->name) + " cannot be served by the transformers runtime",
                 "remove the annotation kaito.sh/runtime, so that vLLM serves it");
  }
}

void check_tunable(const Subject& subject, Report& report) {
  for (const auto& [preset, path] : named(subject)) {
    if (path != field("tuning.preset")) continue;
    const auto* known = subject.context.catalog->find_preset(preset->name);
    if (known == nullptr || known->tunable || known->lifecycle != Lifecycle::current) continue;
    std::vector<std::string> tunable;
    for (const auto& other : subject.context.catalog->presets())
      if (other.tunable && other.lifecycle == Lifecycle::current) tunable.push_back(other.name);
    report.add(path.key("name"), quoted(preset->name) + " is admitted here, but cannot be tuned",
               "these can: " + join(tunable, ", "));
  }
}

constexpr Rule kRules[] = {
    {"V011", Severity::error, "a deprecated model (a warning where the operator is not known)",
     check_deprecated},
    {"V038", Severity::error,
     "a model for inference that the operator does not know (a warning for one that newer "
     "operators dropped, where the operator is not known)",
     check_inference_name},
    {"V096", Severity::error, "the same for tuning", check_tuning_name},
    {"V040", Severity::error, "accessMode private without an image (v1alpha1)",
     check_private_image},
    {"V041", Severity::error, "a model without settings for the transformers runtime",
     check_transformers},
    {"K040", Severity::warning, "preset fields that v1beta1 accepts and ignores", check_ignored},
    {"K041", Severity::warning, "a gated model without a Secret for the token", check_gated},
    {"K042", Severity::error, "tuning of a model that cannot be tuned", check_tunable},
};

}  // namespace

Rules preset_rules() {
  return kRules;
}

}  // namespace kaito::validate
