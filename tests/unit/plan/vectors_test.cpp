#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "kaito/base/quantity.hpp"
#include "kaito/base/text.hpp"
#include "kaito/plan/estimate.hpp"
#include "support/repository.hpp"

namespace {

using namespace kaito;
using namespace kaito::plan;

using Row = std::vector<std::string>;

std::vector<Row> read(const std::string& name) {
  std::ifstream in(test::repository() / "tests/unit/plan/vectors" / name);
  std::vector<Row> rows;
  std::string line;
  REQUIRE(std::getline(in, line));
  while (std::getline(in, line)) {
    Row row;
    for (const auto cell : split(line, ','))
      row.emplace_back(cell);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string bytes(double number) {
  return fmt::format("{:.2f}", number);
}

ModelFacts model_of(const Row& row) {
  ModelFacts out;
  out.name = row[0];
  out.weight_bytes = Quantity::parse(row[1])->value();
  out.bytes_per_token = std::stoll(row[2]);
  return out;
}

NodeGpus node_of(const Row& row) {
  NodeGpus out;
  out.name = row[0];
  out.count = std::stoi(row[2]);
  out.memory_bytes = std::stoll(row[3]) * gibibyte;
  return out;
}

/// What the estimate says, in the columns of estimates.csv from kv_bytes on.
Row answer(const ModelFacts& model, const NodeGpus& node, const Estimate& found) {
  Row out{bytes(found.kv_bytes), bytes(found.reserve_bytes)};
  if (found.fit != Fit::fits) {
    out.emplace_back(found.fit == Fit::gpu_too_small ? "-" : to_string(found.fit));
    return out;
  }
  const Parallelism parallel = parallelism(model, node, found.nodes);
  out.push_back(bytes(found.budget_bytes));
  for (const std::int64_t number :
       {found.min_gpus, found.nodes, parallel.data, parallel.tensor, parallel.pipeline})
    out.push_back(std::to_string(number));
  return out;
}

TEST_CASE("every model on every node size, at both contexts, is estimated as the operator does") {
  const auto models = read("models.csv");
  const auto skus = read("skus.csv");
  // model row -> rows of that model
  std::map<std::size_t, std::vector<Row>> expected;
  for (const Row& row : read("estimates.csv"))
    expected[std::stoull(row[0])].push_back(row);
  std::size_t checked = 0;
  for (std::size_t number = 1; number <= models.size(); ++number) {
    const ModelFacts model = model_of(models[number - 1]);
    for (const Row& sku : skus) {
      const NodeGpus node = node_of(sku);
      for (const Row& row : expected[number]) {
        if (row[2] != sku[2] || row[3] != sku[3]) continue;
        CAPTURE(model.name);
        CAPTURE(node.name);
        CAPTURE(row[1]);
        const Estimate found = estimate(model, node, {std::stoll(row[1]), 1});
        CHECK(bytes(found.model_bytes) == models[number - 1][3]);
        CHECK(bytes(found.usable_bytes) == sku[4]);
        const Row wanted(row.begin() + 4, row.end());
        const Row given = answer(model, node, found);
        CHECK(join(given, ",") == join(wanted, ","));
        ++checked;
      }
    }
  }
  CHECK(checked == 6840);
}

}  // namespace
