#include "render/model.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/rounding.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaito::render {

namespace {

tl::unexpected<Error> unknown_model(const Subject& subject, const std::string& typed,
                                    const catalog::Preset* preset) {
  const std::string shown = escape_controls(shorten(typed, 200));
  if (typed.find('/') != std::string::npos) {
    return fail(ErrorCode::invalid,
                "the catalogue does not have the model \"" + shown +
                    "\": its manifests depend on the size of its weight files and on its "
                    "config.json (architectures, layers, key-value heads, head size, "
                    "quantization), which the operator asks Hugging Face for",
                "kaitoctl models show " + shown +
                    " --model-config config.json --weights SIZE --catalog-entry > FILE, then "
                    "--catalog FILE");
  }
  std::string why = "no preset is called \"" + shown + "\"";
  if (preset != nullptr) why = subject.input.catalog->describe_retirement(*preset);
  return fail(ErrorCode::invalid, std::move(why), "kaitoctl models list shows the presets");
}

}  // namespace

Result<Model> find_model(const Subject& subject, const api::PresetSpec& spec) {
  const catalog::Preset* preset = subject.input.catalog->find_preset(spec.name);
  if (preset == nullptr || preset->lifecycle != catalog::Lifecycle::current)
    return unknown_model(subject, spec.name, preset);
  Model model;
  model.preset = preset;
  model.id = to_lower(preset->hugging_face);
  model.name = model.id.substr(model.id.rfind('/') + 1);
  KAITO_TRY(model.facts, plan::model_facts(*subject.input.catalog, *preset));
  model.record = &preset->record.value();
  return model;
}

Flags parameters_of(const json::Value& record, std::string_view runtime) {
  Flags flags;
  const json::Value* found = json::find(record, {runtime, "parameters"});
  if (found == nullptr || !found->is_object()) return flags;
  for (const auto& member : found->get_object()) {
    const json::Value& value = member.value();
    if (value.is_bool()) {
      if (value.get_bool()) flags.set(member.key());
    } else if (value.is_string()) {
      flags.set(member.key(), std::string_view(value.get_string()));
    } else {
      flags.set(member.key(), json::write(value));
    }
  }
  return flags;
}

bool entry_flag(const Model& model, std::string_view key, bool otherwise) {
  const json::Value* found = json::find(*model.record, {key});
  return found != nullptr && found->is_bool() ? found->get_bool() : otherwise;
}

int startup_periods(const Model& model) {
  constexpr double seconds_when_unknown = 1800;
  constexpr double period = 10;
  const json::Value* found = json::find(*model.record, {"readinessTimeoutSeconds"});
  double seconds = seconds_when_unknown;
  if (found != nullptr && found->is_number()) seconds = found->to_number<double>();
  return static_cast<int>(whole_above(seconds / period));
}

std::string disk_size(const Model& model) {
  return model.preset->disk ? model.preset->disk->text() : "1024Gi";
}

}  // namespace kaito::render
