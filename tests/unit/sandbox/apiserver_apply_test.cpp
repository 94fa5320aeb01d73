#include <doctest/doctest.h>

#include <algorithm>

#include "apiserver_fixture.hpp"

using namespace apiserver_test;

namespace {

[[nodiscard]] std::string as(std::string_view name, std::string_view manager,
                             std::string_view more = "") {
  return in_workspaces(name) + "?fieldManager=" + std::string(manager) + std::string(more);
}

/// "manager operation[/subresource]" of each entry that owns the path, sorted.
[[nodiscard]] std::string owners(const Reply& reply, std::initializer_list<std::string_view> path) {
  std::vector<std::string> found;
  const json::Value* entries = json::find(reply.body, {"metadata", "managedFields"});
  if (entries == nullptr) return "nobody";
  for (const json::Value& entry : entries->get_array()) {
    const json::Value* fields = json::find(entry, {"fieldsV1"});
    if (fields == nullptr || json::find(*fields, path) == nullptr) continue;
    std::string text(json::string_at(entry, {"manager"}));
    text += " " + std::string(json::string_at(entry, {"operation"}));
    const std::string_view subresource = json::string_at(entry, {"subresource"});
    if (!subresource.empty()) text += "/" + std::string(subresource);
    found.push_back(std::move(text));
  }
  std::ranges::sort(found);
  std::string out;
  for (const std::string& each : found)
    out += (out.empty() ? "" : ", ") + each;
  return out;
}

}  // namespace

TEST_CASE("apply creates, repeats without effect, conflicts and shares") {
  Cluster cluster;
  const std::string two = workspace("a", R"({"resource": {"count": 2}})");
  CHECK(cluster.apply(in_workspaces("a"), two).causes() == "FieldValueRequired fieldManager");
  CHECK(cluster.apply(as("a", std::string(129, 'm')), two).status == 422);

  const Reply made = cluster.apply(as("a", "m1"), two);
  CHECK(made.status == 201);
  CHECK(owners(made, {"f:resource", "f:count"}) == "m1 Apply");
  // What the server filled in is nobody's.
  CHECK(made.at({"inference", "preset", "accessMode"}) == "public");
  CHECK(owners(made, {"f:inference", "f:preset", "f:accessMode"}).empty());

  const Reply again = cluster.apply(as("a", "m1"), two);
  CHECK(again.status == 200);
  CHECK(again.meta("resourceVersion") == made.meta("resourceVersion"));

  const Reply other = cluster.apply(as("a", "m2"), workspace("a", R"({"resource": {"count": 3}})"));
  CHECK(other.status == 409);
  CHECK(other.causes() == "FieldManagerConflict .resource.count");
  CHECK(other.message() == "Apply failed with 1 conflict: conflict with \"m1\": .resource.count");

  const Reply shared = cluster.apply(as("a", "m2"), two);
  CHECK(shared.status == 200);
  CHECK(owners(shared, {"f:resource", "f:count"}) == "m1 Apply, m2 Apply");

  const std::string third =
      workspace("a", R"({"resource": {"count": 3, "instanceType": "Other"}})");
  const Reply many = cluster.apply(as("a", "m3"), third);
  CHECK(many.status == 409);
  CHECK(many.message() ==
        "Apply failed with 4 conflicts: conflicts with \"m1\":\n- .resource.count\n- "
        ".resource.instanceType\nconflicts with \"m2\":\n- .resource.count\n- "
        ".resource.instanceType");
  const Reply forced = cluster.apply(as("a", "m3", "&force=true"), third);
  CHECK(forced.status == 200);
  CHECK(forced.meta("generation") == "2");
  CHECK(owners(forced, {"f:resource", "f:count"}) == "m3 Apply");
  CHECK(owners(forced, {"f:inference", "f:preset", "f:name"}) == "m1 Apply, m2 Apply, m3 Apply");
}

TEST_CASE("updates own what they change") {
  Cluster cluster;
  REQUIRE(cluster.apply(as("a", "m1"), workspace("a")).status == 201);
  const Reply patched = cluster.merge(as("a", "upd"), R"({"resource": {"count": 5}})");
  CHECK(owners(patched, {"f:resource", "f:count"}) == "upd Update");
  const Reply refused =
      cluster.apply(as("a", "m3"), workspace("a", R"({"resource": {"count": 6}})"));
  CHECK(refused.status == 409);
  CHECK(refused.message() ==
        "Apply failed with 1 conflict: conflict with \"upd\" using kaito.sh/v1beta1: "
        ".resource.count");

  REQUIRE(cluster.create_workspace("posted", R"({"resource": {"count": 2}})").status == 201);
  const Reply against_post =
      cluster.apply(as("posted", "m1"), workspace("posted", R"({"resource": {"count": 3}})"));
  CHECK(against_post.status == 409);
  CHECK(against_post.message().find("conflict with \"tester\"") != std::string::npos);
}

TEST_CASE("what an applier leaves out goes, unless somebody else has it too") {
  Cluster cluster;
  const std::string labelled = workspace("a", R"({"metadata": {"labels": {"x": "1", "y": "1"}}})");
  REQUIRE(cluster.apply(as("a", "m1"), labelled).status == 201);
  REQUIRE(cluster
              .apply(as("a", "m2"),
                     R"({"apiVersion": "kaito.sh/v1beta1", "kind": "Workspace",
                     "metadata": {"name": "a", "labels": {"y": "1"}}})")
              .status == 200);
  const Reply left = cluster.apply(as("a", "m1"), workspace("a"));
  CHECK(left.status == 200);
  CHECK(left.at({"metadata", "labels"}) == R"({"y":"1"})");
  const Reply last = cluster.apply(
      as("a", "m2"),
      R"({"apiVersion": "kaito.sh/v1beta1", "kind": "Workspace", "metadata": {"name": "a"}})");
  CHECK(last.status == 200);
  CHECK(last.at({"metadata", "labels"}).empty());
  CHECK(last.text.find("\"m2\"") == std::string::npos);
}

TEST_CASE("apply bodies that are refused") {
  Cluster cluster;
  const Reply made = cluster.apply(as("a", "m1"), workspace("a"));
  REQUIRE(made.status == 201);
  CHECK(cluster.apply(as("a", "m1"), workspace("a", R"({"apiVersion": "kaito.sh/v1alpha1"})"))
            .status == 400);
  CHECK(cluster.apply(as("a", "m1"), workspace("a", R"({"metadata": {"managedFields": [{}]}})"))
            .status == 400);
  CHECK(cluster.apply(as("a", "m1"), "").status == 400);
  REQUIRE(cluster.merge(in_workspaces("a"), R"({"metadata": {"labels": {"l": "1"}}})").status ==
          200);
  json::Value stale = parsed(workspace("a"));
  json::merge_patch(stale, parsed(R"({"metadata": {"resourceVersion": ")" +
                                  made.meta("resourceVersion") + R"("}})"));
  const Reply refused = cluster.apply(as("a", "m1", "&force=true"), json::write(stale));
  CHECK(refused.status == 409);
  CHECK(refused.causes().empty());
  CHECK(cluster.apply(as("a", "m1"), workspace("a", R"({"metadata": {"uid": "other"}})")).status ==
        422);
  const Reply one = cluster.apply(as("a", "m1"), workspace("a", R"({"resource": {"bogus": 1}})"));
  CHECK(one.status == 500);
  CHECK(one.message() ==
        "failed to create typed patch object (default/a; kaito.sh/v1beta1, Kind=Workspace): "
        ".resource.bogus: field not declared in schema");
  const Reply two = cluster.apply(
      as("b", "m1"), workspace("b", R"({"metadata": {"zz": 1}, "resource": {"bogus": 1}})"));
  CHECK(two.status == 500);
  CHECK(two.message() ==
        "failed to create typed patch object (default/b; kaito.sh/v1beta1, Kind=Workspace): "
        "errors:\n  .metadata.zz: field not declared in schema\n  .resource.bogus: field not "
        "declared in schema");
}

TEST_CASE("status is applied on its own endpoint") {
  Cluster cluster;
  REQUIRE(cluster.apply(as("a", "m1"), workspace("a")).status == 201);
  const char* status = R"({"apiVersion": "kaito.sh/v1beta1", "kind": "Workspace",
    "metadata": {"name": "a"}, "status": {"workerNodes": ["n1"]}})";
  const Reply applied =
      cluster.apply(in_workspaces("a") + "/status?fieldManager=controller", status);
  CHECK(applied.status == 200);
  CHECK(applied.at({"status", "workerNodes"}) == R"(["n1"])");
  CHECK(owners(applied, {"f:status", "f:workerNodes"}) == "controller Apply/status");
  CHECK(cluster.apply(as("a", "m2"), status).at({"status", "workerNodes"}) == R"(["n1"])");
  CHECK(cluster.apply(in_workspaces("b") + "/status?fieldManager=c", status).status == 400);
}

TEST_CASE("wiped ownership belongs to before-first-apply") {
  Cluster cluster;
  REQUIRE(cluster.apply(as("a", "m1"), workspace("a", R"({"resource": {"count": 2}})")).status ==
          201);
  json::Value object = cluster.get(in_workspaces("a")).body;
  json::merge_patch(object, parsed(R"({"metadata": {"managedFields": [{}]}})"));
  const Reply wiped = cluster.put(in_workspaces("a"), json::write(object));
  CHECK(wiped.status == 200);
  CHECK(wiped.at({"metadata", "managedFields"}).empty());
  const Reply refused =
      cluster.apply(as("a", "m1"), workspace("a", R"({"resource": {"count": 3}})"));
  CHECK(refused.status == 409);
  CHECK(refused.message() ==
        "Apply failed with 1 conflict: conflict with \"before-first-apply\" using "
        "kaito.sh/v1beta1: .resource.count");
}

TEST_CASE("atomic maps are owned as a whole, keyed lists item by item") {
  Cluster cluster;
  REQUIRE(cluster.apply(as("a", "m1"), workspace("a")).status == 201);
  const Reply refused = cluster.apply(
      as("a", "m2"),
      workspace("a", R"({"resource": {"labelSelector": {"matchLabels": {"other": "x"}}}})"));
  CHECK(refused.causes() == "FieldManagerConflict .resource.labelSelector");

  const std::string pods = "/api/v1/namespaces/default/pods/p?fieldManager=";
  const auto pod = [](std::string_view containers) {
    return R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": )"
           R"({"containers": )" +
           std::string(containers) + "}}";
  };
  REQUIRE(cluster.apply(pods + "m1", pod(R"([{"name": "c", "image": "1"}])")).status == 201);
  const Reply both = cluster.apply(pods + "m2", pod(R"([{"name": "d", "image": "2"}])"));
  CHECK(both.status == 200);
  CHECK(json::find(both.body, {"spec", "containers"})->get_array().size() == 2);
  const Reply conflict = cluster.apply(pods + "m2", pod(R"([{"name": "c", "image": "3"}])"));
  CHECK(conflict.causes() == R"(FieldManagerConflict .spec.containers[name="c"].image)");
  const Reply gone = cluster.apply(
      pods + "m2", R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}})");
  CHECK(gone.at({"spec", "containers"}) == R"([{"name":"c","image":"1"}])");
}
