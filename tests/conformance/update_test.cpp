// kubernetes-client.md 8.4: PUT, reads at a resourceVersion, versions of a kind, scale.
#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "session.hpp"

namespace kaito::conformance {
namespace {

constexpr const char* ready = R"({"status": {"conditions": [
  {"type": "ResourceReady", "status": "True", "reason": "r", "message": "m",
   "lastTransitionTime": "2026-01-02T03:04:05Z"}]}})";

TEST_CASE("U01 PUT without a version: 422") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const Reply reply = session.put(session.workspaces("a"), workspace("a"));
  CHECK(reply.status == 422);
  CHECK(reply.causes() == "FieldValueInvalid metadata.resourceVersion");
  CHECK(reply.message().ends_with("must be specified for an update"));
}

TEST_CASE("U02 PUT of a stale version: 409 Conflict") {
  Session session;
  const Reply made = session.create("a");
  REQUIRE(session.merge(session.workspaces("a"), R"({"resource": {"count": 2}})").status == 200);
  const Reply stale = session.put(session.workspaces("a"), made.text);
  CHECK(stale.status == 409);
  CHECK(stale.reason() == "Conflict");
  CHECK(stale.causes().empty());
  CHECK(stale.message() ==
        "Operation cannot be fulfilled on workspaces.kaito.sh \"a\": the object has been modified; "
        "please apply your changes to the latest version and try again");
}

TEST_CASE("U03 PUT of another uid: 409") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const Reply reply = session.put(session.workspaces("a"),
                                  session.changed("a", R"({"metadata": {"uid": "another"}})"));
  CHECK(reply.status == 409);
  CHECK(reply.reason() == "Conflict");
}

TEST_CASE("U04 PUT unchanged: 200, same version, no watch event") {
  Session session;
  const Reply made = session.create("a");
  auto watch = session.watch(session.workspaces() + "?watch=1&resourceVersion=" + made.version());
  const Reply same = session.put(session.workspaces("a"), made.text);
  CHECK(same.status == 200);
  CHECK(same.version() == made.version());
  REQUIRE(session.create("b").status == 201);  // the first thing that the watch tells of
  const auto event = watch.next_change();
  REQUIRE(event);
  CHECK(event->type == "ADDED");
  CHECK(event->name() == "b");
}

TEST_CASE("U05 PUT of another count: next version, generation 2") {
  Session session;
  const Reply made = session.create("a");
  const Reply grown =
      session.put(session.workspaces("a"), session.changed("a", R"({"resource": {"count": 2}})"));
  CHECK(grown.status == 200);
  CHECK(grown.meta("generation") == "2");
  CHECK(grown.version() != made.version());
  CHECK(grown.meta("uid") == made.meta("uid"));
  CHECK(grown.meta("creationTimestamp") == made.meta("creationTimestamp"));
}

TEST_CASE("U06 PUT of a label and a status: generation and status stay") {
  Session session;
  const Reply made = session.create("a");
  json::Value object = session.get(session.workspaces("a")).body;
  json::merge_patch(object, parsed(R"({"metadata": {"labels": {"l": "1"}}})"));
  json::merge_patch(object, parsed(ready));
  const Reply reply = session.put(session.workspaces("a"), json::write(object));
  CHECK(reply.status == 200);
  CHECK(reply.meta("generation") == "1");
  CHECK(reply.at({"metadata", "labels", "l"}) == "1");
  CHECK(reply.at({"status"}).empty());
  CHECK(reply.version() != made.version());
}

TEST_CASE("U07 PUT of /status: nothing but the status changes") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  json::Value object = session.get(session.workspaces("a")).body;
  json::merge_patch(object, parsed(ready));
  json::merge_patch(object,
                    parsed(R"({"metadata": {"labels": {"l": "2"}}, "resource": {"count": 9}})"));
  const Reply reply = session.put(session.workspaces("a") + "/status", json::write(object));
  CHECK(reply.status == 200);
  CHECK(reply.meta("labels").empty());
  CHECK(reply.at({"resource", "count"}) == "1");
  CHECK(reply.meta("generation") == "1");
  CHECK(reply.at({"status", "conditions"}).find("ResourceReady") != std::string::npos);
}

TEST_CASE("U08 PUT of what is not there: 404") {
  Session session;
  const Reply reply = session.put(session.workspaces("b"),
                                  workspace("b", R"({"metadata": {"resourceVersion": "1"}})"));
  CHECK(reply.status == 404);
  CHECK(reply.message() == "workspaces.kaito.sh \"b\" not found");
}

TEST_CASE("U09 PUT under another name: 400") {
  Session session;
  REQUIRE(session.create("u").status == 201);
  const Reply reply = session.put(session.workspaces("u"), workspace("v"));
  CHECK(reply.status == 400);
  CHECK(reply.message() == "the name of the object (v) does not match the name on the URL (u)");
}

TEST_CASE("U10 PUT of a ConfigMap without a version: 200") {
  Session session;
  REQUIRE(session.post(session.core("configmaps"), config_map("m")).status == 201);
  const Reply reply =
      session.put(session.core("configmaps", "m"), config_map("m", R"({"data": {"k": "2"}})"));
  CHECK(reply.status == 200);
  CHECK(reply.at({"data", "k"}) == "2");
  CHECK(reply.meta("generation").empty());
}

TEST_CASE("U11 read, change, write with another writer in between: a second round succeeds") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  auto& client = target().client();
  const k8s::ObjectRef ref{k8s::types::workspace(), session.space(), "a"};
  int rounds = 0;
  for (bool written = false; !written && rounds < 5; ++rounds) {
    auto read = client.get(ref, soon());
    REQUIRE(read);
    if (rounds == 0)
      REQUIRE(session.merge(session.workspaces("a"), R"({"resource": {"count": 7}})").status ==
              200);
    json::merge_patch(read->value(), parsed(R"({"metadata": {"labels": {"mine": "1"}}})"));
    const auto put = client.replace(ref, read->value(), {}, soon());
    written = put.has_value();
    if (!written) CHECK(put.error().code == ErrorCode::conflict);
  }
  CHECK(rounds == 2);
  const Reply now = session.get(session.workspaces("a"));
  CHECK(now.at({"resource", "count"}) == "7");
  CHECK(now.at({"metadata", "labels", "mine"}) == "1");
}

TEST_CASE("U12 a Deployment counts generations by its spec; a Service has none") {
  Session session;
  const std::string path = session.group("apps/v1", "deployments");
  REQUIRE(session
              .post(path, R"({"apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"name": "d"}, "spec": {"replicas": 0, "selector": {"matchLabels": {"a": "b"}},
    "template": {"metadata": {"labels": {"a": "b"}},
                 "spec": {"containers": [{"name": "c", "image": "i"}]}}}})")
              .status == 201);
  const auto patch = [&](std::string_view body) { return session.merge(path + "/d", body); };
  CHECK(session.get(path + "/d").meta("generation") == "1");
  CHECK(patch(R"({"metadata": {"labels": {"x": "y"}}})").meta("generation") == "1");
  CHECK(patch(R"({"spec": {"minReadySeconds": 5}})").meta("generation") == "2");
  const Reply selector = patch(R"({"spec": {"selector": {"matchLabels": {"a": "c"}}}})");
  CHECK(selector.status == 422);
}

TEST_CASE("P11 GET at a version far in the future: 504, to be tried again") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const Reply future = session.get(session.workspaces("a") + "?resourceVersion=999999999");
  CHECK(future.status == 504);
  CHECK(future.reason() == "Timeout");
  CHECK(future.causes() == "ResourceVersionTooLarge ");
  CHECK(future.headers.get("Retry-After") == "1");
  CHECK(session.get(session.workspaces("a") + "?resourceVersion=0").status == 200);
}

TEST_CASE("P12 the other version shows the same object, with its own apiVersion") {
  Session session;
  const Reply made = session.create("a");
  const Reply old = session.get(session.workspaces("a", "v1alpha1"));
  CHECK(old.status == 200);
  CHECK(old.version() == made.version());
  json::Value expected = made.body;
  expected.as_object()["apiVersion"] = "kaito.sh/v1alpha1";
  CHECK(json::equivalent(old.body, expected));
  const Reply patched =
      session.merge(session.workspaces("a", "v1alpha1"), R"({"resource": {"count": 4}})");
  CHECK(patched.at({"apiVersion"}) == "kaito.sh/v1alpha1");
  const Reply now = session.get(session.workspaces("a"));
  CHECK(now.at({"resource", "count"}) == "4");
  CHECK(now.at({"apiVersion"}) == "kaito.sh/v1beta1");
  CHECK(now.meta("generation") == "2");
}

TEST_CASE("P13 the scale of an InferenceSet: read, five, minus one") {
  Session session;
  REQUIRE(session.post(session.inference_sets(), inference_set("s")).status == 201);
  const std::string scale = session.inference_sets("s") + "/scale";
  const Reply one = session.get(scale);
  CHECK(one.status == 200);
  CHECK(one.at({"kind"}) == "Scale");
  CHECK(one.at({"apiVersion"}) == "autoscaling/v1");
  CHECK(one.at({"spec", "replicas"}) == "1");
  const Reply five = session.merge(scale, R"({"spec": {"replicas": 5}})");
  CHECK(five.status == 200);
  CHECK(five.at({"spec", "replicas"}) == "5");
  const Reply now = session.get(session.inference_sets("s"));
  CHECK(now.at({"spec", "replicas"}) == "5");
  CHECK(now.meta("generation") == "2");
  const Reply negative = session.merge(scale, R"({"spec": {"replicas": -1}})");
  CHECK(negative.status == 422);
  CHECK(session.get(session.inference_sets("s")).at({"spec", "replicas"}) == "5");
  json::Value put = session.get(scale).body;
  json::merge_patch(put, parsed(R"({"spec": {"replicas": 2}})"));
  CHECK(session.put(scale, json::write(put)).at({"spec", "replicas"}) == "2");
}

TEST_CASE("P14 the scale of a Workspace: 404") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const Reply reply = session.get(session.workspaces("a") + "/scale");
  CHECK(reply.status == 404);
  CHECK(session.remove(session.inference_sets("s") + "/scale").status == 405);
}

}  // namespace
}  // namespace kaito::conformance
