#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <initializer_list>

#include "catalog/entries.hpp"
#include "kaito/base/text.hpp"
#include "kaito/catalog/generator.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"

// A model's config.json read as the operator reads it. Source: presets-skus-estimator 1.3, 5 to 9.

namespace kaito::catalog {
namespace {

using Keys = std::initializer_list<std::string_view>;

/// No model comes near; products of four dimensions stay within 64 bits.
constexpr std::int64_t kLargestDimension = 1 << 14;
constexpr std::int64_t kLargestWidth = std::int64_t{1} << 24;
constexpr std::int64_t kLargestContext = std::int64_t{1} << 32;
constexpr double kSystemDiskGib = 80;

/// Python writes Infinity and NaN, which JSON has not: they become null, of the same length, so
/// that places stay true.
[[nodiscard]] std::string with_nulls(std::string_view text) {
  std::string out(text);
  bool quoted = false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '\\' && quoted) {
      ++i;
    } else if (out[i] == '"') {
      quoted = !quoted;
    } else if (!quoted) {
      for (const std::string_view word : {"-Infinity", "Infinity", " NaN"}) {
        if (std::string_view(out).substr(i, word.size()) != word) continue;
        std::string null(" null");
        null.resize(word.size(), ' ');
        out.replace(i, word.size(), word == " NaN" ? "null" : null);
        break;
      }
    }
  }
  return out;
}

/// config.json as one map: a nested text_config (else llm_config) fills the gaps.
struct Config {
  const json::YamlDocument* document = nullptr;
  const json::Object* top = nullptr;
  const json::Object* nested = nullptr;
  std::string_view nested_name;

  [[nodiscard]] const json::Value* find(std::string_view key) const {
    for (const auto* object : {top, nested}) {
      if (object == nullptr) continue;
      if (const auto* value = object->if_contains(key); value != nullptr && !value->is_null())
        return value;
    }
    return nullptr;
  }
  /// The first of the keys that is there; 0 when none is.
  [[nodiscard]] Result<std::int64_t> number(Keys keys, std::int64_t most) const {
    for (const std::string_view key : keys) {
      const auto* value = find(key);
      if (value == nullptr) continue;
      if (value->is_int64() && value->get_int64() > 0 && value->get_int64() <= most)
        return value->get_int64();
      const FieldPath path =
          top->if_contains(key) == value ? FieldPath(key) : FieldPath(nested_name).key(key);
      return fail(ErrorCode::parse, fmt::format("{}: {} must be a whole number from 1 to {}",
                                                document->places.of(path).text(), key, most));
    }
    return std::int64_t{0};
  }
};

[[nodiscard]] Result<Architecture> architecture_of(const Config& config) {
  Architecture out;
  if (const auto* classes = config.find("architectures"); classes != nullptr && classes->is_array())
    for (const auto& item : classes->get_array())
      if (item.is_string()) out.classes.emplace_back(std::string_view(item.get_string()));
  const auto most = kLargestDimension;
  KAITO_TRY(out.hidden_size,
            config.number({"hidden_size", "n_embd", "d_model", "dim"}, kLargestWidth));
  KAITO_TRY(out.layers, config.number({"num_hidden_layers", "n_layer", "n_layers"}, most));
  KAITO_TRY(out.heads, config.number({"num_attention_heads", "n_head", "n_heads"}, most));
  KAITO_TRY(out.kv_heads, config.number({"num_key_value_heads", "n_head_kv", "n_kv_heads"}, most));
  KAITO_TRY(out.head_dim, config.number({"head_dim", "attention_head_dim"}, most));
  KAITO_TRY(out.kv_lora_rank, config.number({"kv_lora_rank"}, most));
  KAITO_TRY(out.qk_rope_head_dim, config.number({"qk_rope_head_dim"}, most));
  if (out.kv_heads == 0) {
    const auto* shared = config.find("multi_query");
    out.kv_heads = shared != nullptr && shared->is_bool() && shared->get_bool() ? 1 : out.heads;
  }
  if (out.head_dim == 0 && out.heads > 0) out.head_dim = out.hidden_size / out.heads;
  return out;
}

/// What a token takes in the KV cache, or what is missing to know.
void count_cache(GeneratedModel& out) {
  Architecture& size = out.preset.architecture;
  std::vector<std::string> missing;
  if (size.layers == 0) missing.emplace_back("num_hidden_layers");
  if (size.kv_lora_rank > 0) {
    size.attention = "MLA";
    if (missing.empty())
      out.preset.bytes_per_token = (size.kv_lora_rank + size.qk_rope_head_dim) * size.layers * 2;
  } else {
    if (size.heads == 0) missing.emplace_back("num_attention_heads");
    if (size.head_dim == 0) missing.emplace_back("hidden_size");
    if (size.heads > 0)
      size.attention = size.heads == size.kv_heads ? "MHA" : size.kv_heads == 1 ? "MQA" : "GQA";
    if (missing.empty())
      out.preset.bytes_per_token = 2 * size.kv_heads * size.head_dim * size.layers * 2;
  }
  if (!missing.empty())
    out.unknown.push_back("the KV cache per token (no " + join(missing, ", ") + ")");
}

/// quant_method of the quantization_config, or "".
[[nodiscard]] std::string_view quantization_of(const Config& config) {
  const auto* value = config.find("quantization_config");
  if (value == nullptr || !value->is_object()) return {};
  const auto* method = value->get_object().if_contains("quant_method");
  return method != nullptr && method->is_string() ? std::string_view(method->get_string())
                                                  : std::string_view();
}

[[nodiscard]] boost::json::object server_parameters(std::string_view name,
                                                    const std::vector<std::string>& classes,
                                                    bool quantized) {
  boost::json::object out{{"config_format", "auto"},
                          {"dtype", quantized ? "auto" : "bfloat16"},
                          {"load_format", "auto"},
                          {"tokenizer_mode", "auto"},
                          {"trust-remote-code", true}};
  for (const ServerFlag& flag : generated_flags(name, classes)) {
    if (flag.value == "true")
      out[flag.name] = true;
    else
      out[flag.name] = flag.value;
    if (flag.name == "tool-call-parser") out["enable-auto-tool-choice"] = true;
  }
  return out;
}

[[nodiscard]] double startup_seconds(const std::optional<Quantity>& weights) {
  if (!weights) return 1800;
  return std::clamp(900 + 18 * weights->gibibytes(), 1800.0, 10800.0);
}

/// The entry as presets/models/*.yaml would have it.
[[nodiscard]] boost::json::object entry_of(const Preset& preset, std::string_view quantization) {
  const Architecture& size = preset.architecture;
  boost::json::object out{{"name", preset.name}, {"status", "current"}};
  out["since"] = preset.first_release;
  out["runtimes"] = boost::json::array{"vllm"};
  out["tunable"] = false;
  out["downloadAtRuntime"] = true;
  if (preset.weights) out["weights"] = preset.weights->text();
  if (preset.disk) out["disk"] = preset.disk->text();
  if (preset.bytes_per_token) out["bytesPerToken"] = *preset.bytes_per_token;
  if (preset.context_limit) out["tokenLimit"] = *preset.context_limit;
  boost::json::object architecture;
  boost::json::array classes;
  for (const std::string& each : size.classes)
    classes.emplace_back(each);
  if (!classes.empty()) architecture["classes"] = std::move(classes);
  if (!size.attention.empty()) architecture["attention"] = size.attention;
  for (const auto& [key, number] : {std::pair{"hiddenSize", size.hidden_size},
                                    {"layers", size.layers},
                                    {"heads", size.heads},
                                    {"kvHeads", size.kv_heads},
                                    {"headDim", size.head_dim},
                                    {"kvLoraRank", size.kv_lora_rank},
                                    {"qkRopeHeadDim", size.qk_rope_head_dim}})
    if (number > 0) architecture[key] = number;
  out["architecture"] = std::move(architecture);
  if (!quantization.empty()) out["quantization"] = boost::json::object{{"method", quantization}};
  const std::string_view name = std::string_view(preset.name).substr(preset.name.find('/') + 1);
  out["vllm"] = boost::json::object{
      {"parameters", server_parameters(name, size.classes, !quantization.empty())}};
  out["distributed"] = true;
  if (!allows_cpu_cache(size.classes)) out["kvCacheCpuOffload"] = false;
  if (needs_deep_gemm(size.classes)) out["requiresDeepGemm"] = true;
  if (needs_cuda_toolkit(name, size.classes)) out["requiresCudaToolkit"] = true;
  out["readinessTimeoutSeconds"] = startup_seconds(preset.weights);
  return out;
}

[[nodiscard]] Result<GeneratedModel> generate(const Config& config, std::string_view id,
                                              std::optional<Quantity> weights) {
  GeneratedModel out;
  Preset& preset = out.preset;
  preset.name = id;
  preset.hugging_face = id;
  preset.family = "user";
  preset.first_release = "v0.9.0";  // from which the operator takes any id
  preset.vllm = true;
  preset.distributed = true;
  preset.weights = std::move(weights);
  if (preset.weights) {
    const auto disk = static_cast<std::int64_t>(preset.weights->gibibytes() + kSystemDiskGib);
    preset.disk = Quantity::from_bytes(disk << 30);
  } else {
    out.unknown.emplace_back("the size of the weights (it is not in the file)");
  }
  KAITO_TRY(preset.architecture, architecture_of(config));
  if (!accepts_classes(preset.architecture.classes)) {
    return fail(
        ErrorCode::invalid,
        fmt::format("the model server does not know the class {} of {}",
                    escape_controls(shorten(preset.architecture.classes.front(), 100)), id),
        "the operator refuses such a model; kaitoctl deploy takes a pod template of your own");
  }
  if (preset.architecture.classes.empty())
    out.unknown.emplace_back("the model's class (no architectures), so its parsers too");
  count_cache(out);
  KAITO_TRY(const std::int64_t limit,
            config.number({"max_position_embeddings", "n_ctx", "seq_length", "max_seq_len",
                           "max_sequence_length", "model_max_length"},
                          kLargestContext));
  if (limit > 0)
    preset.context_limit = limit;
  else
    out.unknown.emplace_back(
        "the context limit (no max_position_embeddings; the operator then takes 2048)");
  auto record = entry_of(preset, quantization_of(config));
  record["family"] = preset.family;
  preset.record = Record(std::move(record));
  return out;
}

}  // namespace

Result<GeneratedModel> model_from_config(std::string_view config, const std::string& file,
                                         std::string_view id, std::optional<Quantity> weights) {
  if (!is_hub_id(id)) {
    return fail(ErrorCode::invalid,
                fmt::format("\"{}\" is not a Hugging Face id", escape_controls(shorten(id, 200))),
                "an id is ORG/NAME, in letters, digits, dots, dashes and underscores");
  }
  KAITO_TRY(const auto documents, json::load_yaml(with_nulls(config), file));
  if (documents.size() != 1 || !documents.front().value.value().is_object())
    return fail(ErrorCode::parse, file + ": a model's config.json is one JSON object");
  Config read;
  read.document = &documents.front();
  read.top = documents.front().value.value().if_object();
  for (const char* name : {"text_config", "llm_config"}) {
    const auto* value = read.top->if_contains(name);
    if (read.nested != nullptr || value == nullptr || !value->is_object()) continue;
    read.nested = value->if_object();
    read.nested_name = name;
  }
  auto model = generate(read, id, std::move(weights));
  if (model) model->preset.source = file;
  return model;
}

std::string catalog_file(const GeneratedModel& model) {
  json::Value entry = model.preset.record.value();
  entry.as_object().erase("family");
  boost::json::array models;
  models.push_back(std::move(entry));
  boost::json::object root{{"family", model.preset.family}};
  root["models"] = std::move(models);
  return json::write_yaml(root);
}

}  // namespace kaito::catalog
