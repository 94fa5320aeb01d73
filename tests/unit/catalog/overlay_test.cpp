#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <string>

#include "kaito/catalog/catalog.hpp"
#include "kaito/json/json.hpp"

using namespace kaito;
using namespace kaito::catalog;

namespace {

const Catalog& builtin() {
  const auto loaded = Catalog::builtin();
  REQUIRE(loaded);
  return **loaded;
}

/// A file with one model; `lines` go into its entry.
std::string model_file(const std::string& name, const std::string& lines = {}) {
  return "family: acme\nmodels:\n  - name: " + name +
         "\n    status: current\n    since: v0.9.0\n    runtimes: [vllm]\n    tunable: false\n"
         "    downloadAtRuntime: true\n    weights: 14.5Gi\n    disk: 94Gi\n"
         "    bytesPerToken: 57344\n    tokenLimit: 32768\n"
         "    architecture: {classes: [Qwen2ForCausalLM], attention: GQA, hiddenSize: 3584,\n"
         "      layers: 28, heads: 28, kvHeads: 4, headDim: 128}\n"
         "    distributed: true\n    readinessTimeoutSeconds: 1800\n" +
         lines;
}

constexpr const char* kSkus =
    "cloud: azure\nskus:\n"
    "  - {name: standard_nc24ads_a100_v4, status: current, since: v0.12.0, gpuModel: NVIDIA A100,\n"
    "     vendor: nvidia, gpuCount: 2, memory: 160Gi, memoryPerGpu: 80Gi, nvme: true,\n"
    "     cudaComputeCapability: 8, history: [{since: v0.12.0, table: cloud, gpuCount: 2,\n"
    "     memory: 160Gi, nvme: true}]}\n";

std::string error(std::vector<CatalogFile> files) {
  const auto whole = builtin().with(files);
  REQUIRE_FALSE(whole);
  return whole.error().message;
}

}  // namespace

TEST_CASE("a user's files lie over what is built in, by name") {
  const std::vector<CatalogFile> files = {
      {"one.yaml", model_file("acme/assistant", "    shortNames: [assistant]\n")},
      {"skus.yaml", kSkus},
      {"two.yaml", model_file("phi-4",
                              "    history: [{since: v0.9.0, until: v0.10.0, runtimes: "
                              "[vllm], disk: 1Gi, distributed: true}]\n")}};
  const auto whole = builtin().with(files);
  REQUIRE_MESSAGE(whole, (whole ? "" : whole.error().describe()));
  CHECK(whole->presets().size() == builtin().presets().size() + 1);
  CHECK(whole->skus().size() == builtin().skus().size());

  const auto own = whole->resolve("assistant");
  REQUIRE(own);
  CHECK(own->name == "acme/assistant");
  CHECK(own->preset->source == "one.yaml:3:5");
  CHECK(own->preset->family == "acme");
  CHECK(own->preset->weights->text() == "14.5Gi");
  CHECK(json::string_at(own->preset->record.value(), {"family"}) == "acme");
  CHECK(whole->history(*own->preset)->value().as_array().empty());

  const Preset* replaced = whole->find_preset("Phi-4");
  REQUIRE(replaced != nullptr);
  CHECK(replaced->context_limit == 32768);
  CHECK(whole->history(*replaced)->value().as_array().size() == 1);
  CHECK(builtin().find_preset("phi-4")->source.empty());

  const Sku* sku = whole->find_sku("Standard_NC24ads_A100_v4", "azure");
  REQUIRE(sku != nullptr);
  CHECK(sku->gpu_count == 2);
  CHECK(sku->gpu_memory_gib == 160);
  CHECK(sku->compute_capability == "8.0");
  CHECK(sku->source == "skus.yaml:3:5");
}

TEST_CASE("a later file wins") {
  const auto whole = builtin().with(
      std::vector<CatalogFile>{{"one.yaml", model_file("acme/m")},
                               {"two.yaml", model_file("Acme/M", "    license: mit\n")}});
  REQUIRE(whole);
  CHECK(whole->find_preset("acme/m")->license == "mit");
  CHECK(whole->presets().size() == builtin().presets().size() + 1);
}

TEST_CASE("a slip in a user's file is told with its place") {
  CHECK(error({{"m.yaml", model_file("acme/m", "    tokens: 5\n")}}) ==
        "m.yaml:17:5: models[0].tokens: is not a known key");
  CHECK(error({{"m.yaml", "family: a\nmodels:\n  - name: a/b\n    status: new\n"}})
            .find("m.yaml:4:5: models[0].status: must be one of") != std::string::npos);
  CHECK(error({{"m.yaml", model_file("acme/m", "    license: [\n")}}).find("m.yaml:18:1: ") == 0);
  CHECK(error({{"m.yaml", "a: 1"}}) == "m.yaml: neither \"models\" nor \"skus\" is in it");
  CHECK(error({{"m.yaml", ""}}) == "m.yaml: neither \"models\" nor \"skus\" is in it");
  CHECK(error({{"m.yaml", model_file("acme/m", "    shortNames: [phi-4]\n")}}) ==
        "m.yaml:3:5: \"phi-4\" is a name of phi-4 already");
  CHECK(error({{"m.yaml", model_file("microsoft/Phi-4")}}) ==
        "m.yaml:3:5: \"microsoft/Phi-4\" is a name of phi-4 already");
  CHECK(error({{"s.yaml", "cloud: here\nskus: []\n"}}).find("s.yaml:1:1: cloud: must be one of") ==
        0);
}
