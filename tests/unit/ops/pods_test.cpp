// The pods of a Workspace, and why it has none.
#include "kaito/ops/pods.hpp"

#include "cluster.hpp"

namespace kaito::ops::test {
namespace {

json::Value pod(const std::string& rest) {
  return yaml("{" + rest + "}");
}

TEST_CASE("by ordinal, without those that go; the default container first") {
  Cluster cluster;
  cluster.server->on(
      "GET " + core + "/pods",
      {list_of({pod("metadata: {name: w-10}"), pod("metadata: {name: w-2}"),
                pod("metadata: {name: w-1, deletionTimestamp: '2026-01-01T00:00:00Z'}"),
                pod("metadata: {name: w-0, annotations: {kubectl.kubernetes.io/default-container: "
                    "b}}, spec: {containers: [{name: a}, {name: b}], initContainers: [{name: c}]}, "
                    "status: {conditions: [{type: Ready, status: 'True'}]}"),
                pod("metadata: {name: w-7d9f-x4}")})});
  const auto pods = workspace_pods(*cluster.client, "default", "w", soon());
  REQUIRE(pods);
  std::vector<std::string> names;
  for (const auto& each : *pods)
    names.push_back(each.name);
  CHECK(names == std::vector<std::string>{"w-0", "w-7d9f-x4", "w-2", "w-10"});
  const auto& first = pods->front();
  CHECK(first.ready);
  CHECK(first.ordinal == 0);
  CHECK(first.containers == std::vector<std::string>{"b", "a", "c"});
  CHECK_FALSE((*pods)[1].ready);
  CHECK(has(cluster.server->lines()[0], "labelSelector=kaito.sh%2Fworkspace%3Dw"));
}

TEST_CASE("why there are none") {
  Cluster cluster;
  const auto absent = explain_no_pods(*cluster.client, "default", "w", soon());
  CHECK(absent.code == ErrorCode::not_found);
  cluster.server->on("GET " + betas + "/w",
                     {object(yaml("{metadata: {name: w}, status: {conditions: [{type: "
                                  "ResourceReady, status: 'False', reason: Waiting}]}}"))});
  const auto waiting = explain_no_pods(*cluster.client, "default", "w", soon());
  CHECK(waiting.code == ErrorCode::unavailable);
  CHECK(waiting.message == "workspace \"w\" has no pods: ResourceReady is False (Waiting)");
}

}  // namespace
}  // namespace kaito::ops::test
