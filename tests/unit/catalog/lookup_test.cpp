#include <doctest/doctest.h>

#include <string>

#include "kaito/catalog/catalog.hpp"

using namespace kaito::catalog;
using kaito::ErrorCode;
using kaito::Quantity;

namespace {

const Catalog& catalog() {
  const auto loaded = Catalog::builtin();
  REQUIRE(loaded.has_value());
  return **loaded;
}

}  // namespace

TEST_CASE("what a typed model name becomes") {
  struct Row {
    const char* typed;
    const char* name;    ///< to write into a Workspace
    const char* preset;  ///< entry, or ""
    bool differs;
  };
  const Row rows[] = {
      // exact, and in another letter case
      {"phi-4", "phi-4", "phi-4", false},
      {"Phi-4", "phi-4", "phi-4", true},
      {" phi-4 ", "phi-4", "phi-4", false},
      {"mistral-7b", "mistral-7b", "mistral-7b", false},
      // short names
      {"phi-3-mini", "phi-3-mini-4k-instruct", "phi-3-mini-4k-instruct", true},
      {"PHI-3-MEDIUM", "phi-3-medium-4k-instruct", "phi-3-medium-4k-instruct", true},
      {"deepseek-r1", "deepseek-r1-0528", "deepseek-r1-0528", true},
      {"nemotron-nano-9b-v2", "nvidia/NVIDIA-Nemotron-Nano-9B-v2",
       "nvidia/NVIDIA-Nemotron-Nano-9B-v2", true},
      // unique prefixes, of names, of short names and of served names
      {"phi-3-mini-128k", "phi-3-mini-128k-instruct", "phi-3-mini-128k-instruct", true},
      {"phi-3.5", "phi-3.5-mini-instruct", "phi-3.5-mini-instruct", true},
      {"phi-4-mini", "phi-4-mini-instruct", "phi-4-mini-instruct", true},
      {"llama-3.1-8b", "llama-3.1-8b-instruct", "llama-3.1-8b-instruct", true},
      {"nemotron-3-ultra", "nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-NVFP4",
       "nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-NVFP4", true},
      {"granite", "ibm-granite/granite-4.1-8b", "ibm-granite/granite-4.1-8b", true},
      // the name the server gives the model
      {"gemma-3-4b-it", "gemma-3-4b-instruct", "gemma-3-4b-instruct", true},
      {"kimi-k2.6", "moonshotai/Kimi-K2.6", "moonshotai/Kimi-K2.6", true},
      // ids
      {"microsoft/Phi-4-mini-instruct", "microsoft/Phi-4-mini-instruct", "phi-4-mini-instruct",
       false},
      {"microsoft/phi-4-MINI-instruct", "microsoft/Phi-4-mini-instruct", "phi-4-mini-instruct",
       true},
      {"tiiuae/falcon-7b", "tiiuae/falcon-7b", "falcon-7b", false},
      {"my-org/My_Model.v1", "my-org/My_Model.v1", "", false},
      // retired
      {"falcon-7b", "falcon-7b", "falcon-7b", false},
      {"llama-2-70b-c", "llama-2-70b-chat", "llama-2-70b-chat", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.typed);
    const auto resolved = catalog().resolve(row.typed);
    REQUIRE_MESSAGE(resolved.has_value(), (resolved ? "" : resolved.error().describe()));
    CHECK(resolved->name == row.name);
    CHECK((resolved->preset ? resolved->preset->name : std::string()) == row.preset);
    CHECK(resolved->differs == row.differs);
  }
}

TEST_CASE("every name of every model leads to it") {
  for (const Preset& preset : catalog().presets()) {
    std::vector<std::string> names = preset.short_names;
    names.push_back(preset.name);
    if (!preset.hugging_face.empty()) {
      names.push_back(preset.hugging_face);
      names.push_back(preset.hugging_face.substr(preset.hugging_face.rfind('/') + 1));
    }
    for (const std::string& name : names) {
      CAPTURE(name);
      const auto resolved = catalog().resolve(name);
      REQUIRE(resolved.has_value());
      CHECK(resolved->preset == &preset);
    }
  }
}

TEST_CASE("a name that does not lead to one model says what was meant") {
  struct Row {
    std::string typed;
    const char* message;
    const char* hint;
  };
  const Row rows[] = {
      {"phi-3", "\"phi-3\" could be 5 models",
       "say which: phi-3-medium-128k-instruct, phi-3-medium-4k-instruct, phi-3-mini-128k-instruct, "
       "phi-3-mini-4k-instruct, phi-3.5-mini-instruct"},
      {"gpt-oss", "\"gpt-oss\" could be 2 models", "say which: gpt-oss-120b, gpt-oss-20b"},
      {"ph1-4", "no model is called \"ph1-4\"", "did you mean \"phi-4\""},
      {"zzzzzzzz", "no model is called \"zzzzzzzz\"", "a model is a preset name"},
      {"", "no model is called \"\"", ""},
      {"a/b/c", "\"a/b/c\" is not a Hugging Face id", "an id is ORG/NAME"},
      {"/phi-4", "\"/phi-4\" is not a Hugging Face id", "an id is ORG/NAME"},
      {"org/na me", "\"org/na me\" is not a Hugging Face id", "an id is ORG/NAME"},
      {"org/\x1b[2J", "\"org/\\x1b[2J\" is not a Hugging Face id", "an id is ORG/NAME"},
      {std::string(100000, 'x'), "no model is called \"xxxx", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.typed.substr(0, 20));
    const auto resolved = catalog().resolve(row.typed);
    REQUIRE_FALSE(resolved.has_value());
    CHECK(resolved.error().code == ErrorCode::not_found);
    CHECK(resolved.error().message.starts_with(row.message));
    CHECK(resolved.error().message.size() < 300);
    CHECK(resolved.error().hint.starts_with(row.hint));
  }
}

TEST_CASE("sizes are found in any letter case, in their own cloud") {
  const auto a100 = catalog().resolve_sku("standard_nc24ads_a100_V4");
  REQUIRE(a100.has_value());
  CHECK((*a100)->name == "Standard_NC24ads_A100_v4");
  CHECK(catalog().find_sku("P5.48XLARGE", "aws") != nullptr);
  CHECK(catalog().find_sku("p5.48xlarge", "azure") == nullptr);

  const auto elsewhere = catalog().resolve_sku("p5.48xlarge", "azure");
  REQUIRE_FALSE(elsewhere.has_value());
  CHECK(elsewhere.error().code == ErrorCode::not_found);
  CHECK(elsewhere.error().message == "p5.48xlarge is a size of aws, not of azure");

  const auto typo = catalog().resolve_sku("Standard_NC24ads_A100_v5", "azure");
  REQUIRE_FALSE(typo.has_value());
  CHECK(typo.error().message == "no GPU node size of azure is called \"Standard_NC24ads_A100_v5\"");
  CHECK(typo.error().hint.find("\"Standard_NC24ads_A100_v4\"") != std::string::npos);
}

TEST_CASE("the smallest size that holds so much memory") {
  struct Row {
    const char* memory;
    const char* cloud;
    const char* name;  ///< "" when none does
  };
  const Row rows[] = {
      {"8Gi", "azure", "Standard_NV36ads_A10_v5"},
      {"24Gi", "azure", "Standard_NV36ads_A10_v5"},
      {"24.1Gi", "azure", "Standard_NC24ads_A100_v4"},
      {"90Gi", "azure", "Standard_NC40ads_H100_v5"},
      {"641.30Gi", "azure", "Standard_ND96isr_H200_v5"},
      {"2Ti", "azure", ""},
      {"8Gi", "aws", "g5.xlarge"},
      {"20Gi", "arc", "Standard_NC16_A2"},
      {"8Gi", "gcp", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.memory);
    CAPTURE(row.cloud);
    const auto memory = Quantity::parse(row.memory);
    REQUIRE(memory.has_value());
    const Sku* sku = catalog().smallest_sku_for(*memory, row.cloud);
    CHECK((sku ? sku->name : std::string()) == row.name);
  }
}

TEST_CASE("a retired one says since when, why, and what to use") {
  CHECK(catalog().describe_retirement(*catalog().find_sku("Standard_NC6s_v3")) ==
        "Standard_NC6s_v3 is gone since v0.9.0 (Azure retires the NV and NCv3 series); the "
        "smallest with "
        "as much GPU memory is Standard_NV36ads_A10_v5 (1 x NVIDIA A10, 24 GiB)");
  CHECK(catalog().describe_retirement(*catalog().find_sku("Standard_NC24ads_A100_v4")).empty());
  CHECK(
      catalog().describe_retirement(*catalog().find_preset("falcon-7b")) ==
      "falcon-7b is gone since v0.11.0 (v0.11.0 replaced the built-in packages by aliases to "
      "Hugging "
      "Face ids, and Falcon got no alias); its id tiiuae/falcon-7b still loads it; use mistral-7b "
      "instead");
  CHECK(catalog().describe_retirement(*catalog().find_preset("phi-4")).empty());
  for (const Sku& sku : catalog().skus())
    if (sku.lifecycle != Lifecycle::current) {
      CAPTURE(sku.name);
      const Sku* instead = catalog().replacement_for(sku);
      REQUIRE(instead != nullptr);
      CHECK(instead->lifecycle == Lifecycle::current);
      CHECK(instead->cloud == sku.cloud);
      CHECK(instead->gpu_memory_gib >= sku.gpu_memory_gib);
    }
}
