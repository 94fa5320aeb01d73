#include "validate/rule.hpp"

#include <algorithm>

#include "kaito/base/text.hpp"
#include "validate/explanation.hpp"
#include "validate/release.hpp"

namespace kaito::validate {

namespace {

/// Labels that the operator owns and takes out of a user's selector (workspace-api.md 3.1).
constexpr std::array kReserved{
    std::string_view("kaito.sh/workspace"),
    std::string_view("kaito.sh/workspacenamespace"),
    std::string_view("kaito.sh/ragengine"),
    std::string_view("kaito.sh/ragenginenamespace"),
    std::string_view("karpenter.kaito.sh/workspace-name"),
    std::string_view("karpenter.kaito.sh/workspace-namespace"),
    std::string_view("karpenter.kaito.sh/inferenceset"),
    std::string_view("karpenter.kaito.sh/inferenceset-namespace"),
};

}  // namespace

void Report::add_as(Severity severity, FieldPath path, std::string message, std::string fix) {
  if (severity == Severity::error && !is_refused(code_, *subject_)) severity = Severity::warning;
  findings_->push_back({std::string(code_), severity, std::move(path), std::move(message),
                        std::move(fix), std::nullopt});
}

void look_up(Subject& subject) {
  const auto* catalog = subject.context.catalog;
  if (catalog == nullptr) return;
  const auto& workspace = subject.workspace;
  if (workspace.resource && workspace.resource->instance_type &&
      !workspace.resource->instance_type->empty()) {
    const std::string& name = *workspace.resource->instance_type;
    subject.sku = catalog->find_sku(name, subject.context.cloud);
    if (subject.sku == nullptr && !subject.context.cloud.empty())
      subject.sku = catalog->find_sku(name);
  }
  for (const auto& [preset, for_tuning] : presets_of(workspace))
    (for_tuning ? subject.tuning_preset : subject.inference_preset) =
        catalog->find_preset(preset->name);
}

FieldPath field(std::string_view dotted) {
  FieldPath path;
  for (const std::string_view step : split(dotted, '.'))
    path = path.key(step);
  return path;
}

FieldPath annotation_path(std::string_view key) {
  return field("metadata.annotations").key(key);
}

const std::string* annotation(const api::Workspace& workspace, std::string_view key) {
  const auto& all = workspace.meta.annotations;
  const auto found =
      std::find_if(all.begin(), all.end(), [key](const auto& one) { return one.first == key; });
  return found == all.end() ? nullptr : &found->second;
}

bool is_reserved_label(std::string_view key) {
  return std::find(kReserved.begin(), kReserved.end(), key) != kReserved.end();
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kShown = 100;
  return '"' + escape_controls(shorten(text, kShown)) + '"';
}

Severity unless_own_nodes(const Context& context) {
  return context.own_nodes_known ? Severity::error : Severity::warning;
}

bool uses_transformers(const Subject& subject) {
  if (is_before(subject.context, "v0.4.0")) return true;
  const std::string* runtime = annotation(subject.workspace, "kaito.sh/runtime");
  return runtime != nullptr && *runtime == "transformers";
}

PlacedPresets::PlacedPresets(const api::Workspace& workspace) {
  if (workspace.inference && workspace.inference->preset)
    presets_[count_++] = {&*workspace.inference->preset, false};
  if (workspace.tuning && workspace.tuning->preset)
    presets_[count_++] = {&*workspace.tuning->preset, true};
}

}  // namespace kaito::validate
