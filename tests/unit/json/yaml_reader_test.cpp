#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <sstream>
#include <string>
#include <string_view>

#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"

using namespace kaito;

namespace {

/// A source that gives `step` bytes at a time.
json::ByteSource in_steps(std::string text, std::size_t step) {
  return [text = std::move(text), step, at = std::size_t{0}](
             char* out, std::size_t most) mutable -> Result<std::size_t> {
    const std::size_t size = std::min({step, most, text.size() - at});
    text.copy(out, size, at);
    at += size;
    return size;
  };
}

/// What a reader gives, one line for each document or error.
std::string all(json::YamlReader reader) {
  std::string out;
  for (;;) {
    auto document = reader.next();
    CHECK(reader.problem().has_value() == !document);
    if (!document) {
      CHECK(document.error().code == ErrorCode::parse);
      out += document.error().message + "\n";
    } else if (!*document) {
      return out;
    } else {
      out += json::write((*document)->value.value()) + " at " +
             (*document)->places.of(FieldPath()).text() + "\n";
    }
  }
}

}  // namespace

TEST_CASE("documents one after another, at their lines, however the bytes come") {
  struct Row {
    std::string_view text;
    std::string_view documents;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"", ""},
           {"\n# nothing\n---\n...\n", ""},
           {"a: 1", "{\"a\":1} at f.yaml:1:1\n"},
           {"a: 1\n---\nb: 2\n--- # c\nc: 3\n",
            "{\"a\":1} at f.yaml:1:1\n{\"b\":2} at f.yaml:3:1\n"
            "{\"c\":3} at f.yaml:5:1\n"},
           {"a: |\n  ---\n  x\n----\n", "f.yaml:4:1: a \":\" is missing after this key\n"},
           {"%YAML 1.1\n# c\n---\na: 1\n...\n%YAML 1.1\n---\nb: 2\n",
            "{\"a\":1} at f.yaml:4:1\n{\"b\":2} at f.yaml:8:1\n"},
           {"\xEF\xBB\xBF{\"a\": 1}\r\n---\r\n[2]\r\n",
            "{\"a\":1} at f.yaml:1:1\n[2] at f.yaml:3:1\n"},
           // A broken document does not hide those after it.
           {"a: 1\n---\nb: [\n---\nc: 3\n---\nd: \xFF\n---\ne: 5\n",
            "{\"a\":1} at f.yaml:1:1\nf.yaml:4:1: a bracket before this is not closed\n"
            "{\"c\":3} at f.yaml:5:1\nf.yaml:7:4: this is not UTF-8 text\n{\"e\":5} at "
            "f.yaml:9:1\n"},
           // JSON as jq writes it needs no "---".
           {"{\"a\": \"}\\\"{\"}\n{\"b\": [{}]}\n\n [\n1, -2.5E+1, true\n]\n{\n}\n",
            "{\"a\":\"}\\\"{\"} at f.yaml:1:1\n{\"b\":[{}]} at f.yaml:2:1\n"
            "[1,-25,true] at f.yaml:4:2\n{} at f.yaml:7:1\n"},
           {"# c\n{\"a\": 1}\n---\n{\"b\" 2}\n{\"c\": 3}\n",
            "{\"a\":1} at f.yaml:2:1\nf.yaml:4:6: expected \",\" or \"}\"\n{\"c\":3} at "
            "f.yaml:5:1\n"},
           {"{\"a\": 1} {\"b\": 2}\n",
            "f.yaml:1:10: unexpected text after the end of the document (check the "
            "indentation)\n"},
           // YAML in brackets is not cut, whatever its quotes and comments have in them.
           {"{a: 'x}\n\n{y', b: {c}}\n", "{\"a\":\"x}\\n{y\",\"b\":{\"c\":null}} at f.yaml:1:1\n"},
           {"{a: 1, # }\n{b: c}: d}\n",
            "f.yaml:2:1: a key must be a string, not a mapping or a list (or is a "
            "bracket not closed?)\n"},
           {"{a: x}\n# }\n{b: 1}\n",
            "f.yaml:3:1: unexpected text after the end of the document (check the indentation)\n"},
           {"a: 'x\n---\nb: y'\n",
            "f.yaml:2:1: a quoted string is not closed\n{\"b\":\"y'\"} at f.yaml:3:1\n"},
       }) {
    CAPTURE(row.text);
    CHECK(all(json::YamlReader(row.text, "f.yaml")) == row.documents);
    for (const std::size_t step : {1, 3, 7, 100}) {
      CHECK(all(json::YamlReader(in_steps(std::string(row.text), step), "f.yaml")) ==
            row.documents);
    }
    std::istringstream stream{std::string(row.text)};
    CHECK(all(json::YamlReader(json::bytes_of(stream), "f.yaml")) == row.documents);
  }
}

TEST_CASE("limits are those of one document") {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "---\na: [1, 2]\n";
  CHECK(all(json::YamlReader(text, "f", {20, 2, 5})).find("more than") == std::string::npos);
  CHECK(all(json::YamlReader(text, "f", {20, 2, 3})).find("f:2:5: more than 3 values") !=
        std::string::npos);

  const std::string large(200'000, 'x');
  for (const std::string& middle :
       {"b: " + large + "\n", "b: |\n" + std::string(20'000, '\n') + " x\n", large}) {
    const std::string around = "a: 1\n---\n" + middle + "\n---\nc: 3\n";
    const auto read = all(json::YamlReader(in_steps(around, 1000), "f", {5000, 10, 10}));
    CHECK(read.find("{\"a\":1} at f:1:1\n"
                    "f:2:1: the document has more than the 5000 bytes accepted\n{\"c\":3} at f:") ==
          0);
    CHECK(all(json::YamlReader(around, "f", {5000, 10, 10})) == read);
  }
}

TEST_CASE("a source without an end is held no further than the limit") {
  std::size_t given = 0;
  json::YamlReader reader(
      [&given](char* out, std::size_t most) -> Result<std::size_t> {
        if (given > (std::size_t{64} << 20)) return 0U;
        std::fill_n(out, most, given < 1'000'000 ? '\n' : 'x');
        given += most;
        return most;
      },
      "endless", {100'000, 10, 10});
  const auto document = reader.next();
  REQUIRE_FALSE(document);
  CHECK(document.error().message ==
        "endless:1:1: the document has more than the 100000 bytes accepted");
}

TEST_CASE("what the source cannot read ends it") {
  int calls = 0;
  json::YamlReader reader(
      [&calls](char* out, std::size_t) -> Result<std::size_t> {
        if (++calls > 1) return fail(ErrorCode::unreachable, "gone");
        std::string_view("a: 1\n---\nb: 2\n").copy(out, 14);
        return 14U;
      },
      "f");
  const auto first = reader.next();
  REQUIRE(first);
  CHECK(json::write((*first)->value.value()) == R"({"a":1})");
  const auto second = reader.next();
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::unreachable);
  CHECK_FALSE(reader.problem());
  for (int i = 0; i < 2; ++i) {
    const auto after = reader.next();
    REQUIRE(after);
    CHECK_FALSE(*after);
  }

  std::istringstream broken;
  broken.setstate(std::ios::badbit);
  CHECK_FALSE(json::YamlReader(json::bytes_of(broken), "f").next());
}
