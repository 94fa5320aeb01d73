#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"

using namespace kaito;
using namespace std::string_view_literals;

namespace {

json::Value value(std::string_view text) {
  return json::parse(text).value();
}

}  // namespace

TEST_CASE("an object as kubectl writes it") {
  CHECK(json::write_yaml(value(R"({
      "apiVersion": "kaito.sh/v1beta1", "kind": "Workspace",
      "metadata": {"name": "phi-3", "annotations": {"kaito.sh/runtime": "vllm", "on": "80"},
                   "labels": {}, "finalizers": []},
      "resource": {"count": 2.0, "instanceType": "Standard_NC24ads_A100_v4",
                   "labelSelector": {"matchLabels": {"apps": "phi-3"}}},
      "inference": {"adapters": [{"source": {"name": "a", "image": "r.io/a:v1"}, "strength": "0.9"},
                                 {"source": {"name": "b"}}],
                    "preset": null},
      "args": ["--flag", "-c", "echo hi\nexit 1\n", ["nested", ["twice"]], [], {}],
      "fraction": 0.9, "big": 1e21, "yes": true})")) == R"(apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata:
  name: phi-3
  annotations:
    kaito.sh/runtime: vllm
    "on": "80"
  labels: {}
  finalizers: []
resource:
  count: 2
  instanceType: Standard_NC24ads_A100_v4
  labelSelector:
    matchLabels:
      apps: phi-3
inference:
  adapters:
  - source:
      name: a
      image: r.io/a:v1
    strength: "0.9"
  - source:
      name: b
  preset: null
args:
- --flag
- -c
- |
  echo hi
  exit 1
- - nested
  - - twice
- []
- {}
fraction: 0.9
big: 1.0e+21
"yes": true
)");
}

TEST_CASE("values that are no objects") {
  CHECK(json::write_yaml(value("{}")) == "{}\n");
  CHECK(json::write_yaml(value("[]")) == "[]\n");
  CHECK(json::write_yaml(value("null")) == "null\n");
  CHECK(json::write_yaml(value("1.5")) == "1.5\n");
  CHECK(json::write_yaml(value("[1, {\"a\": [2]}]")) == "- 1\n- a:\n  - 2\n");
  CHECK(json::write_yaml(value(R"("a\nb")")) == "|-\n  a\n  b\n");
}

TEST_CASE("strings are quoted when a reader would take them for something else, and only then") {
  // Bare.
  for (const std::string_view text : {"a",
                                      "Standard_NC24ads_A100_v4",
                                      "kaito.sh/v1beta1",
                                      "a:b",
                                      "a#b",
                                      "http://x/y?z=1&w",
                                      "--flag",
                                      "-c",
                                      "?x",
                                      ":x",
                                      "1.2.3",
                                      "v1",
                                      "10Gi",
                                      "500m",
                                      "0xZZ",
                                      "0b2",
                                      "1:99",
                                      "a b",
                                      "a, b",
                                      "a[0]",
                                      "x{y}",
                                      "100%",
                                      "it's",
                                      "say \"x\"",
                                      "nULL",
                                      "yEs",
                                      "0o8x",
                                      "1e",
                                      "<none>",
                                      "=x",
                                      "\xC3\xBC",
                                      "\xF0\x9F\x98\x80",
                                      "2001-12-14x",
                                      "/bin/sh",
                                      "(x)",
                                      "$HOME",
                                      "1-2",
                                      "e5",
                                      "+",
                                      "0x",
                                      "..x",
                                      ".x",
                                      "a\\b"}) {
    CAPTURE(text);
    CHECK(json::write_yaml(json::Value(text)) == std::string(text) + "\n");
  }
  // Between double quotes: another type to some reader.
  for (const std::string_view text : {"",
                                      "~",
                                      "null",
                                      "Null",
                                      "NULL",
                                      "true",
                                      "True",
                                      "TRUE",
                                      "false",
                                      "yes",
                                      "Yes",
                                      "NO",
                                      "on",
                                      "Off",
                                      "y",
                                      "Y",
                                      "n",
                                      "N",
                                      "0",
                                      "5",
                                      "-5",
                                      "+5",
                                      "0.9",
                                      "1.",
                                      ".5",
                                      "1e3",
                                      "1E-3",
                                      "1_000",
                                      "017",
                                      "0o17",
                                      "0x1F",
                                      "0b11",
                                      "08",
                                      "1e999",
                                      "12345678901234567890123",
                                      ".inf",
                                      "-.INF",
                                      "+.inf",
                                      ".nan",
                                      "1:30",
                                      "190:20:30.15",
                                      "-1:30",
                                      "2001-12-14",
                                      "2001-1-2",
                                      "2001-12-14T21:59:43Z",
                                      "2001-12-14 21:59:43",
                                      "=",
                                      "<<"}) {
    CAPTURE(text);
    CHECK(json::write_yaml(json::Value(text)) == "\"" + std::string(text) + "\"\n");
  }
  // Between single quotes: not plain text to YAML.
  for (const std::string_view text :
       {" a", "a ",  " ",  "a: b", "a:",    ":",   "a #b",  "#a",  "- a", "-",  "? a",
        "?",  ": a", "[a", "]",    "{a",    "}",   ",a",    "&a",  "*a",  "!a", "|",
        ">a", "%a",  "@a", "`a",   "\"a\"", "---", "--- a", "...", "---a"}) {
    CAPTURE(text);
    CHECK(json::write_yaml(json::Value(text)) == "'" + std::string(text) + "'\n");
  }
  CHECK(json::write_yaml(json::Value("'a'")) == "'''a'''\n");
}

TEST_CASE("what cannot be shown is escaped") {
  struct Row {
    std::string_view text;
    std::string written;
  };
  for (const Row& row : std::vector<Row>{
           {"a\tb", R"("a\tb")"},
           {"a\rb", R"("a\rb")"},
           {"a\0\x1B\x7F"sv, R"("a\u0000\u001b\u007f")"},
           {"\xC2\x85\xE2\x80\xA9\xEF\xBB\xBF", R"("\u0085\u2029\ufeff")"},
           {"a\xFF", "\"a\xEF\xBF\xBD\""},
           {"a\r\nb\n", R"("a\r\nb\n")"},
       }) {
    CHECK(json::write_yaml(json::Value(row.text)) == row.written + "\n");
  }
}

TEST_CASE("several lines as a block, where a block can hold them") {
  struct Row {
    std::string_view text;
    std::string written;  ///< after "k: "
  };
  for (const Row& row : std::vector<Row>{
           {"a\nb", "|-\n  a\n  b\n"},
           {"a\nb\n", "|\n  a\n  b\n"},
           {"a\n", "|\n  a\n"},
           {"a\n\n", "|+\n  a\n\n"},
           {"a\n\n\n", "|+\n  a\n\n\n"},
           {"\na\n", "|\n\n  a\n"},
           {"a\n\n  b: #c\n\td\ne", "|-\n  a\n\n    b: #c\n  \td\n  e\n"},
           {"#!/bin/sh\nx=\"1\"\n", "|\n  #!/bin/sh\n  x=\"1\"\n"},
           {"---\n...\n", "|\n  ---\n  ...\n"},
           {"a \nb\n", "|\n  a \n  b\n"},
           // Those that would need an indentation indicator, or lose blanks at the end.
           {" a\nb", "\" a\\nb\"\n"},
           {"\n a\n", "\"\\n a\\n\"\n"},
           {"\ta\nb", "\"\\ta\\nb\"\n"},
           {"a\n  ", "\"a\\n  \"\n"},
           {"\n", "\"\\n\"\n"},
           {"\n\n", "\"\\n\\n\"\n"},
       }) {
    CAPTURE(row.text);
    CHECK(json::write_yaml(json::Object{{"k", row.text}}) == "k: " + row.written);
  }
  // Further in.
  CHECK(json::write_yaml(value(R"({"a": {"b": ["x\ny", {"c": "z\n"}]}})")) ==
        "a:\n  b:\n  - |-\n    x\n    y\n  - c: |\n      z\n");
}

TEST_CASE("keys are quoted like values, and never run over lines") {
  CHECK(json::write_yaml(value(R"({"": 1, "y": 2, "1": 3, "a: b": 4, "a\nb": 5, "a b": 6})")) ==
        "\"\": 1\n\"y\": 2\n\"1\": 3\n'a: b': 4\n\"a\\nb\": 5\na b: 6\n");
  const std::string key(1200, 'k');
  CHECK(json::write_yaml(json::Object{{"a", json::Object{{key, json::Array{1}}}}}) ==
        "a:\n  ? " + key + "\n  :\n  - 1\n");
}
