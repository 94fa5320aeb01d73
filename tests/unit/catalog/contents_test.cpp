#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <map>

#include "kaito/catalog/catalog.hpp"
#include "kaito/json/json.hpp"

using namespace kaito::catalog;
namespace json = kaito::json;

namespace {

const Catalog& catalog() {
  const auto loaded = Catalog::builtin();
  REQUIRE_MESSAGE(loaded.has_value(), (loaded ? "" : loaded.error().describe()));
  return **loaded;
}

const Preset& preset(std::string_view name) {
  const Preset* found = catalog().find_preset(name);
  REQUIRE_MESSAGE(found != nullptr, name);
  return *found;
}

const Sku& sku(std::string_view name) {
  const Sku* found = catalog().find_sku(name);
  REQUIRE_MESSAGE(found != nullptr, name);
  return *found;
}

/// Index of the history entry that starts at a release.
const json::Value& range(const json::Document& history, std::string_view since) {
  for (const json::Value& entry : history.value().as_array())
    if (json::string_at(entry, {"since"}) == since) return entry;
  FAIL("no entry since " << since);
  return history.value();
}

}  // namespace

TEST_CASE("all models and all sizes are there") {
  int current = 0;
  int alias = 0;
  int with_history = 0;
  std::map<std::string, int> families;
  for (const Preset& each : catalog().presets()) {
    current += each.lifecycle == Lifecycle::current;
    alias += each.alias;
    families[each.family]++;
    const json::Value record = each.record.value();
    with_history += json::find(record, {"history"}) != nullptr;
  }
  CHECK(catalog().presets().size() == 71);
  CHECK(current == 60);
  CHECK(alias == 25);
  CHECK(with_history == 0);
  CHECK(families == std::map<std::string, int>{{"deepseek", 7},
                                               {"falcon", 4},
                                               {"gemma", 7},
                                               {"glm", 1},
                                               {"gpt-oss", 2},
                                               {"granite", 1},
                                               {"kimi", 3},
                                               {"llama", 8},
                                               {"minimax", 1},
                                               {"mistral", 9},
                                               {"nemotron", 7},
                                               {"phi", 8},
                                               {"qwen", 13}});

  std::map<std::pair<std::string, bool>, int> sizes;
  for (const Sku& each : catalog().skus())
    sizes[{each.cloud, each.lifecycle == Lifecycle::current}]++;
  CHECK(sizes == std::map<std::pair<std::string, bool>, int>{{{"azure", true}, 14},
                                                             {{"azure", false}, 33},
                                                             {{"aws", true}, 35},
                                                             {{"aws", false}, 24},
                                                             {{"arc", true}, 8},
                                                             {{"arc", false}, 2}});
  CHECK(catalog().mig_profiles().size() == 35);
  const json::Value base_image = catalog().base_image().value();
  CHECK(json::string_at(base_image, {"vllm"}) == "0.25.1");
}

TEST_CASE("a current preset, whole") {
  const Preset& phi = preset("phi-3-mini-4k-instruct");
  CHECK(phi.hugging_face == "microsoft/Phi-3-mini-4k-instruct");
  CHECK(phi.family == "phi");
  CHECK(phi.lifecycle == Lifecycle::current);
  CHECK(phi.first_release == "v0.3.0");
  CHECK(phi.last_release.empty());
  CHECK(phi.alias);
  CHECK_FALSE(phi.gated);
  CHECK(phi.vllm);
  CHECK(phi.transformers);
  CHECK(phi.tunable);
  CHECK(phi.distributed);
  CHECK(phi.license == "mit");
  CHECK(phi.weights->value() == 7645041787);  // 7.12 * 2^30, rounded up
  CHECK(phi.disk->text() == "87Gi");
  CHECK(phi.bytes_per_token == 393216);
  CHECK(phi.context_limit == 4096);
  CHECK(phi.architecture.classes == std::vector<std::string>{"Phi3ForCausalLM"});
  CHECK(phi.architecture.attention == "MHA");
  CHECK(phi.architecture.hidden_size == 3072);
  CHECK(phi.architecture.layers == 32);
  CHECK(phi.architecture.heads == 32);
  CHECK(phi.architecture.kv_heads == 32);
  CHECK(phi.architecture.head_dim == 96);
  CHECK(phi.short_names == std::vector<std::string>{"phi-3-mini"});
  const json::Value record = phi.record.value();
  CHECK(
      json::write(*json::find(record, {"vllm", "parameters"})) ==
      R"({"config_format":"auto","dtype":"bfloat16","load_format":"auto","tokenizer_mode":"auto",)"
      R"("trust-remote-code":true})");
  CHECK(json::string_at(record, {"family"}) == "phi");
  CHECK(json::write(*json::find(record, {"tuning"})) ==
        R"({"disk":"80Gi","totalGpuMemory":"72Gi","perGpuMemory":"72Gi"})");
}

TEST_CASE("a model without a preset name goes by its id") {
  const Preset& kimi = preset("moonshotai/Kimi-K2.6");
  CHECK(kimi.name == kimi.hugging_face);
  CHECK_FALSE(kimi.alias);
  CHECK_FALSE(kimi.transformers);
  CHECK(kimi.weights->text() == "554.32Gi");
  CHECK(kimi.architecture.attention == "MLA");
  CHECK(kimi.architecture.kv_lora_rank == 512);
  CHECK(kimi.architecture.qk_rope_head_dim == 64);
  CHECK(kimi.bytes_per_token == 70272);
  const json::Value record = kimi.record.value();
  CHECK(json::string_at(record, {"quantization", "method"}) == "pack-quantized");
  const auto history = catalog().history(kimi);
  REQUIRE(history.has_value());
  CHECK(history->value().as_array().empty());
}

TEST_CASE("a retired preset keeps its last values and says what became of it") {
  const Preset& falcon = preset("falcon-40b");
  CHECK(falcon.lifecycle == Lifecycle::retired);
  CHECK(falcon.first_release == "v0.0.1");
  CHECK(falcon.last_release == "v0.10.0");
  CHECK(falcon.retired_in == "v0.11.0");
  CHECK(falcon.reachable_as == "tiiuae/falcon-40b");
  CHECK(falcon.bytes_per_token == 8192);
  CHECK_FALSE(falcon.alias);
  const Preset& llama = preset("llama-2-70b-chat");
  CHECK(llama.last_release == "v0.4.5");
  CHECK(llama.replaced_by == "llama-3.3-70b-instruct");
  CHECK(llama.hugging_face.empty());
  CHECK_FALSE(llama.vllm);
  CHECK_FALSE(llama.weights.has_value());
  CHECK_FALSE(llama.context_limit.has_value());
  CHECK(preset("phi-2").lifecycle == Lifecycle::deprecated);
  CHECK(preset("phi-2").last_release == "v0.7.2");
}

TEST_CASE("history holds the values of each release range") {
  const auto falcon = catalog().history(preset("falcon-40b"));
  REQUIRE(falcon.has_value());
  CHECK(falcon->value().as_array().size() == 14);
  const json::Value& old = range(*falcon, "v0.3.1");
  CHECK(json::string_at(old, {"until"}) == "v0.3.2");
  CHECK(json::string_at(old, {"disk"}) == "400");  // the unit is missing at the source
  CHECK(json::int_at(old, {"gpuCount"}) == 2);
  CHECK(json::string_at(old, {"totalGpuMemory"}) == "90Gi");
  CHECK(json::string_at(old, {"image", "tag"}) == "0.0.7");
  CHECK(json::string_at(old, {"tuning", "perGpuMemory"}) == "16Gi");

  const auto llama = catalog().history(preset("llama-2-70b-chat"));
  REQUIRE(llama.has_value());
  CHECK(json::int_at(llama->value().as_array().back(), {"worldSize"}) == 8);
  CHECK(json::string_at(llama->value().as_array().back(), {"image", "access"}) == "private");

  const auto phi = catalog().history(preset("phi-4"));
  REQUIRE(phi.has_value());
  const json::Value& generated = range(*phi, "v0.10.0");
  CHECK(json::string_at(generated, {"disk"}) == "107Gi");
  CHECK(json::find(generated, {"gpuCount"}) == nullptr);

  std::size_t entries = 0;
  for (const Preset& each : catalog().presets()) {
    const auto history = catalog().history(each);
    REQUIRE(history.has_value());
    entries += history->value().as_array().size();
  }
  CHECK(entries == 231);
}

TEST_CASE("sizes, current and retired") {
  const Sku& a100 = sku("Standard_NC24ads_A100_v4");
  CHECK(a100.cloud == "azure");
  CHECK(a100.gpu == "NVIDIA A100");
  CHECK(a100.vendor == "nvidia");
  CHECK(a100.gpu_count == 1);
  CHECK(a100.gpu_memory_gib == 80);
  CHECK(a100.nvme);
  CHECK(a100.compute_capability == "8.0");
  CHECK(a100.lifecycle == Lifecycle::current);
  CHECK(a100.first_release == "v0.1.0");
  CHECK(a100.last_release.empty());

  const Sku& v100 = sku("Standard_NC6s_v3");
  CHECK(v100.lifecycle == Lifecycle::retired);
  CHECK(v100.last_release == "v0.8.1");
  CHECK(v100.retired_in == "v0.9.0");
  CHECK(v100.gpu_memory_gib == 16);
  CHECK(v100.compute_capability == "7.0");

  const Sku& trainium = sku("trn1.32xlarge");
  CHECK(trainium.gpu_count == 16);
  CHECK(trainium.gpu_memory_gib_each() == 32);
  CHECK(trainium.compute_capability.empty());

  // Upstream's slip of v0.3.0 to v0.4.5 is kept where it was.
  const json::Value record = sku("Standard_ND96amsr_A100_v4").record.value();
  const json::Value& slip = json::find(record, {"history"})->as_array()[1];
  CHECK(json::string_at(slip, {"memory"}) == "80Gi");
  CHECK(json::string_at(slip, {"until"}) == "v0.4.5");
}

TEST_CASE("what a schema cannot say holds for every entry") {
  for (const Preset& each : catalog().presets()) {
    CAPTURE(each.name);
    const bool gone = each.lifecycle != Lifecycle::current;
    CHECK(gone == !each.last_release.empty());
    CHECK(gone == !each.retired_in.empty());
    CHECK(gone == !each.retired_because.empty());
    if (!each.replaced_by.empty()) {
      const Preset* next = catalog().find_preset(each.replaced_by);
      REQUIRE(next != nullptr);
      CHECK(next->lifecycle == Lifecycle::current);
    }
    const Architecture& a = each.architecture;
    const bool mla = a.kv_lora_rank > 0;
    const char* attention = mla                     ? "MLA"
                            : a.kv_heads == a.heads ? "MHA"
                            : a.kv_heads == 1       ? "MQA"
                                                    : "GQA";
    CHECK(a.attention == attention);
    if (gone) continue;
    REQUIRE(each.weights.has_value());
    REQUIRE(each.disk.has_value());
    // The operator's own arithmetic; presets/README.md.
    CHECK(each.bytes_per_token == (mla ? (a.kv_lora_rank + a.qk_rope_head_dim) * a.layers * 2
                                       : 4 * a.kv_heads * a.head_dim * a.layers));
    CHECK((each.disk->value() >> 30) ==
          static_cast<std::int64_t>(std::floor(each.weights->gibibytes() + 80.0)));
    const json::Value record = each.record.value();
    const double seconds = json::find(record, {"readinessTimeoutSeconds"})->to_number<double>();
    CHECK(seconds ==
          doctest::Approx(std::clamp(900.0 + 18.0 * each.weights->gibibytes(), 1800.0, 10800.0)));
    CHECK(each.context_limit.value_or(0) > 0);
    CHECK(each.vllm);
  }
  for (const Sku& each : catalog().skus()) {
    CAPTURE(each.name);
    const bool gone = each.lifecycle != Lifecycle::current;
    CHECK(gone == !each.last_release.empty());
    CHECK(gone == !each.retired_because.empty());
    CHECK(each.gpu_memory_gib_each() * each.gpu_count == each.gpu_memory_gib);
    const json::Value record = each.record.value();
    const json::Value& latest = json::find(record, {"history"})->as_array().back();
    CHECK(json::string_at(latest, {"until"}) == each.last_release);
    CHECK(json::int_at(latest, {"gpuCount"}) == each.gpu_count);
    if (each.vendor == "nvidia" && !gone) CHECK(each.compute_capability >= "8.0");
  }
}
