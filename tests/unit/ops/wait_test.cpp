// Waiting, over watches that end, break and lie; and deleting.
#include <thread>

#include "cluster.hpp"
#include "kaito/ops/remove.hpp"

namespace kaito::ops::test {
namespace {

const k8s::ObjectRef w{k8s::types::workspace(), "default", "w"};
const std::string watched = "WATCH " + betas;

/// A Workspace at that version with some conditions, "TYPE=STATUS/REASON".
json::Value workspace(const std::string& version, const std::vector<std::string>& conditions = {},
                      const std::string& more_meta = "") {
  std::string text =
      "apiVersion: kaito.sh/v1beta1\nkind: Workspace\nmetadata: {name: w, uid: u1, "
      "resourceVersion: '" +
      version + "'" + more_meta + "}\ninference: {}\n";
  if (!conditions.empty()) text += "status:\n  conditions:\n";
  for (const auto& condition : conditions) {
    const auto equals = condition.find('=');
    const auto slash = condition.find('/');
    text += "  - {type: " + condition.substr(0, equals) + ", status: '" +
            condition.substr(equals + 1, slash - equals - 1) + "', reason: '" +
            (slash == std::string::npos ? "" : condition.substr(slash + 1)) + "'}\n";
  }
  return yaml(text);
}

const std::vector<std::string> ready_conditions{"NodeClaimReady=True", "NodesReady=True",
                                                "ResourceReady=True", "InferenceReady=True",
                                                "WorkspaceSucceeded=True"};
json::Value ready(const std::string& version) {
  return workspace(version, ready_conditions);
}

std::string phases(const Cluster& cluster) {
  std::string names;
  for (const auto& event : cluster.events)
    if (event.kind == Event::Kind::phase) names += (names.empty() ? "" : " ") + event.phase;
  return names;
}

const std::string all_phases = "accepted nodes-claimed nodes-ready gpus-ready model-loaded serving";

Result<json::Document> wait(Cluster& cluster, const k8s::ObjectRef& ref = w,
                            const CallLimits& limits = soon()) {
  return wait_ready(*cluster.client, ref, cluster.sink(), limits);
}

TEST_CASE("ready already: one request") {
  Cluster cluster;
  cluster.server->on("GET " + betas + "/w", {object(ready("5"))});
  const auto object = wait(cluster);
  REQUIRE_MESSAGE(object, object.error().describe());
  CHECK(json::string_at(object->value(), {"metadata", "resourceVersion"}) == "5");
  CHECK(cluster.server->lines().size() == 1);
  CHECK(phases(cluster) == all_phases);
  CHECK(cluster.told(Event::Kind::progress).empty());
}

TEST_CASE("phases are told once, in order, and what is waited for when it changes") {
  Cluster cluster;
  const auto first = workspace("2", {"NodeClaimReady=False/NodeClaimNotReady"});
  cluster.server->on("GET " + betas + "/w", {object(workspace("1"))})
      .on(watched,
          {watch({{"MODIFIED", first},
                  {"MODIFIED", first},
                  {"BOOKMARK", yaml("{metadata: {resourceVersion: '9'}}")},
                  {"MODIFIED", workspace("3", {"NodeClaimReady=True", "NodesReady=False/Slow"})},
                  {"MODIFIED", ready("4")}})});
  const auto object = wait(cluster);
  REQUIRE_MESSAGE(object, object.error().describe());
  CHECK(json::string_at(object->value(), {"metadata", "resourceVersion"}) == "4");
  CHECK(phases(cluster) == all_phases);
  CHECK(cluster.told(Event::Kind::progress) ==
        std::vector<std::string>{
            "waiting for the operator to look at it (is KAITO's controller running?)",
            "waiting for NodeClaimReady (NodeClaimNotReady)", "waiting for NodesReady (Slow)"});
  CHECK(cluster.events[0].phase == "submitted");
  CHECK(cluster.server->lines() ==
        std::vector<std::string>{
            "GET " + betas + "/w",
            "GET " + betas +
                "?watch=true&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dw&"
                "resourceVersion=1&timeoutSeconds=300"});
}

TEST_CASE("nobody has to listen") {
  Cluster cluster;
  cluster.server->on("GET " + betas + "/w", {object(workspace("1"))})
      .on(watched, {watch({{"MODIFIED", ready("2")}})});
  CHECK(wait_ready(*cluster.client, w, {}, soon()));
}

TEST_CASE("a watch that ends, breaks or expires is opened anew from a fresh look") {
  const auto error_event = [](int code, const std::string& reason) {
    return json::Value(yaml("{kind: Status, status: Failure, code: " + std::to_string(code) +
                            ", reason: " + reason + ", message: the words}"));
  };
  struct {
    std::string name;
    Scripted first;
  } const cases[] = {
      {"ends", watch({{"MODIFIED", workspace("2")}})},
      {"ends at once", watch({})},
      {"410 as an event", watch({{"ERROR", error_event(410, "Expired")}})},
      {"410 as an answer", refusal(410, "Expired", "too old resource version")},
      {"500 as an event", watch({{"ERROR", error_event(500, "InternalError")}})},
      {"breaks", watch({}, Error{ErrorCode::unreachable, "reset", {}, "", nullptr})},
      {"nonsense", {200, "nonsense\n"}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Cluster cluster;
    cluster.server->on("GET " + betas + "/w", {object(workspace("1")), object(workspace("7"))})
        .on(watched, {c.first, watch({{"MODIFIED", ready("8")}})});
    const auto object = wait(cluster);
    REQUIRE_MESSAGE(object, object.error().describe());
    CHECK(cluster.server->count("GET " + betas + "/w") == 2);
    REQUIRE(cluster.server->count(watched) == 2);
    CHECK(has(cluster.server->lines().back(), "resourceVersion=7"));
    CHECK(phases(cluster) == all_phases);
  }
}

TEST_CASE("it gets ready while no watch is open") {
  Cluster cluster;
  cluster.server->on("GET " + betas + "/w", {object(workspace("1")), object(ready("9"))})
      .on(watched, {watch({{"MODIFIED", workspace("2")}})});
  const auto object = wait(cluster);
  REQUIRE(object);
  CHECK(json::string_at(object->value(), {"metadata", "resourceVersion"}) == "9");
}

TEST_CASE("a server that fails for a moment is asked again") {
  Cluster cluster;
  cluster.server
      ->on("GET " + betas + "/w",
           {object(workspace("1")), refusal(500, "InternalError", "etcd"), object(workspace("3"))})
      .on(watched, {watch({{"MODIFIED", workspace("2")}}), watch({{"MODIFIED", ready("4")}})});
  CHECK(wait(cluster));
  CHECK(cluster.server->count("GET " + betas + "/w") == 3);
}

TEST_CASE("what ends the wait at once") {
  struct {
    std::string name;
    Scripted get;
    Scripted watch;
    ErrorCode code;
    std::string message;
  } const cases[] = {
      {"no such Workspace", not_found(), watch({}), ErrorCode::not_found,
       "there is no Workspace \"w\" in namespace \"default\""},
      {"the first look fails", refusal(500, "InternalError", "etcd"), watch({}), ErrorCode::failed,
       "etcd"},
      {"no right to look", refusal(403, "Forbidden", "no"), watch({}), ErrorCode::forbidden, "no"},
      {"no right to watch", object(workspace("1")), refusal(403, "Forbidden", "no"),
       ErrorCode::forbidden, "no"},
      {"KAITO is not there", not_served(), watch({}), ErrorCode::not_served, "kaito.sh"},
      {"it cannot heal", object(workspace("1", {"InferenceReady=False/ImagePullError"})), watch({}),
       ErrorCode::terminal, "ImagePullError"},
      {"it breaks for good later", object(workspace("1")),
       watch({{"MODIFIED", workspace("2", {"InferenceReady=False/ContainerStartError"})}}),
       ErrorCode::terminal, "ContainerStartError"},
      {"deleted", object(workspace("1")), watch({{"DELETED", workspace("2")}}),
       ErrorCode::not_found, "was deleted while waiting for it"},
      {"being deleted", object(workspace("1", {}, ", deletionTimestamp: '2026-01-01T00:00:00Z'")),
       watch({}), ErrorCode::not_found, "is being deleted"},
      {"interrupted", object(workspace("1")),
       watch({}, Error{ErrorCode::interrupted, "interrupted", {}, "", nullptr}),
       ErrorCode::interrupted, "interrupted"},
      {"time is up", object(workspace("1", {"NodesReady=False/NodeNotReady"})), watch({}, late()),
       ErrorCode::timeout,
       "Workspace \"w\" is not ready yet: still waiting for NodesReady (NodeNotReady)"},
      {"time is up before the first look", failing(ErrorCode::timeout, "timed out"), watch({}),
       ErrorCode::timeout, "timed out"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Cluster cluster;
    cluster.server->on("GET " + betas + "/w", {c.get})
        .on("GET " + alphas + "/w", {c.get})
        .on(watched, {c.watch});
    const auto object = wait(cluster);
    REQUIRE_FALSE(object);
    CHECK(to_string(object.error().code) == to_string(c.code));
    CHECK_MESSAGE(has(object.error().describe(), c.message), object.error().describe());
    CHECK(cluster.server->count(watched) <= 1);
  }
}

TEST_CASE("deleted while no watch was open") {
  Cluster cluster;
  cluster.server->on("GET " + betas + "/w", {object(workspace("1")), not_found()})
      .on(watched, {watch({{"MODIFIED", workspace("2")}})});
  const auto object = wait(cluster);
  REQUIRE_FALSE(object);
  CHECK(object.error().code == ErrorCode::not_found);
  CHECK(has(object.error().message, "was deleted while waiting"));
}

TEST_CASE("the deadline and the stop token reach the pauses between two looks") {
  Cluster cluster;
  cluster.server->on("GET " + betas + "/w", {object(workspace("1", {"NodesReady=False/Slow"}))})
      .on(watched, {watch({})});
  SUBCASE("deadline") {
    const auto object = wait(cluster, w, {Deadline::after(std::chrono::milliseconds(300)), {}});
    REQUIRE_FALSE(object);
    CHECK(object.error().code == ErrorCode::timeout);
    CHECK(has(object.error().message, "still waiting for NodesReady (Slow)"));
    CHECK(cluster.server->count(watched) <= 4);  // more and more slowly
  }
  SUBCASE("stop") {
    std::stop_source stop;
    std::jthread later([&stop] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      stop.request_stop();
    });
    const auto start = std::chrono::steady_clock::now();
    const auto object = wait(cluster, w, {Deadline::never(), stop.get_token()});
    REQUIRE_FALSE(object);
    CHECK(object.error().code == ErrorCode::interrupted);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
  }
}

TEST_CASE("an older cluster is waited for in its own version") {
  Cluster cluster;
  auto old = ready("3");
  old.as_object()["apiVersion"] = "kaito.sh/v1alpha1";
  cluster.server->on("GET " + betas + "/w", {not_served()})
      .on("GET " + alphas + "/w", {object(workspace("1"))})
      .on("WATCH " + alphas, {watch({{"MODIFIED", old}})});
  CHECK(wait(cluster));
}

TEST_CASE("an InferenceSet is waited for, too") {
  Cluster cluster;
  const std::string set =
      "{kind: InferenceSet, metadata: {name: s, resourceVersion: '1'}, "
      "spec: {replicas: 1}, status: {readyReplicas: ";
  cluster.server
      ->on("GET " + set_betas + "/s",
           {object(yaml(set + "0, conditions: [{type: InferenceSetReady, status: 'False'}]}}"))})
      .on("WATCH " + set_betas,
          {watch({{"MODIFIED",
                   yaml(set + "1, conditions: [{type: InferenceSetReady, status: 'True'}]}}")}})});
  const auto object = wait(cluster, {k8s::types::inference_set(), "default", "s"});
  REQUIRE_MESSAGE(object, object.error().describe());
  CHECK(phases(cluster) == "accepted serving");
  CHECK(cluster.told(Event::Kind::progress) ==
        std::vector<std::string>{"waiting for 0 of 1 workspaces ready"});
}

// Removal.

const std::string with_finalizer = ", finalizers: [workspace.finalizer.kaito.sh]";

Scripted deleted_at_once() {
  return object(yaml("{kind: Status, status: Success, details: {uid: u1}}"));
}

TEST_CASE("a removal is planned: what goes too, what holds it back") {
  struct {
    std::string name;
    const char* resource;
    const char* nodes;
    std::vector<std::string> goes_too;
  } const cases[] = {
      {"nodes of the operator's",
       "{instanceType: x}",
       "[n1, n2]",
       {"node n1 and its claim", "node n2 and its claim"}},
      {"own nodes stay", "{labelSelector: {}}", "[n1]", {}},
      {"no nodes yet", "{instanceType: x}", "[]", {}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Cluster cluster;
    auto value = workspace("1", {}, with_finalizer);
    value.as_object()["resource"] = yaml(c.resource);
    value.as_object()["status"] = yaml(std::string("{workerNodes: ") + c.nodes + "}");
    cluster.server->on("GET " + betas + "/w", {object(value)});
    const auto plan = plan_removal(*cluster.client, w, soon());
    REQUIRE(plan);
    CHECK(plan->uid == "u1");
    CHECK(plan->ref.type.version == "v1beta1");
    CHECK(plan->goes_too == c.goes_too);
    CHECK(plan->finalizers == std::vector<std::string>{"workspace.finalizer.kaito.sh"});
    CHECK(cluster.server->lines().size() == 1);
  }
}

TEST_CASE("an InferenceSet takes its Workspaces and their nodes along") {
  const k8s::ObjectRef set{k8s::types::inference_set(), "default", "s"};
  Cluster cluster;
  cluster.server->on("GET " + set_betas + "/s", {object(yaml("{metadata: {name: s, uid: u2}}"))})
      .on("GET " + betas, {list_of({yaml("{metadata: {name: s-1}, resource: {instanceType: x}, "
                                         "status: {workerNodes: [n1]}}"),
                                    yaml("{metadata: {name: s-2}}")})});
  const auto plan = plan_removal(*cluster.client, set, soon());
  REQUIRE(plan);
  CHECK(plan->goes_too ==
        std::vector<std::string>{"workspace s-1", "node n1 and its claim", "workspace s-2"});
  CHECK(
      has(cluster.server->lines().back(), "labelSelector=inferenceset.kaito.sh%2Fcreated-by%3Ds"));

  cluster.server->on("GET " + betas, {refusal(403, "Forbidden", "cannot list")});
  const auto blind = plan_removal(*cluster.client, set, soon());
  REQUIRE(blind);
  REQUIRE(blind->goes_too.size() == 1);
  CHECK(has(blind->goes_too[0], "cannot be listed"));
}

TEST_CASE("a removal of what is not there, or in an older cluster") {
  Cluster cluster;
  const auto none = plan_removal(*cluster.client, w, soon());
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::not_found);
  CHECK(has(none.error().hint, "kaitoctl status -A"));

  cluster.server->on("GET " + betas + "/w", {not_served()})
      .on("GET " + alphas + "/w", {object(workspace("1"))});
  const auto old = plan_removal(*cluster.client, w, soon());
  REQUIRE(old);
  CHECK(old->ref.type.version == "v1alpha1");

  cluster.server->on("GET " + alphas + "/w", {not_served()});
  const auto missing = plan_removal(*cluster.client, w, soon());
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::not_served);
  CHECK(has(missing.error().hint, "install KAITO"));
}

RemovalPlan plan() {
  return {w, "u1", {}, {}};
}

TEST_CASE("a removal names exactly the object that was planned") {
  Cluster cluster;
  cluster.server->on("DELETE " + betas + "/w", {deleted_at_once()});
  const auto removed =
      ops::remove(*cluster.client, plan(), true, k8s::DryRun::none, cluster.sink(), soon());
  REQUIRE(removed);
  CHECK(removed->gone);
  REQUIRE(cluster.server->requests().size() == 1);
  const auto body = json::parse(cluster.server->requests()[0].body);
  REQUIRE(body);
  CHECK(json::string_at(*body, {"preconditions", "uid"}) == "u1");
  CHECK(json::string_at(*body, {"propagationPolicy"}) == "Background");
}

TEST_CASE("removals that do not wait, or only rehearse") {
  for (const auto dry_run : {k8s::DryRun::none, k8s::DryRun::server}) {
    Cluster cluster;
    cluster.server->on("DELETE " + betas + "/w", {object(workspace("2", {}, with_finalizer))});
    const bool wait = dry_run == k8s::DryRun::server;  // asked for, but there is nothing to see
    const auto removed =
        ops::remove(*cluster.client, plan(), wait, dry_run, cluster.sink(), soon());
    REQUIRE(removed);
    CHECK_FALSE(removed->gone);
    CHECK(cluster.server->lines().size() == 1);
    CHECK(has(cluster.server->requests()[0].body, "dryRun") == (dry_run == k8s::DryRun::server));
  }
}

TEST_CASE("a removal that is waited for") {
  const auto leaving = workspace("2", {}, with_finalizer);
  auto another = leaving;
  another.as_object()["metadata"].as_object()["uid"] = "u9";
  struct {
    std::string name;
    std::vector<Scripted> gets;
    Scripted watch;
  } const cases[] = {
      {"gone before the first look", {not_found()}, watch({})},
      {"the watch tells", {object(leaving)}, watch({{"DELETED", leaving}})},
      {"gone while no watch was open",
       {object(leaving), not_found()},
       watch({{"MODIFIED", leaving}})},
      {"another one has its name", {object(another)}, watch({})},
      {"another one, told by the watch", {object(leaving)}, watch({{"ADDED", another}})},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Cluster cluster;
    cluster.server->on("DELETE " + betas + "/w", {object(leaving)})
        .on("GET " + betas + "/w", c.gets)
        .on(watched, {c.watch});
    const auto removed =
        ops::remove(*cluster.client, plan(), true, k8s::DryRun::none, cluster.sink(), soon());
    REQUIRE_MESSAGE(removed, removed.error().describe());
    CHECK(removed->gone);
    const auto told = cluster.told(Event::Kind::progress);
    CHECK(told.size() <= 1);  // said once, though looked at more often
    if (!told.empty()) CHECK(told[0] == "waiting for finalizer workspace.finalizer.kaito.sh");
  }
}

TEST_CASE("a removal that takes too long says what holds it") {
  Cluster cluster;
  cluster.server->on("DELETE " + betas + "/w", {object(workspace("2", {}, ", finalizers: [a, b]"))})
      .on("GET " + betas + "/w", {object(workspace("2", {}, ", finalizers: [a, b]"))})
      .on(watched, {watch({{"MODIFIED", workspace("3", {}, ", finalizers: [b]")}}, late())});
  const auto removed =
      ops::remove(*cluster.client, plan(), true, k8s::DryRun::none, cluster.sink(), soon());
  REQUIRE_FALSE(removed);
  CHECK(removed.error().code == ErrorCode::timeout);
  CHECK(removed.error().message ==
        "Workspace \"w\" is not gone yet: still waiting for finalizer b");
  CHECK(has(removed.error().hint, "the deletion goes on"));
  CHECK(
      cluster.told(Event::Kind::progress) ==
      std::vector<std::string>{"waiting for finalizer a, finalizer b", "waiting for finalizer b"});
}

TEST_CASE("a removal that is refused") {
  for (const auto& [answer, code] : std::vector<std::pair<Scripted, ErrorCode>>{
           {refusal(403, "Forbidden", "no"), ErrorCode::forbidden},
           {refusal(409, "Conflict", "the uid differs"), ErrorCode::conflict},
           {not_found(), ErrorCode::not_found}}) {
    Cluster cluster;
    cluster.server->on("DELETE " + betas + "/w", {answer});
    const auto removed =
        ops::remove(*cluster.client, plan(), true, k8s::DryRun::none, cluster.sink(), soon());
    REQUIRE_FALSE(removed);
    CHECK(removed.error().code == code);
    CHECK(cluster.server->lines().size() == 1);
  }
}

}  // namespace
}  // namespace kaito::ops::test
