#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/json.hpp"
#include "kaito/json/reader.hpp"

using namespace kaito;
using json::ObjectReader;
using json::ReadProblem;

namespace {

std::vector<std::string> lines(const std::vector<ReadProblem>& problems) {
  std::vector<std::string> out;
  for (const ReadProblem& problem : problems) {
    const char* kind = problem.kind == ReadProblem::Kind::wrong_type ? "wrong type"
                       : problem.kind == ReadProblem::Kind::missing  ? "missing"
                                                                     : "unknown";
    out.push_back(problem.path.text() + ": " + problem.message + " [" + kind + "]");
  }
  return out;
}

struct Everything {
  std::string text = "default";
  std::optional<std::string> optional_text;
  bool flag = true;
  std::optional<bool> optional_flag;
  std::int64_t count = 7;
  std::optional<std::int64_t> optional_count;
  std::vector<std::string> list = {"default"};
  std::map<std::string, std::string> map = {{"default", ""}};
  json::Document anything;
};

/// How many of the fields were there.
int read(ObjectReader& reader, Everything& out) {
  return int{reader.string("text", out.text)} + int{reader.string("otext", out.optional_text)} +
         int{reader.boolean("flag", out.flag)} + int{reader.boolean("oflag", out.optional_flag)} +
         int{reader.integer("count", out.count)} +
         int{reader.integer("ocount", out.optional_count)} + int{reader.strings("list", out.list)} +
         int{reader.string_map("map", out.map)} + int{reader.any("any", out.anything)};
}

}  // namespace

TEST_CASE("fields of the right type") {
  const json::Value value = json::parse(R"({"text": "t", "otext": "o", "flag": false,
      "oflag": true, "count": 2.0, "ocount": -3, "list": ["a", ""], "map": {"k": "v", "n": null},
      "any": [1]})")
                                .value();
  std::vector<ReadProblem> problems;
  ObjectReader reader(value, FieldPath(), problems);
  Everything out;
  CHECK(read(reader, out) == 9);
  CHECK(out.text == "t");
  CHECK(out.optional_text == "o");
  CHECK_FALSE(out.flag);
  CHECK(out.optional_flag == true);
  CHECK(out.count == 2);
  CHECK(out.optional_count == -3);
  CHECK(out.list == std::vector<std::string>{"a", ""});
  CHECK(out.map == std::map<std::string, std::string>{{"k", "v"}});
  CHECK(json::write(out.anything.value()) == "[1]");
  CHECK(problems.empty());
}

TEST_CASE("absent and null leave things as they are") {
  for (const char* text : {"{}", R"({"text": null, "otext": null, "flag": null, "oflag": null,
      "count": null, "ocount": null, "list": null, "map": null, "any": null})"}) {
    const json::Value value = json::parse(text).value();
    std::vector<ReadProblem> problems;
    ObjectReader reader(value, FieldPath(), problems);
    Everything out;
    CHECK(read(reader, out) == 0);
    CHECK(out.text == "default");
    CHECK_FALSE(out.optional_text);
    CHECK(out.flag);
    CHECK_FALSE(out.optional_flag);
    CHECK(out.count == 7);
    CHECK_FALSE(out.optional_count);
    CHECK(out.list.size() == 1);
    CHECK(out.map.size() == 1);
    CHECK_FALSE(out.anything);
    CHECK_FALSE(reader.has("text"));
    CHECK_FALSE(reader.object("text"));
    CHECK_FALSE(reader.objects("list", [](ObjectReader&) { FAIL("no items"); }));
    CHECK(problems.empty());
  }
}

TEST_CASE("every field of the wrong type is reported, and read as absent") {
  const json::Value value = json::parse(R"({"text": 1, "otext": true, "flag": "yes", "oflag": 0,
      "count": 1.5, "ocount": "3", "list": ["a", 1, null], "map": {"a": 1, "b": "c"},
      "inner": [], "items": [{}, 2], "more": {}})")
                                .value();
  std::vector<ReadProblem> problems;
  ObjectReader reader(value, FieldPath("root"), problems);
  Everything out;
  CHECK(read(reader, out) == 0);
  CHECK(out.text == "default");
  CHECK(out.list.size() == 1);
  CHECK_FALSE(reader.object("inner"));
  int items = 0;
  CHECK(reader.objects("items", [&](ObjectReader&) { ++items; }));
  CHECK(items == 1);
  CHECK_FALSE(reader.objects("more", [](ObjectReader&) { FAIL("no items"); }));
  CHECK(lines(problems) ==
        std::vector<std::string>{
            "root.text: must be a string, not a number [wrong type]",
            "root.otext: must be a string, not a boolean [wrong type]",
            "root.flag: must be a boolean, not a string [wrong type]",
            "root.oflag: must be a boolean, not a number [wrong type]",
            "root.count: must be a whole number of 64 bits, not 1.5 [wrong type]",
            "root.ocount: must be a whole number, not a string [wrong type]",
            "root.list[1]: must be a string, not a number [wrong type]",
            "root.list[2]: must be a string, not null [wrong type]",
            "root.map.a: must be a string, not a number [wrong type]",
            "root.inner: must be an object, not a list [wrong type]",
            "root.items[1]: must be an object, not a number [wrong type]",
            "root.more: must be a list of objects, not an object [wrong type]",
        });
}

TEST_CASE("missing and unknown fields, nested") {
  const json::Value value = json::parse(R"({"name": "x", "modle": 1, "source": {"image": null,
      "imgae": "y"}, "list": [{"name": "a"}, {"nane": {"deep": [1]}}], "zzz": null})")
                                .value();
  std::vector<ReadProblem> problems;
  ObjectReader reader(value, FieldPath(), problems);
  std::string text;
  json::Document extra;
  json::Document source_extra;
  CHECK(reader.string("name", text));
  CHECK_FALSE(reader.string("model", text));
  reader.require("name");
  reader.require("model");
  {
    auto source = reader.object("source");
    REQUIRE(source);
    CHECK(source->path().text() == "source");
    CHECK_FALSE(source->string("image", text));
    source->require("image");
    source->unknown_fields(source_extra);
  }
  reader.objects("list", [](ObjectReader& item) {
    json::Document item_extra;
    item.require("name");
    item.unknown_fields(item_extra);
  });
  reader.unknown_fields(extra);
  CHECK(lines(problems) == std::vector<std::string>{
                               "model: is required [missing]",
                               "source.image: is required [missing]",
                               R"(source.imgae: unknown field, did you mean "image"? [unknown])",
                               "list[1].name: is required [missing]",
                               R"(list[1].nane: unknown field, did you mean "name"? [unknown])",
                               R"(modle: unknown field, did you mean "model"? [unknown])",
                               "zzz: unknown field [unknown]",
                           });
  CHECK(json::write(extra.value()) == R"({"modle":1,"zzz":null})");
  CHECK(json::write(source_extra.value()) == R"({"imgae":"y"})");
}

TEST_CASE("what is not an object is reported once") {
  const json::Value value("text");
  std::vector<ReadProblem> problems;
  ObjectReader reader(value, FieldPath("spec"), problems);
  std::string text;
  json::Document extra;
  CHECK_FALSE(reader.string("a", text));
  CHECK_FALSE(reader.has("a"));
  reader.require("a");
  reader.unknown_fields(extra);
  CHECK(lines(problems) ==
        std::vector<std::string>{"spec: must be an object, not a string [wrong type]"});
  CHECK_FALSE(extra);
  CHECK(reader.source() == nullptr);
}
