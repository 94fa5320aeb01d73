// The schemas of presets/schema refuse what a slip of the hand would put into the files.

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "kaito/json/json.hpp"
#include "kaito/json/schema.hpp"
#include "support/repository.hpp"

namespace {

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE_MESSAGE(in.good(), path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

const std::string kPresets = (kaito::test::repository() / "presets/").string();

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a slip in a preset or SKU file is refused with its place") {
  struct Row {
    const char* file;
    const char* schema;
    const char* from;
    const char* to;
    const char* problem;  ///< after FILE:LINE:COLUMN
  };
  const Row rows[] = {
      {"models/granite.yaml", "models", "tokenLimit:", "tokenLimits:", "is not a known key"},
      {"models/granite.yaml", "models", "weights: 16.38Gi", "weights: 16.38 GB",
       "models[0].weights: \"16.38 GB\" does not match the pattern"},
      {"models/granite.yaml", "models", "weights: 16.38Gi", "weights: 16",
       "models[0].weights: must be of type string, not integer"},
      {"models/granite.yaml", "models", "layers: 40", "layers: 0",
       "models[0].architecture.layers: must be at least 1"},
      {"models/granite.yaml", "models", "status: current", "status: new",
       "models[0].status: must be one of \"current\", \"deprecated\", \"retired\""},
      {"models/granite.yaml", "models", "since: v0", "since: 0",
       "models[0].since: \"0.12.0\" does not match"},
      {"models/granite.yaml", "models", "runtimes: [vllm]", "runtimes: [tgi]",
       "models[0].runtimes[0]: must be one of"},
      {"models/granite.yaml", "models", "    tunable: false\n", "",
       "models[0]: \"tunable\" is missing"},
      {"models/granite.yaml", "models", "family: granite\n", "", "\"family\" is missing"},
      {"skus/arc.yaml", "skus", "cloud: arc", "cloud: ark",
       "cloud: must be one of \"azure\", \"aws\", \"arc\""},
      {"skus/arc.yaml", "skus", "nvme: false", "nvme: \"no\"",
       "skus[0].nvme: must be of type boolean"},
      {"skus/arc.yaml", "skus", "gpuCount: 1", "gpuCount: one",
       "skus[0].gpuCount: must be of type integer"},
      {"mig-profiles.yaml", "mig-profiles", "name: 1g.5gb", "name: 1g.5",
       "profiles[0].name: \"1g.5\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    CAPTURE(row.to);
    auto schema = kaito::json::parse(read(kPresets + "schema/" + row.schema + ".schema.json"));
    REQUIRE(schema.has_value());
    const std::string good = read(kPresets + row.file);
    REQUIRE(kaito::json::load_checked_yaml(good, row.file, *schema).has_value());
    const auto bad =
        kaito::json::load_checked_yaml(replaced(good, row.from, row.to), row.file, *schema);
    REQUIRE_FALSE(bad.has_value());
    CAPTURE(bad.error().message);
    CHECK(bad.error().message.find(row.problem) != std::string::npos);
    // A key that is changed in place is blamed on its own line.
    const auto line =
        1 + std::count(good.begin(),
                       good.begin() + static_cast<std::ptrdiff_t>(good.find(row.from)), '\n');
    if (std::string_view(row.to) != "")
      CHECK(bad.error().message.starts_with(std::string(row.file) + ":" + std::to_string(line) +
                                            ":"));
    else
      CHECK(bad.error().message.starts_with(std::string(row.file) + ":"));
  }
}
