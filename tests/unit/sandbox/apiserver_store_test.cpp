#include <doctest/doctest.h>

#include <thread>

#include "apiserver_fixture.hpp"
#include "sandbox/apiserver/api_error.hpp"
#include "sandbox/apiserver/object_table.hpp"

using namespace apiserver_test;
using namespace std::chrono_literals;

namespace {

[[nodiscard]] json::Value named(std::string_view name, std::string_view more = "{}") {
  json::Value object = parsed(R"({"metadata": {}})");
  object.as_object()["metadata"].as_object()["name"] = name;
  json::merge_patch(object, parsed(more));
  return object;
}

[[nodiscard]] k8s::ObjectRef config_map(std::string_view name) {
  return {k8s::types::config_map(), "default", std::string(name)};
}

}  // namespace

TEST_CASE("the table remembers its past as far as its history goes") {
  ObjectTable table(100, 3);
  static_cast<void>(table.put("things", named("a")));
  static_cast<void>(table.put("things", named("b")));
  static_cast<void>(table.put("others", named("a")));
  CHECK(table.revision() == 103);
  const auto names_at = [&](std::int64_t revision) {
    std::string out;
    const auto objects = table.objects_at("things", revision);
    if (!objects) return std::string("expired");
    for (const auto& [key, object] : *objects)
      out += key.name;
    return out;
  };
  CHECK(names_at(100).empty());
  CHECK(names_at(101) == "a");
  CHECK(names_at(103) == "ab");
  static_cast<void>(table.erase("things", {"", "a"}));
  CHECK(names_at(104) == "b");
  CHECK(names_at(103) == "ab");
  CHECK(names_at(100) == "expired");
  REQUIRE(table.reaches(101));
  const auto changes = table.changes_after(102);
  REQUIRE(changes.size() == 2);
  CHECK(changes[1].kind == StoredChange::Kind::deleted);
  CHECK(revision_of(*changes[1].after) == 104);
  CHECK(revision_of(*changes[1].before) == 101);
  table.compact();
  CHECK_FALSE(table.reaches(103));
  CHECK(table.reaches(104));
}

TEST_CASE("simulated controllers write as clients do") {
  Store store;
  const auto made =
      store.create(k8s::types::config_map(), "default", named("m", R"({"data": {"k": "1"}})"));
  REQUIRE(made.has_value());
  CHECK(json::string_at(*made->object, {"apiVersion"}) == "v1");
  CHECK(json::string_at(*made->object, {"kind"}) == "ConfigMap");
  CHECK(made->changed);
  const auto same = store.merge_patch(config_map("m"), parsed(R"({"data": {"k": "1"}})"));
  REQUIRE(same.has_value());
  CHECK_FALSE(same->changed);

  json::Value stale = *made->object;
  REQUIRE(store.merge_patch(config_map("m"), parsed(R"({"data": {"k": "2"}})")).has_value());
  stale.as_object()["data"] = parsed(R"({"k": "3"})");
  const auto refused = store.update(config_map("m"), stale);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(status_of_error(refused.error()).code == 409);
  CHECK(store.get(config_map("none")).error().code == ErrorCode::not_found);
  CHECK(store.get({k8s::types::workspace(), "default", "w"}).error().code == ErrorCode::not_served);
  REQUIRE(store.remove(config_map("m")).value().gone);
}

TEST_CASE("waiting for changes") {
  Store store;
  const std::int64_t start = store.revision();
  const auto none = store.wait_changes(start, {Deadline::after(5ms), {}});
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().code == ErrorCode::timeout);

  std::jthread writer(
      [&] { static_cast<void>(store.create(k8s::types::config_map(), "default", named("m"))); });
  const auto changes = store.wait_changes(start, {Deadline::after(5s), {}});
  REQUIRE(changes.has_value());
  REQUIRE(changes->size() == 1);
  CHECK(changes->front().resource == "configmaps");
  CHECK(changes->front().kind == StoredChange::Kind::added);
  CHECK(changes->front().revision == start + 1);

  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  CHECK(
      store.wait_changes(store.revision(), {Deadline::after(5s), stop.get_token()}).error().code ==
      ErrorCode::interrupted);
  store.compact();
  CHECK(store.wait_changes(start, {Deadline::after(5s), {}}).error().code == ErrorCode::expired);
}

TEST_CASE("an admission hook refuses with its own words") {
  Cluster cluster;
  cluster.store.set_admission([](const Admission& admission) -> Result<void> {
    if (admission.type->kind != "Workspace" || admission.operation != Admission::Operation::create)
      return {};
    return fail(
        bad_request("admission webhook \"validation.webhook.kaito.sh\" denied the request: "
                    "no"));
  });
  const Reply refused = cluster.create_workspace("a");
  CHECK(refused.status == 400);
  CHECK(refused.message() ==
        "admission webhook \"validation.webhook.kaito.sh\" denied the request: no");
}

TEST_CASE("many writers at once lose nothing") {
  Store store;
  REQUIRE(store.create(k8s::types::config_map(), "default", named("m")).has_value());
  constexpr int kWriters = 4;
  constexpr int kWrites = 50;
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&store, writer] {
        for (int i = 0; i < kWrites; ++i) {
          const std::string key = "k" + std::to_string(writer) + "-" + std::to_string(i);
          static_cast<void>(
              store.merge_patch(config_map("m"), parsed(R"({"data": {")" + key + R"(": "x"}})")));
        }
      });
    }
  }
  const auto object = store.get(config_map("m"));
  REQUIRE(object.has_value());
  CHECK(json::find(**object, {"data"})->get_object().size() == kWriters * kWrites);
}
