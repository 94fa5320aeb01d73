#include <doctest/doctest.h>

#include "apiserver_fixture.hpp"

using namespace apiserver_test;

TEST_CASE("an empty list says where it stands") {
  Cluster cluster;
  const Reply list = cluster.get(kWorkspaces);
  CHECK(list.status == 200);
  CHECK(list.at({"kind"}) == "WorkspaceList");
  CHECK(list.at({"apiVersion"}) == "kaito.sh/v1beta1");
  CHECK(list.at({"items"}) == "[]");
  CHECK_FALSE(list.meta("resourceVersion").empty());
}

TEST_CASE("pages show one state of the world") {
  Cluster cluster;
  std::string all;
  for (int i = 0; i < 12; ++i) {
    const std::string name = "w" + std::to_string(10 + i);
    all += (i == 0 ? "" : ",") + name;
    REQUIRE(cluster.create_workspace(name).status == 201);
  }
  std::string seen;
  std::string revision;
  std::string token;
  int pages = 0;
  do {
    const Reply page = cluster.get(std::string(kWorkspaces) + "?limit=2&continue=" + token);
    REQUIRE(page.status == 200);
    if (pages == 0) {
      revision = page.meta("resourceVersion");
      CHECK(page.meta("remainingItemCount") == "10");
      REQUIRE(cluster.create_workspace("w99").status == 201);
      REQUIRE(cluster.remove(in_workspaces("w21")).status == 200);
    }
    CHECK(page.meta("resourceVersion") == revision);
    seen += (pages == 0 ? "" : ",") + page.names();
    token = page.meta("continue");
    ++pages;
  } while (!token.empty());
  CHECK(pages == 6);
  CHECK(seen == all);
}

TEST_CASE("page tokens that cannot be used") {
  Cluster cluster;
  for (const char* name : {"a", "b", "c"})
    REQUIRE(cluster.create_workspace(name).status == 201);
  const Reply first = cluster.get(std::string(kWorkspaces) + "?limit=1");
  const std::string next = std::string(kWorkspaces) + "?limit=1&continue=" + first.meta("continue");
  const Reply both = cluster.get(next + "&resourceVersion=5");
  CHECK(both.status == 400);
  CHECK(both.message() == "specifying resource version is not allowed when using continue");
  CHECK(cluster.get(std::string(kWorkspaces) + "?continue=nonsense").status == 400);
  CHECK(cluster.get(std::string(kWorkspaces) + "?limit=x").status == 400);

  REQUIRE(cluster.create_workspace("bb").status == 201);
  cluster.store.compact();
  const Reply expired = cluster.get(next);
  CHECK(expired.status == 410);
  CHECK(expired.reason() == "Expired");
  const std::string replacement = expired.meta("continue");
  REQUIRE_FALSE(replacement.empty());
  CHECK(cluster.get(std::string(kWorkspaces) + "?continue=" + replacement).names() == "b,bb,c");
}

TEST_CASE("selectors") {
  struct Row {
    const char* query;
    const char* names;
  };
  const Row rows[] = {
      {"labelSelector=env%3Dprod", "a"},
      {"labelSelector=env!%3Dprod", "b,c"},
      {"labelSelector=env+in+(prod,test)", "a,b"},
      {"labelSelector=env+notin+(prod)", "b,c"},
      {"labelSelector=env", "a,b"},
      {"labelSelector=!env", "c"},
      {"labelSelector=env%3Dprod,tier%3D1", "a"},
      {"fieldSelector=metadata.name%3Db", "b"},
      {"fieldSelector=metadata.name!%3Db", "a,c"},
      {"fieldSelector=metadata.namespace%3Dother", ""},
  };
  Cluster cluster;
  REQUIRE(cluster.create_workspace("a", R"({"metadata": {"labels": {"env": "prod", "tier": "1"}}})")
              .status == 201);
  REQUIRE(cluster.create_workspace("b", R"({"metadata": {"labels": {"env": "test"}}})").status ==
          201);
  REQUIRE(cluster.create_workspace("c").status == 201);
  for (const Row& row : rows) {
    CAPTURE(row.query);
    CHECK(cluster.get(std::string(kWorkspaces) + "?" + row.query).names() == row.names);
    CHECK(cluster.get(std::string("/apis/kaito.sh/v1beta1/workspaces?") + row.query).names() ==
          row.names);
  }
  CHECK(cluster.get(std::string(kWorkspaces) + "?labelSelector=a%3D%3D%3Db").status == 400);
  const Reply unknown = cluster.get(std::string(kWorkspaces) + "?fieldSelector=spec.x%3D1");
  CHECK(unknown.status == 400);
  CHECK(unknown.message() == "field label not supported: spec.x");
  // A count of what remains would be a lie where a selector is.
  CHECK(cluster.get(std::string(kWorkspaces) + "?limit=1&labelSelector=env")
            .meta("remainingItemCount")
            .empty());
}

TEST_CASE("lists of the past") {
  Cluster cluster;
  const Reply a = cluster.create_workspace("a");
  REQUIRE(cluster.create_workspace("b").status == 201);
  const std::string exact =
      std::string(kWorkspaces) +
      "?resourceVersionMatch=Exact&resourceVersion=" + a.meta("resourceVersion");
  CHECK(cluster.get(exact).names() == "a");
  CHECK(cluster.get(std::string(kWorkspaces) + "?resourceVersionMatch=Exact").status == 422);
  CHECK(cluster.get(std::string(kWorkspaces) + "?resourceVersionMatch=Exact&resourceVersion=0")
            .status == 422);
  CHECK(cluster
            .get(std::string(kWorkspaces) +
                 "?resourceVersionMatch=NotOlderThan&resourceVersion=" + a.meta("resourceVersion"))
            .names() == "a,b");
  cluster.store.compact();
  CHECK(cluster.get(exact).status == 410);
}

TEST_CASE("items of built-in lists leave apiVersion and kind to the list") {
  Cluster cluster;
  REQUIRE(cluster.create_workspace("a").status == 201);
  const Reply namespaces = cluster.get("/api/v1/namespaces");
  CHECK(namespaces.at({"kind"}) == "NamespaceList");
  CHECK(namespaces.names() == "default,kube-node-lease,kube-public,kube-system");
  CHECK_FALSE(json::find(namespaces.body, {"items"})->at(0).as_object().contains("kind"));
  CHECK(json::find(cluster.get(kWorkspaces).body, {"items"})->at(0).as_object().contains("kind"));
}

TEST_CASE("tables") {
  Cluster cluster;
  REQUIRE(cluster.create_workspace("a").status == 201);
  REQUIRE(cluster
              .merge(in_workspaces("a") + "/status", R"({"status": {"conditions": [
    {"type": "ResourceReady", "status": "True", "reason": "r", "message": "",
     "lastTransitionTime": "2026-01-02T03:04:05Z"}]}})")
              .status == 200);
  cluster.seconds += 185;
  const Reply table =
      cluster.send("GET", kWorkspaces, "", "",
                   {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}});
  CHECK(table.at({"kind"}) == "Table");
  CHECK(table.at({"apiVersion"}) == "meta.k8s.io/v1");
  std::string columns;
  for (const json::Value& column : json::find(table.body, {"columnDefinitions"})->get_array())
    columns += std::string(json::string_at(column, {"name"})) + " ";
  CHECK(columns ==
        "Name Instance ResourceReady InferenceReady JobStarted WorkspaceSucceeded TargetNodeCount "
        "State Age ");
  const json::Value& row = json::find(table.body, {"rows"})->at(0);
  CHECK(json::write(*json::find(row, {"cells"})) ==
        R"(["a","Standard_NC24ads_A100_v4","True",null,null,null,null,null,"3m5s"])");
  CHECK(json::string_at(row, {"object", "kind"}) == "PartialObjectMetadata");
}

TEST_CASE("cells of built-in kinds") {
  Cluster cluster;
  REQUIRE(cluster
              .post("/api/v1/namespaces/default/pods", R"({"apiVersion": "v1", "kind": "Pod",
      "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}, {"name": "d"}]}})")
              .status == 201);
  REQUIRE(cluster
              .merge("/api/v1/namespaces/default/pods/p/status", R"({"status": {"phase": "Running",
      "podIP": "10.1.2.3", "containerStatuses": [{"name": "c", "ready": true, "restartCount": 2},
      {"name": "d", "ready": false}]}})")
              .status == 200);
  REQUIRE(cluster
              .post("/api/v1/nodes", R"({"apiVersion": "v1", "kind": "Node", "metadata":
      {"name": "n", "labels": {"node-role.kubernetes.io/gpu": ""}}, "spec": {"unschedulable": true},
      "status": {"conditions": [{"type": "Ready", "status": "True"}]}})")
              .status == 201);
  const auto cells = [&](std::string_view target) {
    const Reply table = cluster.send("GET", target, "", "",
                                     {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
    return json::write(*json::find(json::find(table.body, {"rows"})->at(0), {"cells"}));
  };
  CHECK(cells("/api/v1/namespaces/default/pods") ==
        R"(["p","1/2","Running",2,"0s","10.1.2.3",null])");
  CHECK(cells("/api/v1/nodes/n") == R"(["n","Ready,SchedulingDisabled","gpu","0s",null,""])");
}

TEST_CASE("metadata alone") {
  Cluster cluster;
  REQUIRE(cluster.create_workspace("a").status == 201);
  const auto ask = [&](std::string_view target, std::string_view as) {
    return cluster.send(
        "GET", target, "", "",
        {{"Accept", "application/json;as=" + std::string(as) + ";v=v1;g=meta.k8s.io"}});
  };
  const Reply list = ask(kWorkspaces, "PartialObjectMetadataList");
  CHECK(list.status == 200);
  CHECK(list.at({"kind"}) == "PartialObjectMetadataList");
  CHECK(list.names() == "a");
  CHECK_FALSE(json::find(list.body, {"items"})->at(0).as_object().contains("resource"));
  CHECK(ask(kWorkspaces, "PartialObjectMetadata").status == 406);
  CHECK(ask(in_workspaces("a"), "PartialObjectMetadata").at({"kind"}) == "PartialObjectMetadata");
}
