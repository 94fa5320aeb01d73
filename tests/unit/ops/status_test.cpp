// The status table, one Workspace in detail, and where it is reached.
#include "kaito/ops/status.hpp"

#include <utility>

#include "cluster.hpp"

namespace kaito::ops::test {
namespace {

Instant now() {
  const auto time = parse_time("2026-01-01T05:00:00Z");
  REQUIRE(time);
  return *time;
}

/// A row in one line, the columns of `-o wide` separated by bars.
std::string line(const StatusRow& row) {
  std::string text;
  bool first = true;
  for (const auto* column :
       {&row.namespace_, &row.name, &row.kind, &row.instance, &row.nodes, &row.resource_ready,
        &row.inference_ready, &row.workspace_ready, &row.age, &row.model, &row.runtime, &row.state,
        &row.job_started, &row.workers})
    text += (std::exchange(first, false) ? "" : "|") + *column;
  return text;
}

TEST_CASE("rows of the status table") {
  struct {
    std::string name;
    const char* text;
    std::string row;
  } const cases[] = {
      {"ready", R"(
metadata: {name: w, namespace: ns, creationTimestamp: "2026-01-01T00:00:00Z"}
resource: {instanceType: Standard_NC24ads_A100_v4, count: 1}
inference: {preset: {name: phi-4}}
status:
  state: Ready
  targetNodeCount: 2
  workerNodes: [n1, n2]
  conditions:
  - {type: ResourceReady, status: "True"}
  - {type: InferenceReady, status: "True"}
  - {type: WorkspaceSucceeded, status: "True"}
)",
       "ns|w|inference|Standard_NC24ads_A100_v4|2/2|True|True|True|5h|phi-4|vllm|Ready||n1,n2"},
      {"just made", R"(
metadata: {name: w, namespace: ns, creationTimestamp: "2026-01-01T04:59:30Z"}
resource: {instanceType: x}
inference: {preset: {name: phi-4}}
)",
       "ns|w|inference|x|0/?||||30s|phi-4|vllm|||"},
      {"waiting for nodes", R"(
metadata: {name: w, namespace: ns, creationTimestamp: "2026-01-01T04:56:40Z"}
resource: {instanceType: x}
inference: {preset: {name: phi-4}}
status:
  state: Pending
  targetNodeCount: 2
  workerNodes: [n1]
  conditions:
  - {type: ResourceReady, status: "False"}
  - {type: InferenceReady, status: "False"}
  - {type: WorkspaceSucceeded, status: "False"}
)",
       "ns|w|inference|x|1/2|False|False|False|3m20s|phi-4|vllm|Pending||n1"},
      {"count not computed yet", R"(
metadata: {name: w}
resource: {instanceType: x, count: 3}
inference: {preset: {name: phi-4}}
status: {targetNodeCount: 0, conditions: [{type: ResourceReady, status: "True"}]}
)",
       "|w|inference|x|0/?|True||||phi-4|vllm|||"},
      {"an operator before 0.7", R"(
metadata: {name: w}
resource: {instanceType: x, count: 3}
inference: {preset: {name: phi-4}}
status: {workerNodes: [n1], conditions: [{type: ResourceReady, status: "True"}]}
)",
       "|w|inference|x|1/3|True||||phi-4|vllm|||n1"},
      {"the summary of 0.2", R"(
metadata: {name: w}
resource: {instanceType: x}
inference: {preset: {name: falcon-7b}}
status:
  workerNodes: [n1]
  conditions: [{type: WorkspaceReady, status: "False"}, {type: InferenceReady, status: Unknown}]
)",
       "|w|inference|x|1/1||Unknown|False||falcon-7b|vllm|||n1"},
      {"tuning", R"(
metadata: {name: t}
resource: {instanceType: x}
tuning: {preset: {name: phi-4}, method: lora}
status:
  state: Running
  conditions:
  - {type: ResourceReady, status: "True"}
  - {type: JobStarted, status: "True"}
  - {type: WorkspaceSucceeded, status: "False"}
)",
       "|t|tuning|x|0/1|True||False||phi-4||Running|True|"},
      {"own nodes, transformers", R"(
metadata: {name: w, annotations: {kaito.sh/runtime: transformers}}
resource: {labelSelector: {matchLabels: {a: b}}}
inference: {preset: {name: phi-4}}
)",
       "|w|inference||0/?|||||phi-4|transformers|||"},
      {"a runtime that there is not means vllm", R"(
metadata: {name: w, annotations: {kaito.sh/runtime: tranformers}}
inference: {preset: {name: phi-4}}
)",
       "|w|inference||0/?|||||phi-4|vllm|||"},
      {"pods of one's own", R"(
metadata: {name: w}
inference: {template: {spec: {containers: []}}}
)",
       "|w|inference||0/?|||||(template)||||"},
      {"being deleted", R"(
metadata: {name: w, deletionTimestamp: "2026-01-01T04:00:00Z"}
inference: {preset: {name: phi-4}}
status: {state: Ready}
)",
       "|w|inference||0/?|||||phi-4|vllm|Deleting||"},
      {"made in the future, within a second", R"(
metadata: {name: w, creationTimestamp: "2026-01-01T05:00:01Z"}
inference: {}
)",
       "|w|inference||0/?||||0s||vllm|||"},
      {"of the wrong types all over", R"(
metadata: {name: 1, creationTimestamp: yesterday}
resource: text
inference: 3
status: {workerNodes: n1, targetNodeCount: many, conditions: {}}
)",
       "||inference||0/?||||||vllm|||"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(line(status_row(yaml(c.text), now())) == c.row);
  }
}

const k8s::ObjectRef w{k8s::types::workspace(), "default", "w"};
const std::string pods = core + "/pods";
const std::string events = core + "/events";
const std::string claims = "/apis/karpenter.sh/v1/nodeclaims";

json::Value workspace(const std::string& status, const std::string& spec = "inference: {}") {
  return yaml(
      "apiVersion: kaito.sh/v1beta1\nkind: Workspace\n"
      "metadata: {name: w, namespace: default}\n"
      "resource: {instanceType: x, labelSelector: {matchLabels: {apps: w, zone: '1'}}}\n" +
      spec + "\n" + (status.empty() ? "" : "status: " + status + "\n"));
}
json::Value named(const std::string& name) {
  return yaml("{metadata: {name: " + name + "}}");
}
std::vector<std::string> names_of(const std::vector<json::Document>& objects) {
  std::vector<std::string> names;
  for (const auto& object : objects)
    names.emplace_back(json::string_at(object.value(), {"metadata", "name"}));
  return names;
}

TEST_CASE("one Workspace in detail") {
  Cluster cluster;
  cluster.server
      ->on("GET " + betas + "/w",
           {object(workspace("{workerNodes: [n1, n2], conditions: [{type: A, status: 'True'}]}"))})
      .on("GET " + pods, {list_of({named("w-0")})})
      .on("GET /api/v1/nodes/n1", {object(named("n1"))})
      .on("GET /api/v1/nodes/n2", {object(named("n2"))})
      .on("GET " + claims, {list_of({named("c1"), named("c2")})})
      .on("GET " + events, {list_of({named("e1")})});
  const auto detail = status_detail(*cluster.client, w, soon());
  REQUIRE_MESSAGE(detail, detail.error().describe());
  CHECK(names_of(detail->pods) == std::vector<std::string>{"w-0"});
  CHECK(names_of(detail->nodes) == std::vector<std::string>{"n1", "n2"});
  CHECK(names_of(detail->node_claims) == std::vector<std::string>{"c1", "c2"});
  CHECK(names_of(detail->events) == std::vector<std::string>{"e1"});
  CHECK(detail->endpoint == "http://w.default.svc.cluster.local:80");
  CHECK(detail->not_readable.empty());
  CHECK(cluster.server->lines() ==
        std::vector<std::string>{
            "GET " + betas + "/w",
            "GET " + pods + "?labelSelector=kaito.sh%2Fworkspace%3Dw&limit=500",
            "GET /api/v1/nodes/n1", "GET /api/v1/nodes/n2",
            "GET " + claims +
                "?labelSelector=kaito.sh%2Fworkspace%3Dw%2Ckaito.sh%2Fworkspacenamespace%3Ddefault"
                "&limit=500",
            "GET " + events +
                "?fieldSelector=involvedObject.name%3Dw%2CinvolvedObject.kind%3DWorkspace"
                "&limit=500"});
}

TEST_CASE("only what can exist is asked for") {
  struct {
    std::string name;
    json::Value value;
    std::vector<std::string> asked;  ///< behind the GET of the Workspace, without queries
    const char* endpoint;
  } const cases[] = {
      {"no operator has looked at it",
       workspace(""),
       {events},
       "http://w.default.svc.cluster.local:80"},
      {"tuning", workspace("{conditions: []}", "tuning: {}"), {pods, claims, claims, events}, ""},
      {"no nodes yet",
       workspace("{conditions: []}"),
       {pods, claims, claims, events},
       "http://w.default.svc.cluster.local:80"},
      {"own nodes",
       yaml("{metadata: {name: w}, resource: {labelSelector: {}}, inference: {}, "
            "status: {conditions: []}}"),
       {pods, events},
       "http://w.default.svc.cluster.local:80"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Cluster cluster;
    cluster.server->on("GET " + betas + "/w", {object(c.value)});
    for (const auto& path : {pods, events, claims})
      cluster.server->on("GET " + path, {list_of({})});
    const auto detail = status_detail(*cluster.client, w, soon());
    REQUIRE(detail);
    std::vector<std::string> asked;
    for (const auto& asked_line : cluster.server->lines())
      asked.push_back(asked_line.substr(4, asked_line.find('?') - 4));
    asked.erase(asked.begin());
    CHECK(asked == c.asked);
    CHECK(detail->endpoint == c.endpoint);
    CHECK(detail->not_readable.empty());
  }
}

TEST_CASE("claims of the other provisioner") {
  Cluster cluster;
  cluster.server->on("GET " + betas + "/w", {object(workspace("{conditions: []}"))})
      .on("GET " + pods, {list_of({})})
      .on("GET " + events, {list_of({})})
      .on("GET " + claims, {list_of({}), list_of({named("k1")})});
  const auto detail = status_detail(*cluster.client, w, soon());
  REQUIRE(detail);
  CHECK(names_of(detail->node_claims) == std::vector<std::string>{"k1"});
  CHECK(has(cluster.server->lines()[3],
            "karpenter.kaito.sh%2Fworkspace-name%3Dw%2C"
            "karpenter.kaito.sh%2Fworkspace-namespace%3Ddefault"));
}

TEST_CASE("many nodes are asked for at once, by the Workspace's labels") {
  Cluster cluster;
  cluster.server
      ->on("GET " + betas + "/w",
           {object(
               workspace("{workerNodes: [n1, n2, n3, n4, n5, n6, n7, n8, n9], conditions: []}"))})
      .on("GET " + pods, {list_of({})})
      .on("GET " + events, {list_of({})})
      .on("GET " + claims, {list_of({named("c")})})
      .on("GET /api/v1/nodes", {list_of({named("n9"), named("other"), named("n1")})});
  const auto detail = status_detail(*cluster.client, w, soon());
  REQUIRE(detail);
  CHECK(names_of(detail->nodes) == std::vector<std::string>{"n9", "n1"});
  CHECK(has(cluster.server->lines()[2], "/nodes?labelSelector=apps%3Dw%2Czone%3D1"));
}

TEST_CASE("parts that cannot be read are noted, kinds that are not there are not") {
  Cluster cluster;
  cluster.server
      ->on("GET " + betas + "/w", {object(workspace("{workerNodes: [n1, n2], conditions: []}"))})
      .on("GET " + pods, {refusal(403, "Forbidden", "cannot list pods")})
      .on("GET /api/v1/nodes/n1", {refusal(403, "Forbidden", "cannot get nodes")})
      .on("GET " + events, {refusal(500, "InternalError", "etcd")})
      .on("GET " + claims, {not_served()});
  const auto detail = status_detail(*cluster.client, w, soon());
  REQUIRE(detail);
  REQUIRE(detail->not_readable.size() == 3);
  CHECK(has(detail->not_readable[0], "pods: "));
  CHECK(has(detail->not_readable[0], "cannot list pods"));
  CHECK(has(detail->not_readable[1], "node n1: "));
  CHECK(has(detail->not_readable[2], "events: "));
  CHECK(cluster.server->count("GET /api/v1/nodes/n2") == 0);  // no right is no right
}

TEST_CASE("a node that has gone does not hide the others") {
  Cluster cluster;
  cluster.server
      ->on("GET " + betas + "/w", {object(workspace("{workerNodes: [n1, n2], conditions: []}"))})
      .on("GET " + pods, {list_of({})})
      .on("GET " + events, {list_of({})})
      .on("GET " + claims, {list_of({})})
      .on("GET /api/v1/nodes/n2", {object(named("n2"))});
  const auto detail = status_detail(*cluster.client, w, soon());
  REQUIRE(detail);
  CHECK(names_of(detail->nodes) == std::vector<std::string>{"n2"});
  REQUIRE(detail->not_readable.size() == 1);
  CHECK(has(detail->not_readable[0], "node n1"));
}

TEST_CASE("events: the last ten, newest last, whatever field says when") {
  std::vector<json::Value> list;
  const auto event = [&](const std::string& name, const std::string& times) {
    list.push_back(yaml("{metadata: {name: " + name + "}, " + times + "}"));
  };
  event("e11", "lastTimestamp: '2026-01-01T00:00:11Z'");
  event("e10", "lastTimestamp: null, eventTime: '2026-01-01T00:00:10.500000Z'");
  event("e12", "firstTimestamp: '2026-01-01T00:00:12Z'");
  for (int second = 1; second < 10; ++second)
    event("e" + std::to_string(second),
          "lastTimestamp: '2026-01-01T00:00:0" + std::to_string(second) + "Z'");
  Cluster cluster;
  cluster.server->on("GET " + betas + "/w", {object(workspace(""))})
      .on("GET " + events, {list_of(list)});
  const auto detail = status_detail(*cluster.client, w, soon());
  REQUIRE(detail);
  CHECK(names_of(detail->events) ==
        std::vector<std::string>{"e3", "e4", "e5", "e6", "e7", "e8", "e9", "e10", "e11", "e12"});
}

TEST_CASE("an InferenceSet in detail, in the version that is served") {
  const k8s::ObjectRef set{k8s::types::inference_set(), "default", "s"};
  Cluster cluster;
  cluster.server->on("GET " + set_betas + "/s", {not_served()})
      .on("GET " + set_alphas + "/s",
          {object(yaml("{metadata: {name: s}, status: {conditions: []}}"))})
      .on("GET " + events, {list_of({})});
  const auto detail = status_detail(*cluster.client, set, soon());
  REQUIRE(detail);
  CHECK(detail->endpoint.empty());
  CHECK(cluster.server->lines().size() == 3);
  CHECK(has(cluster.server->lines()[2], "involvedObject.kind%3DInferenceSet"));
}

TEST_CASE("a stop request ends the detail, it is not a part that cannot be read") {
  Cluster cluster;
  std::stop_source stop;
  stop.request_stop();
  cluster.server->on("GET " + betas + "/w", {object(workspace("{conditions: []}"))});
  const auto detail = status_detail(*cluster.client, w, {Deadline::never(), stop.get_token()});
  REQUIRE_FALSE(detail);
  CHECK(detail.error().code == ErrorCode::interrupted);
}

TEST_CASE("get and list: the newest version, and the older one only where it is not served") {
  SUBCASE("one request where the newest is served") {
    Cluster cluster;
    cluster.server->on("GET " + betas + "/w", {object(workspace(""))})
        .on("GET " + betas, {list_of({workspace(""), named("x")})});
    REQUIRE(get_workspace(*cluster.client, "default", "w", soon()));
    k8s::ListOptions options;
    options.label_selector = "a=b";
    const auto list = list_workspaces(*cluster.client, "default", options, soon());
    REQUIRE(list);
    CHECK(list->items.size() == 2);
    CHECK(list->resource_version == "100");
    CHECK(cluster.server->lines() ==
          std::vector<std::string>{"GET " + betas + "/w",
                                   "GET " + betas + "?labelSelector=a%3Db&limit=500"});
  }
  SUBCASE("the older") {
    Cluster cluster;
    cluster.server->on("GET " + betas + "/w", {not_served()})
        .on("GET " + alphas + "/w", {object(workspace(""))})
        .on("GET " + group + "/v1beta1/workspaces", {not_served()})
        .on("GET " + group + "/v1alpha1/workspaces", {list_of({named("x")})});
    CHECK(get_workspace(*cluster.client, "default", "w", soon()));
    const auto list = list_workspaces(*cluster.client, "", {}, soon());
    REQUIRE(list);
    CHECK(json::string_at(list->items[0].value(), {"apiVersion"}) == "kaito.sh/v1alpha1");
  }
  SUBCASE("neither") {
    Cluster cluster;
    for (const auto& path : {betas, alphas})
      cluster.server->on("GET " + path + "/w", {not_served()}).on("GET " + path, {not_served()});
    const auto one = get_workspace(*cluster.client, "default", "w", soon());
    const auto list = list_workspaces(*cluster.client, "default", {}, soon());
    REQUIRE_FALSE(one);
    REQUIRE_FALSE(list);
    for (const auto& error : {one.error(), list.error()}) {
      CHECK(error.code == ErrorCode::not_served);
      CHECK(has(error.message, "does not serve the kind Workspace of KAITO (kaito.sh)"));
      CHECK(has(error.hint, "install KAITO"));
      CHECK(has(error.hint, "kaitoctl sandbox up"));
    }
  }
  SUBCASE("a name that is not there is not looked for in the other version") {
    Cluster cluster;
    const auto one = get_workspace(*cluster.client, "default", "w", soon());
    REQUIRE_FALSE(one);
    CHECK(one.error().code == ErrorCode::not_found);
    CHECK(has(one.error().hint, "kaitoctl status -A"));
    CHECK(cluster.server->lines().size() == 1);
  }
}

TEST_CASE("endpoints") {
  const std::string service = core + "/services/w";
  const std::string exposed =
      "{metadata: {name: w, annotations: {kaito.sh/enablelb: 'True'}}, inference: {}, status: "
      "{conditions: [{type: InferenceReady, status: 'True'}]}}";
  const auto with_ingress = [](const std::string& ingress) {
    return object(yaml("{status: {loadBalancer: {ingress: [" + ingress + "]}}}"));
  };
  struct {
    std::string name;
    json::Value workspace;
    Scripted service;
    const char* external;
    bool ready;
    std::size_t requests;
  } const cases[] = {
      {"in the cluster alone", workspace(""), not_found(), "", false, 1},
      {"ready", workspace("{conditions: [{type: InferenceReady, status: 'True'}]}"), not_found(),
       "", true, 1},
      {"exposed, by address", yaml(exposed), with_ingress("{ip: 20.1.2.3}"), "http://20.1.2.3:80",
       true, 2},
      {"exposed, by name", yaml(exposed), with_ingress("{hostname: x.elb.example}"),
       "http://x.elb.example:80", true, 2},
      {"exposed, IPv6", yaml(exposed), with_ingress("{ip: '2001:db8::1'}"),
       "http://[2001:db8::1]:80", true, 2},
      {"exposed, no address yet", yaml(exposed), with_ingress(""), "", true, 2},
      {"exposed, an empty entry", yaml(exposed), with_ingress("{}"), "", true, 2},
      {"exposed, no Service yet", yaml(exposed), not_found(), "", true, 2},
      {"exposed in the wrong letter case, which is not",
       yaml("{metadata: {name: w, annotations: {kaito.sh/enablelb: 'true'}}, inference: {}}"),
       with_ingress("{ip: 20.1.2.3}"), "", false, 1},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Cluster cluster;
    cluster.server->on("GET " + betas + "/w", {object(c.workspace)})
        .on("GET " + service, {c.service});
    const auto found = endpoint(*cluster.client, "default", "w", soon());
    REQUIRE_MESSAGE(found, found.error().describe());
    CHECK(found->cluster_url == "http://w.default.svc.cluster.local:80");
    CHECK(found->proxy_url ==
          "https://cluster.example/api/v1/namespaces/default/services/w:80/proxy");
    CHECK(found->external_url == c.external);
    CHECK(found->ready == c.ready);
    CHECK(cluster.server->lines().size() == c.requests);
  }
}

TEST_CASE("no endpoint") {
  Cluster tuning;
  tuning.server->on("GET " + betas + "/w", {object(workspace("", "tuning: {}"))});
  const auto none = endpoint(*tuning.client, "default", "w", soon());
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::invalid);
  CHECK(has(none.error().message, "tunes a model"));

  Cluster missing;
  const auto nobody = endpoint(*missing.client, "default", "w", soon());
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().code == ErrorCode::not_found);

  Cluster forbidden;
  forbidden.server
      ->on("GET " + betas + "/w",
           {object(yaml("{metadata: {name: w, annotations: {kaito.sh/enablelb: 'True'}}, "
                        "inference: {}}"))})
      .on("GET " + core + "/services/w", {refusal(403, "Forbidden", "cannot get services")});
  const auto denied = endpoint(*forbidden.client, "default", "w", soon());
  REQUIRE_FALSE(denied);
  CHECK(denied.error().code == ErrorCode::forbidden);
}

}  // namespace
}  // namespace kaito::ops::test
