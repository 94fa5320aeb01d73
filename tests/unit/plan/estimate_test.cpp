#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "kaito/base/quantity.hpp"
#include "kaito/plan/estimate.hpp"
#include "kaito/plan/memory.hpp"

namespace {

using namespace kaito;
using namespace kaito::plan;

ModelFacts model(const char* weights, std::int64_t bytes_per_token) {
  ModelFacts out;
  out.weight_bytes = Quantity::parse(weights)->value();
  out.bytes_per_token = bytes_per_token;
  return out;
}

NodeGpus gpus(int count, std::int64_t gib_each) {
  NodeGpus out;
  out.count = count;
  out.memory_bytes = gib_each * count * gibibyte;
  return out;
}

const Profile& profile_of(const char* release) {
  return *find_release(release)->profile;
}

std::string gib(double bytes) {
  return fmt::format("{:.4f}", bytes / static_cast<double>(gibibyte));
}

std::string parallel_text(const Parallelism& parallel) {
  return fmt::format("DP{} TP{} PP{}", parallel.data, parallel.tensor, parallel.pipeline);
}

TEST_CASE("worked examples") {
  struct Case {
    const char* weights;
    std::int64_t bytes_per_token;
    int count;
    std::int64_t each;
    std::int64_t context;
    const char* loaded;
    const char* usable;
    const char* cache;
    const char* reserve;
    const char* budget;
    std::int64_t min_gpus;
    std::int64_t nodes;
    const char* parallel;
  };
  const Case cases[] = {
      {"8Gi", 0, 1, 24, 2048, "8.1600", "20.1600", "0.0000", "2.3000", "17.0095", 1, 1,
       "DP1 TP1 PP1"},
      {"8Gi", 0, 4, 80, 2048, "8.1600", "67.2000", "0.0000", "2.3000", "61.8095", 1, 1,
       "DP4 TP1 PP1"},
      {"13.44Gi", 8192, 1, 24, 2048, "13.7088", "20.1600", "0.0156", "2.3156", "16.9946", 1, 1,
       "DP1 TP1 PP1"},
      {"13.44Gi", 8192, 1, 80, 2048, "13.7088", "67.2000", "0.0156", "2.3156", "61.7946", 1, 1,
       "DP1 TP1 PP1"},
      {"62.5Gi", 163840, 1, 80, 2048, "63.7500", "67.2000", "0.3125", "2.6125", "61.5119", 2, 2,
       "DP1 TP1 PP2"},
      {"7.15Gi", 131072, 1, 80, 2048, "7.2930", "67.2000", "0.2500", "2.5500", "61.5714", 1, 1,
       "DP1 TP1 PP1"},
      {"7.15Gi", 131072, 2, 24, 2048, "7.2930", "20.1600", "0.1250", "2.4250", "16.8905", 1, 1,
       "DP2 TP1 PP1"},
      {"27.31Gi", 204800, 1, 24, 2048, "27.8562", "20.1600", "0.3906", "2.6906", "16.6375", 2, 2,
       "DP1 TP1 PP2"},
      {"27.31Gi", 204800, 2, 24, 2048, "27.8562", "20.1600", "0.1953", "2.4953", "16.8235", 2, 1,
       "DP1 TP2 PP1"},
      {"7.15Gi", 131072, 1, 24, 131072, "7.2930", "20.1600", "16.0000", "18.3000", "1.7714", 5, 5,
       "DP1 TP1 PP5"},
      {"131.42Gi", 327680, 1, 80, 2048, "134.0484", "67.2000", "0.6250", "2.9250", "61.2143", 3, 3,
       "DP1 TP1 PP3"},
      {"131.42Gi", 327680, 4, 80, 2048, "134.0484", "67.2000", "0.1562", "2.4562", "61.6607", 3, 1,
       "DP1 TP4 PP1"},
      {"641.30Gi", 70272, 8, 141, 2048, "654.1260", "118.4400", "0.0168", "2.3168", "110.5936", 6,
       1, "DP1 TP8 PP1"},
      {"641.30Gi", 70272, 8, 80, 2048, "654.1260", "67.2000", "0.0168", "2.3168", "61.7936", 11, 2,
       "DP1 TP8 PP2"},
      {"121.54Gi", 73728, 2, 94, 2048, "123.9708", "78.9600", "0.0703", "2.3703", "72.9426", 2, 1,
       "DP1 TP2 PP1"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.weights);
    CAPTURE(c.budget);
    const ModelFacts facts = model(c.weights, c.bytes_per_token);
    const NodeGpus node = gpus(c.count, c.each);
    const Estimate found = estimate(facts, node, {c.context, 4});
    CHECK(found.fit == Fit::fits);
    CHECK(gib(found.model_bytes) == c.loaded);
    CHECK(gib(found.usable_bytes) == c.usable);
    CHECK(gib(found.kv_bytes) == c.cache);
    CHECK(gib(found.reserve_bytes) == c.reserve);
    CHECK(gib(found.budget_bytes) == c.budget);
    CHECK(found.min_gpus == c.min_gpus);
    CHECK(found.nodes == c.nodes);
    CHECK(parallel_text(parallelism(facts, node, found.nodes)) == c.parallel);
  }
}

TEST_CASE("a MIG slice holds the whole model or nothing") {
  const ModelFacts facts = model("8Gi", 0);
  const auto on = [&facts](std::int64_t gib_each) {
    NodeGpus slice = gpus(1, gib_each);
    slice.slice = true;
    return estimate(facts, slice, {});
  };
  CHECK(on(24).nodes == 1);
  CHECK(on(47).nodes == 1);
  const Estimate small = on(10);
  CHECK(small.fit == Fit::slice_too_small);
  CHECK(small.nodes == 0);
  CHECK(small.min_gpus == 2);
}

TEST_CASE("a GPU that overhead and cache fill holds nothing") {
  const Estimate found = estimate(model("7.15Gi", 131072), gpus(1, 8), {65536, 1});
  CHECK(found.fit == Fit::gpu_too_small);
  CHECK(gib(found.usable_bytes) == "6.7200");
  CHECK(gib(found.reserve_bytes) == "10.3000");
  CHECK(found.nodes == 0);
}

TEST_CASE("without numbers the requested count stays") {
  CHECK(estimate(model("8Gi", 0), NodeGpus{}, {2048, 3}).nodes == 3);
  CHECK_FALSE(estimate(model("8Gi", 0), NodeGpus{}, {2048, 3}).estimated);
  CHECK(estimate(model("8Gi", 0), gpus(1, 24), {2048, 3}, profile_of("v0.6.2")).nodes == 3);
  CHECK(estimate(model("8Gi", 0), gpus(1, 24), {2048, 3}).nodes == 1);
}

TEST_CASE("a whole quotient asks for one GPU more") {
  // 16 GiB usable after a reserve of 2.3 and a divisor of 1.05 leave a budget b; weights of b/1.02.
  ModelFacts facts = model("8Gi", 0);
  NodeGpus node = gpus(1, 24);
  const double budget = estimate(facts, node, {}).budget_bytes;
  Profile exact = *default_release().profile;
  exact.weight_factor = 1;
  exact.weight_overhead = 0;
  exact.base_overhead_gib = 0;
  exact.usable_share = 1;
  facts.weight_bytes = 24 * gibibyte;
  CHECK(budget > 0);
  CHECK(estimate(facts, node, {}, exact).min_gpus == 2);
  facts.weight_bytes -= 1;
  CHECK(estimate(facts, node, {}, exact).min_gpus == 1);
}

TEST_CASE("earlier releases") {
  SUBCASE("no share for overhead of the weights up to v0.10.0: one A100 instead of two") {
    const ModelFacts facts = model("62.5Gi", 163840);
    for (const char* release : {"v0.7.0", "v0.9.4", "v0.10.0"}) {
      CAPTURE(release);
      CHECK(estimate(facts, gpus(1, 80), {}, profile_of(release)).nodes == 1);
    }
    CHECK(estimate(facts, gpus(1, 80), {}, profile_of("v0.11.0")).nodes == 2);
  }
  SUBCASE("bytes are cut to whole ones up to v0.9.4") {
    const ModelFacts facts = model("7.15Gi", 0);
    CHECK(estimate(facts, gpus(1, 24), {}, profile_of("v0.9.4")).model_bytes == 7830799122.0);
    CHECK(estimate(facts, gpus(1, 24), {}, profile_of("v0.10.0")).model_bytes > 7830799122.5);
  }
  SUBCASE("a model that cannot be spread, or not split") {
    ModelFacts facts = model("77.9Gi", 8192);
    facts.distributed = false;
    CHECK(estimate(facts, gpus(1, 24), {}, profile_of("v0.9.4")).fit == Fit::not_distributable);
    CHECK(estimate(facts, gpus(2, 80), {}, profile_of("v0.9.4")).fit == Fit::fits);
    facts = model("13.44Gi", 8192);
    facts.tensor_parallel = false;
    CHECK(estimate(facts, gpus(2, 16), {}, profile_of("v0.9.4")).fit == Fit::not_splittable);
    CHECK(estimate(facts, gpus(2, 24), {}, profile_of("v0.9.4")).fit == Fit::fits);
    CHECK(parallelism(facts, gpus(2, 24), 1, profile_of("v0.9.4")) == Parallelism{});
  }
  SUBCASE("data parallelism came with v0.10.0, pipelines with v0.5.0") {
    const ModelFacts small = model("7.15Gi", 131072);
    CHECK(parallel_text(parallelism(small, gpus(2, 24), 1, profile_of("v0.9.4"))) == "DP1 TP2 PP1");
    CHECK(parallel_text(parallelism(small, gpus(2, 24), 1, profile_of("v0.10.0"))) ==
          "DP2 TP1 PP1");
    CHECK(parallel_text(parallelism(small, gpus(2, 24), 3, profile_of("v0.4.6"))) == "DP1 TP2 PP1");
    CHECK(parallel_text(parallelism(small, gpus(2, 24), 3, profile_of("v0.5.0"))) == "DP1 TP2 PP3");
  }
}

TEST_CASE("data parallelism: twice the copies have to be less than the node") {
  const auto text = [](const char* weights, std::int64_t each, std::int64_t nodes) {
    return parallel_text(parallelism(model(weights, 0), gpus(4, each), nodes));
  };
  CHECK(text("8Gi", 40, 1) == "DP4 TP1 PP1");
  CHECK(text("20Gi", 40, 1) == "DP1 TP4 PP1");  // exactly half
  CHECK(text("21474836479", 40, 1) == "DP4 TP1 PP1");
  CHECK(text("8Gi", 80, 1) == "DP4 TP1 PP1");
  CHECK(text("64Gi", 80, 1) == "DP1 TP4 PP1");
  CHECK(text("256Gi", 80, 2) == "DP1 TP4 PP2");
  CHECK(text("8Gi", 80, 2) == "DP1 TP4 PP2");
}

TEST_CASE("the flags of the server") {
  const ModelFacts facts = model("14.96Gi", 131072);
  NodeGpus node = gpus(1, 24);
  node.gpu_model = "NVIDIA A10";
  CHECK(*server_settings(facts, node, 1).gpu_memory_utilization == 0.82);
  CHECK(*server_settings(facts, node, 1, profile_of("v0.11.0")).gpu_memory_utilization == 0.84);
  CHECK(*server_settings(facts, node, 1, profile_of("v0.6.2")).gpu_memory_utilization == 0.93);
  CHECK(*server_settings(facts, gpus(1, 16), 1, profile_of("v0.6.2")).gpu_memory_utilization ==
        0.90);
  CHECK(*server_settings(facts, gpus(1, 80), 1, profile_of("v0.6.2")).gpu_memory_utilization ==
        0.95);
  CHECK_FALSE(server_settings(facts, node, 1, profile_of("v0.4.4")).gpu_memory_utilization);
  node.gpu_model = "NVIDIA A10G";
  CHECK(*server_settings(facts, node, 1).gpu_memory_utilization == 0.84);
  CHECK(server_settings(facts, node, 1).max_model_len_auto);
  CHECK_FALSE(server_settings(facts, node, 1).ray);
  CHECK_FALSE(server_settings(facts, node, 1).no_cpu_cache);
  CHECK(server_settings(facts, node, 2).ray);
  CHECK(server_settings(facts, node, 2).no_cpu_cache);
  CHECK_FALSE(server_settings(facts, node, 2, profile_of("v0.7.2")).ray);
  CHECK(server_settings(model("8Gi", 0), gpus(4, 80), 1).no_cpu_cache);
}

TEST_CASE("the context that v0.7 to v0.10 computed") {
  struct Case {
    const char* weights;
    std::int64_t bytes_per_token;
    std::int64_t limit;
    int count;
    std::int64_t each;
    std::int64_t nodes;
    std::int64_t tokens;
  };
  const Case cases[] = {
      {"14.96Gi", 131072, 131072, 1, 24, 1, 21248},  {"27.51Gi", 196608, 131072, 2, 24, 1, 41728},
      {"27.51Gi", 196608, 131072, 1, 80, 1, 131072}, {"131.42Gi", 327680, 131072, 1, 80, 3, 22016},
      {"131.42Gi", 327680, 131072, 1, 80, 1, 0},     {"14.96Gi", 0, 131072, 1, 24, 1, 0}};
  for (const Case& c : cases) {
    CAPTURE(c.weights);
    CAPTURE(c.each);
    ModelFacts facts = model(c.weights, c.bytes_per_token);
    facts.context_limit = c.limit;
    CHECK(computed_max_model_len(facts, gpus(c.count, c.each), c.nodes, profile_of("v0.10.0")) ==
          c.tokens);
  }
}

TEST_CASE("the longest context is the last one with as many nodes") {
  for (const std::int64_t each : {24, 40, 80, 141}) {
    for (const int count : {1, 2, 4, 8}) {
      ModelFacts facts = model("27.31Gi", 204800);
      const NodeGpus node = gpus(count, each);
      const std::int64_t nodes = estimate(facts, node, {}).nodes;
      const auto longest = longest_context(facts, node, nodes);
      REQUIRE(longest);
      CHECK(estimate(facts, node, {*longest, 1}).nodes == nodes);
      const Estimate beyond = estimate(facts, node, {*longest + 1, 1});
      CHECK((beyond.fit != Fit::fits || beyond.nodes > nodes));
      facts.context_limit = 4096;
      CHECK(longest_context(facts, node, nodes) == std::min<std::int64_t>(4096, *longest));
    }
  }
  CHECK(longest_context(model("131Gi", 327680), gpus(1, 24), 1) == 0);
  CHECK_FALSE(longest_context(model("8Gi", 0), gpus(1, 24), 1));
}

TEST_CASE("more context, more weights or smaller GPUs never take fewer nodes") {
  const auto nodes = [](std::int64_t weight_gib, std::int64_t context, std::int64_t each) {
    ModelFacts facts;
    facts.weight_bytes = weight_gib * gibibyte;
    facts.bytes_per_token = 131072;
    const Estimate found = estimate(facts, gpus(2, each), {context, 1});
    return found.fit == Fit::fits ? found.nodes : std::int64_t{1} << 40;
  };
  for (std::int64_t step = 1; step < 60; ++step) {
    CHECK(nodes(20, step * 4096, 40) <= nodes(20, (step + 1) * 4096, 40));
    CHECK(nodes(step * 7, 2048, 40) <= nodes((step + 1) * 7, 2048, 40));
    CHECK(nodes(100, 2048, 10 + step) >= nodes(100, 2048, 11 + step));
  }
}

TEST_CASE("the parts of a GPU's memory add up") {
  for (const char* weights : {"8Gi", "27.31Gi", "131.42Gi"}) {
    for (const int count : {1, 2, 8}) {
      const ModelFacts facts = model(weights, 204800);
      const NodeGpus node = gpus(count, 80);
      const Estimate found = estimate(facts, node, {});
      const GpuMemory memory = gpu_memory(facts, node, found.nodes, 2048);
      CHECK(memory.weights + memory.overhead + memory.cache + memory.spare + memory.withheld ==
            doctest::Approx(memory.total));
      CHECK(memory.spare > 0);
    }
  }
  SUBCASE("a copy on each GPU keeps its own cache") {
    const GpuMemory memory = gpu_memory(model("7.15Gi", 131072), gpus(2, 24), 1, 131072);
    CHECK(gib(memory.cache) == "16.0000");
    CHECK(memory.spare < 0);
  }
  SUBCASE("a latent cache is whole on each GPU") {
    ModelFacts facts = model("641.30Gi", 70272);
    facts.latent_cache = true;
    CHECK(gpu_memory(facts, gpus(8, 141), 1, 1000).cache == 70272000);
  }
  SUBCASE("two KV heads go to eight GPUs four times") {
    ModelFacts facts = model("131.42Gi", 80000);
    facts.kv_heads = 2;
    CHECK(gpu_memory(facts, gpus(8, 80), 1, 1).cache == 40000);
  }
}

TEST_CASE("the operator's line scanner for max-model-len") {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"vllm:\n  max-model-len: 4096\n", 4096},
      {"  vllm:\n    cpu-offload-gb: 0\n    max-model-len: 4096\n", 4096},
      {"vllm:\n# comment\n  max-model-len: +8\r\n", 8},
      {"vllm:\n  max-model-len: 4096 # tokens\n", 0},
      {"vllm:\n  max-model-len: \"4096\"\n", 0},
      {"vllm:\n max-model-len: 4096\n", 0},
      {"vllm: {max-model-len: 4096}\n", 0},
      {"vllm:\n  a: 1\nother:\n  max-model-len: 4096\n", 0},
      {"max-model-len: 4096\n", 0},
      {"vllm:\n  max-model-len: -1\n", 0},
      {"vllm:\n  max-model-len:\n  max-model-len: 5\n", 0},
      {"", 0}};
  for (const auto& [config, tokens] : cases) {
    CAPTURE(config);
    CHECK(scanned_max_model_len(config).value_or(0) == tokens);
  }
}

TEST_CASE("releases") {
  CHECK(find_release("0.12")->name == "v0.12.0");
  CHECK(find_release("v0.8.0-rc.0")->profile == find_release("v0.8.0")->profile);
  CHECK(find_release("main")->profile == default_release().profile);
  CHECK(find_release("v0.7.1")->profile->first == "v0.7.0");
  CHECK_FALSE(find_release("v0.12.0")->newer_than_known);
  CHECK(find_release("v0.13.0")->newer_than_known);
  CHECK(find_release("v0.13.0")->profile == default_release().profile);
  for (const char* typed : {"", "x", "v0", "0.0.0", "v0.1.2.3", "v0.-1.0"}) {
    CAPTURE(typed);
    REQUIRE_FALSE(find_release(typed));
    CHECK(find_release(typed).error().code == ErrorCode::usage);
  }
}

}  // namespace
