// status: what the operator has written, read back.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <csignal>

#include "contains.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"
#include "scene.hpp"

namespace kaito::e2e {
namespace {

using json::string_at;
using Words = std::vector<std::string>;

const Words header{"NAME",           "INSTANCE",       "NODES", "RESOURCEREADY",
                   "INFERENCEREADY", "WORKSPACEREADY", "AGE"};

/// The last word of a row is the age: some seconds.
Words without_age(Words row) {
  REQUIRE_FALSE(row.empty());
  CHECK(row.back().back() == 's');
  row.pop_back();
  return row;
}

std::string waiting_status() {
  return "targetNodeCount: 2\nworkerNodes: [aks-1]\nstate: Pending\n" +
         conditions({condition("NodeClaimReady", "True", "NodeClaimsReady"),
                     condition("ResourceReady", "False", "workspaceResourceStatusNotReady",
                               "1 of 2 nodes are ready")});
}

std::string ready_status() {
  return "targetNodeCount: 2\nworkerNodes: [aks-1, aks-2]\nstate: Ready\n" +
         conditions({condition("ResourceReady", "True", "workspaceResourceStatusSuccess"),
                     condition("InferenceReady", "True", "WorkspaceInferenceStatusSuccess"),
                     condition("WorkspaceSucceeded", "True", "workspaceSucceeded")});
}

/// The object as printed and as stored are the same, but for managedFields.
void check_same(json::Value printed, const k8s::ObjectRef& ref) {
  auto stored = target().client().get(ref, soon());
  REQUIRE(stored);
  stored->value().at("metadata").as_object().erase("managedFields");
  INFO(json::write(printed));
  INFO(json::write(stored->value()));
  CHECK((json::Document(std::move(printed)) == *stored));
}

TEST_CASE("the table follows the operator") {
  const Scene scene;
  scene.create_workspace("ws");
  auto outcome = scene.run({"status"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(line_of(outcome.out, "NAME") == header);
  CHECK(without_age(line_of(outcome.out, "ws")) ==
        Words{"ws", "Standard_NC24ads_A100_v4", "0/?", "-", "-", "-"});

  scene.patch_status(scene.workspace_ref("ws"), waiting_status());
  outcome = scene.run({"status"});
  CHECK(without_age(line_of(outcome.out, "ws")) ==
        Words{"ws", "Standard_NC24ads_A100_v4", "1/2", "False", "-", "-"});

  scene.patch_status(scene.workspace_ref("ws"), ready_status());
  outcome = scene.run({"status", "--no-headers"});
  CHECK(outcome.out.find("NAME") == std::string::npos);
  CHECK(without_age(line_of(outcome.out, "ws")) ==
        Words{"ws", "Standard_NC24ads_A100_v4", "2/2", "True", "True", "True"});
}

TEST_CASE("more columns, more namespaces, fewer rows") {
  const Scene scene;
  scene.create_workspace("one");
  scene.create_workspace("two");
  scene.patch(scene.workspace_ref("two"), "metadata: {labels: {team: blue}}");
  scene.patch_status(scene.workspace_ref("one"), ready_status());

  const auto wide = scene.run({"status", "-o", "wide"});
  auto wide_header = header;
  wide_header.insert(wide_header.end(), {"MODEL", "RUNTIME", "STATE", "JOBSTARTED", "WORKERS"});
  CHECK(line_of(wide.out, "NAME") == wide_header);
  const auto row = line_of(wide.out, "one");
  REQUIRE(row.size() == wide_header.size());
  CHECK(Words(row.begin() + 7, row.end()) ==
        Words{"phi-3-mini-4k-instruct", "vllm", "Ready", "-", "aks-1,aks-2"});

  const auto all = scene.run({"status", "-A"});
  CHECK(line_of(all.out, "NAMESPACE").size() == header.size() + 1);
  CHECK(line_of(all.out, scene.namespace_()).size() == header.size() + 1);

  const auto some = scene.run({"status", "-l", "team=blue"});
  CHECK(line_of(some.out, "one").empty());
  CHECK_FALSE(line_of(some.out, "two").empty());
  const auto none = scene.run({"status", "-l", "team=red"});
  CHECK(none.exit_code == 0);
  CHECK(none.out == "");
  CHECK(none.err == Contains("No workspaces found"));
}

TEST_CASE("a tuning Workspace's job") {
  const Scene scene;
  scene.create(k8s::types::workspace(), R"(
apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: tune}
resource:
  instanceType: Standard_NC24ads_A100_v4
  labelSelector: {matchLabels: {apps: phi-3}}
tuning:
  preset: {name: phi-3-mini-128k-instruct}
  method: qlora
  input: {urls: ["https://example.com/data.parquet"]}
  output: {image: "registry.example.com/out:1", imagePushSecret: push}
)");
  scene.patch_status(
      scene.workspace_ref("tune"),
      "workerNodes: [aks-1]\n" +
          conditions({condition("ResourceReady", "True", "r"),
                      condition("JobStarted", "True", "WorkspaceTuningJobStatusStarted")}));
  const auto outcome = scene.run({"status", "-o", "wide"});
  const auto row = line_of(outcome.out, "tune");
  REQUIRE(row.size() == 12);
  CHECK(row[2] == "1/1");
  CHECK(row[10] == "True");
}

TEST_CASE("machine-readable output is the cluster's own objects") {
  const Scene scene;
  scene.create_workspace("one");
  scene.create_workspace("two");
  scene.patch_status(scene.workspace_ref("one"), ready_status());

  const auto as_json = scene.run({"status", "one", "-o", "json"});
  CHECK(as_json.exit_code == 0);
  CHECK(as_json.err == "");
  const auto parsed = json::parse(as_json.out);
  REQUIRE(parsed);
  check_same(*parsed, scene.workspace_ref("one"));

  const auto as_yaml = scene.run({"status", "one", "-o", "yaml"});
  CHECK(as_yaml.exit_code == 0);
  check_same(value_of(as_yaml.out), scene.workspace_ref("one"));

  const auto list = json::parse(scene.run({"status", "-o", "json"}).out);
  REQUIRE(list);
  CHECK(string_at(*list, {"kind"}) == "List");
  CHECK(string_at(*list, {"apiVersion"}) == "v1");
  const auto* items = json::find(*list, {"items"});
  REQUIRE(items != nullptr);
  REQUIRE(items->is_array());
  REQUIRE(items->get_array().size() == 2);
  check_same(items->get_array()[0], scene.workspace_ref("one"));

  CHECK(scene.run({"status", "-o", "name"}).out ==
        "workspace.kaito.sh/one\nworkspace.kaito.sh/two\n");
  const auto unknown = scene.run({"status", "-o", "jsn"});
  CHECK(unknown.exit_code == 2);
  CHECK(unknown.out == "");
}

TEST_CASE("one workspace in detail: conditions, nodes, claims, pods, endpoint, events") {
  const Scene scene;
  const auto& space = scene.namespace_();
  scene.create_workspace("ws");
  scene.create(k8s::types::node(), fmt::format(R"(
apiVersion: v1
kind: Node
metadata: {{name: node-{}, labels: {{node.kubernetes.io/instance-type: Standard_NC24ads_A100_v4}}}}
)",
                                               space));
  scene.patch_status({k8s::types::node(), "", "node-" + space},
                     "capacity: {nvidia.com/gpu: \"1\"}\nconditions: [{type: Ready, status: "
                     "\"True\", reason: KubeletReady}]\n");
  scene.create(k8s::types::node_claim(), fmt::format(R"(
apiVersion: karpenter.sh/v1
kind: NodeClaim
metadata:
  name: claim-{0}
  labels: {{kaito.sh/workspace: ws, kaito.sh/workspacenamespace: {0}}}
spec:
  nodeClassRef: {{group: karpenter.azure.com, kind: AKSNodeClass, name: default}}
  requirements: []
)",
                                                     space));
  scene.create(k8s::types::pod(), fmt::format(R"(
apiVersion: v1
kind: Pod
metadata: {{name: ws-0, labels: {{kaito.sh/workspace: ws}}}}
spec: {{nodeName: node-{}, containers: [{{name: model, image: "example.com/model:1"}}]}}
)",
                                              space));
  scene.create(k8s::types::event(), fmt::format(R"(
apiVersion: v1
kind: Event
metadata: {{name: ws.1}}
involvedObject: {{apiVersion: kaito.sh/v1beta1, kind: Workspace, name: ws, namespace: {}}}
type: Warning
reason: SlowPull
message: "pulling the image takes its time"
lastTimestamp: "2026-01-02T03:04:05Z"
)",
                                                space));
  scene.patch_status(
      scene.workspace_ref("ws"),
      fmt::format("targetNodeCount: 1\nworkerNodes: [node-{}]\n", space) +
          conditions(
              {condition("ResourceReady", "True", "workspaceResourceStatusSuccess"),
               condition("InferenceReady", "False", "ContainerCreating", "pulling the image")}));

  const auto outcome = scene.run({"status", "ws"});
  INFO(outcome.out);
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(line_of(outcome.out, "Model:") == Words{"Model:", "phi-3-mini-4k-instruct"});
  CHECK(line_of(outcome.out, "Nodes:")[1] == "1/1");
  CHECK(line_of(outcome.out, "Endpoint:")[1] == "http://ws." + space + ".svc.cluster.local:80");
  const auto inference = line_of(outcome.out, "InferenceReady");
  REQUIRE(inference.size() >= 5);
  CHECK(inference[1] == "False");
  CHECK(inference[3] == "ContainerCreating");
  CHECK(outcome.out == Contains("pulling the image"));
  const auto node = line_of(outcome.out, "node-" + space);
  REQUIRE(node.size() >= 4);
  CHECK(Words(node.begin() + 1, node.begin() + 4) ==
        Words{"Ready", "Standard_NC24ads_A100_v4", "1"});
  CHECK_FALSE(line_of(outcome.out, "claim-" + space).empty());
  CHECK_FALSE(line_of(outcome.out, "ws-0").empty());
  CHECK(outcome.out == Contains("SlowPull"));
  CHECK(outcome.out.find("not shown") == std::string::npos);
}

TEST_CASE("text from the cluster cannot steer the terminal") {
  const Scene scene;
  scene.create_workspace("ws");
  scene.patch_status(scene.workspace_ref("ws"),
                     conditions({condition("ResourceReady", "False", "r", R"(\e[31mred\a)")}));
  const auto outcome = scene.run({"status", "ws"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out.find('\x1b') == std::string::npos);
  CHECK(outcome.out.find('\a') == std::string::npos);
  CHECK(outcome.out == Contains("\\x1b[31mred\\x07"));
}

TEST_CASE("status -w prints a line for each change, until it is interrupted") {
  const Scene scene;
  scene.create_workspace("ws");
  for (const bool named : {false, true}) {
    CAPTURE(named);
    scene.patch_status(scene.workspace_ref("ws"), waiting_status());
    const auto watching =
        named ? scene.start({"status", "ws", "-w"}) : scene.start({"status", "-w"});
    REQUIRE(watching->prints("1/2"));
    scene.patch_status(scene.workspace_ref("ws"), ready_status());
    REQUIRE(watching->prints("2/2"));
    REQUIRE(watching->prints("\n"));
    watching->send(SIGINT);
    const auto outcome = watching->finish();
    CHECK(outcome.exit_code == 130);
    CHECK(std::count(outcome.out.begin(), outcome.out.end(), '\n') == 3);
    CHECK(outcome.out.starts_with("NAME"));
  }
}

TEST_CASE("status -w tells of a new workspace, and SIGTERM ends it too") {
  const Scene scene;
  scene.create_workspace("first");
  const auto watching = scene.start({"status", "-w"});
  REQUIRE(watching->prints("first"));
  scene.create_workspace("second");
  REQUIRE(watching->prints("second"));
  watching->send(SIGTERM);
  CHECK(watching->finish().exit_code == 143);
}

TEST_CASE("a name that is not there") {
  const Scene scene;
  const auto outcome = scene.run({"status", "nobody"});
  CHECK(outcome.exit_code == 5);
  CHECK(outcome.out == "");
  CHECK(outcome.err == Contains("\"nobody\""));
  CHECK(outcome.err == Contains("hint: kaitoctl status -A"));
}

}  // namespace
}  // namespace kaito::e2e
