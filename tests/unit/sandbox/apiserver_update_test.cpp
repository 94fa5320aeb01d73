#include <doctest/doctest.h>

#include "apiserver_fixture.hpp"

using namespace apiserver_test;

namespace {

/// The stored Workspace with a merge patch laid over it.
[[nodiscard]] std::string changed(Cluster& cluster, std::string_view name, std::string_view patch) {
  json::Value object = cluster.get(in_workspaces(name)).body;
  json::merge_patch(object, parsed(patch));
  return json::write(object);
}

constexpr const char* kReady = R"({"status": {"conditions": [
  {"type": "ResourceReady", "status": "True", "reason": "Ready", "message": "",
   "lastTransitionTime": "2026-01-02T03:04:05Z"}]}})";

}  // namespace

TEST_CASE("PUT: what it needs and what it does") {
  Cluster cluster;
  const Reply made = cluster.create_workspace("a");
  REQUIRE(made.status == 201);

  const Reply unversioned = cluster.put(in_workspaces("a"), workspace("a"));
  CHECK(unversioned.status == 422);
  CHECK(unversioned.causes() == "FieldValueInvalid metadata.resourceVersion");
  CHECK(unversioned.message().ends_with("must be specified for an update"));

  const Reply same = cluster.put(in_workspaces("a"), made.text);
  CHECK(same.status == 200);
  CHECK(same.meta("resourceVersion") == made.meta("resourceVersion"));

  const Reply grown =
      cluster.put(in_workspaces("a"), changed(cluster, "a", R"({"resource": {"count": 2}})"));
  CHECK(grown.status == 200);
  CHECK(grown.meta("generation") == "2");
  CHECK(grown.meta("resourceVersion") != made.meta("resourceVersion"));

  const Reply stale = cluster.put(in_workspaces("a"), made.text);
  CHECK(stale.status == 409);
  CHECK(stale.message() ==
        "Operation cannot be fulfilled on workspaces.kaito.sh \"a\": the object has been modified; "
        "please apply your changes to the latest version and try again");

  CHECK(cluster.put(in_workspaces("a"), changed(cluster, "a", R"({"metadata": {"uid": "u"}})"))
            .status == 409);
  CHECK(cluster.put(in_workspaces("b"), workspace("b", R"({"metadata":{"resourceVersion":"1"}})"))
            .status == 404);
  const Reply misplaced = cluster.put(in_workspaces("a"), workspace("v"));
  CHECK(misplaced.status == 400);
  CHECK(misplaced.message() == "the name of the object (v) does not match the name on the URL (a)");
}

TEST_CASE("status and the rest do not touch each other") {
  Cluster cluster;
  REQUIRE(cluster.create_workspace("a").status == 201);
  const Reply labelled = cluster.put(
      in_workspaces("a"),
      changed(cluster, "a", R"({"metadata": {"labels": {"l": "1"}}, "status": {"state": "x"}})"));
  CHECK(labelled.status == 200);
  CHECK(labelled.meta("generation") == "1");
  CHECK(labelled.at({"status"}).empty());

  std::string body = changed(cluster, "a", kReady);
  json::Value full = parsed(body);
  json::merge_patch(full,
                    parsed(R"({"metadata": {"labels": {"l": "2"}}, "resource": {"count": 9}})"));
  const Reply status = cluster.put(in_workspaces("a") + "/status", json::write(full));
  CHECK(status.status == 200);
  CHECK(status.at({"metadata", "labels", "l"}) == "1");
  CHECK(status.at({"resource", "count"}) == "1");
  CHECK(status.meta("generation") == "1");
  CHECK_FALSE(status.at({"status", "conditions"}).empty());
  CHECK(status.meta("resourceVersion") != labelled.meta("resourceVersion"));
}

TEST_CASE("merge patches") {
  Cluster cluster;
  const Reply made = cluster.create_workspace("a", R"({"metadata": {"labels": {"x": "1"}}})");
  REQUIRE(made.status == 201);
  const std::string at = in_workspaces("a");

  CHECK(cluster.merge(at, "{}").meta("resourceVersion") == made.meta("resourceVersion"));
  CHECK(cluster.merge(at, R"({"status": {"state": "x"}})").meta("resourceVersion") ==
        made.meta("resourceVersion"));
  const Reply unlabelled = cluster.merge(at, R"({"metadata": {"labels": {"x": null}}})");
  CHECK(unlabelled.status == 200);
  CHECK(unlabelled.at({"metadata", "labels"}).empty());
  CHECK(cluster.merge(at, R"({"metadata": {"resourceVersion": "1"}})").status == 409);
  const Reply status = cluster.merge(at + "/status", kReady);
  CHECK(status.status == 200);
  CHECK(status.meta("generation") == "1");
  CHECK_FALSE(status.at({"status", "conditions"}).empty());
  const Reply invalid = cluster.merge(at, R"({"resource": {"labelSelector": null}})");
  CHECK(invalid.status == 422);
  CHECK(invalid.causes() == "FieldValueRequired resource.labelSelector");
  CHECK(cluster.merge(at + "?force=true", "{}").status == 422);
  CHECK(cluster.merge(in_workspaces("nobody"), "{}").status == 404);
  CHECK(cluster.merge(at + "?fieldValidation=Strict", R"({"resource": {"zz": 1}})").status == 422);
  CHECK(cluster.merge(at, R"({"metadata": {"uid": "other"}})").status == 422);
}

TEST_CASE("JSON and strategic patches") {
  Cluster cluster;
  REQUIRE(cluster.create_workspace("a").status == 201);
  const auto json_patch = [&](std::string_view body) {
    return cluster.send("PATCH", in_workspaces("a"), body, "application/json-patch+json");
  };
  CHECK(json_patch(R"([{"op": "replace", "path": "/resource/count", "value": 3}])")
            .at({"resource", "count"}) == "3");
  CHECK(json_patch(R"([{"op": "test", "path": "/resource/count", "value": 4}])").status == 422);
  CHECK(json_patch(R"([{"op": "remove", "path": "/nothing/here"}])").status == 422);
  CHECK(json_patch(R"([{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}},
                       {"op": "copy", "from": "/metadata/labels/a", "path": "/metadata/labels/c"},
                       {"op": "move", "from": "/metadata/labels/a", "path": "/metadata/labels/d~1e"}])")
            .at({"metadata", "labels"}) == R"({"c":"b","d/e":"b"})");
  CHECK(json_patch("{}").status == 400);
  const Reply strategic =
      cluster.send("PATCH", in_workspaces("a"), "{}", "application/strategic-merge-patch+json");
  CHECK(strategic.status == 415);
  CHECK(strategic.message().ends_with(
      "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"));

  REQUIRE(cluster
              .post("/api/v1/namespaces/default/pods", R"({"apiVersion": "v1", "kind": "Pod",
      "metadata": {"name": "p"},
      "spec": {"containers": [{"name": "c", "image": "1"}, {"name": "d", "image": "1"}]}})")
              .status == 201);
  const Reply pod = cluster.send(
      "PATCH", "/api/v1/namespaces/default/pods/p",
      R"({"spec": {"containers": [{"name": "d", "image": "2"}, {"name": "c", "$patch": "delete"}]}})",
      "application/strategic-merge-patch+json");
  CHECK(pod.status == 200);
  CHECK(pod.at({"spec", "containers"}) == R"([{"name":"d","image":"2"}])");
}

TEST_CASE("unconditional updates of kinds that allow them") {
  Cluster cluster;
  const std::string maps = "/api/v1/namespaces/default/configmaps";
  const char* body = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},)";
  REQUIRE(cluster.post(maps, std::string(body) + R"("data":{"k":"1"}})").status == 201);
  const Reply put = cluster.put(maps + "/m", std::string(body) + R"("data":{"k":"2"}})");
  CHECK(put.status == 200);
  CHECK(put.meta("generation").empty());
  CHECK(cluster.get(maps + "/m").at({"data", "k"}) == "2");
}

TEST_CASE("reading at a resourceVersion") {
  ApiServerOptions options;
  options.future_wait = std::chrono::milliseconds(20);
  Cluster cluster({}, options);
  const Reply made = cluster.create_workspace("a");
  CHECK(cluster.get(in_workspaces("a") + "?resourceVersion=0").status == 200);
  CHECK(
      cluster.get(in_workspaces("a") + "?resourceVersion=" + made.meta("resourceVersion")).status ==
      200);
  const Reply future = cluster.get(in_workspaces("a") + "?resourceVersion=99999999");
  CHECK(future.status == 504);
  CHECK(future.causes() == "ResourceVersionTooLarge ");
  CHECK(future.headers.get("Retry-After") == "1");
  CHECK(cluster.get(in_workspaces("a") + "?resourceVersion=x").status == 400);
}

TEST_CASE("the other version shows the same object") {
  Cluster cluster;
  const Reply made = cluster.create_workspace("a");
  const Reply old = cluster.get("/apis/kaito.sh/v1alpha1/namespaces/default/workspaces/a");
  CHECK(old.status == 200);
  CHECK(old.at({"apiVersion"}) == "kaito.sh/v1alpha1");
  CHECK(old.meta("resourceVersion") == made.meta("resourceVersion"));
  json::Value expected = made.body;
  expected.as_object()["apiVersion"] = "kaito.sh/v1alpha1";
  CHECK(json::equivalent(old.body, expected));
  // Writing the older version back changes nothing but what is asked for.
  const Reply patched = cluster.merge("/apis/kaito.sh/v1alpha1/namespaces/default/workspaces/a",
                                      R"({"resource": {"count": 4}})");
  CHECK(patched.at({"apiVersion"}) == "kaito.sh/v1alpha1");
  CHECK(cluster.get(in_workspaces("a")).at({"resource", "count"}) == "4");
  CHECK(cluster.get(in_workspaces("a")).at({"apiVersion"}) == "kaito.sh/v1beta1");
}

TEST_CASE("scale") {
  Cluster cluster;
  const std::string sets = "/apis/kaito.sh/v1beta1/namespaces/default/inferencesets";
  REQUIRE(cluster
              .post(sets, R"({"apiVersion": "kaito.sh/v1beta1", "kind": "InferenceSet",
    "metadata": {"name": "s"}, "spec": {"labelSelector": {"matchLabels": {"a": "b"}},
    "template": {"inference": {"preset": {"name": "phi-4"}}}}})")
              .status == 201);
  const Reply made = cluster.get(sets + "/s");
  CHECK(made.at({"spec", "replicas"}) == "1");
  CHECK(made.at({"spec", "updateStrategy"}) ==
        R"({"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1}})");
  const Reply scale = cluster.get(sets + "/s/scale");
  CHECK(scale.at({"kind"}) == "Scale");
  CHECK(scale.at({"apiVersion"}) == "autoscaling/v1");
  CHECK(scale.at({"spec", "replicas"}) == "1");
  const Reply five = cluster.merge(sets + "/s/scale", R"({"spec": {"replicas": 5}})");
  CHECK(five.status == 200);
  CHECK(five.at({"spec", "replicas"}) == "5");
  CHECK(cluster.get(sets + "/s").meta("generation") == "2");
  CHECK(cluster.merge(sets + "/s/scale", R"({"spec": {"replicas": -1}})").status == 422);
  REQUIRE(cluster.create_workspace("a").status == 201);
  CHECK(cluster.get(in_workspaces("a") + "/scale").status == 404);
}
