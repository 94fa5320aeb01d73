// A document in an arena is a document like any other.
#include <doctest/doctest.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <utility>

#include "kaito/json/document.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"

namespace kaito::json {
namespace {

/// As it is read: all of it in one arena.
Document made() {
  auto documents = load_yaml("name: " + std::string(5000, 'n') + "\nspec: {replicas: 2}\n", "test");
  REQUIRE(documents);
  return std::move(documents->front().value);
}

const std::string text = R"({"name":")" + std::string(5000, 'n') + R"(","spec":{"replicas":2}})";

TEST_CASE("what is read into an arena reads, copies, moves and compares as any document") {
  const Document first = made();
  CHECK(first);
  CHECK(write(first.value()) == text);
  const Document copy = first;
  CHECK(copy == first);
  Document moved = made();
  const Document taken = std::move(moved);
  CHECK(write(taken.value()) == text);
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
