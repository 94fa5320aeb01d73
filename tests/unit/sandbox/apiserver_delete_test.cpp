#include <doctest/doctest.h>

#include "apiserver_fixture.hpp"

using namespace apiserver_test;

namespace {

[[nodiscard]] std::string owned_by(const Reply& owner, bool blocks = false,
                                   std::string_view more = "") {
  return R"({"metadata": {"ownerReferences": [{"apiVersion": "kaito.sh/v1beta1", "kind": )"
         R"("Workspace", "name": ")" +
         owner.meta("name") + R"(", "uid": ")" + owner.meta("uid") + R"(", "controller": true, )" +
         R"("blockOwnerDeletion": )" + (blocks ? "true" : "false") + "}]" + std::string(more) +
         "}}";
}

constexpr const char* kHeld = R"({"metadata": {"finalizers": ["example.com/hold"]}})";

[[nodiscard]] StoreOptions without_gc() {
  StoreOptions options;
  options.collect_garbage = false;
  return options;
}

}  // namespace

TEST_CASE("a plain delete is done at once") {
  Cluster cluster;
  const Reply made = cluster.create_workspace("a");
  CHECK(cluster.remove(in_workspaces("a") + "?dryRun=All").at({"status"}) == "Success");
  CHECK(cluster.get(in_workspaces("a")).status == 200);
  const Reply gone = cluster.remove(in_workspaces("a"));
  CHECK(gone.status == 200);
  CHECK(gone.at({"kind"}) == "Status");
  CHECK(gone.at({"status"}) == "Success");
  CHECK(gone.at({"details", "uid"}) == made.meta("uid"));
  CHECK(gone.at({"details", "kind"}) == "workspaces");
  const Reply after = cluster.get(in_workspaces("a"));
  CHECK(after.status == 404);
  CHECK(after.message() == "workspaces.kaito.sh \"a\" not found");
  CHECK(cluster.remove(in_workspaces("a")).status == 404);
}

TEST_CASE("finalizers hold an object until the last is taken off") {
  Cluster cluster;
  REQUIRE(cluster.create_workspace("a", kHeld).status == 201);
  const Reply marked = cluster.remove(in_workspaces("a"));
  CHECK(marked.status == 200);
  CHECK(marked.at({"kind"}) == "Workspace");
  CHECK_FALSE(marked.meta("deletionTimestamp").empty());
  CHECK(marked.meta("deletionGracePeriodSeconds") == "0");
  CHECK(marked.meta("generation") == "2");
  CHECK(cluster.remove(in_workspaces("a")).meta("resourceVersion") ==
        marked.meta("resourceVersion"));

  const Reply taken = cluster.create_workspace("a");
  CHECK(taken.status == 409);
  CHECK(taken.message().starts_with("object is being deleted: "));
  const Reply added =
      cluster.merge(in_workspaces("a"),
                    R"({"metadata": {"finalizers": ["example.com/hold", "example.com/more"]}})");
  CHECK(added.status == 422);
  CHECK(added.causes() == "FieldValueForbidden metadata.finalizers");
  CHECK(cluster.merge(in_workspaces("a"), R"({"resource": {"count": 2}})").status == 200);

  const Reply released = cluster.merge(in_workspaces("a"), R"({"metadata": {"finalizers": null}})");
  CHECK(released.status == 200);
  CHECK(released.at({"kind"}) == "Workspace");
  CHECK(cluster.get(in_workspaces("a")).status == 404);
}

TEST_CASE("preconditions and options of a delete") {
  Cluster cluster;
  const Reply made = cluster.create_workspace("a");
  const Reply wrong_uid = cluster.remove(in_workspaces("a"), R"({"preconditions": {"uid": "u"}})");
  CHECK(wrong_uid.status == 409);
  CHECK(wrong_uid.at({"details", "kind"}) == "Workspace");
  CHECK(
      cluster.remove(in_workspaces("a"), R"({"preconditions": {"resourceVersion": "1"}})").status ==
      409);
  CHECK(cluster.remove(in_workspaces("a") + "?propagationPolicy=Bogus").status == 422);
  CHECK(cluster.get(in_workspaces("a")).status == 200);
  CHECK(cluster
            .remove(in_workspaces("a"),
                    R"({"preconditions": {"uid": ")" + made.meta("uid") + R"("}})")
            .status == 200);
}

TEST_CASE("foreground and orphan wait for a garbage collector") {
  Cluster cluster(without_gc());
  REQUIRE(cluster.create_workspace("f").status == 201);
  REQUIRE(cluster.create_workspace("o").status == 201);
  CHECK(cluster.remove(in_workspaces("f") + "?propagationPolicy=Foreground").meta("finalizers") ==
        R"(["foregroundDeletion"])");
  CHECK(cluster.remove(in_workspaces("o") + "?propagationPolicy=Orphan").meta("finalizers") ==
        R"(["orphan"])");
  cluster.store.collect_garbage();
  CHECK(cluster.get(in_workspaces("f")).status == 404);
  CHECK(cluster.get(in_workspaces("o")).status == 404);
}

TEST_CASE("owners and their dependents") {
  Cluster cluster;
  SUBCASE("in the background both go") {
    const Reply owner = cluster.create_workspace("owner");
    REQUIRE(cluster.create_workspace("child", owned_by(owner)).status == 201);
    CHECK(cluster.remove(in_workspaces("owner")).at({"kind"}) == "Status");
    CHECK(cluster.get(in_workspaces("child")).status == 404);
  }
  SUBCASE("in the foreground the owner waits for a dependent that blocks") {
    const Reply owner = cluster.create_workspace("owner");
    REQUIRE(cluster
                .create_workspace("child",
                                  owned_by(owner, true, R"(, "finalizers": ["example.com/hold"])"))
                .status == 201);
    CHECK(cluster.remove(in_workspaces("owner") + "?propagationPolicy=Foreground").at({"kind"}) ==
          "Workspace");
    CHECK(cluster.get(in_workspaces("owner")).status == 200);
    CHECK_FALSE(cluster.get(in_workspaces("child")).meta("deletionTimestamp").empty());
    REQUIRE(cluster.merge(in_workspaces("child"), R"({"metadata": {"finalizers": null}})").status ==
            200);
    CHECK(cluster.get(in_workspaces("child")).status == 404);
    CHECK(cluster.get(in_workspaces("owner")).status == 404);
  }
  SUBCASE("orphans stay, without their owner") {
    const Reply owner = cluster.create_workspace("owner");
    REQUIRE(cluster.create_workspace("child", owned_by(owner)).status == 201);
    REQUIRE(cluster.remove(in_workspaces("owner") + "?propagationPolicy=Orphan").status == 200);
    CHECK(cluster.get(in_workspaces("owner")).status == 404);
    CHECK(cluster.get(in_workspaces("child")).at({"metadata", "ownerReferences"}).empty());
  }
  SUBCASE("an owner that never was") {
    REQUIRE(cluster
                .create_workspace("child", R"({"metadata": {"ownerReferences": [{"apiVersion":
        "v1", "kind": "Pod", "name": "p", "uid": "gone"}]}})")
                .status == 201);
    CHECK(cluster.get(in_workspaces("child")).status == 404);
  }
  SUBCASE("chains go to the end") {
    const Reply first = cluster.create_workspace("first");
    const Reply second = cluster.create_workspace("second", owned_by(first));
    REQUIRE(cluster.create_workspace("third", owned_by(second)).status == 201);
    REQUIRE(cluster.remove(in_workspaces("first")).status == 200);
    CHECK(cluster.get(kWorkspaces).names().empty());
  }
}

TEST_CASE("a collection is deleted by selector") {
  Cluster cluster;
  for (const char* name : {"a", "b", "c"})
    REQUIRE(cluster
                .create_workspace(name, std::string(name) == "c"
                                            ? "{}"
                                            : R"({"metadata": {"labels": {"go": "yes"}}})")
                .status == 201);
  const Reply deleted = cluster.remove(std::string(kWorkspaces) + "?labelSelector=go%3Dyes");
  CHECK(deleted.names() == "a,b");
  CHECK(cluster.get(kWorkspaces).names() == "c");
}

TEST_CASE("pods get their grace, and go at once without it") {
  Cluster cluster;
  const std::string pods = "/api/v1/namespaces/default/pods";
  const auto pod = [](std::string_view name, std::string_view node) {
    return R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": ")" + std::string(name) +
           R"("}, "spec": {"nodeName": ")" + std::string(node) +
           R"(", "containers": [{"name": "c"}]}})";
  };
  REQUIRE(cluster.post(pods, pod("runs", "n1")).status == 201);
  REQUIRE(cluster.post(pods, pod("waits", "")).status == 201);
  const Reply marked = cluster.remove(pods + "/runs");
  CHECK(marked.meta("deletionGracePeriodSeconds") == "30");
  CHECK(marked.meta("deletionTimestamp") == "2023-11-14T22:13:50Z");
  CHECK(cluster.get(pods + "/runs").status == 200);
  CHECK(cluster.remove(pods + "/runs?gracePeriodSeconds=0").at({"kind"}) == "Pod");
  CHECK(cluster.get(pods + "/runs").status == 404);
  CHECK(cluster.remove(pods + "/waits").status == 200);
  CHECK(cluster.get(pods + "/waits").status == 404);
}

TEST_CASE("a namespace takes everything in it along") {
  Cluster cluster;
  REQUIRE(cluster
              .post("/api/v1/namespaces",
                    R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"}})")
              .status == 201);
  CHECK(cluster.get("/api/v1/namespaces/n").at({"metadata", "labels"}) ==
        R"({"kubernetes.io/metadata.name":"n"})");
  const std::string inside = "/apis/kaito.sh/v1beta1/namespaces/n/workspaces";
  REQUIRE(cluster.post(inside, workspace("a")).status == 201);
  REQUIRE(cluster.post(inside, workspace("b", kHeld)).status == 201);
  REQUIRE(cluster.remove("/api/v1/namespaces/n").status == 200);
  CHECK(cluster.get(inside).names() == "b");
  CHECK(cluster.get("/api/v1/namespaces/n").at({"status", "phase"}) == "Terminating");
  REQUIRE(cluster.merge(inside + "/b", R"({"metadata": {"finalizers": null}})").status == 200);
  CHECK(cluster.get("/api/v1/namespaces/n").status == 404);
  CHECK(cluster.remove("/api/v1/namespaces/default").status == 403);
}

TEST_CASE("a CRD takes its objects along, and the kind is gone") {
  Cluster cluster;
  REQUIRE(cluster.create_workspace("a").status == 201);
  REQUIRE(cluster
              .remove("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
                      "workspaces.kaito.sh")
              .status == 200);
  const Reply list = cluster.get(kWorkspaces);
  CHECK(list.status == 404);
  CHECK(list.text == "404 page not found\n");
  CHECK(list.headers.get("Content-Type").starts_with("text/plain"));
  REQUIRE(cluster.get("/apis/kaito.sh/v1beta1").text.find("workspaces") == std::string::npos);
}
