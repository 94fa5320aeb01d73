#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <initializer_list>

#include "kaito/base/text.hpp"
#include "kaito/json/yaml.hpp"
#include "kaito/plan/facts.hpp"
#include "plan/architectures.hpp"

namespace kaito::plan {

namespace {

using Keys = std::initializer_list<std::string_view>;

constexpr std::int64_t default_context_limit = 2048;
/// No dimension of a model comes near; products of four of them stay within 64 bits.
constexpr std::int64_t largest_dimension = 1 << 14;
constexpr std::int64_t largest_context = std::int64_t{1} << 32;

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
        std::string null("null");
        null.resize(word.size(), ' ');
        out.replace(i, word.size(), null);
        break;
      }
    }
  }
  return out;
}

/// config.json as one map: what a nested text_config (else llm_config) says fills the gaps.
struct Config {
  const json::YamlDocument* document = nullptr;
  const json::Object* top = nullptr;
  const json::Object* nested = nullptr;

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
      if (!value->is_int64() || value->get_int64() <= 0 || value->get_int64() > most) {
        const bool is_nested = top->if_contains(key) != value;
        const FieldPath path =
            is_nested ? FieldPath("text_config").key(key) : FieldPath(std::string(key));
        return fail(ErrorCode::parse, document->places.of(path).text() + ": " + std::string(key) +
                                          " must be a whole number from 1 to " +
                                          std::to_string(most));
      }
      return value->get_int64();
    }
    return std::int64_t{0};
  }
};

[[nodiscard]] const json::Object* member_object(const json::Object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

struct Dimensions {
  std::int64_t hidden = 0;
  std::int64_t layers = 0;
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_dim = 0;
  std::int64_t kv_lora_rank = 0;
  std::int64_t rope_head_dim = 0;
};

[[nodiscard]] Result<Dimensions> dimensions_of(const Config& config) {
  Dimensions out;
  const auto most = largest_dimension;
  KAITO_TRY(out.hidden,
            config.number({"hidden_size", "n_embd", "d_model", "dim"}, std::int64_t{1} << 24));
  KAITO_TRY(out.layers, config.number({"num_hidden_layers", "n_layer", "n_layers"}, most));
  KAITO_TRY(out.heads, config.number({"num_attention_heads", "n_head", "n_heads"}, most));
  KAITO_TRY(out.kv_heads, config.number({"num_key_value_heads", "n_head_kv", "n_kv_heads"}, most));
  KAITO_TRY(out.head_dim, config.number({"head_dim", "attention_head_dim"}, most));
  KAITO_TRY(out.kv_lora_rank, config.number({"kv_lora_rank"}, most));
  KAITO_TRY(out.rope_head_dim, config.number({"qk_rope_head_dim"}, most));
  if (out.kv_heads == 0) {
    const auto* shared = config.find("multi_query");
    out.kv_heads = shared != nullptr && shared->is_bool() && shared->get_bool() ? 1 : out.heads;
  }
  if (out.head_dim == 0 && out.heads > 0) out.head_dim = out.hidden / out.heads;
  return out;
}

void count_cache(const Dimensions& size, ConfigFacts& out) {
  out.model.heads = size.heads;
  out.model.kv_heads = size.kv_heads;
  out.model.latent_cache = size.kv_lora_rank > 0;
  if (size.kv_lora_rank > 0 && size.layers > 0) {
    out.attention = "MLA";
    out.model.bytes_per_token = (size.kv_lora_rank + size.rope_head_dim) * size.layers * 2;
    return;
  }
  std::vector<std::string> missing;
  if (size.layers == 0) missing.emplace_back("num_hidden_layers");
  if (size.heads == 0) missing.emplace_back("num_attention_heads");
  if (size.head_dim == 0) missing.emplace_back("hidden_size");
  if (!missing.empty()) {
    out.unknown.push_back("the KV cache per token (no " + join(missing, ", ") + ")");
    return;
  }
  out.attention = size.heads == size.kv_heads ? "MHA" : size.kv_heads == 1 ? "MQA" : "GQA";
  out.model.bytes_per_token = 2 * size.kv_heads * size.head_dim * size.layers * 2;
}

}  // namespace

Result<ConfigFacts> model_facts_from_config(std::string_view config, const std::string& file,
                                            std::string name, std::int64_t weight_bytes) {
  KAITO_TRY(const auto documents, json::load_yaml(with_nulls(config), file));
  if (documents.size() != 1 || !documents.front().value.value().is_object()) {
    return fail(ErrorCode::parse, file + ": a model's config.json is one JSON object");
  }
  Config read;
  read.document = &documents.front();
  read.top = documents.front().value.value().if_object();
  read.nested = member_object(*read.top, "text_config");
  if (read.nested == nullptr) read.nested = member_object(*read.top, "llm_config");

  ConfigFacts out;
  out.model.name = std::move(name);
  out.model.weight_bytes = weight_bytes;
  if (const auto* classes = read.find("architectures"); classes != nullptr && classes->is_array()) {
    for (const auto& item : classes->get_array())
      if (item.is_string()) out.architectures.emplace_back(item.get_string());
  }
  KAITO_TRY(const Dimensions size, dimensions_of(read));
  count_cache(size, out);
  out.model.cache_is_upper_bound = keeps_less_in_some_layers(out.architectures);
  KAITO_TRY(const std::int64_t limit,
            read.number({"max_position_embeddings", "n_ctx", "seq_length", "max_seq_len",
                         "max_sequence_length", "model_max_length"},
                        largest_context));
  if (limit > 0) {
    out.model.context_limit = limit;
  } else {
    out.model.context_limit = default_context_limit;
    out.unknown.emplace_back(
        "the context limit (no max_position_embeddings; the operator then takes 2048)");
  }
  return out;
}

}  // namespace kaito::plan
