#include "kaito/json/tree.hpp"

#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"

namespace kaito::json {
namespace {

Value parsed(std::string_view text) {
  auto value = parse(text);
  REQUIRE(value);
  return *value;
}

TEST_CASE("a tree is written in the order in which it was filled") {
  Tree tree;
  Members root = tree.members();
  root.add("kind", "Service");
  Members spec = root.add_object("spec");
  Items ports = spec.add_list("ports");
  root.add("replicas", std::int64_t{2});
  const std::string name = "http";
  Members port = ports.add_object();
  port.add("name", name);
  port.add("port", 80);
  ports.add("text");
  ports.add(name + "s");
  spec.add("ready", true);
  spec.add_entry(name, std::string_view("dynamic"));
  (void)spec.add_object("none");
  CHECK(write(tree) ==
        R"({"kind":"Service","spec":{"ports":[{"name":"http","port":80},"text","https"],)"
        R"("ready":true,"http":"dynamic","none":{}},"replicas":2})");
  CHECK(tree.string_at({"spec", "http"}) == "dynamic");
  CHECK(tree.string_at({"spec", "ready"}).empty());
  CHECK(tree.string_at({"spec", "missing", "deeper"}).empty());
}

TEST_CASE("what is added outlives where it came from, also past the first block") {
  Tree tree;
  Members data = tree.members().add_object("data");
  for (int i = 0; i < 500; ++i)
    data.add_entry("key-" + std::to_string(i), "value " + std::to_string(i));
  data.add("large", std::string(100000, 'x'));
  Tree moved = std::move(tree);
  CHECK(moved.string_at({"data", "key-0"}) == "value 0");
  CHECK(moved.string_at({"data", "key-499"}) == "value 499");
  CHECK(moved.string_at({"data", "large"}) == std::string(100000, 'x'));
  moved = Tree();
  CHECK(write(moved) == "{}");
}

TEST_CASE("who fills a tree may go on when it has moved") {
  std::vector<Tree> trees;
  Members first = trees.emplace_back().members();
  Items list = first.add_list("list");
  for (int i = 0; i < 100; ++i)
    trees.emplace_back().members().add("i", i);
  list.add("later");
  first.add("", "no key");
  CHECK(write(trees.front()) == R"({"list":["later"],"":"no key"})");
}

// Only literals are pointed to: anything else is copied, or does not compile.
template <class T>
concept Addable = requires(Members members, T value) {
  members.add("key", value);
};
static_assert(Addable<std::string> && Addable<std::string_view> && Addable<const char*>);
static_assert(Addable<int> && Addable<std::int64_t> && Addable<std::uint32_t> && Addable<bool>);
static_assert(!Addable<std::uint64_t> && !Addable<char> && !Addable<double>);
static_assert(!Addable<std::nullptr_t>);

constexpr std::string_view everything =
    R"({"null":null,"no":false,"yes":true,"int":-3,"natural":18446744073709551615,"real":0.5,)"
    R"("text":"a\nb\u0001","empty":{},"none":[],"list":[1,[2,{"a":"b"}],"c"],"on":"on"})";

TEST_CASE("a value becomes a tree and a value again, and both are written the same") {
  const Value value = parsed(everything);
  const Tree tree{value};
  CHECK(equivalent(tree.document().value(), value));
  CHECK(write(tree) == write(value));
  CHECK(write_yaml(tree) == write_yaml(value));
  Tree around;
  around.members().add_entry("all", value);
  CHECK(write(around) == R"({"all":)" + write(value) + "}");
}

TEST_CASE("trees are equal as JSON is") {
  struct Row {
    std::string a;
    std::string b;
    bool equal;
  };
  for (const Row& row :
       {Row{R"({"a":1,"b":[2,"x"]})", R"({"b":[2,"x"],"a":1})", true},
        Row{R"({"a":1})", R"({"a":1.0})", true}, Row{R"({"a":1})", R"({"a":2})", false},
        Row{R"({"a":1})", R"({"a":1,"b":1})", false},
        Row{R"({"a":1,"b":1})", R"({"a":1,"c":1})", false},
        Row{R"({"a":[1,2]})", R"({"a":[2,1]})", false},
        Row{R"({"a":[1]})", R"({"a":[1,2]})", false}, Row{R"({"a":null})", R"({"a":false})", false},
        Row{R"({"a":"1"})", R"({"a":1})", false},
        Row{R"({"a":0.5,"n":null})", R"({"a":0.5,"n":null})", true},
        Row{R"({"a":18446744073709551615})", R"({"a":18446744073709551614})", false},
        Row{"{}", "{}", true}}) {
    CAPTURE(row.a);
    CAPTURE(row.b);
    CHECK((Tree(parsed(row.a)) == Tree(parsed(row.b))) == row.equal);
    CHECK((Tree(parsed(row.b)) == Tree(parsed(row.a))) == row.equal);
  }
}

TEST_CASE("an object that somebody else began is completed in its places") {
  Tree tree(parsed(R"({"a":{"x":"1"},"wrong":7,"old":{"y":1},"gone":1,"list":[1],"last":2})"));
  Members root = tree.members();
  root.object_at("a").set_entry("x", "2");
  root.object_at("a").set_entry("z", "3");
  root.object_at("wrong").add("in", 1);
  root.set_object("old").add("new", true);
  root.list_at("list").add("more");
  root.remove("gone");
  root.remove("absent");
  root.remove("last");
  root.list_at("made").add("item");
  CHECK(write(tree) == R"({"a":{"x":"2","z":"3"},"wrong":{"in":1},"old":{"new":true},)"
                       R"("list":[1,"more"],"made":["item"]})");
  root.object_at("a").set_entry("x", "again");
  root.object_at("old").object_at("new").add("now", "an object");
  CHECK(tree.string_at({"old", "new", "now"}) == "an object");
  root.remove("a");
  root.object_at("front").add("k", "v");
  CHECK(tree.root().find("a") == nullptr);
  CHECK(tree.string_at({"front", "k"}) == "v");
}

}  // namespace
}  // namespace kaito::json
