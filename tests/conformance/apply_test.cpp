// kubernetes-client.md 8.5: server-side apply.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/k8s/unknown_fields.hpp"
#include "session.hpp"

namespace kaito::conformance {
namespace {

/// Applies to a Workspace as a manager; `more` is further query.
class Applier : public Session {
 public:
  Reply as(std::string_view manager, const std::string& body, std::string_view more = "",
           std::string_view name = "a") {
    return apply(workspaces(name) + "?fieldManager=" + std::string(manager) + std::string(more),
                 body);
  }
};

const std::string two = workspace("a", R"({"resource": {"count": 2}})");

std::size_t entries(const Reply& reply) {
  const json::Value* list = json::find(reply.body, {"metadata", "managedFields"});
  return list == nullptr ? 0 : list->get_array().size();
}

TEST_CASE("A01 apply without a manager: 422") {
  Session session;
  const Reply reply = session.apply(session.workspaces("a"), two);
  CHECK(reply.status == 422);
  CHECK(reply.causes() == "FieldValueRequired fieldManager");
}

TEST_CASE("A02 apply of something new: 201, one entry of the applier; defaults are nobody's") {
  Applier session;
  const Reply made = session.as("m1", two);
  CHECK(made.status == 201);
  CHECK(entries(made) == 1);
  CHECK(made.owners({"f:resource", "f:count"}) == "m1 Apply");
  CHECK(made.at({"inference", "preset", "accessMode"}) == "public");
  CHECK(made.owners({"f:inference", "f:preset", "f:accessMode"}).empty());
}

TEST_CASE("A03 apply again: 200, same version") {
  Applier session;
  const Reply made = session.as("m1", two);
  const Reply again = session.as("m1", two);
  CHECK(again.status == 200);
  CHECK(again.version() == made.version());
}

TEST_CASE("A04 another applier's other value: 409 with the field and the owner") {
  Applier session;
  REQUIRE(session.as("m1", two).status == 201);
  const Reply other = session.as("m2", workspace("a", R"({"resource": {"count": 3}})"));
  CHECK(other.status == 409);
  CHECK(other.reason() == "Conflict");
  CHECK(other.causes() == "FieldManagerConflict .resource.count");
  CHECK(other.message() == "Apply failed with 1 conflict: conflict with \"m1\": .resource.count");
}

TEST_CASE("A05 another applier's same value: both own it") {
  Applier session;
  REQUIRE(session.as("m1", two).status == 201);
  const Reply shared = session.as("m2", two);
  CHECK(shared.status == 200);
  CHECK(shared.owners({"f:resource", "f:count"}) == "m1 Apply, m2 Apply");
}

const std::string third = workspace("a", R"({"resource": {"count": 3, "instanceType": "Other"}})");

TEST_CASE("A06 two fields of two owners: four causes, one message by owner") {
  Applier session;
  REQUIRE(session.as("m1", two).status == 201);
  REQUIRE(session.as("m2", two).status == 200);
  const Reply reply = session.as("m3", third);
  CHECK(reply.status == 409);
  CHECK(reply.causes() ==
        "FieldManagerConflict .resource.count; FieldManagerConflict .resource.count; "
        "FieldManagerConflict .resource.instanceType; FieldManagerConflict .resource.instanceType");
  CHECK(reply.message() ==
        "Apply failed with 4 conflicts: conflicts with \"m1\":\n- .resource.count\n- "
        ".resource.instanceType\nconflicts with \"m2\":\n- .resource.count\n- "
        ".resource.instanceType");
}

TEST_CASE("A07 the same with force: fields and generation move") {
  Applier session;
  REQUIRE(session.as("m1", two).status == 201);
  REQUIRE(session.as("m2", two).status == 200);
  const Reply forced = session.as("m3", third, "&force=true");
  CHECK(forced.status == 200);
  CHECK(forced.meta("generation") == "2");
  CHECK(forced.owners({"f:resource", "f:count"}) == "m3 Apply");
  CHECK(forced.owners({"f:inference", "f:preset", "f:name"}) == "m1 Apply, m2 Apply, m3 Apply");
}

TEST_CASE("A08 a conflict with who patched says with what version") {
  Applier session;
  REQUIRE(session.as("m1", workspace("a")).status == 201);
  const Reply patched =
      session.merge(session.workspaces("a") + "?fieldManager=upd", R"({"resource": {"count": 5}})");
  CHECK(patched.owners({"f:resource", "f:count"}) == "upd Update");
  const Reply refused = session.as("m3", workspace("a", R"({"resource": {"count": 6}})"));
  CHECK(refused.status == 409);
  CHECK(refused.message().starts_with(
      "Apply failed with 1 conflict: conflict with \"upd\" using kaito.sh/v1beta1"));
  CHECK(refused.message().ends_with(": .resource.count"));
}

TEST_CASE("A09 what an applier leaves out goes, unless somebody else has it too") {
  Applier session;
  REQUIRE(session.as("m1", workspace("a", R"({"metadata": {"labels": {"x": "1", "y": "1"}}})"))
              .status == 201);
  const char* only_y = R"({"apiVersion": "kaito.sh/v1beta1", "kind": "Workspace",
                           "metadata": {"name": "a", "labels": {"y": "1"}}})";
  REQUIRE(session.as("m2", only_y).status == 200);
  const Reply left = session.as("m1", workspace("a"));
  CHECK(left.status == 200);
  CHECK(left.meta("labels") == R"({"y":"1"})");
  const Reply last = session.as(
      "m2",
      R"({"apiVersion": "kaito.sh/v1beta1", "kind": "Workspace", "metadata": {"name": "a"}})");
  CHECK(last.status == 200);
  CHECK(last.meta("labels").empty());
  CHECK(last.text.find("\"m2\"") == std::string::npos);
}

TEST_CASE("A10 apply with another apiVersion, with managedFields, with nothing: 400") {
  Applier session;
  REQUIRE(session.as("m1", workspace("a")).status == 201);
  const Reply version = session.as("m1", workspace("a", R"({"apiVersion": "kaito.sh/v1alpha1"})"));
  CHECK(version.status == 400);
  CHECK(version.message().starts_with("Incorrect version specified in apply patch"));
  CHECK(session.as("m1", workspace("a", R"({"metadata": {"managedFields": [{}]}})")).status == 400);
  CHECK(session.as("m1", "").status == 400);
}

TEST_CASE("A11 apply with a stale version: 409 that is about no field, even with force") {
  Applier session;
  const Reply made = session.as("m1", workspace("a"));
  REQUIRE(
      session.merge(session.workspaces("a"), R"({"metadata": {"labels": {"l": "1"}}})").status ==
      200);
  json::Value stale = parsed(workspace("a"));
  json::merge_patch(stale,
                    parsed(R"({"metadata": {"resourceVersion": ")" + made.version() + R"("}})"));
  for (const char* more : {"", "&force=true"}) {
    CAPTURE(more);
    const Reply refused = session.as("m1", json::write(stale), more);
    CHECK(refused.status == 409);
    CHECK(refused.causes().empty());
  }
  CHECK(session.as("m1", workspace("a", R"({"metadata": {"uid": "other"}})")).status == 422);
}

TEST_CASE("A12 apply at /status: the status is the applier's") {
  Applier session;
  REQUIRE(session.as("m1", workspace("a")).status == 201);
  const char* status = R"({"apiVersion": "kaito.sh/v1beta1", "kind": "Workspace",
    "metadata": {"name": "a"}, "status": {"workerNodes": ["n1"]}})";
  const Reply applied =
      session.apply(session.workspaces("a") + "/status?fieldManager=controller", status);
  CHECK(applied.status == 200);
  CHECK(applied.at({"status", "workerNodes"}) == R"(["n1"])");
  CHECK(applied.meta("generation") == "1");
  CHECK(applied.owners({"f:status", "f:workerNodes"}) == "controller Apply");
  const bool names_it = applied.text.find(R"("subresource":"status")") != std::string::npos;
  CHECK(names_it == (minor_version() >= 22));
}

TEST_CASE("A13 who posted is an owner too: the first part of the User-Agent") {
  Applier session;
  REQUIRE(session.create("a", R"({"resource": {"count": 2}})").status == 201);
  const Reply refused = session.as("m1", workspace("a", R"({"resource": {"count": 3}})"));
  CHECK(refused.status == 409);
  CHECK(refused.message().find("conflict with \"conformance\" using kaito.sh/v1beta1") !=
        std::string::npos);
}

TEST_CASE("A14 where ownership was wiped: before-first-apply") {
  Applier session;
  REQUIRE(session.as("m1", two).status == 201);
  const Reply wiped = session.put(session.workspaces("a"),
                                  session.changed("a", R"({"metadata": {"managedFields": [{}]}})"));
  CHECK(wiped.status == 200);
  CHECK(wiped.meta("managedFields").empty());
  const Reply refused = session.as("m1", workspace("a", R"({"resource": {"count": 3}})"));
  CHECK(refused.status == 409);
  CHECK(
      refused.message().starts_with("Apply failed with 1 conflict: conflict with "
                                    "\"before-first-apply\" using kaito.sh/v1beta1"));
  CHECK(refused.causes() == "FieldManagerConflict .resource.count");
}

TEST_CASE("A15 a difference inside an atomic map: the conflict is about the map") {
  Applier session;
  REQUIRE(session.as("m1", workspace("a")).status == 201);
  const Reply refused = session.as(
      "m2", workspace("a", R"({"resource": {"labelSelector": {"matchLabels": {"other": "x"}}}})"));
  CHECK(refused.causes() == "FieldManagerConflict .resource.labelSelector");
}

TEST_CASE("A16 a manager of 129 bytes: 422") {
  Applier session;
  const Reply reply = session.as(std::string(129, 'm'), two);
  CHECK(reply.status == 422);
  CHECK(reply.causes().ends_with(" fieldManager"));
}

TEST_CASE("A18 built-in kinds: keyed lists are owned item by item") {
  Session session;
  const std::string at = session.group("apps/v1", "deployments", "d") + "?fieldManager=";
  const auto deployment = [](std::string_view containers) {
    return R"({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec":
      {"replicas": 0, "selector": {"matchLabels": {"a": "b"}}, "template":
      {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": )" +
           std::string(containers) + "}}}}";
  };
  REQUIRE(session.apply(at + "m1", deployment(R"([{"name": "c", "image": "1"}])")).status == 201);
  const Reply both = session.apply(at + "m2", deployment(R"([{"name": "d", "image": "2"}])"));
  CHECK(both.status == 200);
  const json::Value* containers = json::find(both.body, {"spec", "template", "spec", "containers"});
  REQUIRE(containers != nullptr);
  CHECK(containers->get_array().size() == 2);
  const Reply conflict = session.apply(at + "m2", deployment(R"([{"name": "c", "image": "3"}])"));
  CHECK(conflict.causes() ==
        R"(FieldManagerConflict .spec.template.spec.containers[name="c"].image)");
  CHECK(session.apply(at + "m2", deployment(R"([{"name": "c"}])")).status == 200);
  const Reply left = session.get(session.group("apps/v1", "deployments", "d"));
  CHECK(json::find(left.body, {"spec", "template", "spec", "containers"})->get_array().size() == 1);
}

TEST_CASE("A19 what an applier no longer sends is removed only from where it owned it") {
  Applier session;
  REQUIRE(session.as("m1", two).status == 201);
  // Taking the field over by an update leaves the applier without it.
  REQUIRE(
      session.merge(session.workspaces("a") + "?fieldManager=upd", R"({"resource": {"count": 4}})")
          .status == 200);
  const Reply without = session.as("m1", workspace("a"));
  CHECK(without.status == 200);
  CHECK(without.at({"resource", "count"}) == "4");
  CHECK(without.owners({"f:resource", "f:count"}) == "upd Update");
}

TEST_CASE("A20 an apply with fields that the schema does not have: refused, nothing created") {
  Applier session;
  const char* patch = R"({"resource": {"bogus": 1}, "inference": {"template": {"any": {"x": 1}}}})";
  for (const char* validation : {"", "&fieldValidation=Strict", "&fieldValidation=Ignore"}) {
    CAPTURE(validation);
    const Reply refused = session.as("m1", workspace("a", patch), validation);
    CHECK(refused.status == 500);
    CHECK(refused.reason().empty());
    CHECK(refused.message().starts_with("failed to create typed patch object"));
    CHECK(refused.message().ends_with(": .resource.bogus: field not declared in schema"));
  }
  const Reply several =
      session.as("m1", workspace("a", R"({"metadata": {"bogus": "1"}, "resource": {"bogus": 1}})"));
  CHECK(several.status == 500);
  CHECK(
      several.message().ends_with(": errors:\n  .metadata.bogus: field not declared in schema\n"
                                  "  .resource.bogus: field not declared in schema"));
  CHECK(session.get(session.workspaces("a")).status == 404);
  // The client tells them.
  const auto error = target().client().apply({k8s::types::workspace(), session.space(), "a"},
                                             parsed(workspace("a", patch)), {}, soon());
  REQUIRE_FALSE(error);
  const auto* status = k8s::status_of(error.error());
  REQUIRE(status != nullptr);
  CHECK(k8s::unknown_fields(*status) == std::vector<std::string>{"resource.bogus"});
}

}  // namespace
}  // namespace kaito::conformance
