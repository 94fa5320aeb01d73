// kubernetes-client.md 6.3: kinds that a CRD defines: pruning, defaults, validation, versions, the
// end of a kind.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "session.hpp"

namespace kaito::conformance {
namespace {

constexpr std::string_view crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/// A kind of this case's own, of a group of its own; it goes with the scope.
class Kind {
 public:
  /// `spec_schema` is the schema of spec, as JSON; `version_patch` is laid over the entry of v1.
  Kind(Session& session, std::string_view spec_schema, std::string_view version_patch = "{}",
       std::string_view crd_patch = "{}")
      : session_(session), group_(unique_name("g") + ".example.com") {
    json::Value version = parsed(fmt::format(
        R"({{"name": "v1", "served": true, "storage": true, "schema": {{"openAPIV3Schema":
            {{"type": "object", "properties": {{"spec": {}, "status": {{"type": "object",
              "x-kubernetes-preserve-unknown-fields": true}}}}}}}}}})",
        spec_schema));
    json::merge_patch(version, parsed(version_patch));
    json::Value crd = parsed(fmt::format(
        R"({{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {{"name": "gizmos.{0}"}}, "spec": {{"group": "{0}", "scope": "Namespaced",
            "names": {{"plural": "gizmos", "singular": "gizmo", "kind": "Gizmo"}},
            "versions": [{1}]}}}})",
        group_, json::write(version)));
    json::merge_patch(crd, parsed(crd_patch));
    made_ = session_.post(crds, json::write(crd));
  }
  ~Kind() { session_.remove(definition()); }
  Kind(const Kind&) = delete;
  Kind& operator=(const Kind&) = delete;

  [[nodiscard]] const Reply& made() const { return made_; }
  [[nodiscard]] const std::string& group() const { return group_; }
  [[nodiscard]] std::string definition() const { return std::string(crds) + "/gizmos." + group_; }
  [[nodiscard]] std::string path(std::string_view name = {},
                                 std::string_view version = "v1") const {
    return session_.group(group_ + "/" + std::string(version), "gizmos", name);
  }
  /// Waits until it can be written to.
  void await() {
    REQUIRE_MESSAGE(made_.status == 201, made_.text);
    REQUIRE(eventually([&] { return session_.get(path()).status == 200; }));
  }
  [[nodiscard]] std::string body(std::string_view name, std::string_view spec,
                                 std::string_view version = "v1") const {
    return fmt::format(R"({{"apiVersion": "{}/{}", "kind": "Gizmo", "metadata": {{"name": "{}"}},
                           "spec": {}}})",
                       group_, version, name, spec);
  }
  Reply create(std::string_view name, std::string_view spec) {
    return session_.post(path(), body(name, spec));
  }

 private:
  Session& session_;
  std::string group_;
  Reply made_;
};

std::string condition(const Reply& crd, std::string_view type) {
  const json::Value* list = json::find(crd.body, {"status", "conditions"});
  if (list == nullptr) return "";
  for (const json::Value& each : list->get_array())
    if (json::string_at(each, {"type"}) == type)
      return std::string(json::string_at(each, {"status"}));
  return "";
}

TEST_CASE("G01 a new CRD: accepted, established, served, with its names and storage version") {
  Session session;
  Kind kind(session, R"({"type": "object"})");
  kind.await();
  REQUIRE(eventually(
      [&] { return condition(session.get(kind.definition()), "Established") == "True"; }));
  const Reply crd = session.get(kind.definition());
  CHECK(condition(crd, "NamesAccepted") == "True");
  CHECK(crd.at({"status", "acceptedNames", "listKind"}) == "GizmoList");
  CHECK(crd.at({"status", "storedVersions"}) == R"(["v1"])");
  CHECK(crd.at({"spec", "conversion", "strategy"}) == "None");
  CHECK(session.get("/apis").text.find(kind.group()) != std::string::npos);
}

TEST_CASE("G02 defaults: into objects that are there, lists and maps; not into what is missing") {
  Session session;
  Kind kind(session, R"({"type": "object", "properties": {
    "n": {"type": "integer", "default": 3},
    "deep": {"type": "object", "default": {}, "properties": {
      "inner": {"type": "string", "default": "x"}}},
    "absent": {"type": "object", "properties": {"k": {"type": "string", "default": "y"}}},
    "list": {"type": "array", "items": {"type": "object", "properties": {
      "a": {"type": "string"}, "b": {"type": "integer", "default": 7}}}},
    "map": {"type": "object", "additionalProperties": {"type": "object", "properties": {
      "c": {"type": "boolean", "default": true}}}}}})");
  kind.await();
  const Reply made = kind.create("a", R"({"list": [{"a": "1"}], "map": {"m": {}}})");
  CHECK(made.status == 201);
  CHECK(json::equivalent(*json::find(made.body, {"spec"}), parsed(R"({"n": 3,
    "deep": {"inner": "x"}, "list": [{"a": "1", "b": 7}], "map": {"m": {"c": true}}})")));
  CHECK(json::equivalent(session.get(kind.path("a")).body, made.body));
}

TEST_CASE("G03 pruning: unknown fields go, except where they are kept") {
  Session session;
  Kind kind(session, R"({"type": "object", "properties": {
    "known": {"type": "string"},
    "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": true,
            "properties": {"typed": {"type": "object", "properties": {"k": {"type": "string"}}}}},
    "map": {"type": "object", "additionalProperties": {"type": "string"}},
    "list": {"type": "array", "items": {"type": "object", "properties":
      {"k": {"type": "string"}}}}}})");
  kind.await();
  const Reply made = kind.create("a", R"({"known": "1", "unknown": "2",
    "any": {"free": {"x": 1}, "typed": {"k": "1", "z": 2}},
    "map": {"one": "1"}, "list": [{"k": "1", "z": 2}]})");
  CHECK(made.status == 201);
  CHECK(json::equivalent(*json::find(made.body, {"spec"}), parsed(R"({"known": "1",
    "any": {"free": {"x": 1}, "typed": {"k": "1"}},
    "map": {"one": "1"}, "list": [{"k": "1"}]})")));
}

TEST_CASE("G04 validation: bounds, lengths, patterns, formats, counts") {
  struct Row {
    const char* spec;
    const char* field;
    const char* detail;
  };
  const Row rows[] = {
      {R"({"n": 0})", "spec.n", "should be greater than or equal to 1"},
      {R"({"n": 6})", "spec.n", "should be less than or equal to 5"},
      {R"({"s": ""})", "spec.s", "should be at least 1 chars long"},
      {R"({"s": "toolong"})", "spec.s", ""},
      {R"({"p": "UPPER"})", "spec.p", "should match '^[a-z]*$'"},
      {R"({"l": []})", "spec.l", "should have at least 1 items"},
      {R"({"l": ["a", "b", "c"]})", "spec.l", ""},
      {R"({"t": "yesterday"})", "spec.t", "must be of type date-time: \"yesterday\""},
      {R"({"i": true})", "spec.i", ""},
      {R"({"b": "true"})", "spec.b", "must be of type boolean: \"string\""},
  };
  Session session;
  Kind kind(session, R"({"type": "object", "properties": {
    "n": {"type": "integer", "minimum": 1, "maximum": 5},
    "s": {"type": "string", "minLength": 1, "maxLength": 5},
    "p": {"type": "string", "pattern": "^[a-z]*$"},
    "l": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string"}},
    "t": {"type": "string", "format": "date-time"},
    "i": {"x-kubernetes-int-or-string": true},
    "b": {"type": "boolean"}}})");
  kind.await();
  for (const Row& row : rows) {
    CAPTURE(row.spec);
    const Reply reply = kind.create("x", row.spec);
    CHECK(reply.status == 422);
    CHECK_MESSAGE(reply.causes().ends_with(std::string(" ") + row.field), reply.causes());
    CHECK_MESSAGE(reply.message().find(row.detail) != std::string::npos, reply.message());
  }
  CHECK(kind.create("fine", R"({"n": 5, "s": "12345", "p": "abc", "l": ["a"],
    "t": "2026-01-02T03:04:05Z", "i": "10%", "b": false})")
            .status == 201);
  CHECK(kind.create("number", R"({"i": 3})").status == 201);
}

TEST_CASE("G05 validation: allOf, anyOf, oneOf, not, required, nullable, enum") {
  Session session;
  Kind kind(session, R"({"type": "object", "required": ["must"], "properties": {
    "must": {"type": "string"}, "none": {"type": "string", "nullable": true},
    "one": {"type": "string", "enum": ["a", "b"]},
    "x": {"type": "integer"}, "y": {"type": "integer"}},
    "oneOf": [{"required": ["x"]}, {"required": ["y"]}],
    "not": {"properties": {"x": {"enum": [13]}}, "required": ["x"]}})");
  kind.await();
  CHECK(kind.create("a", R"({"x": 1})").causes().find("FieldValueRequired spec.must") !=
        std::string::npos);
  CHECK(kind.create("b", R"({"must": "m", "x": 1, "y": 2})").status == 422);
  CHECK(kind.create("c", R"({"must": "m"})").status == 422);
  CHECK(kind.create("d", R"({"must": "m", "x": 13})").status == 422);
  CHECK(kind.create("e", R"({"must": "m", "x": 1, "one": "c"})").causes() ==
        "FieldValueNotSupported spec.one");
  const Reply fine = kind.create("f", R"({"must": "m", "x": 1, "one": "a", "none": null})");
  CHECK(fine.status == 201);
  const json::Value* spec = json::find(fine.body, {"spec"});
  REQUIRE(spec != nullptr);
  CHECK(spec->as_object().contains("none"));  // nullable: the null is kept
}

TEST_CASE("G06 without the status subresource, status is a field like others") {
  Session session;
  Kind kind(session, R"({"type": "object", "x-kubernetes-preserve-unknown-fields": true})");
  kind.await();
  REQUIRE(kind.create("a", "{}").status == 201);
  const Reply patched = session.merge(kind.path("a"), R"({"status": {"s": "1"}})");
  CHECK(patched.at({"status", "s"}) == "1");
  CHECK(patched.meta("generation") == "2");
  CHECK(session.get(kind.path("a") + "/status").status == 404);
  CHECK(
      session.merge(kind.path("a"), R"({"metadata": {"labels": {"l": "1"}}})").meta("generation") ==
      "2");
}

TEST_CASE("G07 a CRD deleted: its objects go, with finalizers respected, then the kind") {
  Session session;
  Kind kind(session, R"({"type": "object"})");
  kind.await();
  REQUIRE(kind.create("a", "{}").status == 201);
  REQUIRE(kind.create("b", "{}").status == 201);
  REQUIRE(session.merge(kind.path("b"), R"({"metadata": {"finalizers": ["example.com/hold"]}})")
              .status == 200);
  const Reply going = session.remove(kind.definition());
  CHECK(going.status == 200);
  CHECK(going.at({"kind"}) == "CustomResourceDefinition");
  CHECK(going.meta("finalizers").find("customresourcecleanup.apiextensions.k8s.io") !=
        std::string::npos);
  REQUIRE(eventually([&] {
    const Reply b = session.get(kind.path("b"));
    return session.get(kind.path("a")).status == 404 && !b.meta("deletionTimestamp").empty();
  }));
  CHECK(session.get(kind.definition()).status == 200);
  // No new ones while it goes.
  CHECK(kind.create("c", "{}").status >= 400);
  REQUIRE(session.merge(kind.path("b"), R"({"metadata": {"finalizers": null}})").status == 200);
  CHECK(eventually([&] { return session.get(kind.definition()).status == 404; }));
  CHECK(eventually([&] {
    const Reply list = session.get(kind.path());
    return list.status == 404 && list.text == "404 page not found\n";
  }));
}

TEST_CASE("G08 a CRD that contradicts itself: 422") {
  Session session;
  const Kind scope(session, R"({"type": "object"})", "{}", R"({"spec": {"scope": "Sideways"}})");
  CHECK(scope.made().status == 422);
  const Kind name(session, R"({"type": "object"})", "{}",
                  R"({"metadata": {"name": "wrong.example.com"}})");
  CHECK(name.made().status == 422);
  const Kind stored(session, R"({"type": "object"})", R"({"storage": false})");
  CHECK(stored.made().status == 422);
  const Kind untyped(session, R"({"properties": {"a": {}}})");
  CHECK(untyped.made().status == 422);
}

TEST_CASE("G09 two versions: each shows the fields of its own schema, nothing is lost in storage") {
  Session session;
  Kind kind(session, R"({"type": "object", "properties": {
    "a": {"type": "string"}, "b": {"type": "string", "default": "x"}}})");
  REQUIRE(kind.made().status == 201);
  const json::Value added = parsed(R"({"name": "v1alpha1", "served": true, "storage": false,
    "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object",
      "properties": {"a": {"type": "string"}}}}}}})");
  // The controllers write to a CRD too: again until it is in.
  REQUIRE(eventually([&] {
    json::Value crd = session.get(kind.definition()).body;
    crd.as_object()["spec"].as_object()["versions"].as_array().push_back(added);
    return session.put(kind.definition(), json::write(crd)).status == 200;
  }));
  REQUIRE(eventually([&] { return session.get(kind.path("", "v1alpha1")).status == 200; }));
  const Reply made = kind.create("a", R"({"a": "1"})");
  CHECK(made.at({"spec", "b"}) == "x");
  const Reply other = session.get(kind.path("a", "v1alpha1"));
  CHECK(other.at({"spec"}) == R"({"a":"1"})");
  CHECK(other.version() == made.version());
  CHECK(session.get(kind.path("a")).at({"spec", "b"}) == "x");
  const Reply group = session.get("/apis/" + kind.group());
  CHECK(group.at({"preferredVersion", "version"}) == "v1");
}

TEST_CASE("G10 lists of a schema: as map they merge by key, as set by value, atomic whole") {
  Session session;
  Kind kind(session, R"({"type": "object", "properties": {
    "map": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
            "items": {"type": "object", "required": ["k"], "properties":
              {"k": {"type": "string"}, "v": {"type": "string"}}}},
    "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
    "plain": {"type": "array", "items": {"type": "string"}}}})");
  kind.await();
  const auto apply = [&](std::string_view manager, std::string_view spec) {
    return session.apply(kind.path("a") + "?fieldManager=" + std::string(manager),
                         kind.body("a", spec));
  };
  REQUIRE(apply("m1", R"({"map": [{"k": "x", "v": "1"}], "set": ["p"], "plain": ["a"]})").status ==
          201);
  const Reply both = apply("m2", R"({"map": [{"k": "y", "v": "2"}], "set": ["q"]})");
  CHECK(both.status == 200);
  CHECK(both.at({"spec", "map"}) == R"([{"k":"x","v":"1"},{"k":"y","v":"2"}])");
  CHECK(both.at({"spec", "set"}) == R"(["p","q"])");
  CHECK(apply("m2", R"({"map": [{"k": "x", "v": "3"}]})").causes() ==
        R"(FieldManagerConflict .spec.map[k="x"].v)");
  CHECK(apply("m2", R"({"plain": ["b"]})").causes() == "FieldManagerConflict .spec.plain");
  CHECK(kind.create("twice", R"({"map": [{"k": "x"}, {"k": "x"}]})").causes() ==
        "FieldValueDuplicate spec.map[1]");
  CHECK(kind.create("twice", R"({"set": ["p", "p"]})").causes() ==
        "FieldValueDuplicate spec.set[1]");
}

}  // namespace
}  // namespace kaito::conformance
