// kubernetes-client.md 8.4: patches other than apply.
#include <doctest/doctest.h>

#include <boost/json/value.hpp>

#include "session.hpp"

namespace kaito::conformance {
namespace {

TEST_CASE("P01 a merge patch removes a label with null") {
  Session session;
  REQUIRE(session.create("a", R"({"metadata": {"labels": {"x": "1", "y": "1"}}})").status == 201);
  const Reply reply =
      session.merge(session.workspaces("a"), R"({"metadata": {"labels": {"x": null}}})");
  CHECK(reply.status == 200);
  CHECK(reply.meta("labels") == R"({"y":"1"})");
}

TEST_CASE("P02 a merge patch with a stale version: 409") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const Reply reply = session.merge(
      session.workspaces("a"), R"({"metadata": {"resourceVersion": "1", "labels": {"x": "1"}}})");
  CHECK(reply.status == 409);
  CHECK(reply.reason() == "Conflict");
}

TEST_CASE("P03 an empty merge patch: 200, same version") {
  Session session;
  const Reply made = session.create("a");
  const Reply reply = session.merge(session.workspaces("a"), "{}");
  CHECK(reply.status == 200);
  CHECK(reply.version() == made.version());
}

TEST_CASE("P04 a merge patch of the status at the main address: the status stays as it is") {
  Session session;
  const Reply made = session.create("a");
  const Reply reply =
      session.merge(session.workspaces("a"), R"({"status": {"workerNodes": ["n"]}})");
  CHECK(reply.status == 200);
  CHECK(reply.at({"status"}).empty());
  CHECK(reply.meta("generation") == "1");
  if (minor_version() >= 22)
    CHECK(reply.version() == made.version());
  else
    without_part("before 1.22 managedFields remember what was refused: a new version");
}

TEST_CASE("P05 a merge patch of /status: set, generation stays") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const Reply reply = session.merge(session.workspaces("a") + "/status",
                                    R"({"status": {"workerNodes": ["n"]},
                                        "metadata": {"labels": {"x": "1"}}})");
  CHECK(reply.status == 200);
  CHECK(reply.at({"status", "workerNodes"}) == R"(["n"])");
  CHECK(reply.meta("generation") == "1");
  CHECK(reply.meta("labels").empty());
  CHECK(session.get(session.workspaces("a") + "/status").at({"status", "workerNodes"}) ==
        R"(["n"])");
}

TEST_CASE("P06 JSON patches: replace 200, failing test 422, no list 400") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const auto patch = [&](std::string_view body) {
    return session.send("PATCH", session.workspaces("a"), body, kJsonPatch);
  };
  const Reply replaced = patch(R"([{"op": "replace", "path": "/resource/count", "value": 3}])");
  CHECK(replaced.status == 200);
  CHECK(replaced.at({"resource", "count"}) == "3");
  const Reply tested = patch(R"([{"op": "test", "path": "/resource/count", "value": 4}])");
  CHECK(tested.status == 422);
  CHECK(tested.reason() == "Invalid");
  CHECK(patch("{}").status == 400);
  CHECK(patch(R"([{"op": "remove", "path": "/nothing/here"}])").status == 422);
  CHECK(patch(R"([{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}},
                  {"op": "copy", "from": "/metadata/labels/a", "path": "/metadata/labels/c"},
                  {"op": "move", "from": "/metadata/labels/a", "path": "/metadata/labels/d~1e"}])")
            .meta("labels") == R"({"c":"b","d/e":"b"})");
}

TEST_CASE("P07 a strategic merge patch of a custom kind: 415") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const Reply reply = session.send("PATCH", session.workspaces("a"), "{}", kStrategicPatch);
  CHECK(reply.status == 415);
  CHECK(reply.reason() == "UnsupportedMediaType");
  CHECK(reply.message().ends_with(
      "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"));
}

TEST_CASE("P08 a merge patch whose result is invalid: 422") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const Reply reply =
      session.merge(session.workspaces("a"), R"({"resource": {"labelSelector": null}})");
  CHECK(reply.status == 422);
  CHECK(reply.causes() == "FieldValueRequired resource.labelSelector");
}

TEST_CASE("P09 force on a merge patch: 422") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const Reply reply = session.merge(session.workspaces("a") + "?force=true", "{}");
  CHECK(reply.status == 422);
  CHECK(reply.message().find("may not be specified for non-apply patch") != std::string::npos);
}

TEST_CASE("P10 a patch of what is not there: 404") {
  Session session;
  const Reply reply = session.merge(session.workspaces("nobody"), "{}");
  CHECK(reply.status == 404);
  CHECK(reply.message() == "workspaces.kaito.sh \"nobody\" not found");
}

TEST_CASE("P15 strategic merge patches of built-in kinds: lists by key, $patch") {
  Session session;
  REQUIRE(session
              .post(session.core("pods"), R"({"apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "p"},
    "spec": {"containers": [{"name": "c", "image": "1"}, {"name": "d", "image": "1"}]}})")
              .status == 201);
  const auto patch = [&](const std::string& at, std::string_view body) {
    return session.send("PATCH", session.core("pods", "p") + at, body, kStrategicPatch);
  };
  const Reply image = patch("", R"({"spec": {"containers": [{"name": "d", "image": "2"}]}})");
  CHECK(image.status == 200);
  const json::Value* containers = json::find(image.body, {"spec", "containers"});
  REQUIRE(containers != nullptr);
  REQUIRE(containers->get_array().size() == 2);
  CHECK(json::string_at(containers->get_array()[1], {"image"}) == "2");
  CHECK(json::string_at(containers->get_array()[0], {"image"}) == "1");

  const Reply first = patch("/status", R"({"status": {"phase": "Running", "conditions": [
    {"type": "Ready", "status": "False"}, {"type": "Initialized", "status": "True"}]}})");
  CHECK(first.status == 200);
  const Reply second = patch("/status", R"({"status": {"conditions": [
    {"type": "Ready", "status": "True"}]}})");
  const json::Value* conditions = json::find(second.body, {"status", "conditions"});
  REQUIRE(conditions != nullptr);
  CHECK(conditions->get_array().size() == 2);
  const Reply third = patch("/status", R"({"status": {"conditions": [
    {"type": "Ready", "$patch": "delete"}]}})");
  const json::Value* left = json::find(third.body, {"status", "conditions"});
  REQUIRE(left != nullptr);
  REQUIRE(left->get_array().size() == 1);
  CHECK(json::string_at(left->get_array()[0], {"type"}) == "Initialized");
}

TEST_CASE("P16 dry runs of PUT, patches and apply: answered, not stored") {
  Session session;
  const Reply made = session.create("a");
  const std::string at = session.workspaces("a") + "?dryRun=All";
  const Reply merged = session.merge(at, R"({"resource": {"count": 3}})");
  CHECK(merged.status == 200);
  CHECK(merged.at({"resource", "count"}) == "3");
  const Reply put = session.put(at, session.changed("a", R"({"resource": {"count": 4}})"));
  CHECK(put.at({"resource", "count"}) == "4");
  const Reply applied = session.apply(at + "&fieldManager=m&force=true",
                                      workspace("a", R"({"resource": {"count": 5}})"));
  CHECK(applied.at({"resource", "count"}) == "5");
  CHECK(session.apply(session.workspaces("new") + "?dryRun=All&fieldManager=m", workspace("new"))
            .status == 201);
  CHECK(session.get(session.workspaces("new")).status == 404);
  const Reply now = session.get(session.workspaces("a"));
  CHECK(now.version() == made.version());
  CHECK(now.at({"resource", "count"}) == "1");
}

}  // namespace
}  // namespace kaito::conformance
