// What machines read: the reports against their published schemas, and what SARIF 2.1.0 asks of a
// log (OASIS, sections 3.13 to 3.30).
#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fstream>
#include <iterator>
#include <set>

#include "kaito/json/json.hpp"
#include "kaito/json/schema.hpp"
#include "support/repository.hpp"
#include "transcript.hpp"

namespace kaito::test {
namespace {

json::Document parsed(const std::string& text) {
  auto value = json::parse(text);
  REQUIRE_MESSAGE(value.has_value(), text.substr(0, 200));
  return json::Document(std::move(*value));
}

Step run(const std::string& arguments) {
  Step step;
  step.command = "kaitoctl " + arguments;
  return run_step(step, repository() / "tests/cli/files");
}

void check_reports(const char* schema_name, const std::vector<std::string>& commands) {
  std::ifstream file(repository() / "docs/schema" / schema_name, std::ios::binary);
  REQUIRE(file.good());
  const auto schema = parsed({std::istreambuf_iterator<char>(file), {}});
  for (const auto& command : commands) {
    CAPTURE(command);
    const auto report = parsed(run(command + " -q -o json").out);
    const auto violations = json::check_schema(report.value(), schema.value());
    REQUIRE(violations.has_value());
    for (const auto& violation : *violations)
      FAIL_CHECK(violation.path.text() << ": " << violation.message);
    // The same in YAML.
    const auto yaml = json::load_yaml(run(command + " -q -o yaml").out, "yaml");
    REQUIRE(yaml.has_value());
    REQUIRE(yaml->size() == 1);
    CHECK(json::write(yaml->front().value.value()) == json::write(report.value()));
  }
}

std::string text_at(const json::Value& value, std::initializer_list<std::string_view> keys) {
  return std::string(json::string_at(value, keys));
}

void check_location(const json::Value& location) {
  const auto uri = text_at(location, {"physicalLocation", "artifactLocation", "uri"});
  CHECK_FALSE(uri.empty());
  CHECK_MESSAGE(uri.find_first_of(" \"<>[]\\^`{|}") == std::string::npos, uri);
  if (const auto* region = json::find(location, {"physicalLocation", "region"})) {
    REQUIRE(region->at("startLine").is_int64());
    CHECK(region->at("startLine").get_int64() >= 1);
    if (const auto* column = json::find(*region, {"startColumn"})) CHECK(column->get_int64() >= 1);
  }
}

}  // namespace

TEST_CASE("a ValidateReport is what its schema says") {
  check_reports("validate-report.schema.json",
                {"validate -f validate/good.yaml", "validate -f validate/bad.yaml",
                 "validate -f validate/broken.yaml -f validate/types.yaml",
                 "validate -f validate -R --fail-on info"});
}

TEST_CASE("a PlanReport is what its schema says") {
  check_reports(
      "plan-report.schema.json",
      {"plan phi-4", "plan llama-3.3-70b-instruct --instance-type Standard_NV36ads_A10_v5",
       "plan phi-3-mini --instance-type Standard_NC6s_v3", "plan phi-4 --mig 2g.24gb",
       "plan phi-4 --nodes plan/nodes.yaml", "plan phi-4 --prices plan/prices.yaml",
       "plan phi-4 --cloud aws --max-nodes 1 --max-price 1 --prices plan/prices.yaml",
       "plan falcon-7b --kaito-version v0.6.2", "plan phi-4 --runtime transformers",
       "plan phi-4 --kaito-version v0.10.0", "plan phi-4-mini-instruct --context-length 131072",
       "plan some-org/some-model --weights 14.9Gi",
       "plan some-org/some-model --weights 14.9Gi --model-config config.json --cloud arc"});
}

TEST_CASE("SARIF names the rule, the level, the text and the place of each finding") {
  const auto log = parsed(run("validate -f validate -R -q -o sarif").out);
  CHECK(text_at(log.value(), {"version"}) == "2.1.0");
  CHECK(text_at(log.value(), {"$schema"}).find("sarif-2.1.0") != std::string::npos);
  const auto* runs = json::find(log.value(), {"runs"});
  REQUIRE(runs != nullptr);
  REQUIRE(runs->get_array().size() == 1);
  const json::Value& only = runs->get_array()[0];
  CHECK(text_at(only, {"tool", "driver", "name"}) == "kaitoctl");
  CHECK(text_at(only, {"columnKind"}) == "unicodeCodePoints");
  const auto& rules = json::find(only, {"tool", "driver", "rules"})->get_array();
  std::set<std::string> ids;
  for (const auto& rule : rules) {
    CHECK_MESSAGE(ids.insert(text_at(rule, {"id"})).second, "twice: " << text_at(rule, {"id"}));
    for (const auto* part : {"shortDescription", "fullDescription", "help"})
      CHECK_FALSE(text_at(rule, {part, "text"}).empty());
  }
  const std::set<std::string> levels{"error", "warning", "note"};
  const auto& results = json::find(only, {"results"})->get_array();
  CHECK(results.size() >= 10);
  for (const auto& result : results) {
    CAPTURE(json::write(result));
    const auto* index = json::find(result, {"ruleIndex"});
    REQUIRE(index != nullptr);
    REQUIRE(index->to_number<std::size_t>() < rules.size());
    CHECK(text_at(rules[index->to_number<std::size_t>()], {"id"}) == text_at(result, {"ruleId"}));
    CHECK(levels.count(text_at(result, {"level"})) == 1);
    CHECK_FALSE(text_at(result, {"message", "text"}).empty());
    for (const auto& location : json::find(result, {"locations"})->get_array())
      check_location(location);
  }
}

TEST_CASE("every rule can be explained, and the list names them all") {
  const auto list = parsed(run("validate --list-rules -o json").out);
  const auto& rules = json::find(list.value(), {"items"})->get_array();
  CHECK(rules.size() > 149);  // the tables S, V and L alone
  const std::string table = run("validate --list-rules").out;
  for (const auto& rule : rules) {
    const auto code = text_at(rule, {"code"});
    CAPTURE(code);
    CHECK(table.find("\n" + code + " ") != std::string::npos);
    const auto explained = run("validate --explain " + code);
    CHECK(explained.exit_code == 0);
    CHECK(explained.out.find(code) == 0);
    CHECK(explained.out.find("\nFix: ") != std::string::npos);
    CHECK(explained.out.find("\nSource: ") != std::string::npos);
  }
}

}  // namespace kaito::test
