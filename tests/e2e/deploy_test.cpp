// deploy: again, with changes, over fields of others, without doing it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "contains.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "onlooker.hpp"
#include "scene.hpp"
#include "stored_object.hpp"

namespace kaito::e2e {
namespace {

using json::string_at;

std::string adapter_workspace(const std::string& strength, const std::string& team = "") {
  return fmt::format(R"(apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata:
  name: ws
  annotations: {{kaito.sh/runtime: transformers}}
{}resource:
  instanceType: Standard_NC24ads_A100_v4
  labelSelector:
    matchLabels:
      apps: phi-3
inference:
  preset:
    name: phi-3-mini-128k-instruct
  adapters:
    - source:
        name: adapter
        image: registry.example.com/adapter:0.0.1
      strength: "{}"
)",
                     team.empty() ? "" : "  labels: {team: " + team + "}\n", strength);
}

TEST_CASE("deployed again, nothing changes") {
  const Scene scene;
  const auto file = scene.write("ws.yaml", adapter_workspace("1.0"));
  REQUIRE(scene.run({"deploy", "-f", file}).exit_code == 0);
  const auto version = scene.resource_version("ws");

  const auto again = scene.run({"deploy", "-f", file});
  CHECK(again.exit_code == 0);
  CHECK(again.out == "workspace.kaito.sh/ws unchanged\n");
  CHECK(again.err == "");
  CHECK(scene.resource_version("ws") == version);
}

TEST_CASE("a model by its short name") {
  const Scene scene;
  const auto outcome = scene.run({"deploy", "phi-3-mini"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "workspace.kaito.sh/workspace-phi-3-mini created\n");
  CHECK(outcome.err == Contains("phi-3-mini-4k-instruct"));
  const auto stored = scene.stored_workspace("workspace-phi-3-mini");
  CHECK(string_at(stored, {"inference", "preset", "name"}) == "phi-3-mini-4k-instruct");
  CHECK(string_at(stored, {"resource", "labelSelector", "matchLabels", "apps"}) != "");
  CHECK(outcome.err == Contains(std::string(string_at(stored, {"resource", "instanceType"}))));

  const auto again = scene.run({"deploy", "phi-3-mini"});
  CHECK(again.out == "workspace.kaito.sh/workspace-phi-3-mini unchanged\n");
}

/// An operator of the cluster, as its Deployment tells of it. It is looked for in all namespaces:
/// it goes with the case.
class Operator {
 public:
  Operator(const Scene& scene, const std::string& container) : scene_(scene) {
    scene.create(k8s::types::deployment(), R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: kaito-workspace, labels: {app.kubernetes.io/name: workspace}}
spec:
  replicas: 0
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: workspace, )" + container +
                                               "}]}\n");
  }
  ~Operator() {
    CHECK(target().client().remove(scene_.ref(k8s::types::deployment(), "kaito-workspace"), {},
                                   soon()));
  }
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

 private:
  const Scene& scene_;
};

TEST_CASE("the instance type is chosen for the cloud and the release of the cluster's operator") {
  struct {
    std::string container;
    std::vector<std::string> flags;
    const char* type;
  } const cases[] = {
      {"image: 'mcr.microsoft.com/aks/kaito/workspace:0.12.0', "
       "env: [{name: CLOUD_PROVIDER, value: aws}]",
       {},
       "g5.xlarge"},
      {"image: 'mcr.microsoft.com/aks/kaito/workspace:0.12.0', "
       "env: [{name: CLOUD_PROVIDER, value: azure}]",
       {},
       "Standard_NV36ads_A10_v5"},
      {"image: 'mcr.microsoft.com/aks/kaito/workspace:0.8.1'", {}, "Standard_NC6s_v3"},
      {"image: 'mcr.microsoft.com/aks/kaito/workspace:0.12.0'", {"--cloud", "aws"}, "g5.xlarge"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.container);
    Scene scene;
    const Operator there(scene, c.container);
    RequestRecorder recorder;
    scene.connect(recorder.url(), recorder.ca_pem(), target().token());
    std::vector<std::string> arguments = {"deploy", "phi-3-mini", "--name", "ws"};
    arguments.insert(arguments.end(), c.flags.begin(), c.flags.end());
    const auto outcome = scene.run(arguments);
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    CHECK(string_at(scene.stored_workspace("ws"), {"resource", "instanceType"}) == c.type);
    CHECK(outcome.err == Contains(std::string("instance type ") + c.type));
    const auto requests = recorder.requests();
    CHECK(std::count_if(requests.begin(), requests.end(), [](const std::string& request) {
            return request.starts_with("GET /apis/apps/v1/deployments");
          }) == 1);
  }
}

TEST_CASE("an operator that makes no nodes: deploy says to choose some") {
  const Scene scene;
  const Operator there(scene,
                       "image: 'mcr.microsoft.com/aks/kaito/workspace:0.12.0', "
                       "args: ['--node-provisioner=byo']");
  const auto outcome = scene.run({"deploy", "phi-3-mini"});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == Contains("this cluster's operator makes no nodes"));
  CHECK(outcome.err == Contains("--node-selector KEY=VALUE"));
  CHECK(scene.objects() == 0);
}

TEST_CASE("an unknown model is refused before the cluster is asked") {
  Scene scene;
  RequestRecorder recorder;
  scene.connect(recorder.url(), recorder.ca_pem(), target().token());
  CHECK(scene.run({"deploy", "phi-3-mimi"}).exit_code == 5);
  CHECK(recorder.requests().empty());
}

TEST_CASE("from stdin, and printed") {
  const Scene scene;
  const auto outcome = scene.run({"deploy", "-f", "-", "-o", "json"}, adapter_workspace("1.0"));
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  const auto printed = json::parse(outcome.out);
  REQUIRE(printed);
  CHECK(string_at(*printed, {"metadata", "uid"}) != "");
  CHECK(differences_from_file(value_of(adapter_workspace("1.0")), *printed, "v1beta1") == "");
  CHECK(differences_from_file(value_of(adapter_workspace("1.0")), scene.stored_workspace("ws"),
                              "v1beta1") == "");
}

TEST_CASE("a changed field is said, then configured") {
  const Scene scene;
  REQUIRE(scene.run({"deploy", "-f", scene.write("a.yaml", adapter_workspace("1.0"))}).exit_code ==
          0);
  const auto outcome = scene.run({"deploy", "-f", scene.write("b.yaml", adapter_workspace("0.5"))});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "workspace.kaito.sh/ws configured\n");
  CHECK(outcome.err == Contains("inference.adapters[0].strength: \"1.0\" -> \"0.5\""));
  CHECK(differences_from_file(value_of(adapter_workspace("0.5")), scene.stored_workspace("ws"),
                              "v1beta1") == "");
}

TEST_CASE("what the operator would refuse to change is refused at its place") {
  const Scene scene;
  REQUIRE(scene.run({"deploy", "-f", scene.write("a.yaml", adapter_workspace("1.0"))}).exit_code ==
          0);
  const auto version = scene.resource_version("ws");
  auto text = adapter_workspace("1.0");
  text.replace(text.find("phi-3-mini-128k"), 15, "phi-3-mini-4k");
  const auto file = scene.write("b.yaml", text);
  const auto outcome = scene.run({"deploy", "-f", file});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err == Contains(file + ":13:5: error: inference.preset.name"));
  CHECK(scene.resource_version("ws") == version);
}

TEST_CASE("a field that somebody else owns is a conflict that names both") {
  const Scene scene;
  REQUIRE(scene.run({"deploy", "-f", scene.write("a.yaml", adapter_workspace("1.0"))}).exit_code ==
          0);
  const auto labels = value_of(R"(
apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: ws, labels: {team: red}}
)");
  k8s::WriteOptions gitops;
  gitops.field_manager = "gitops";
  REQUIRE(target().client().apply(scene.workspace_ref("ws"), labels, gitops, soon()));

  const auto file = scene.write("b.yaml", adapter_workspace("1.0", "blue"));
  const auto refused = scene.run({"deploy", "-f", file});
  INFO(refused.err);
  CHECK(refused.exit_code == 1);
  CHECK(refused.err == Contains("metadata.labels.team is owned by \"gitops\""));
  CHECK(refused.err == Contains(": \"red\" in the cluster, \"blue\" in the file"));
  CHECK(refused.err == Contains("--force-conflicts"));
  const auto team = [&] {
    return std::string(string_at(scene.stored_workspace("ws"), {"metadata", "labels", "team"}));
  };
  CHECK(team() == "red");

  const auto forced = scene.run({"deploy", "-f", file, "--force-conflicts"});
  INFO(forced.err);
  CHECK(forced.exit_code == 0);
  CHECK(forced.out == "workspace.kaito.sh/ws configured\n");
  CHECK(team() == "blue");
}

TEST_CASE("a conflict over a Secret shows no value of it") {
  const Scene scene;
  test::keep_secret("hf_of_gitops");
  test::keep_secret("hf_of_the_file");
  k8s::WriteOptions gitops;
  gitops.field_manager = "gitops";
  REQUIRE(target().client().apply(scene.ref(k8s::types::secret(), "hf"),
                                  value_of("apiVersion: v1\nkind: Secret\nmetadata: {name: hf}\n"
                                           "data: {HF_TOKEN: aGZfb2ZfZ2l0b3Bz}\n"),
                                  gitops, soon()));
  const auto file = scene.write("both.yaml",
                                "apiVersion: v1\nkind: Secret\nmetadata: {name: hf}\n"
                                "data: {HF_TOKEN: aGZfb2ZfdGhlX2ZpbGU=}\n---\n" +
                                    adapter_workspace("1.0"));
  const auto refused = scene.run({"deploy", "-f", file});
  INFO(refused.err);
  CHECK(refused.exit_code == 1);
  CHECK(refused.err == Contains("data.HF_TOKEN is owned by \"gitops\"\n"));
  CHECK_FALSE(scene.exists(scene.workspace_ref("ws")));
}

TEST_CASE("what others added stays") {
  const Scene scene;
  const auto file = scene.write("a.yaml", adapter_workspace("1.0"));
  REQUIRE(scene.run({"deploy", "-f", file}).exit_code == 0);
  scene.patch(scene.workspace_ref("ws"), "metadata: {annotations: {example.com/note: theirs}}");
  REQUIRE(scene.run({"deploy", "-f", file}).out == "workspace.kaito.sh/ws unchanged\n");
  CHECK(string_at(scene.stored_workspace("ws"), {"metadata", "annotations", "example.com/note"}) ==
        "theirs");
}

TEST_CASE("a dry run creates nothing and changes nothing") {
  const Scene scene;
  const auto file = scene.write("a.yaml", adapter_workspace("1.0"));
  const auto client = scene.run({"deploy", "-f", file, "--dry-run=client"});
  CHECK(client.exit_code == 0);
  CHECK(client.out == "workspace.kaito.sh/ws valid (dry run)\n");
  CHECK(scene.objects() == 0);
  const auto server = scene.run({"deploy", "-f", file, "--dry-run=server"});
  INFO(server.err);
  CHECK(server.exit_code == 0);
  CHECK(server.out == "workspace.kaito.sh/ws created (server dry run)\n");
  CHECK(scene.objects() == 0);

  REQUIRE(scene.run({"deploy", "-f", file}).exit_code == 0);
  const auto version = scene.resource_version("ws");
  const auto changed = scene.run(
      {"deploy", "-f", scene.write("b.yaml", adapter_workspace("0.5")), "--dry-run=server"});
  CHECK(changed.exit_code == 0);
  CHECK(changed.out == "workspace.kaito.sh/ws configured (server dry run)\n");
  CHECK(changed.err == Contains("inference.adapters[0].strength"));
  CHECK(scene.resource_version("ws") == version);
}

TEST_CASE("a token from a file goes into a Secret and nowhere else") {
  const Scene scene;
  const auto token = scene.write("token.txt", "hf_not-to-be-seen\n");
  test::keep_secret("hf_not-to-be-seen");
  const auto outcome = scene.run(
      {"deploy", "llama-3.1-8b-instruct", "--name", "ws", "--hf-token-file", token, "-v", "8"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out.find("hf_not-to-be-seen") == std::string::npos);
  CHECK(outcome.err.find("hf_not-to-be-seen") == std::string::npos);
  CHECK(outcome.err.find(base64_encode("hf_not-to-be-seen")) == std::string::npos);
  CHECK(outcome.err.find(target().token()) == std::string::npos);
  const auto name = std::string(string_at(
      scene.stored_workspace("ws"), {"inference", "preset", "presetOptions", "modelAccessSecret"}));
  const auto secret = target().client().get(scene.ref(k8s::types::secret(), name), soon());
  REQUIRE(secret);
  CHECK(string_at(secret->value(), {"data", "HF_TOKEN"}) == base64_encode("hf_not-to-be-seen"));
}

TEST_CASE("a client dry run needs no cluster") {
  Scene scene;
  scene.unset_variable("KUBECONFIG");
  const auto file = scene.write("a.yaml", adapter_workspace("1.0"));
  const auto outcome = scene.run({"deploy", "-f", file, "--dry-run=client"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
}

TEST_CASE("nothing of a file is sent when a part of it is wrong") {
  const Scene scene;
  const auto good = adapter_workspace("1.0");
  auto bad = good;
  bad.replace(bad.find("name: ws"), 8, "name: w2");
  bad.replace(bad.find("phi-3-mini-128k-instruct"), 24, "phi-3-minni-128k-instruct");
  const auto file = scene.write("two.yaml", good + "---\n" + bad);
  const auto outcome = scene.run({"deploy", "-f", file});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err == Contains(file + ":32:5: error: inference.preset.name"));
  CHECK(outcome.err == Contains("phi-3-mini-128k-instruct"));
  CHECK(scene.objects() == 0);
}

TEST_CASE("a Secret that the server refuses: nothing of its file is created") {
  const Scene scene;
  const auto file = scene.write("both.yaml",
                                "apiVersion: v1\nkind: Secret\nmetadata: {name: hf}\n"
                                "data: {HF_TOKEN: not base64}\n---\n"
                                "apiVersion: kaito.sh/v1beta1\nkind: Workspace\n"
                                "metadata: {name: ws}\n"
                                "resource:\n  instanceType: Standard_NC24ads_A100_v4\n"
                                "  labelSelector: {matchLabels: {apps: ws}}\n"
                                "inference: {preset: {name: phi-4-mini-instruct}}\n");
  const auto outcome = scene.run({"deploy", "-f", file});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err == Contains("Secret"));
  CHECK(outcome.err == Contains("base64"));
  CHECK(scene.objects() == 0);
}

}  // namespace
}  // namespace kaito::e2e
