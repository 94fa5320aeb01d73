#include <doctest/doctest.h>

#include "apiserver_fixture.hpp"

using namespace apiserver_test;

TEST_CASE("a created Workspace gets what the server assigns") {
  Cluster cluster;
  REQUIRE(cluster.installed);
  const Reply made = cluster.create_workspace("a", R"({"status": {"state": "Ready"}})");
  CHECK(made.status == 201);
  CHECK(made.meta("uid").size() == 36);
  CHECK(made.meta("creationTimestamp") == "2023-11-14T22:13:20Z");
  CHECK(made.meta("generation") == "1");
  CHECK(made.meta("namespace") == "default");
  CHECK_FALSE(made.meta("resourceVersion").empty());
  CHECK(made.at({"inference", "preset", "accessMode"}) == "public");
  CHECK(made.at({"resource", "count"}) == "1");
  CHECK(made.at({"status"}).empty());
  CHECK(made.headers.get("Content-Type") == "application/json");
  CHECK(json::equivalent(cluster.get(in_workspaces("a")).body, made.body));
}

TEST_CASE("names: taken, generated, bad, missing") {
  Cluster cluster;
  REQUIRE(cluster.create_workspace("a").status == 201);
  const Reply again = cluster.create_workspace("a");
  CHECK(again.status == 409);
  CHECK(again.reason() == "AlreadyExists");
  CHECK(again.message() == "workspaces.kaito.sh \"a\" already exists");
  CHECK(again.at({"details", "kind"}) == "workspaces");

  const Reply generated = cluster.create_workspace("", R"({"metadata": {"generateName": "w-"}})");
  CHECK(generated.status == 201);
  CHECK(generated.meta("name").size() == 7);
  CHECK(generated.meta("name").starts_with("w-"));

  const Reply bad = cluster.create_workspace("A_b");
  CHECK(bad.status == 422);
  CHECK(bad.causes() == "FieldValueInvalid metadata.name");
  const Reply none = cluster.create_workspace("");
  CHECK(none.status == 422);
  CHECK(none.causes() == "FieldValueRequired metadata.name");
}

TEST_CASE("creates that are refused") {
  struct Row {
    const char* what;
    const char* patch;
    int status;
    const char* reason;
    const char* causes;
    const char* message;
  };
  const Row rows[] = {
      {"other namespace", R"({"metadata": {"namespace": "other"}})", 400, "BadRequest", "",
       "the namespace of the provided object does not match the namespace sent on the request"},
      {"other kind", R"({"kind": "Pod"})", 422, "Invalid", "FieldValueInvalid kind", nullptr},
      {"other version", R"({"apiVersion": "kaito.sh/v9"})", 400, "BadRequest", "",
       "the API version in the data (kaito.sh/v9) does not match the expected API version "
       "(kaito.sh/v1beta1)"},
      {"no kind", R"({"kind": null})", 400, "BadRequest", "", nullptr},
      {"no apiVersion", R"({"apiVersion": null})", 500, "", "", nullptr},
      {"no labelSelector", R"({"resource": {"labelSelector": null}})", 422, "Invalid",
       "FieldValueRequired resource.labelSelector",
       "Workspace.kaito.sh \"x\" is invalid: resource.labelSelector: Required value"},
      {"count is text", R"({"resource": {"count": "x"}})", 422, "Invalid",
       "FieldValueTypeInvalid resource.count",
       "Workspace.kaito.sh \"x\" is invalid: resource.count: Invalid value: \"string\": "
       "resource.count in body must be of type integer: \"string\""},
      {"count has a fraction", R"({"resource": {"count": 1.5}})", 422, "Invalid",
       "FieldValueTypeInvalid resource.count", nullptr},
      {"accessMode", R"({"inference": {"preset": {"accessMode": "zzz"}}})", 422, "Invalid",
       "FieldValueNotSupported inference.preset.accessMode",
       "Workspace.kaito.sh \"x\" is invalid: inference.preset.accessMode: Unsupported value: "
       "\"zzz\": supported values: \"public\", \"private\""},
      {"two errors", R"({"resource": {"count": "x", "labelSelector": null}})", 422, "Invalid",
       "FieldValueRequired resource.labelSelector;FieldValueTypeInvalid resource.count",
       "Workspace.kaito.sh \"x\" is invalid: [resource.labelSelector: Required value, "
       "resource.count: Invalid value: \"string\": resource.count in body must be of type "
       "integer: \"string\"]"},
      {"label is a number", R"({"metadata": {"labels": {"a": 1}}})", 400, "BadRequest", "",
       nullptr},
      {"resourceVersion", R"({"metadata": {"resourceVersion": "5"}})", 500, "", "",
       "resourceVersion should not be set on objects to be created"},
      {"partition below its minimum", R"({"resource": {"partition": {"mode": "mig", "count": 0}}})",
       422, "Invalid", "FieldValueInvalid resource.partition.count", nullptr},
      {"owner without uid",
       R"({"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p"}]}})",
       422, "Invalid", "FieldValueInvalid metadata.ownerReferences.uid", nullptr},
      {"two controllers",
       R"({"metadata": {"ownerReferences": [
         {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "1", "controller": true},
         {"apiVersion": "v1", "kind": "Pod", "name": "q", "uid": "2", "controller": true}]}})",
       422, "Invalid", "FieldValueInvalid metadata.ownerReferences", nullptr},
  };
  Cluster cluster;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Reply reply = cluster.create_workspace("x", row.patch);
    CHECK(reply.status == row.status);
    CHECK(reply.reason() == row.reason);
    CHECK(reply.causes() == row.causes);
    if (row.message != nullptr) CHECK(reply.message() == row.message);
    CHECK(cluster.get(in_workspaces("x")).status == 404);
  }
}

TEST_CASE("numbers and nulls that are made right") {
  Cluster cluster;
  CHECK(cluster.create_workspace("whole", R"({"resource": {"count": 2.0}})")
            .at({"resource", "count"}) == "2");
  // A merge patch would drop the null before it is sent.
  std::string body = workspace("nothing");
  body.insert(body.find("\"labelSelector\""), "\"count\": null, ");
  const Reply reply = cluster.post(kWorkspaces, body);
  CHECK(reply.status == 201);
  CHECK(reply.at({"resource", "count"}) == "1");
  // KAITO's schema has no minimum here: that rule is the webhook's.
  CHECK(cluster.create_workspace("less", R"({"resource": {"count": -1}})").status == 201);
}

TEST_CASE("unknown fields are pruned, warned about, or refused") {
  const char* patch = R"({"resource": {"bogus": 1}, "inference": {"template": {"any": {"x": 1}}}})";
  Cluster cluster;
  const Reply warned = cluster.create_workspace("a", patch);
  CHECK(warned.status == 201);
  CHECK(warned.at({"resource", "bogus"}).empty());
  CHECK(warned.at({"inference", "template", "any", "x"}) == "1");
  CHECK(warned.headers.get("Warning") == R"(299 - "unknown field \"resource.bogus\"")");

  const std::string strict = std::string(kWorkspaces) + "?fieldValidation=Strict";
  const Reply refused = cluster.post(strict, workspace("b", patch));
  CHECK(refused.status == 400);
  CHECK(refused.message().ends_with("strict decoding error: unknown field \"resource.bogus\""));

  ApiServerOptions old;
  old.field_validation = false;
  Cluster old_cluster({}, old);
  const Reply silent = old_cluster.post(strict, workspace("b", patch));
  CHECK(silent.status == 201);
  CHECK_FALSE(silent.headers.has("Warning"));
}

TEST_CASE("where there is no namespace, or it is going") {
  Cluster cluster;
  const Reply missing =
      cluster.post("/apis/kaito.sh/v1beta1/namespaces/nope/workspaces", workspace("a"));
  CHECK(missing.status == 404);
  CHECK(missing.message() == "namespaces \"nope\" not found");

  StoreOptions no_gc;
  no_gc.collect_garbage = false;
  Cluster held(no_gc);
  REQUIRE(held.post("/api/v1/namespaces",
                    R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"going"}})")
              .status == 201);
  CHECK(held.remove("/api/v1/namespaces/going").at({"status", "phase"}) == "Terminating");
  const Reply refused =
      held.post("/apis/kaito.sh/v1beta1/namespaces/going/workspaces", workspace("a"));
  CHECK(refused.status == 403);
  CHECK(refused.causes() == "NamespaceTerminating metadata.namespace");
}

TEST_CASE("a dry run stores nothing, but says what would be") {
  Cluster cluster;
  const std::string dry = std::string(kWorkspaces) + "?dryRun=All";
  const Reply reply = cluster.post(dry, workspace("a"));
  CHECK(reply.status == 201);
  CHECK(reply.meta("resourceVersion").empty());
  CHECK(cluster.get(in_workspaces("a")).status == 404);
  REQUIRE(cluster.create_workspace("a").status == 201);
  CHECK(cluster.post(dry, workspace("a")).status == 409);
  CHECK(cluster.post(std::string(kWorkspaces) + "?dryRun=true", workspace("b")).status == 422);
}

TEST_CASE("bodies and headers that cannot be served") {
  Cluster cluster;
  CHECK(cluster.post(kWorkspaces, R"({"apiVersion": )").status == 400);
  CHECK(cluster.post(kWorkspaces, "").status == 400);
  CHECK(cluster.send("POST", kWorkspaces, workspace("a"), "text/plain").status == 415);
  CHECK(cluster.send("GET", kWorkspaces, "", "", {{"Accept", "text/plain"}}).status == 406);
  const Reply large = cluster.post(kWorkspaces, std::string(3'300'000, ' '));
  CHECK(large.status == 413);
  CHECK(large.message() == "Request entity too large: limit is 3145728");
  const Reply annotated = cluster.create_workspace(
      "a", R"({"metadata": {"annotations": {"k": ")" + std::string(300'000, 'x') + R"("}}})");
  CHECK(annotated.status == 422);
  CHECK(annotated.causes() == "FieldValueTooLong metadata.annotations");
  CHECK(cluster.put(kWorkspaces, workspace("a")).status == 400);
  CHECK(cluster.post(in_workspaces("a") + "/status", workspace("a")).status == 405);
}

TEST_CASE("built-in kinds get their defaults") {
  Cluster cluster;
  const Reply secret = cluster.post("/api/v1/namespaces/default/secrets", R"({
    "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"},
    "stringData": {"token": "hello"}})");
  CHECK(secret.status == 201);
  CHECK(secret.at({"type"}) == "Opaque");
  CHECK(secret.at({"data", "token"}) == "aGVsbG8=");
  CHECK(secret.at({"stringData"}).empty());
  const Reply garbled = cluster.post("/api/v1/namespaces/default/secrets", R"({
    "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "t"},
    "data": {"token": "not base64"}})");
  CHECK(garbled.status == 400);
  CHECK(garbled.message().find("data.token: illegal base64") != std::string::npos);
  const Reply pod = cluster.post("/api/v1/namespaces/default/pods", R"({
    "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
    "spec": {"containers": [{"name": "c", "image": "i"}]}})");
  CHECK(pod.at({"status", "phase"}) == "Pending");
  CHECK(pod.meta("generation").empty());
  CHECK(cluster
            .post("/api/v1/namespaces/default/pods",
                  R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "q"}})")
            .causes() == "FieldValueRequired spec.containers");
  const Reply lease = cluster.post("/apis/coordination.k8s.io/v1/namespaces/default/leases", R"({
    "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l"},
    "spec": {"renewTime": "2026-01-02T03:04:05.123Z"}})");
  CHECK(lease.status == 400);
}
