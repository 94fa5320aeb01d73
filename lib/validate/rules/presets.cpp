#include <fmt/format.h>

#include <algorithm>

#include "kaito/base/text.hpp"
#include "validate/preset_history.hpp"
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
template <class Check>
void each_named(const Subject& subject, Check check) {
  if (subject.context.catalog == nullptr) return;
  for (const auto& placed : presets_of(subject.workspace))
    if (!placed.preset->name.empty()) check(placed);
}

/// The preset of that name or id, nullptr when unknown.
const catalog::Preset* looked_up(const Subject& subject, const PlacedPreset& placed) {
  return placed.for_tuning ? subject.tuning_preset : subject.inference_preset;
}

/// The preset behind a plain name ("org/name" always stands for itself); nullptr when unknown.
const catalog::Preset* known_by_name(const Subject& subject, const PlacedPreset& placed) {
  return is_hugging_face_id(placed.preset->name) ? nullptr : looked_up(subject, placed);
}

std::string what_was_meant(const Subject& subject, const std::string& name) {
  if (const auto resolved = subject.context.catalog->resolve(name); resolved)
    return "write " + in_quotes(resolved->name);
  std::vector<std::string> names;
  for (const auto& preset : subject.context.catalog->presets())
    if (preset.alias) names.push_back(preset.name);
  const std::string meant = did_you_mean(name, names);
  return meant.empty() ? "kaitoctl models list shows the names; a Hugging Face id org/name will do "
                         "too"
                       : meant;
}

std::string what_instead(const catalog::Preset& preset) {
  std::string text = preset.replaced_by.empty() ? "" : "use " + in_quotes(preset.replaced_by);
  if (!preset.reachable_as.empty())
    text += fmt::format("{}{} by its id", text.empty() ? "use " : ", or ",
                        in_quotes(preset.reachable_as));
  return text;
}

void check_gone(const PlacedPreset& placed, const catalog::Preset& preset, const Subject& subject,
                Report& report) {
  const bool dropped = is_at_least(subject.context, preset.retired_in);
  std::string message = fmt::format(
      "{} was {} in {}", in_quotes(preset.name),
      preset.lifecycle == Lifecycle::deprecated ? "deprecated" : "dropped", preset.retired_in);
  if (!preset.retired_because.empty()) message += ": " + preset.retired_because;
  if (dropped)
    message += fmt::format("; the operator here is {}", subject.context.operator_release);
  report.add_as(dropped ? Severity::error : Severity::warning, placed.path().key("name"), message,
                what_instead(preset));
}

void check_known(const PlacedPreset& placed, const Subject& subject, Report& report) {
  const std::string& name = placed.preset->name;
  if (is_hugging_face_id(name)) {
    if (is_before(subject.context, "v0.9.0"))
      report.add(placed.path().key("name"),
                 fmt::format("{} is a Hugging Face id, which operators take since v0.9.0; the one "
                             "here is {}",
                             in_quotes(name), subject.context.operator_release),
                 what_was_meant(subject, name));
    return;
  }
  const auto* preset = known_by_name(subject, placed);
  if (preset == nullptr)
    report.add(placed.path().key("name"), in_quotes(name) + " is not a model that KAITO knows",
               what_was_meant(subject, name));
  else if (preset->lifecycle == Lifecycle::retired)
    check_gone(placed, *preset, subject, report);
  else if (is_before(subject.context, preset->first_release))
    report.add(placed.path().key("name"),
               fmt::format("{} came with {}; the operator here is {}", in_quotes(preset->name),
                           preset->first_release, subject.context.operator_release));
}

void check_inference_name(const Subject& subject, Report& report) {
  each_named(subject, [&](const PlacedPreset& placed) {
    if (!placed.for_tuning) check_known(placed, subject, report);
  });
}

void check_tuning_name(const Subject& subject, Report& report) {
  each_named(subject, [&](const PlacedPreset& placed) {
    if (placed.for_tuning) check_known(placed, subject, report);
  });
}

void check_deprecated(const Subject& subject, Report& report) {
  each_named(subject, [&](const PlacedPreset& placed) {
    const auto* preset = known_by_name(subject, placed);
    if (preset != nullptr && preset->lifecycle == Lifecycle::deprecated)
      check_gone(placed, *preset, subject, report);
  });
}

/// A name is looked for exactly as it is written, until v0.11.0 made the names aliases.
void check_letter_case(const Subject& subject, Report& report) {
  if (!is_before(subject.context, "v0.11.0")) return;
  each_named(subject, [&](const PlacedPreset& placed) {
    const auto* preset = known_by_name(subject, placed);
    if (preset != nullptr && preset->name != placed.preset->name)
      report.add(placed.path().key("name"),
                 fmt::format("{} is spelt {}: operators before v0.11.0 mind the letter case",
                             in_quotes(placed.preset->name), preset->name),
                 "write " + preset->name);
  });
}

/// What nobody here can look up, or can be none.
void check_hugging_face(const Subject& subject, Report& report) {
  if (is_before(subject.context, "v0.9.0")) return;  // V038
  each_named(subject, [&](const PlacedPreset& placed) {
    const std::string& name = placed.preset->name;
    if (!is_hugging_face_id(name)) return;
    if (std::count(name.begin(), name.end(), '/') > 1)
      report.add_as(
          Severity::error, placed.path().key("name"),
          in_quotes(name) + " is admitted, but no id of Hugging Face: those are ORG/NAME");
    else if (looked_up(subject, placed) == nullptr)
      report.add(placed.path().key("name"),
                 in_quotes(name) +
                     " is not in the catalogue: the operator asks Hugging Face for it, "
                     "and refuses it when it is not there or vLLM does not know its "
                     "architecture");
  });
}

void check_private_image(const Subject& subject, Report& report) {
  if (subject.workspace.version != api::ApiVersion::v1alpha1) return;
  for (const auto& placed : presets_of(subject.workspace)) {
    const auto& options = placed.preset->options;
    const bool has_image = options && options->image && !options->image->empty();
    if (placed.preset->access_mode == "private" && !has_image)
      report.add(placed.path().key("presetOptions").key("image"),
                 "is required with accessMode private");
  }
}

void check_ignored(const Subject& subject, Report& report) {
  if (subject.workspace.version != api::ApiVersion::v1beta1) return;
  for (const auto& placed : presets_of(subject.workspace)) {
    const api::PresetSpec* preset = placed.preset;
    if (preset->access_mode == "private")
      report.add(placed.path().key("accessMode"), "private is ignored in v1beta1", "remove it");
    if (!preset->options) continue;
    const FieldPath options = placed.path().key("presetOptions");
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
  each_named(subject, [&](const PlacedPreset& placed) {
    const auto* known = looked_up(subject, placed);
    const auto& options = placed.preset->options;
    const bool has_secret =
        options && options->model_access_secret && !options->model_access_secret->empty();
    if (known == nullptr || known->lifecycle != Lifecycle::current || !known->gated || has_secret)
      return;
    const auto package = package_facts(subject.context, known);
    if (package && package->needs_token) return;  // V044
    report.add(placed.path().key("presetOptions").key("modelAccessSecret"),
               fmt::format("is not given, and Hugging Face hands out {} only with a token",
                           known->hugging_face.empty() ? known->name : known->hugging_face),
               "name a Secret of this namespace that holds the token under HF_TOKEN");
  });
}

/// The model's own name, the last part of its id: what the transformers settings go by.
std::string model_part(std::string_view id) {
  return to_lower(id.substr(id.rfind('/') + 1));
}

void check_transformers(const Subject& subject, Report& report) {
  // Before v0.4.5 nothing else was served, whatever the package.
  if (!uses_transformers(subject) || is_before(subject.context, "v0.4.5")) return;
  each_named(subject, [&](const PlacedPreset& placed) {
    if (placed.for_tuning) return;
    const auto* known = looked_up(subject, placed);
    const auto presets = subject.context.catalog->presets();
    const auto has_settings = [wanted = model_part(placed.preset->name)](const auto& other) {
      return other.transformers && model_part(other.hugging_face) == wanted;
    };
    const bool capable = known != nullptr
                             ? known->transformers
                             : std::any_of(presets.begin(), presets.end(), has_settings);
    if (!capable && (known != nullptr || is_hugging_face_id(placed.preset->name)))
      report.add(placed.path().key("name"),
                 in_quotes(placed.preset->name) + " cannot be served by the transformers runtime",
                 "remove the annotation kaito.sh/runtime, so that vLLM serves it");
  });
}

void check_tunable(const Subject& subject, Report& report) {
  each_named(subject, [&](const PlacedPreset& placed) {
    const auto* known = looked_up(subject, placed);
    if (!placed.for_tuning || known == nullptr || known->tunable ||
        known->lifecycle != Lifecycle::current)
      return;
    std::vector<std::string> tunable;
    for (const auto& other : subject.context.catalog->presets())
      if (other.tunable && other.lifecycle == Lifecycle::current) tunable.push_back(other.name);
    report.add(placed.path().key("name"),
               in_quotes(placed.preset->name) + " is admitted here, but cannot be tuned",
               "these can: " + join(tunable, ", "));
  });
}

constexpr Rule kRules[] = {
    {"V011", Severity::error, "a deprecated model (a warning where the operator is not known)",
     check_deprecated},
    {"V038", Severity::error,
     "a model for inference that the operator does not know (a warning for one that newer "
     "operators dropped, where the operator is not known)",
     check_inference_name},
    {"V096", Severity::error,
     "a model for tuning that the operator does not know (a warning as for V038)",
     check_tuning_name},
    {"V040", Severity::error, "accessMode private without an image (v1alpha1)",
     check_private_image},
    {"L11", Severity::error, "a model name in another letter case, before v0.11.0",
     check_letter_case},
    {"V032", Severity::info, "a model that only Hugging Face can tell of", check_hugging_face},
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
