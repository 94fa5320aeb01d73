#include <boost/json/value.hpp>
#include <filesystem>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"
#include "render/tuning.hpp"

namespace kaito::render {

namespace {

constexpr std::string_view config_key = "training_config.yaml";
/// What both default ConfigMaps say.
constexpr std::string_view default_output = "/mnt/results";

constexpr std::string_view full_precision = "    load_in_4bit: false\n";
constexpr std::string_view four_bits =
    "    load_in_4bit: true\n"
    "    bnb_4bit_quant_type: nf4\n"
    "    bnb_4bit_compute_dtype: bfloat16\n"
    "    bnb_4bit_use_double_quant: true\n";

std::string config_text(bool quantized, std::string_view save_strategy) {
  return "training_config:\n"
         "  ModelConfig:\n"
         "    torch_dtype: bfloat16\n"
         "    local_files_only: true\n"
         "    device_map: auto\n"
         "  QuantizationConfig:\n" +
         std::string(quantized ? four_bits : full_precision) +
         "  LoraConfig:\n"
         "    r: 8\n"
         "    lora_alpha: 8\n"
         "    lora_dropout: 0.0\n"
         "  TrainingArguments:\n"
         "    output_dir: /mnt/results\n"
         "    ddp_find_unused_parameters: false\n"
         "    save_strategy: \"" +
         std::string(save_strategy) +
         "\"\n"
         "    per_device_train_batch_size: 1\n"
         "  DataCollator:\n"
         "    mlm: true\n"
         "  DatasetConfig:\n"
         "    shuffle_dataset: true\n"
         "    train_test_split: 1\n";
}

tl::unexpected<Error> not_given(const std::string& name) {
  return fail(ErrorCode::invalid,
              "the ConfigMap " + name +
                  " was not given: its output_dir decides where the results are mounted",
              "give it in a file: -f workspace.yaml -f configmap.yaml");
}

/// TrainingArguments.output_dir of a user's ConfigMap; "" when it says nothing.
Result<std::string> configured_output(const ConfigMapFacts& map) {
  const auto text = map.data.find(std::string(config_key));
  if (text == map.data.end()) {
    return fail(ErrorCode::invalid,
                "ConfigMap " + map.name + " has no key " + std::string(config_key));
  }
  KAITO_TRY(const auto documents, json::load_yaml(text->second, "ConfigMap " + map.name));
  if (documents.empty()) return std::string();
  const json::Value* found = json::find(documents.front().value.value(),
                                        {"training_config", "TrainingArguments", "output_dir"});
  if (found == nullptr) return std::string();
  if (!found->is_string())
    return fail(ErrorCode::invalid, "ConfigMap " + map.name + ": output_dir is not a string");
  return std::string(found->get_string());
}

}  // namespace

Result<std::string> output_directory(std::string_view configured) {
  constexpr std::string_view root = "/mnt";
  if (configured.empty()) return std::string("/mnt/output");
  std::string joined(configured);
  if (!configured.starts_with(root)) joined = std::string(root) + "/" + joined;
  std::string clean = std::filesystem::path(joined).lexically_normal().generic_string();
  while (clean.size() > 1 && clean.back() == '/')
    clean.pop_back();
  if (clean == root || !clean.starts_with(root)) {
    return fail(ErrorCode::invalid, "output_dir \"" + escape_controls(shorten(configured, 200)) +
                                        "\" is not a directory below /mnt");
  }
  return clean;
}

Result<TrainingConfig> training_config(const Subject& subject) {
  const api::TuningSpec& tuning = *subject.workspace.tuning;
  TrainingConfig config;
  if (tuning.config && !tuning.config->empty()) {
    config.name = *tuning.config;
    const ConfigMapFacts* map = find_config_map(subject, config.name);
    if (map == nullptr) return not_given(config.name);
    KAITO_TRY(const std::string written, configured_output(*map));
    KAITO_TRY(config.output_dir, output_directory(written));
    return config;
  }
  const std::string method = tuning.method.value_or("");
  if (method != "lora" && method != "qlora") {
    return fail(ErrorCode::invalid,
                "there is no default ConfigMap for the tuning method \"" +
                    escape_controls(shorten(method, 60)) + "\"",
                "tuning.method: lora or qlora, in lower case");
  }
  config.name = method + "-params-template";
  config.output_dir = default_output;
  config.from_release = true;
  return config;
}

void add_training_config(const Subject& subject, const std::string& name,
                         std::string_view save_strategy) {
  ObjectHead head{"v1", "ConfigMap", name};
  head.owned = false;
  json::Members data = add_object(subject, head).add_object("data");
  data.add_entry(config_key, config_text(name.starts_with("qlora"), save_strategy));
}

}  // namespace kaito::render
