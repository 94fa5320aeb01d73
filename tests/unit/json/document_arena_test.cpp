// A document in an arena is a document like any other.
#include <doctest/doctest.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <utility>

#include "kaito/json/document.hpp"
#include "kaito/json/json.hpp"

namespace kaito::json {
namespace {

Document made() {
  Document document;
  Object& object = document.start_in_arena();
  object.emplace("name", std::string(5000, 'n'));  // more than the arena's first block
  Object& spec = object.emplace("spec", boost::json::object_kind).first->value().get_object();
  spec.emplace("replicas", 2);
  return document;
}

const std::string text = R"({"name":")" + std::string(5000, 'n') + R"(","spec":{"replicas":2}})";

TEST_CASE("what is made in an arena reads, copies, moves and compares as any document") {
  const Document first = made();
  CHECK(first);
  CHECK(write(first.value()) == text);
  const Document copy = first;
  CHECK(copy == first);
  Document moved = made();
  const Document taken = std::move(moved);
  CHECK(write(taken.value()) == text);
  Document again(Value("something else"));
  again.start_in_arena().emplace("a", 1);
  CHECK(write(std::as_const(again).value()) == R"({"a":1})");
}

TEST_CASE("what is copied out of an arena lives on without the document") {
  std::optional<Value> kept;
  {
    const Document document = made();
    kept.emplace(document.value());
  }
  CHECK(write(*kept) == text);
}

TEST_CASE("a value in an arena can be changed, and moved out to outlive the document") {
  Value kept;
  {
    Document document = made();
    document.value().get_object()["spec"].get_object()["replicas"] = 3;
    CHECK(document == Document(parse(write(document.value())).value()));
    kept = std::move(document.value());
  }
  CHECK(int_at(kept, {"spec", "replicas"}) == 3);
  CHECK(string_at(kept, {"name"}).size() == 5000);
}

TEST_CASE("a document made of a part of another one lies in memory of its own") {
  const Document whole = made();
  const Document part(*find(whole.value(), {"spec"}));
  CHECK(part.value().storage() != whole.value().storage());
  CHECK(write(part.value()) == R"({"replicas":2})");
}

}  // namespace
}  // namespace kaito::json
