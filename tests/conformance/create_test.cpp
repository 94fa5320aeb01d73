// kubernetes-client.md 8.4: what a POST makes, and what is refused.
#include <doctest/doctest.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "session.hpp"

namespace kaito::conformance {
namespace {

/// How a value of the wrong type is named among the causes.
std::string wrong_type(const std::string& field) {
  return (minor_version() > 20 ? "FieldValueTypeInvalid " : "FieldValueInvalid ") + field;
}

TEST_CASE("C01 POST: uid, version, generation, time and defaults") {
  Session session;
  const Reply made = session.create("a");
  CHECK(made.status == 201);
  CHECK(made.meta("uid").size() == 36);
  CHECK_FALSE(made.version().empty());
  CHECK(made.meta("generation") == "1");
  CHECK(made.meta("creationTimestamp").size() == 20);  // whole seconds, UTC
  CHECK(made.meta("namespace") == session.space());
  CHECK(made.at({"inference", "preset", "accessMode"}) == "public");
  CHECK(made.at({"resource", "count"}) == "1");
  const Reply stored = session.get(session.workspaces("a"));
  CHECK(stored.status == 200);
  CHECK(json::equivalent(stored.body, made.body));
}

TEST_CASE("C02 POST again: 409 AlreadyExists") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const Reply again = session.create("a");
  CHECK(again.status == 409);
  CHECK(again.reason() == "AlreadyExists");
  CHECK(again.at({"details", "kind"}) == "workspaces");
  CHECK(again.at({"details", "name"}) == "a");
  CHECK(again.message() == "workspaces.kaito.sh \"a\" already exists");
}

TEST_CASE("C03 POST with a status: dropped") {
  Session session;
  const Reply made = session.create("a", R"({"status": {"conditions": [{"type": "ResourceReady",
    "status": "True", "reason": "r", "message": "m", "lastTransitionTime":
    "2026-01-02T03:04:05Z"}]}})");
  CHECK(made.status == 201);
  CHECK(made.at({"status"}).empty());
}

TEST_CASE("C04 POST with generateName: five characters more") {
  Session session;
  const Reply made = session.create("", R"({"metadata": {"generateName": "w-"}})");
  CHECK(made.status == 201);
  CHECK(made.meta("name").size() == 7);
  CHECK(made.meta("name").starts_with("w-"));
  CHECK(made.meta("name").find_first_not_of("bcdfghjklmnpqrstvwxz2456789", 2) == std::string::npos);
}

TEST_CASE("C05 POST with a bad name: 422") {
  Session session;
  const Reply bad = session.create("A_b");
  CHECK(bad.status == 422);
  CHECK(bad.reason() == "Invalid");
  CHECK(bad.causes() == "FieldValueInvalid metadata.name");
}

TEST_CASE("C06 POST without a name: 422") {
  Session session;
  const Reply none = session.create("");
  CHECK(none.status == 422);
  CHECK(none.causes() == "FieldValueRequired metadata.name");
}

TEST_CASE("C07 POST of another namespace's object: 400") {
  Session session;
  const Reply other = session.create("a", R"({"metadata": {"namespace": "other"}})");
  CHECK(other.status == 400);
  CHECK(other.message() ==
        "the namespace of the provided object does not match the namespace sent on the request");
}

TEST_CASE("C08 POST into a missing namespace: 404 of the namespace") {
  Session session;
  const Reply missing =
      session.post("/apis/kaito.sh/v1beta1/namespaces/nope/workspaces", workspace("a"));
  CHECK(missing.status == 404);
  CHECK(missing.at({"details", "kind"}) == "namespaces");
  CHECK(missing.message() == "namespaces \"nope\" not found");
}

TEST_CASE("C09 POST of another kind: 422; of another version: 400") {
  Session session;
  const Reply kind = session.create("a", R"({"kind": "InferenceSet"})");
  CHECK(kind.status == 422);
  CHECK(kind.causes() == "FieldValueInvalid kind");
  const Reply version = session.create("a", R"({"apiVersion": "kaito.sh/v9"})");
  CHECK(version.status == 400);
  CHECK(version.message() ==
        "the API version in the data (kaito.sh/v9) does not match the expected API version "
        "(kaito.sh/v1beta1)");
  CHECK(session.create("a", R"({"kind": null})").status == 400);
}

TEST_CASE("C10 POST without what the schema requires: 422, the cause names it") {
  Session session;
  const Reply reply = session.create("a", R"({"resource": {"labelSelector": null}})");
  CHECK(reply.status == 422);
  CHECK(reply.causes() == "FieldValueRequired resource.labelSelector");
  CHECK(reply.message() ==
        "Workspace.kaito.sh \"a\" is invalid: resource.labelSelector: Required value");
}

TEST_CASE("C11 POST of a count that is text, 1.5, 2.0, null") {
  Session session;
  const Reply text = session.create("text", R"({"resource": {"count": "x"}})");
  CHECK(text.status == 422);
  CHECK(text.causes() == wrong_type("resource.count"));
  CHECK(text.message() ==
        "Workspace.kaito.sh \"text\" is invalid: resource.count: Invalid value: \"string\": "
        "resource.count in body must be of type integer: \"string\"");
  const Reply fraction = session.create("fraction", R"({"resource": {"count": 1.5}})");
  CHECK(fraction.status == 422);
  CHECK(fraction.causes() == wrong_type("resource.count"));
  std::string whole = workspace("whole", R"({"resource": {"count": 77}})");
  whole.replace(whole.find("77"), 2, "2.0");
  CHECK(session.post(session.workspaces(), whole).at({"resource", "count"}) == "2");
  std::string nothing = workspace("nothing", R"({"resource": {"count": 77}})");
  nothing.replace(nothing.find("77"), 2, "null");
  const Reply defaulted = session.post(session.workspaces(), nothing);
  CHECK(defaulted.status == 201);
  CHECK(defaulted.at({"resource", "count"}) == "1");
  CHECK(session.create("both", R"({"resource": {"count": "x", "labelSelector": null}})").causes() ==
        (minor_version() > 20 ? "FieldValueRequired resource.labelSelector; "
                                "FieldValueTypeInvalid resource.count"
                              : "FieldValueInvalid resource.count; "
                                "FieldValueRequired resource.labelSelector"));
}

TEST_CASE("C12 POST of a value outside an enum: 422") {
  Session session;
  const Reply reply = session.create("a", R"({"inference": {"preset": {"accessMode": "zzz"}}})");
  CHECK(reply.status == 422);
  CHECK(reply.causes() == "FieldValueNotSupported inference.preset.accessMode");
  CHECK(reply.message() ==
        "Workspace.kaito.sh \"a\" is invalid: inference.preset.accessMode: Unsupported value: "
        "\"zzz\": supported values: \"public\", \"private\"");
}

TEST_CASE("C13 POST of an unknown field: pruned; Strict refuses, Warn tells") {
  Session session;
  const char* patch = R"({"resource": {"bogus": 1}, "inference": {"template": {"any": {"x": 1}}}})";
  const Reply pruned =
      session.post(session.workspaces() + "?fieldValidation=Ignore", workspace("a", patch));
  CHECK(pruned.status == 201);
  CHECK(pruned.at({"resource", "bogus"}).empty());
  CHECK(pruned.at({"inference", "template", "any", "x"}) == "1");  // where unknown fields are kept
  CHECK_FALSE(pruned.headers.has("Warning"));
  const Reply strict =
      session.post(session.workspaces() + "?fieldValidation=Strict", workspace("b", patch));
  const Reply warn =
      session.post(session.workspaces() + "?fieldValidation=Warn", workspace("c", patch));
  CHECK(warn.status == 201);
  if (minor_version() < 25) {
    CHECK(strict.status == 201);
    CHECK_FALSE(warn.headers.has("Warning"));
    without_part("fieldValidation came with 1.25");
    return;
  }
  CHECK(strict.status == 400);
  CHECK(strict.reason() == "BadRequest");
  CHECK(strict.message().ends_with("strict decoding error: unknown field \"resource.bogus\""));
  CHECK(warn.headers.get("Warning") == R"(299 - "unknown field \"resource.bogus\"")");
  CHECK(session.post(session.workspaces() + "?fieldValidation=Sometimes", workspace("d")).status ==
        422);
}

TEST_CASE("C14 POST of a label that is a number: 400") {
  Session session;
  CHECK(session.create("a", R"({"metadata": {"labels": {"l": 1}}})").status == 400);
}

TEST_CASE("C15 POST with a resourceVersion: 500") {
  Session session;
  const Reply reply = session.create("a", R"({"metadata": {"resourceVersion": "5"}})");
  CHECK(reply.status == 500);
  CHECK(reply.message() == "resourceVersion should not be set on objects to be created");
  CHECK(session.get(session.workspaces("a")).status == 404);
}

TEST_CASE("C16 POST of more than 3 MiB: 413") {
  Session session;
  const Reply reply = session.create(
      "a", R"({"metadata": {"annotations": {"k": ")" + std::string(3'200'000, 'x') + R"("}}})");
  CHECK(reply.status == 413);
  CHECK(reply.reason() == "RequestEntityTooLarge");
  CHECK(reply.message() == "Request entity too large: limit is 3145728");
}

TEST_CASE("C17 POST of 300 kB of annotations: 422") {
  Session session;
  const Reply reply = session.create(
      "a", R"({"metadata": {"annotations": {"k": ")" + std::string(300'000, 'x') + R"("}}})");
  CHECK(reply.status == 422);
  CHECK(reply.causes() == "FieldValueTooLong metadata.annotations");
}

TEST_CASE("C18 POST as a dry run: answered, not stored") {
  Session session;
  const std::string dry = session.workspaces() + "?dryRun=All";
  const Reply reply = session.post(dry, workspace("a"));
  CHECK(reply.status == 201);
  CHECK(reply.version().empty());
  CHECK(reply.meta("uid").size() == 36);
  CHECK(reply.at({"resource", "count"}) == "1");
  CHECK(session.get(session.workspaces("a")).status == 404);
  CHECK(session.post(session.workspaces() + "?dryRun=true", workspace("a")).status == 422);
  REQUIRE(session.create("a").status == 201);
  CHECK(session.post(dry, workspace("a")).status == 409);
}

TEST_CASE("C19 POST of half an object and of nothing: 400") {
  Session session;
  CHECK(session.post(session.workspaces(), R"({"apiVersion": )").status == 400);
  CHECK(session.post(session.workspaces(), "").status == 400);
}

TEST_CASE("C20 Content-Type text/plain: 415; Accept text/plain: 406") {
  Session session;
  const Reply sent = session.send("POST", session.workspaces(), workspace("a"), "text/plain");
  CHECK(sent.status == 415);
  CHECK(sent.reason() == "UnsupportedMediaType");
  const Reply wanted = session.get(session.workspaces(), {{"Accept", "text/plain"}});
  CHECK(wanted.status == 406);
  CHECK(wanted.reason() == "NotAcceptable");
}

TEST_CASE("C21 built-in kinds: defaults, generation, names") {
  Session session;
  const Reply secret = session.post(session.core("secrets"), R"({
    "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"},
    "stringData": {"token": "hello"}})");
  CHECK(secret.status == 201);
  CHECK(secret.at({"type"}) == "Opaque");
  CHECK(secret.at({"data", "token"}) == "aGVsbG8=");
  CHECK(secret.at({"stringData"}).empty());
  const Reply pod = session.post(session.core("pods"), R"({
    "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
    "spec": {"containers": [{"name": "c", "image": "i"}]}})");
  CHECK(pod.status == 201);
  CHECK(pod.at({"status", "phase"}) == "Pending");
  CHECK(pod.at({"spec", "restartPolicy"}) == "Always");
  CHECK(pod.meta("generation").empty());
  const Reply service = session.post(session.core("services"), R"({
    "apiVersion": "v1", "kind": "Service", "metadata": {"name": "svc"},
    "spec": {"ports": [{"port": 80}]}})");
  CHECK(service.status == 201);
  CHECK(service.at({"spec", "type"}) == "ClusterIP");
  CHECK_FALSE(service.at({"spec", "clusterIP"}).empty());
  const json::Value* ports = json::find(service.body, {"spec", "ports"});
  REQUIRE(ports != nullptr);
  CHECK(json::int_at(ports->get_array()[0], {"targetPort"}) == 80);
  CHECK(json::string_at(ports->get_array()[0], {"protocol"}) == "TCP");
  const Reply nameless = session.post(session.core("pods"), R"({
    "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "q"}})");
  CHECK(nameless.status == 422);
  CHECK(nameless.causes() == "FieldValueRequired spec.containers");
}

TEST_CASE("C22 what only the server sets is not taken from a POST") {
  Session session;
  const Reply made = session.create("a", R"({"metadata": {
    "uid": "0b1f2d86-0000-0000-0000-000000000000", "generation": 7,
    "creationTimestamp": "2001-01-01T00:00:00Z", "deletionTimestamp": "2001-01-01T00:00:00Z"}})");
  CHECK(made.status == 201);
  CHECK(made.meta("uid") != "0b1f2d86-0000-0000-0000-000000000000");
  CHECK(made.meta("generation") == "1");
  CHECK_FALSE(made.meta("creationTimestamp").starts_with("2001"));
  CHECK(made.meta("deletionTimestamp").empty());
}

TEST_CASE("C23 paths that take no POST or PUT: 405 and 400") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  CHECK(session.post(session.workspaces("a") + "/status", workspace("a")).status == 405);
  const Reply put = session.put(session.workspaces(), workspace("a"));
  CHECK(put.status == 400);
  CHECK(put.message() == "name must be provided");
  CHECK(session.remove(session.workspaces("a") + "/status").status == 405);
}

TEST_CASE("C24 a Lease: times have six digits, PUT needs a version") {
  Session session;
  const std::string leases = session.group("coordination.k8s.io/v1", "leases");
  const auto lease = [](const std::string& time) {
    return R"({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l"},
              "spec": {"holderIdentity": "me", "leaseDurationSeconds": 15, "renewTime": ")" +
           time + R"("}})";
  };
  CHECK(session.post(leases, lease("2026-01-02T03:04:05Z")).status == 400);
  CHECK(session.post(leases, lease("2026-01-02T03:04:05.123Z")).status == 400);
  CHECK(session.post(leases, lease("2026-01-02T03:04:05.123456Z")).status == 201);
  const Reply unversioned = session.put(leases + "/l", lease("2026-01-02T03:04:05.123456Z"));
  CHECK(unversioned.status == 422);
  CHECK(unversioned.causes() == "FieldValueInvalid metadata.resourceVersion");
}

}  // namespace
}  // namespace kaito::conformance
