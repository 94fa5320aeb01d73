#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "kaito/catalog/generator.hpp"
#include "kaito/json/json.hpp"

using namespace kaito;
using namespace kaito::catalog;

namespace {

const Catalog& builtin() {
  const auto loaded = Catalog::builtin();
  REQUIRE(loaded);
  return **loaded;
}

/// "flag=value flag=value"
std::string flags(std::string_view name, const std::vector<std::string>& classes) {
  std::string out;
  for (const ServerFlag& flag : generated_flags(name, classes)) {
    out += out.empty() ? "" : " ";
    out += std::string(flag.name) + "=" + std::string(flag.value);
  }
  return out;
}

/// A config.json that says what the catalogue knows of a model.
std::string config_of(const Preset& preset, const json::Value& record) {
  const Architecture& size = preset.architecture;
  boost::json::object config;
  boost::json::array classes;
  for (const auto& each : size.classes)
    classes.emplace_back(each);
  config["architectures"] = std::move(classes);
  config["hidden_size"] = size.hidden_size;
  config["num_hidden_layers"] = size.layers;
  config["num_attention_heads"] = size.heads;
  config["num_key_value_heads"] = size.kv_heads;
  config["head_dim"] = size.head_dim;
  if (size.kv_lora_rank > 0) config["kv_lora_rank"] = size.kv_lora_rank;
  if (size.qk_rope_head_dim > 0) config["qk_rope_head_dim"] = size.qk_rope_head_dim;
  if (preset.context_limit) config["max_position_embeddings"] = *preset.context_limit;
  const std::string_view method = json::string_at(record, {"quantization", "method"});
  if (!method.empty())
    config["quantization_config"] = boost::json::object{{"quant_method", method}};
  return json::write(config);
}

}  // namespace

TEST_CASE("the generator gives every model of the catalogue what the operator gives it") {
  int compared = 0;
  for (const Preset& preset : builtin().presets()) {
    if (preset.lifecycle != Lifecycle::current) continue;
    CAPTURE(preset.hugging_face);
    const json::Value known = preset.record.value();
    const auto made = model_from_config(config_of(preset, known), "config.json",
                                        preset.hugging_face, preset.weights);
    REQUIRE(made);
    CHECK(made->unknown.empty());
    CHECK(made->preset.bytes_per_token == preset.bytes_per_token);
    CHECK(made->preset.disk == preset.disk);
    CHECK(made->preset.architecture.attention == preset.architecture.attention);
    const json::Value record = made->preset.record.value();
    json::Value theirs = *json::find(known, {"vllm", "parameters"});
    json::Value ours = *json::find(record, {"vllm", "parameters"});
    // Whether the repository is in Mistral's own format is not in a config.json.
    for (const char* key : {"config_format", "load_format", "tokenizer_mode"}) {
      if (json::string_at(known, {"vllm", "parameters", "load_format"}) != "mistral") continue;
      theirs.as_object().erase(key);
      ours.as_object().erase(key);
    }
    CHECK_MESSAGE(json::equivalent(ours, theirs), json::write(ours), " for ", json::write(theirs));
    for (const char* key : {"kvCacheCpuOffload", "requiresDeepGemm", "requiresCudaToolkit",
                            "readinessTimeoutSeconds", "quantization"}) {
      CAPTURE(key);
      const auto* a = json::find(record, {key});
      const auto* b = json::find(known, {key});
      REQUIRE((a == nullptr) == (b == nullptr));
      if (a == nullptr) continue;
      if (a->is_object())
        CHECK(json::string_at(*a, {"method"}) == json::string_at(*b, {"method"}));
      else if (a->is_number())
        CHECK(a->to_number<double>() == doctest::Approx(b->to_number<double>()));
      else
        CHECK(*a == *b);
    }
    ++compared;
  }
  CHECK(compared == 60);
}

TEST_CASE("flags by name and class") {
  CHECK(flags("Qwen3.5-9B-finetune", {"Qwen3_5ForConditionalGeneration"}) ==
        "reasoning-parser=qwen3 tool-call-parser=qwen3_coder gdn-prefill-backend=triton");
  CHECK(flags("qwen3-coder-30b", {}) == "reasoning-parser=qwen3 tool-call-parser=qwen3_xml");
  CHECK(flags("my-model", {"LlamaForCausalLM"}) == "tool-call-parser=llama3_json");
  CHECK(flags("my-model", {"Unknown", "Qwen2ForCausalLM"}) == "tool-call-parser=hermes");
  CHECK(flags("mistral-7b-v0.3", {"MistralForCausalLM"}) == "tool-call-parser=mistral");
  CHECK(flags("my-model", {}).empty());
  CHECK(gpu_memory_utilization("NVIDIA A10") == 0.82);
  CHECK(gpu_memory_utilization("NVIDIA A100") == 0.84);
  CHECK(is_served_class("FalconForCausalLM"));
  CHECK_FALSE(is_served_class("falconforcausallm"));
  CHECK(accepts_classes({}));
  CHECK(accepts_classes({"Mine", "PhiForCausalLM"}));
  CHECK_FALSE(accepts_classes({"Mine"}));
}

TEST_CASE("what a config.json does not say is unknown, not guessed") {
  const auto bare = model_from_config(R"({"model_type": "x"})", "c.json", "me/mine", {});
  REQUIRE(bare);
  CHECK_FALSE(bare->preset.weights);
  CHECK_FALSE(bare->preset.disk);
  CHECK_FALSE(bare->preset.bytes_per_token);
  CHECK_FALSE(bare->preset.context_limit);
  CHECK(bare->preset.architecture.attention.empty());
  CHECK(bare->unknown ==
        std::vector<std::string>{
            "the size of the weights (it is not in the file)",
            "the model's class (no architectures), so its parsers too",
            "the KV cache per token (no num_hidden_layers, num_attention_heads, hidden_size)",
            "the context limit (no max_position_embeddings; the operator then takes 2048)"});

  const auto nested = model_from_config(
      R"({"architectures": ["Gemma3ForConditionalGeneration"], "scale": Infinity, "n_embd": null,
          "text_config": {"hidden_size": 2560, "num_hidden_layers": 34, "num_attention_heads": 8,
                          "multi_query": true, "rope": [NaN, -Infinity], "n_ctx": 8192}})",
      "c.json", "me/mine", *Quantity::parse("16Gi"));
  REQUIRE(nested);
  CHECK(nested->unknown.empty());
  CHECK(nested->preset.architecture.attention == "MQA");
  CHECK(nested->preset.architecture.head_dim == 320);
  CHECK(nested->preset.bytes_per_token == 2 * 1 * 320 * 34 * 2);
  CHECK(nested->preset.context_limit == 8192);
  CHECK(nested->preset.disk->text() == "96Gi");
}

TEST_CASE("a config.json that cannot be used says where and why") {
  struct Row {
    std::string_view config;
    std::string_view id;
    ErrorCode code;
    std::string_view message;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"{}", "mine", ErrorCode::invalid, "\"mine\" is not a Hugging Face id"},
           {"{\n  \"num_hidden_layers\": \"4\"}", "a/b", ErrorCode::parse,
            "c.json:2:3: num_hidden_layers must be a whole number from 1 to 16384"},
           {"{\"text_config\": {\"n_head\": 0}}", "a/b", ErrorCode::parse,
            "c.json:1:18: n_head must be a whole number from 1 to 16384"},
           {"[1]", "a/b", ErrorCode::parse, "c.json: a model's config.json is one JSON object"},
           {"", "a/b", ErrorCode::parse, "c.json: a model's config.json is one JSON object"},
           {"{\"a\": ", "a/b", ErrorCode::parse, "c.json:1:7: "},
           {R"({"architectures": ["BertModelOfMine"]})", "a/b", ErrorCode::invalid,
            "the model server does not know the class BertModelOfMine of a/b"},
       }) {
    CAPTURE(row.config);
    const auto made = model_from_config(row.config, "c.json", row.id, {});
    REQUIRE_FALSE(made);
    CHECK(made.error().code == row.code);
    CHECK_MESSAGE(made.error().message.find(row.message) == 0, made.error().message);
  }
}

TEST_CASE("a generated model is a file for the user's catalogue") {
  const auto made = model_from_config(
      R"({"architectures": ["Qwen2ForCausalLM"], "hidden_size": 3584, "num_hidden_layers": 28,
          "num_attention_heads": 28, "num_key_value_heads": 4, "max_position_embeddings": 32768})",
      "c.json", "Acme/Assistant-7B", *Quantity::parse("14.19Gi"));
  REQUIRE(made);
  const auto whole = builtin().with(std::vector<CatalogFile>{{"mine.yaml", catalog_file(*made)}});
  REQUIRE_MESSAGE(whole, (whole ? "" : whole.error().describe()));
  const Preset* found = whole->find_preset("acme/assistant-7b");
  REQUIRE(found != nullptr);
  CHECK(found->source == "mine.yaml:3:3");
  CHECK(found->weights == made->preset.weights);
  CHECK(found->bytes_per_token == made->preset.bytes_per_token);
  CHECK(json::equivalent(found->record.value(), made->preset.record.value()));
  CHECK(whole->presets().size() == builtin().presets().size() + 1);
}
