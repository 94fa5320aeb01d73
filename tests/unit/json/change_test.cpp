#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kaito/json/difference.hpp"
#include "kaito/json/document.hpp"
#include "kaito/json/json.hpp"

using namespace kaito;

TEST_CASE("merge patch: the examples of RFC 7386") {
  struct Row {
    std::string_view target;
    std::string_view patch;
    std::string_view result;
  };
  for (const Row& row : std::vector<Row>{
           {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
           {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
           {R"({"a":"b"})", R"({"a":null})", R"({})"},
           {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
           {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
           {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
           {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
           {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
           {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
           {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
           {R"({"a":"foo"})", R"(null)", R"(null)"},
           {R"({"a":"foo"})", R"("bar")", R"("bar")"},
           {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
           {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
           {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
           // The order of what stays does not change.
           {R"({"a":1,"b":2,"c":3,"d":4})", R"({"b":null})", R"({"a":1,"c":3,"d":4})"},
       }) {
    CAPTURE(row.target);
    CAPTURE(row.patch);
    json::Value target = json::parse(row.target).value();
    json::merge_patch(target, json::parse(row.patch).value());
    CHECK(json::write(target) == row.result);
  }
}

TEST_CASE("differences, field by field") {
  struct Row {
    std::string_view before;
    std::string_view after;
    std::vector<std::string> lines;
  };
  const auto side = [](const json::Document& document) {
    return document ? json::write(document.value()) : std::string("absent");
  };
  for (const Row& row : std::vector<Row>{
           {R"({"a":1,"b":[1,2]})", R"({"b":[1,2.0],"a":1})", {}},
           {R"({"a":1})", R"({"a":2})", {"a: 1 -> 2"}},
           {"1", "2", {": 1 -> 2"}},
           {R"({"z":0,"a":{"x":1,"y":2}})",
            R"({"a":{"y":3,"x":1},"n":{"m":1}})",
            {"a.y: 2 -> 3", "n.m: absent -> 1", "z: 0 -> absent"}},
           {R"({"l":[1,{"k":"v"},3]})",
            R"({"l":[1,{"k":"w"}]})",
            {R"(l[1].k: "v" -> "w")", "l[2]: 3 -> absent"}},
           {R"({"l":[1]})",
            R"({"l":[1,{},[],{"a":[2]}]})",
            {"l[1]: absent -> {}", "l[2]: absent -> []", "l[3].a[0]: absent -> 2"}},
           {R"({"a":{"b":1}})", R"({"a":"b"})", {R"(a: {"b":1} -> "b")"}},
           {R"({"a":null})", R"({})", {"a: null -> absent"}},
           {R"({"a.b/c":1})", R"({"a.b/c":2})", {R"(["a.b/c"]: 1 -> 2)"}},
           {R"({"a":{}})", R"({"a":[]})", {"a: {} -> []"}},
       }) {
    CAPTURE(row.before);
    CAPTURE(row.after);
    std::vector<std::string> lines;
    for (const json::Difference& d :
         json::differences(json::parse(row.before).value(), json::parse(row.after).value())) {
      lines.push_back(d.path.text() + ": " + side(d.before) + " -> " + side(d.after));
    }
    CHECK(lines == row.lines);
  }
}

TEST_CASE("a document is absent, null or a value, and copies are deep") {
  const json::Document absent;
  const json::Document null{json::Value(nullptr)};
  json::Document list(json::parse("[1, [2]]").value());
  CHECK_FALSE(absent.has_value());
  CHECK(null.has_value());
  CHECK(absent == json::Document());
  CHECK_FALSE(absent == null);
  CHECK_FALSE(list == absent);

  json::Document copy = list;
  CHECK(copy == list);
  copy.value() = json::Value(1);
  CHECK(json::write(list.value()) == "[1,[2]]");
  CHECK(copy == json::Document(json::Value(1.0)));

  copy = list;
  CHECK(copy == list);
  const json::Document moved = std::move(list);
  CHECK(moved == copy);
  list = absent;
  CHECK_FALSE(list.has_value());
}
