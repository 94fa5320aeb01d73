#include "kaito/runtime/store.hpp"

#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <thread>

#include "kaito/json/json.hpp"
#include "support/fake_cluster.hpp"

namespace kaito::runtime {
namespace {

using kaito::test::object_text;

json::Value parsed(const std::string& text) {
  auto value = json::parse(text);
  REQUIRE(value);
  return *value;
}

SnapshotPtr snapshot(const std::string& text) {
  auto made = Snapshot::of(parsed(text));
  REQUIRE(made);
  return *made;
}

std::vector<std::string> keys(const std::vector<SnapshotPtr>& objects) {
  std::vector<std::string> keys;
  for (const auto& object : objects)
    keys.emplace_back(object->key());
  return keys;
}
using Keys = std::vector<std::string>;

TEST_CASE("a snapshot says who it is and gives back the object it was made of") {
  const auto text = object_text("a", 7);
  const auto one = snapshot(text);
  CHECK(one->key() == "ns/a");
  CHECK(one->namespace_() == "ns");
  CHECK(one->name() == "a");
  CHECK(one->uid() == "u-a");
  CHECK(one->resource_version() == "7");
  CHECK(one->text() == text);
  const auto document = one->document();
  CHECK(json::equivalent(document->value(), parsed(text)));
  CHECK(one->document() == document);  // parsed once while somebody holds it

  const auto node = snapshot(R"({"kind":"Node","metadata":{"name":"gpu-1"}})");
  CHECK(node->key() == "gpu-1");
  CHECK(node->namespace_().empty());
  CHECK(node->name() == "gpu-1");
  CHECK(node->uid().empty());
  CHECK(node->resource_version().empty());
}

TEST_CASE("what is no object of a cluster cannot be stored") {
  for (const auto* text : {"{}", "[]", "null", R"({"metadata":{"name":7}})",
                           R"({"metadata":{"name":""}})", R"({"metadata":null})"}) {
    CAPTURE(text);
    const auto made = Snapshot::of(parsed(text));
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ErrorCode::protocol);
  }
}

TEST_CASE("keys and their parts") {
  CHECK(object_key("ns", "a") == "ns/a");
  CHECK(object_key("", "a") == "a");
  CHECK(split_object_key("ns/a").namespace_ == "ns");
  CHECK(split_object_key("ns/a").name == "a");
  CHECK(split_object_key("a").namespace_.empty());
  CHECK(split_object_key("a").name == "a");
}

TEST_CASE("a snapshot takes little more than its JSON") {
  std::string padding(4000, 'x');
  const auto text =
      R"({"metadata":{"name":"a","namespace":"ns","uid":"u"},"data":")" + padding + "\"}";
  CHECK(snapshot(text)->memory() < text.size() * 11 / 10);
}

Store::Entry entry(const Store& store, const std::string& text) {
  auto made = store.entry_of(parsed(text));
  REQUIRE(made);
  return *made;
}

TEST_CASE("objects go in, are replaced and go out; lists are by namespace and in order") {
  Store store;
  const auto put = [&](const std::string& text) { return store.put(entry(store, text)); };
  CHECK(put(object_text("b", 1)) == nullptr);
  CHECK(put(object_text("a", 1)) == nullptr);
  CHECK(put(R"({"metadata":{"name":"a","namespace":"ns-2"}})") == nullptr);
  CHECK(put(R"({"metadata":{"name":"a","namespace":"n"}})") == nullptr);
  CHECK(keys(store.list()) == Keys{"n/a", "ns-2/a", "ns/a", "ns/b"});
  CHECK(keys(store.list("ns")) == Keys{"ns/a", "ns/b"});
  CHECK(store.list("none").empty());
  const auto held = store.get("ns/a");
  CHECK(put(object_text("a", 2)) == held);
  CHECK(held->resource_version() == "1");  // what was given out does not change
  CHECK(store.get("ns/a")->resource_version() == "2");
  CHECK(store.size() == 4);
  CHECK(store.remove("ns/a")->resource_version() == "2");
  CHECK(store.remove("ns/a") == nullptr);
  CHECK(store.get("ns/a") == nullptr);
  CHECK(store.resource_version().empty());
  store.set_resource_version("9");
  CHECK(store.resource_version() == "9");
}

TEST_CASE("indexes follow the objects") {
  IndexFunctions functions;
  functions["team"] = [](const json::Value& object) {
    std::vector<std::string> teams;
    if (const auto* list = json::find(object, {"teams"}))
      for (const auto& team : list->get_array())
        teams.emplace_back(team.get_string());
    return teams;
  };
  Store store(functions);
  const auto put = [&](const std::string& name, const std::string& teams) {
    store.put(entry(store, R"({"metadata":{"name":")" + name + R"("},"teams":)" + teams + "}"));
  };
  const auto of = [&](const std::string& team) {
    const auto found = store.by_index("team", team);
    REQUIRE(found);
    return keys(*found);
  };
  put("a", R"(["red","blue"])");
  put("b", R"(["red","red"])");
  put("c", "[]");
  CHECK(of("red") == Keys{"a", "b"});
  CHECK(of("blue") == Keys{"a"});
  CHECK(of("green").empty());
  put("a", R"(["green"])");
  CHECK(of("red") == Keys{"b"});
  CHECK(of("blue").empty());
  CHECK(of("green") == Keys{"a"});
  store.remove("b");
  CHECK(of("red").empty());
  const auto unknown = store.by_index("colour", "red");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ErrorCode::usage);
  CHECK(unknown.error().message == "the store has no index \"colour\"");
}

TEST_CASE("readers and a writer at the same time") {
  IndexFunctions functions;
  functions["all"] = [](const json::Value&) { return std::vector<std::string>{"x"}; };
  Store store(functions);
  std::jthread writer([&] {
    for (int version = 1; version <= 300; ++version) {
      const auto text = object_text(std::string(1, static_cast<char>('a' + version % 5)), version);
      auto made = store.entry_of(*json::parse(text));
      store.put(std::move(*made));
      if (version % 7 == 0) store.remove("ns/a");
      store.set_resource_version(std::to_string(version));
    }
  });
  bool consistent = true;
  while (store.resource_version() != "300") {
    for (const auto& object : store.list())
      consistent &= json::string_at(object->document()->value(), {"data", "version"}) ==
                    object->resource_version();
    const auto indexed = store.by_index("all", "x");
    consistent &= indexed && indexed->size() <= 5;
  }
  CHECK(consistent);
}

}  // namespace
}  // namespace kaito::runtime
