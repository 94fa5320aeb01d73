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

TEST_CASE("which containers have not started, and why") {
  struct {
    std::string name;
    std::string pod;     ///< status
    std::string reason;  ///< "" = it has a log
  } const cases[] = {
      {"runs", "phase: Running, containerStatuses: [{name: c, state: {running: {}}}]", ""},
      {"has ended", "phase: Succeeded, containerStatuses: [{name: c, state: {terminated: {}}}]",
       ""},
      {"is to be restarted",
       "phase: Running, containerStatuses: [{name: c, state: {waiting: {reason: "
       "CrashLoopBackOff}}, "
       "lastState: {terminated: {exitCode: 1}}}]",
       ""},
      {"is made",
       "phase: Pending, containerStatuses: [{name: c, state: {waiting: {reason: "
       "ContainerCreating}}}]",
       "ContainerCreating"},
      {"has no image",
       "phase: Pending, containerStatuses: [{name: c, state: {waiting: {reason: ErrImagePull, "
       "message: denied}}}]",
       "ErrImagePull: denied"},
      {"without a state", "phase: Pending, containerStatuses: [{name: c}]", "not started"},
      {"an init container",
       "phase: Pending, initContainerStatuses: [{name: c, state: {running: {}}}]", ""},
      {"waits for an init container",
       "phase: Pending, initContainerStatuses: [{name: i, state: {running: {}}}]", "pending"},
      {"no node",
       "phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, "
       "message: no GPU is free}]",
       "Unschedulable: no GPU is free"},
      {"has a node", "phase: Pending, conditions: [{type: PodScheduled, status: 'True'}]",
       "pending"},
      {"just made", "", "pending"},
      {"of which nothing is known", "phase: Running", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Cluster cluster;
    cluster.server->on("GET " + core + "/pods",
                       {list_of({pod("metadata: {name: w-0}, spec: {containers: [{name: c}]}, "
                                     "status: {" +
                                     c.pod + "}")})});
    const auto pods = workspace_pods(*cluster.client, "default", "w", soon());
    REQUIRE(pods);
    REQUIRE(pods->size() == 1);
    const auto& waiting = pods->front().not_started;
    CHECK(waiting.size() == (c.reason.empty() ? 0U : 1U));
    CHECK((waiting.contains("c") ? waiting.at("c") : "") == c.reason);
  }
}

json::Value pod_in(const std::string& phase) {
  return pod("metadata: {name: w-0}, spec: {containers: [{name: c}]}, status: {phase: " + phase +
             "}");
}

/// Waits until all containers have started.
Result<std::vector<WorkspacePod>> wait(Cluster& cluster) {
  return wait_for_pods(
      *cluster.client, "default", "w",
      [](const std::vector<WorkspacePod>& pods) -> Result<std::string> {
        const auto& waiting = pods.front().not_started;
        return waiting.empty() ? "" : waiting.begin()->first + ": " + waiting.begin()->second;
      },
      cluster.sink(), soon());
}

TEST_CASE("waiting: no pods, a pod, one that runs; each is looked at anew, and told once") {
  Cluster cluster;
  const std::string pods = core + "/pods";
  cluster.server
      ->on("GET " + betas + "/w",
           {object(yaml("{metadata: {name: w}, status: {conditions: [{type: "
                        "ResourceReady, status: 'False', reason: Waiting}]}}"))})
      .on("GET " + pods, {list_of({}), list_of({pod_in("Pending")}), list_of({pod_in("Pending")}),
                          list_of({pod_in("Running")})})
      .on("WATCH " + pods,
          {watch({{"ADDED", pod_in("Pending")}}), watch({{"MODIFIED", pod_in("Pending")}}),
           watch({{"BOOKMARK", yaml("{metadata: {resourceVersion: '101'}}")},
                  {"MODIFIED", pod_in("Running")}})});
  const auto found = wait(cluster);
  REQUIRE_MESSAGE(found, found.error().describe());
  REQUIRE(found->size() == 1);
  CHECK(found->front().name == "w-0");
  CHECK(cluster.told(Event::Kind::progress) ==
        std::vector<std::string>{
            "waiting for pods of workspace \"w\": ResourceReady is False (Waiting)",
            "waiting for c: pending"});
  CHECK(cluster.server->count("GET " + pods) == 4);
  CHECK(cluster.server->count("WATCH " + pods) == 3);
  CHECK(has(cluster.server->lines()[2],
            "?watch=true&allowWatchBookmarks=true&labelSelector=kaito.sh%2Fworkspace%3Dw&"
            "resourceVersion=100"));
}

TEST_CASE("waiting that is in vain") {
  const std::string pods = core + "/pods";
  {
    Cluster cluster;
    cluster.server->on("GET " + pods, {list_of({})});
    CHECK(wait(cluster).error().code == ErrorCode::not_found);  // no Workspace either
  }
  Cluster cluster;
  cluster.server->on("GET " + pods, {list_of({pod_in("Pending")})})
      .on("WATCH " + pods, {watch({}, late())});
  const auto late_one = wait(cluster);
  REQUIRE_FALSE(late_one);
  CHECK(late_one.error().code == ErrorCode::timeout);
  CHECK(late_one.error().message == "timed out waiting for c: pending");
  const auto ended = wait_for_pods(
      *cluster.client, "default", "w",
      [](const auto&) -> Result<std::string> { return fail(ErrorCode::usage, "no such thing"); },
      {}, soon());
  REQUIRE_FALSE(ended);
  CHECK(ended.error().code == ErrorCode::usage);
}

TEST_CASE(
    "waiting goes on over a server that fails for a moment, not over one that never answered") {
  const std::string pods = core + "/pods";
  Cluster cluster;
  cluster.server
      ->on("GET " + pods, {list_of({pod_in("Pending")}), refusal(500, "InternalError", "etcd"),
                           list_of({pod_in("Running")})})
      .on("WATCH " + pods, {watch({}, Error{ErrorCode::unreachable, "reset", {}, "", nullptr})});
  CHECK(wait(cluster));
  Cluster other;
  other.server->on("GET " + pods, {refusal(403, "Forbidden", "no")});
  CHECK(wait(other).error().code == ErrorCode::forbidden);
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
