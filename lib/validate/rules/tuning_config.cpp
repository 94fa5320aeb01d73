#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <optional>

#include "kaito/base/text.hpp"
#include "validate/config.hpp"
#include "validate/rule.hpp"

/// The settings of a tuning Workspace: training_config.yaml.
namespace kaito::validate {

namespace {

constexpr std::array kSections{
    std::string_view("ModelConfig"),   std::string_view("QuantizationConfig"),
    std::string_view("LoraConfig"),    std::string_view("TrainingArguments"),
    std::string_view("DatasetConfig"), std::string_view("DataCollator"),
};

FieldPath top_path(const Subject& subject) {
  return subject.config->path().key("training_config");
}

const json::Object* training_config(const Subject& subject) {
  const json::Value* section = subject.config->section("training_config");
  return section != nullptr ? section->if_object() : nullptr;
}

/// The section's value; nullptr when it is not there.
const json::Value* section(const Subject& subject, std::string_view name) {
  const json::Object* config = training_config(subject);
  return config != nullptr ? config->if_contains(name) : nullptr;
}

void check_key(const Subject& subject, Report& report) {
  if (!subject.config->given)
    report.add(field("data"), fmt::format("has no key {}", kTrainingConfigKey),
               fmt::format("put the settings under {}", kTrainingConfigKey));
}

void check_yaml(const Subject& subject, Report& report) {
  const Config& config = *subject.config;
  if (config.problem.empty()) return;
  const bool taken = config.problem.find("duplicate key") != std::string::npos;
  report.add_as(taken ? Severity::warning : Severity::error, config.path(),
                (taken ? "has a " : "is no YAML: ") + config.problem);
}

void check_top(const Subject& subject, Report& report) {
  const Config& config = *subject.config;
  if (!config.given || !config.problem.empty() || training_config(subject) != nullptr) return;
  report.add(config.section("training_config") != nullptr ? top_path(subject) : config.path(),
             config.section("training_config") != nullptr ? "is not a map of sections"
                                                          : "has no training_config");
}

void check_sections(const Subject& subject, Report& report) {
  const json::Object* config = training_config(subject);
  if (config == nullptr) return;
  for (const auto& [key, value] : *config) {
    if (std::find(kSections.begin(), kSections.end(), key) != kSections.end()) continue;
    const std::vector<std::string> names(kSections.begin(), kSections.end());
    const std::string meant = did_you_mean(key, names);
    report.add(top_path(subject).key(key), "is not a section of the training settings",
               meant.empty() ? "there are " + join(names, ", ") : meant);
  }
}

/// Whether the flag is on; nothing when it is neither boolean nor null.
std::optional<bool> quantization_flag(const Subject& subject, std::string_view key) {
  const json::Value* quantization = section(subject, "QuantizationConfig");
  const json::Object* map = quantization != nullptr ? quantization->if_object() : nullptr;
  const json::Value* flag = map != nullptr ? map->if_contains(key) : nullptr;
  if (flag == nullptr || flag->is_null()) return false;
  return flag->is_bool() ? std::optional(flag->get_bool()) : std::nullopt;
}

FieldPath quantization_path(const Subject& subject) {
  return top_path(subject).key("QuantizationConfig");
}

constexpr std::array kFlags{std::string_view("load_in_4bit"), std::string_view("load_in_8bit")};

void check_quantization(const Subject& subject, Report& report) {
  const json::Value* quantization = section(subject, "QuantizationConfig");
  if (quantization != nullptr && !quantization->is_object()) {
    report.add(quantization_path(subject), "is not a map of settings");
    return;
  }
  for (const std::string_view flag : kFlags)
    if (!quantization_flag(subject, flag))
      report.add(quantization_path(subject).key(flag), "must be true or false, without quotes");
}

/// The bits that the settings ask for, where both flags can be read.
struct Bits {
  bool four = false;
  bool eight = false;
};
std::optional<Bits> bits_of(const Subject& subject) {
  const json::Value* quantization = section(subject, "QuantizationConfig");
  if (training_config(subject) == nullptr ||
      (quantization != nullptr && !quantization->is_object()))
    return std::nullopt;
  const auto four = quantization_flag(subject, kFlags[0]);
  const auto eight = quantization_flag(subject, kFlags[1]);
  if (!four || !eight) return std::nullopt;
  return Bits{*four, *eight};
}

bool is_method(const Subject& subject, std::string_view method) {
  const auto& wanted = subject.workspace.tuning->method;
  return wanted && equals_ignoring_case(*wanted, method);
}

void check_one_size(const Subject& subject, Report& report) {
  const auto bits = bits_of(subject);
  if (bits && bits->four && bits->eight)
    report.add(quantization_path(subject), "has both load_in_4bit and load_in_8bit",
               "keep one of them true");
}

void check_lora(const Subject& subject, Report& report) {
  const auto bits = bits_of(subject);
  if (bits && is_method(subject, "lora") && (bits->four || bits->eight))
    report.add(quantization_path(subject), "goes with method qlora: lora does not quantize",
               "set both to false, or tuning.method to qlora");
}

void check_qlora(const Subject& subject, Report& report) {
  const auto bits = bits_of(subject);
  if (bits && is_method(subject, "qlora") && !bits->four && !bits->eight)
    report.add(quantization_path(subject), "does not quantize, which is what method qlora is about",
               "set load_in_4bit: true, or tuning.method to lora");
}

void check_arguments(const Subject& subject, Report& report) {
  const json::Value* arguments = section(subject, "TrainingArguments");
  if (arguments == nullptr) return;
  const FieldPath path = top_path(subject).key("TrainingArguments");
  const json::Object* map = arguments->if_object();
  const json::Value* output = map != nullptr ? map->if_contains("output_dir") : nullptr;
  if (map == nullptr)
    report.add(path, "is not a map of settings");
  else if (output != nullptr && !output->is_string())
    report.add(path.key("output_dir"), "must be a text");
}

void check_output_dir(const Subject& subject, Report& report) {
  const json::Value* arguments = section(subject, "TrainingArguments");
  const json::Object* map = arguments != nullptr ? arguments->if_object() : nullptr;
  const json::Value* output = map != nullptr ? map->if_contains("output_dir") : nullptr;
  if (output == nullptr || !output->is_string()) return;
  const std::string_view folder(output->get_string());
  std::string cleaned =
      std::filesystem::path("/mnt/" + std::string(folder)).lexically_normal().string();
  while (cleaned.size() > 1 && cleaned.back() == '/')
    cleaned.pop_back();
  if (cleaned == "/mnt" || !cleaned.starts_with("/mnt"))
    report.add(top_path(subject).key("TrainingArguments").key("output_dir"),
               fmt::format("{} is {}, and the result has to lie below /mnt", in_quotes(folder),
                           validate::in_quotes(cleaned)),
               "write a folder below /mnt, such as results");
}

constexpr Rule kRules[] = {
    {"V073", Severity::error, "a tuning ConfigMap without training_config.yaml", check_key},
    {"V074", Severity::error, "training settings that are no YAML", check_yaml},
    {"V075", Severity::error, "training settings without training_config", check_top},
    {"V077", Severity::error, "a section that training settings do not have", check_sections},
    {"V078", Severity::error, "quantization settings of the wrong type", check_quantization},
    {"V079", Severity::error, "quantization to 4 and to 8 bits at once", check_one_size},
    {"V080", Severity::error, "method lora with quantization", check_lora},
    {"V081", Severity::error, "method qlora without quantization", check_qlora},
    {"V082", Severity::error, "training arguments of the wrong type", check_arguments},
    {"V083", Severity::error, "an output folder that is not below /mnt", check_output_dir},
};

}  // namespace

Rules tuning_config_rules() {
  return kRules;
}

}  // namespace kaito::validate
