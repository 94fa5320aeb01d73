#include "kaito/json/schema.hpp"

#include <doctest/doctest.h>

#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"

using kaito::ErrorCode;
using kaito::json::check_schema;
using kaito::json::load_checked_yaml;

namespace {

kaito::json::Value json(std::string_view text) {
  auto value = kaito::json::parse(text);
  REQUIRE_MESSAGE(value.has_value(), text);
  return std::move(*value);
}

/// "path: message; path: message", or the schema's own error.
std::string verdict(std::string_view schema, std::string_view value) {
  const auto violations = check_schema(json(value), json(schema));
  if (!violations) return "schema: " + violations.error().message;
  std::string out;
  for (const auto& violation : *violations)
    out += (out.empty() ? "" : "; ") + violation.path.text() + ": " + violation.message;
  return out;
}

}  // namespace

TEST_CASE("each keyword accepts and refuses") {
  struct Row {
    const char* schema;
    const char* value;
    const char* verdict;
  };
  const Row rows[] = {
      {R"({"type": "string"})", R"("x")", ""},
      {R"({"type": "string"})", "1", ": must be of type string, not integer"},
      {R"({"type": "integer"})", "2.0", ""},
      {R"({"type": "integer"})", "2.5", ": must be of type integer, not number"},
      {R"({"type": "integer"})", "1e300", ""},
      {R"({"type": "number"})", "3", ""},
      {R"({"type": "object"})", "null", ": must be of type object, not null"},
      {R"({"type": ["string", "boolean"]})", "true", ""},
      {R"({"type": ["string", "boolean"]})", "1",
       ": must be of type string or boolean, not integer"},
      {R"({"enum": ["a", 2]})", "2.0", ""},
      {R"({"enum": ["a", "b"]})", R"("c")", R"(: must be one of "a", "b")"},
      {R"({"enum": [true]})", "false", ": must be true"},
      {R"({"minimum": 1})", "1", ""},
      {R"({"minimum": 1})", "0", ": must be at least 1"},
      {R"({"minimum": 1})", R"("0")", ""},
      {R"({"pattern": "^v[0-9]+$"})", R"("v12")", ""},
      {R"({"pattern": "^v[0-9]+$"})", R"("12")", R"(: "12" does not match the pattern ^v[0-9]+$)"},
      {R"({"required": ["a"]})", R"({"a": null})", ""},
      {R"({"required": ["a", "b"]})", R"({"b": 1})", R"(: "a" is missing)"},
      {R"({"properties": {"a": {"type": "string"}}})", R"({"a": 1, "b": 2})",
       "a: must be of type string, not integer"},
      {R"({"properties": {"a": {}}, "additionalProperties": false})", R"({"a": 1, "b": 2})",
       "b: is not a known key"},
      {R"({"additionalProperties": {"type": "boolean"}})", R"({"a": true, "b": 2})",
       "b: must be of type boolean, not integer"},
      {R"({"items": {"minimum": 5}})", "[5, 4, 6, 3]",
       "[1]: must be at least 5; [3]: must be at least 5"},
      {R"({"minItems": 1})", "[]", ": must have at least 1 items"},
      {R"({"$ref": "#/$defs/n", "$defs": {"n": {"type": "integer"}}})", R"("x")",
       ": must be of type integer, not string"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.schema);
    CAPTURE(row.value);
    CHECK(verdict(row.schema, row.value) == row.verdict);
  }
}

TEST_CASE("a schema that would not do what it says is refused") {
  CHECK(verdict(R"({"maximum": 3})", "4") ==
        "schema: the schema keyword maximum is not understood");
  CHECK(verdict(R"({"$ref": "#/$defs/none"})", "4") ==
        "schema: the schema reference #/$defs/none leads nowhere");
  CHECK(verdict(R"({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}})", "4") ==
        "schema: the schema's references go in circles");
  CHECK(verdict(R"({"pattern": "("})", R"("x")").starts_with("schema: the pattern ("));
  CHECK(verdict(R"({"required": "a"})", "{}").starts_with("schema: malformed schema"));
}

TEST_CASE("a checked YAML file says every violation with its place") {
  const auto schema = json(R"({"type": "object", "additionalProperties": false,
      "properties": {"cloud": {"enum": ["azure"]}, "skus": {"items": {"required": ["name"]}}}})");
  const auto good = load_checked_yaml("cloud: azure\nskus: [{name: x}]\n", "good.yaml", schema);
  REQUIRE(good.has_value());
  CHECK(kaito::json::string_at(good->value.value(), {"cloud"}) == "azure");

  const auto bad =
      load_checked_yaml("cloud: gcp\nskus:\n  - name: x\n  - nam: y\n", "bad.yaml", schema);
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().code == ErrorCode::invalid);
  CHECK(bad.error().message ==
        "bad.yaml:1:1: cloud: must be \"azure\"\nbad.yaml:4:5: skus[1]: \"name\" is missing");

  const auto two = load_checked_yaml("cloud: azure\n---\ncloud: azure\n", "two.yaml", schema);
  REQUIRE_FALSE(two.has_value());
  CHECK(two.error().code == ErrorCode::parse);
}
