#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <optional>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/plan/facts.hpp"
#include "validate/config.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"

/// The settings of an inference Workspace: inference_config.yaml. Looked at for vLLM alone.
namespace kaito::validate {

namespace {

const json::Object* vllm_of(const Subject& subject) {
  const json::Value* section = subject.config->section("vllm");
  return section != nullptr ? section->if_object() : nullptr;
}

FieldPath max_model_len_path(const Subject& subject) {
  return subject.config->path().key("vllm").key("max-model-len");
}

/// The value as text, as the operator reads scalars; nothing when it is not there.
std::optional<std::string> max_model_len(const Subject& subject) {
  const json::Object* vllm = vllm_of(subject);
  const json::Value* value = vllm != nullptr ? vllm->if_contains("max-model-len") : nullptr;
  if (value == nullptr || value->is_structured()) return std::nullopt;
  if (value->is_null()) return "";
  if (value->is_string()) return std::string(std::string_view(value->get_string()));
  return json::write(*value);
}

std::optional<std::int64_t> integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

void check_key(const Subject& subject, Report& report) {
  if (!subject.config->given)
    report.add(field("data"), fmt::format("has no key {}", kInferenceConfigKey),
               fmt::format("put the settings under {}", kInferenceConfigKey));
}

void check_form(const Subject& subject, Report& report) {
  const Config& config = *subject.config;
  if (!config.given) return;
  if (!config.problem.empty()) {
    // Of a repeated key the operator takes the last.
    const bool taken = config.problem.find("duplicate key") != std::string::npos;
    report.add_as(taken ? Severity::warning : Severity::error, config.path(),
                  (taken ? "has a " : "is no YAML: ") + config.problem);
    return;
  }
  const json::Value* section = config.section("vllm");
  if (config.document.value && config.map() == nullptr) {
    report.add(config.path(), "is not a map", "write vllm: and below it the server's settings");
  } else if (section != nullptr && !section->is_null() && !section->is_object()) {
    report.add(config.path().key("vllm"), "is not a map of settings");
  } else if (const json::Object* vllm = vllm_of(subject)) {
    for (const auto& [key, value] : *vllm)
      if (value.is_structured())
        report.add(config.path().key("vllm").key(key),
                   "is a list or a map, and the operator takes single values alone",
                   "write it as text, as on vLLM's command line");
  }
}

void check_length_given(const Subject& subject, Report& report) {
  const bool v1alpha1 =
      subject.context.as_written && subject.workspace.version == api::ApiVersion::v1alpha1;
  const bool in_force =
      v1alpha1 ? !is_before(subject.context, "v0.4.5")
               : is_at_least(subject.context, "v0.4.5") && is_before(subject.context, "v0.7.0");
  if (!in_force || subject.config->map() == nullptr || subject.sku == nullptr) return;
  constexpr std::int64_t kSmall = 20;
  const auto& resource = subject.workspace.resource;
  const bool small_gpus = subject.sku->gpu_count > 1 && subject.sku->gpu_memory_gib_each() < kSmall;
  const bool nodes =
      resource && resource->count.value_or(1) > 1 && !is_before(subject.context, "v0.5.0");
  if ((small_gpus || nodes) && max_model_len(subject).value_or("").empty())
    report.add(max_model_len_path(subject),
               fmt::format("is required: {}",
                           small_gpus ? subject.sku->name + " has GPUs of less than 20 GiB"
                                      : "the model spans nodes"),
               "write the longest context that is needed, in tokens");
}

/// The model's token limit in the operator's release.
std::optional<std::int64_t> token_limit(const Subject& subject) {
  if (subject.inference_preset == nullptr) return std::nullopt;
  if (const auto release = known_release(subject.context)) {
    const auto facts =
        plan::model_facts(*subject.context.catalog, *subject.inference_preset, *release);
    if (facts && facts->context_limit) return facts->context_limit;
  }
  return subject.inference_preset->context_limit;
}

void check_length_form(const Subject& subject, Report& report) {
  const auto text = max_model_len(subject);
  if (!text || trim(*text).empty() || !token_limit(subject) || integer(trim(*text))) return;
  report.add(max_model_len_path(subject),
             fmt::format("is {}, and the operator takes a whole number alone", in_quotes(*text)),
             "write a number of tokens, or leave it out: then vLLM finds what fits");
}

void check_length(const Subject& subject, Report& report) {
  const auto text = max_model_len(subject);
  const auto limit = token_limit(subject);
  const auto length = text ? integer(trim(*text)) : std::nullopt;
  if (!length || !limit || *length <= *limit) return;
  report.add(max_model_len_path(subject),
             fmt::format("is {}; {} takes at most {} tokens", *length,
                         subject.inference_preset->name, *limit),
             fmt::format("write {} or less", *limit));
}

/// The operator looks for the number line by line when it reckons the nodes, not as YAML.
void check_length_seen(const Subject& subject, Report& report) {
  if (is_before(subject.context, "v0.7.0") || !subject.workspace.inference->preset) return;
  const auto text = max_model_len(subject);
  const auto length = text ? integer(trim(*text)) : std::nullopt;
  if (length && *length > 0 && plan::scanned_max_model_len(subject.config->text) != length)
    report.add(max_model_len_path(subject),
               "is overlooked when the operator reckons the number of nodes, which then are for "
               "2048 tokens",
               "write it below vllm:, indented by two blanks, without quotes and comment");
}

void check_section_name(const Subject& subject, Report& report) {
  const json::Object* top = subject.config->map();
  if (top == nullptr || top->contains("vllm")) return;
  const std::vector<std::string> wanted{"vllm"};
  for (const auto& [key, value] : *top)
    if (value.is_object() &&
        (equals_ignoring_case(key, "vllm") || !near_names(key, wanted).empty()))
      report.add(subject.config->path().key(key), "is not a section that anything reads",
                 "did you mean \"vllm\"?");
}

constexpr Rule kRules[] = {
    {"V060", Severity::error, "an inference ConfigMap without inference_config.yaml", check_key},
    {"V061", Severity::error, "inference settings that the operator cannot read", check_form},
    {"V063", Severity::error, "no max-model-len where the model is spread over small GPUs or nodes",
     check_length_given},
    {"V064", Severity::error, "max-model-len is not a whole number", check_length_form},
    {"V065", Severity::error, "max-model-len is above the model's limit", check_length},
    {"K053", Severity::warning, "a misspelt section of the inference settings", check_section_name},
    {"K054", Severity::warning, "max-model-len in a form that the operator's estimate overlooks",
     check_length_seen},
};

}  // namespace

Rules inference_config_rules() {
  return kRules;
}

}  // namespace kaito::validate
