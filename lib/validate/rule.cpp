#include "validate/rule.hpp"

#include "kaito/base/text.hpp"
#include "validate/release.hpp"

namespace kaito::validate {

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
  const auto found = workspace.meta.annotations.find(std::string(key));
  return found == workspace.meta.annotations.end() ? nullptr : &found->second;
}

std::string quoted(std::string_view text) {
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

std::vector<PlacedPreset> presets_of(const api::Workspace& workspace) {
  std::vector<PlacedPreset> all;
  if (workspace.inference && workspace.inference->preset)
    all.push_back({&*workspace.inference->preset, field("inference.preset")});
  if (workspace.tuning && workspace.tuning->preset)
    all.push_back({&*workspace.tuning->preset, field("tuning.preset")});
  return all;
}

}  // namespace kaito::validate
