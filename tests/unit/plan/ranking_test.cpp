#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "kaito/plan/facts.hpp"
#include "kaito/plan/ranking.hpp"

namespace {

using namespace kaito;
using namespace kaito::plan;

const catalog::Catalog& presets() {
  return **catalog::Catalog::builtin();
}

Question question(const char* model, const char* release = "v0.12.0") {
  Question out;
  out.release = *find_release(release);
  const auto* preset = presets().find_preset(model);
  REQUIRE(preset != nullptr);
  const auto facts = model_facts(presets(), *preset, out.release);
  REQUIRE_MESSAGE(facts, facts.error().message);
  out.model = *facts;
  out.required = *requirement(presets(), *preset, out.release);
  return out;
}

Candidate on(const char* sku, const Question& asked) {
  const auto* found = presets().find_sku(sku);
  REQUIRE(found != nullptr);
  return judge(presets(), *found, asked);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("one reason for each node size that is no answer") {
  struct {
    const char* model;
    const char* sku;
    Obstacle obstacle;
    const char* reason;
  } const cases[] = {
      {"phi-3-mini-4k-instruct", "Standard_NC6s_v3", Obstacle::retired, "gone since v0.9.0"},
      {"phi-4", "Standard_NG32ads_V620_v1", Obstacle::no_cuda, "NVIDIA"},
      {"qwen2.5-coder-7b-instruct", "Standard_ND96isr_H100_v5", Obstacle::none, ""},
      {"qwen/qwen2.5-coder-32b-instruct", "g5.48xlarge", Obstacle::none, ""},
      {"llama-3.3-70b-instruct", "Standard_NV36ads_A10_v5", Obstacle::none, ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.sku);
    const Candidate found = on(c.sku, question(c.model));
    CHECK(to_string(found.obstacle) == to_string(c.obstacle));
    CHECK_MESSAGE(has(found.reason, c.reason), found.reason);
    CHECK(found.fits() == found.reason.empty());
  }
  CHECK(on("Standard_NV36ads_A10_v5", question("llama-3.3-70b-instruct")).estimate.nodes == 9);
  SUBCASE("a context that fills the GPU") {
    Question asked = question("phi-3-mini-128k-instruct");
    asked.context_tokens = 131072;
    const Candidate found = on("Standard_NV36ads_A10_v5", asked);
    CHECK(found.obstacle == Obstacle::gpu_too_small);
    CHECK_MESSAGE(has(found.reason, "20.2 of a GPU's 24 GiB"), found.reason);
  }
  SUBCASE("attention heads that the GPUs do not divide") {
    Question asked = question("phi-4");
    asked.model.heads = 28;
    asked.model.weight_bytes = 100 * gibibyte;
    CHECK(on("g5.48xlarge", asked).obstacle == Obstacle::heads);
    asked.model.heads = 32;
    CHECK(on("g5.48xlarge", asked).fits());
  }
  SUBCASE("a copy per GPU whose own cache has no room is called out") {
    Question asked = question("phi-4-mini-instruct");
    asked.context_tokens = 131072;
    const Candidate found = on("Standard_NV72ads_A10_v5", asked);
    CHECK(found.fits());
    REQUIRE(found.cautions.size() == 1);
    CHECK(has(found.cautions[0], "each keeps a whole copy"));
    CHECK(*found.longest_context == 79645);
  }
}

TEST_CASE("the bounds of the question") {
  Question asked = question("llama-3.3-70b-instruct");
  asked.max_nodes = 1;
  for (const Candidate& candidate : rank(presets(), "azure", asked).fitting)
    CHECK(candidate.estimate.nodes == 1);
  CHECK(on("Standard_NV36ads_A10_v5", asked).obstacle == Obstacle::too_many_nodes);
  asked.max_nodes.reset();
  asked.nodes = 8;
  CHECK(on("Standard_NV36ads_A10_v5", asked).obstacle == Obstacle::too_many_nodes);
  asked.nodes = 9;
  CHECK(on("Standard_NV36ads_A10_v5", asked).fits());
}

TEST_CASE("the ranking: price, then GPU memory, nodes, GPUs") {
  Question asked = question("llama-3.3-70b-instruct");
  const Ranking by_memory = rank(presets(), "azure", asked);
  REQUIRE(by_memory.fitting.size() == 12);
  CHECK_FALSE(by_memory.by_price);
  CHECK(by_memory.fitting.size() + by_memory.rejected.size() == 47);
  CHECK(by_memory.fitting[0].node.name == "Standard_NC80adis_H100_v5");
  CHECK(by_memory.fitting[1].node.name == "Standard_NC40ads_H100_v5");
  CHECK(std::is_sorted(by_memory.fitting.begin(), by_memory.fitting.end(),
                       [](const Candidate& a, const Candidate& b) {
                         return a.total_memory_bytes() < b.total_memory_bytes();
                       }));
  const auto prices =
      load_prices("prices: {Standard_NV36ads_A10_v5: 3, STANDARD_NC24ADS_A100_V4: 3.5}", "p.yaml");
  REQUIRE(prices);
  asked.prices = &*prices;
  const Ranking by_price = rank(presets(), "azure", asked);
  CHECK(by_price.by_price);
  CHECK(by_price.fitting[0].node.name == "Standard_NC24ads_A100_v4");
  CHECK(*by_price.fitting[0].price_per_hour == 10.5);
  CHECK(*by_price.fitting[1].price_per_hour == 27);
  CHECK_FALSE(by_price.fitting[2].price_per_hour);
  asked.max_price = 12;
  CHECK(rank(presets(), "azure", asked).fitting.size() == 1);
  CHECK(on("Standard_NV36ads_A10_v5", asked).obstacle == Obstacle::too_expensive);
  CHECK(on("Standard_NC96ads_A100_v4", asked).obstacle == Obstacle::no_price);
}

TEST_CASE("releases without an estimate: the smallest count that is admitted") {
  const auto nodes = [](const char* model, const char* sku, const char* release) {
    return on(sku, question(model, release)).estimate.nodes;
  };
  CHECK(nodes("llama-2-13b", "Standard_NC24ads_A100_v4", "v0.4.5") == 2);  // two GPUs
  CHECK(nodes("llama-2-70b", "Standard_NC24s_v3", "v0.4.5") == 0);         // 19Gi on each GPU
  CHECK(nodes("llama-3.3-70b-instruct", "Standard_NC24ads_A100_v4", "v0.6.2") == 4);
  CHECK(nodes("falcon-40b", "Standard_NC12s_v3", "v0.3.2") == 0);  // 3 nodes, and not distributed
  // v0.2.0 multiplies a node's memory by its GPUs once more, and counts 90Gi as 97.
  const auto* falcon = presets().find_preset("falcon-40b");
  const Release old = *find_release("v0.2.0");
  const auto wanted = *requirement(presets(), *falcon, old);
  NodeGpus node;
  node.count = 2;
  node.memory_bytes = 49 * gibibyte;
  CHECK(smallest_admitted_count(wanted, node, Runtime::transformers, false, old) == 1);
  node.memory_bytes = 48 * gibibyte;
  CHECK(smallest_admitted_count(wanted, node, Runtime::transformers, false, old) == 2);
}

TEST_CASE("what a release offers") {
  const auto obstacle = [](const char* sku, const char* release) {
    return on(sku, question("phi-3-mini-4k-instruct", release)).obstacle;
  };
  CHECK(obstacle("Standard_NC6s_v3", "v0.8.1") == Obstacle::none);
  CHECK(obstacle("Standard_NC6s_v3", "v0.9.0") == Obstacle::retired);
  CHECK(obstacle("Standard_NC4as_T4_v3", "v0.11.0") == Obstacle::none);
  CHECK(obstacle("Standard_NC4as_T4_v3", "v0.12.0") == Obstacle::retired);
  CHECK(obstacle("Standard_ND96isr_H200_v5", "v0.4.0") == Obstacle::not_yet_offered);
  const auto* sku = presets().find_sku("Standard_ND96amsr_A100_v4");
  CHECK(node_gpus(*sku, *find_release("v0.4.5")).memory_bytes == 80 * gibibyte);
  CHECK(node_gpus(*sku, *find_release("v0.4.6")).memory_bytes == 640 * gibibyte);
}

TEST_CASE("models that a release does not have") {
  const auto facts = [](const char* model, const char* release) {
    return model_facts(presets(), *presets().find_preset(model), *find_release(release));
  };
  REQUIRE_FALSE(facts("phi-4", "v0.4.0"));
  CHECK(facts("phi-4", "v0.4.0").error().code == ErrorCode::not_found);
  CHECK(facts("gpt-oss-20b", "v0.10.0")->weight_bytes == Quantity::parse("12.9Gi")->value());
  CHECK(facts("gpt-oss-20b", "v0.11.0")->weight_bytes == Quantity::parse("25.63Gi")->value());
  CHECK_FALSE(facts("phi-4", "v0.9.4")->distributed);
  CHECK(facts("phi-4", "v0.10.0")->distributed);
  CHECK_FALSE(facts("falcon-7b", "v0.10.0")->tensor_parallel);
}

TEST_CASE("GPUs from the labels of a node") {
  using Labels = std::map<std::string, std::string>;
  const auto labels = [](const char* count, const char* memory) {
    return Labels{{"nvidia.com/gpu.product", "NVIDIA-A10"},
                  {"nvidia.com/gpu.count", count},
                  {"nvidia.com/gpu.memory", memory}};
  };
  CHECK(node_gpus(labels("2", "32768"))->memory_bytes == 64 * gibibyte);
  CHECK(node_gpus(labels("1", "81920"))->memory_bytes == 80 * gibibyte);
  CHECK(node_gpus(labels("1", "16384"))->memory_bytes == 16 * gibibyte);
  CHECK(node_gpus(labels("1", "23028"))->memory_bytes == 22 * gibibyte);
  Labels sliced = labels("3", "24576");
  sliced["nvidia.com/mig.config"] = "all-2g.24gb";
  CHECK_FALSE(node_gpus(sliced)->slice);
  sliced["nvidia.com/mig.config.state"] = "success";
  CHECK(node_gpus(sliced)->slice);
  sliced["nvidia.com/mig.config"] = "all-disabled";
  CHECK_FALSE(node_gpus(sliced)->slice);
  for (const char* bad : {"", "x", "0", "-1", "99999999999999999999", "1.5"}) {
    CAPTURE(bad);
    CHECK_FALSE(node_gpus(labels(bad, "24576")));
    CHECK_FALSE(node_gpus(labels("1", bad)));
  }
  CHECK_FALSE(node_gpus(Labels{}));
}

const char* const kNodes = R"(
apiVersion: v1
kind: List
items:
- kind: Node
  metadata: {name: a, labels: {nvidia.com/gpu.product: A10, nvidia.com/gpu.count: "2", nvidia.com/gpu.memory: "24576"}}
- kind: Node
  metadata: {name: b, labels: {nvidia.com/gpu.product: A10, nvidia.com/gpu.count: "2", nvidia.com/gpu.memory: "24576"}}
  status: {conditions: [{type: Ready, status: "False"}]}
- kind: Node
  metadata: {name: c}
---
kind: Node
metadata: {name: d, labels: {nvidia.com/gpu.product: H100, nvidia.com/gpu.count: "1", nvidia.com/gpu.memory: "81920"}}
)";

TEST_CASE("own nodes are grouped by their GPUs, and have to be ready") {
  const auto nodes = load_own_nodes(kNodes, "n.yaml");
  REQUIRE_MESSAGE(nodes, nodes.error().message);
  REQUIRE(nodes->groups.size() == 2);
  CHECK(nodes->groups[0].ready == std::vector<std::string>{"a"});
  CHECK(nodes->groups[0].not_ready == std::vector<std::string>{"b"});
  CHECK(nodes->groups[1].ready == std::vector<std::string>{"d"});
  CHECK(nodes->without_gpus == std::vector<std::string>{"c"});
  const Ranking small = rank(nodes->groups, question("phi-4"));
  REQUIRE(small.fitting.size() == 2);
  CHECK(small.fitting[0].node.name == "A10");
  const Ranking large = rank(nodes->groups, question("llama-3.3-70b-instruct"));
  CHECK(large.fitting.empty());
  REQUIRE(large.rejected.size() == 2);
  CHECK(large.rejected[0].obstacle == Obstacle::too_many_nodes);
  CHECK(has(large.rejected[0].reason, "needs 5 nodes, and 1 is ready"));
}

TEST_CASE("files that cannot be read say where") {
  const std::pair<const char*, const char*> node_files[] = {
      {"", "n.yaml: there is no Node"},
      {"a: 1", "n.yaml"},
      {"kind: Pod\nmetadata: {name: x}", "n.yaml:1:1: not a Node but a Pod"},
      {"kind: List", "n.yaml:1:1: a list without items"},
      {"kind: Node\nmetadata: {name: x, labels: {nvidia.com/gpu.count: \"1\"}}", "n.yaml:2:"},
      {"kind: Node\nmetadata: {labels: 3}", "n.yaml:2:"},
      {"kind: [", "n.yaml:"}};
  for (const auto& [text, message] : node_files) {
    CAPTURE(text);
    const auto nodes = load_own_nodes(text, "n.yaml");
    REQUIRE_FALSE(nodes);
    CHECK(nodes.error().code == ErrorCode::parse);
    CHECK_MESSAGE(has(nodes.error().message, message), nodes.error().message);
  }
  const std::pair<const char*, const char*> price_files[] = {
      {"", "p.yaml: a price file is one map"},
      {"currency: USD", "p.yaml: no prices"},
      {"prices: 3", "p.yaml:1:1"},
      {"prices:\n  a: x", "p.yaml:2:3: the price of a must be a number above 0"},
      {"prices:\n  a: 0", "p.yaml:2:3"},
      {"prices:\n  a: -1.5", "p.yaml:2:3"},
      {"prices:\n  a: .inf", "p.yaml:2:6"},
      {"prices:\n  a: 1\n  A: 2", "p.yaml:3:3: A has a price already"},
      {"price: {a: 1}", "p.yaml:1:1: unknown key price"},
      {"currency: 3\nprices: {a: 1}", "p.yaml:1:1"}};
  for (const auto& [text, message] : price_files) {
    CAPTURE(text);
    const auto prices = load_prices(text, "p.yaml");
    REQUIRE_FALSE(prices);
    CHECK(prices.error().code == ErrorCode::parse);
    CHECK_MESSAGE(has(prices.error().message, message), prices.error().message);
  }
}

}  // namespace
