// deploy --wait, with an operator that takes one step after the other.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <csignal>

#include "contains.hpp"
#include "kaito/json/json.hpp"
#include "scene.hpp"

namespace kaito::e2e {
namespace {

std::string model_file(const Scene& scene) {
  return scene.write("ws.yaml", R"(apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata:
  name: ws
resource:
  instanceType: Standard_NC24ads_A100_v4
  labelSelector:
    matchLabels:
      apps: phi-3
inference:
  preset:
    name: phi-3-mini-4k-instruct
)");
}

std::unique_ptr<Process> deploy_and_wait(const Scene& scene, const std::string& timeout = "5m") {
  auto deploying = scene.start(
      {"deploy", "-f", model_file(scene), "--wait", "--progress", "plain", "--timeout", timeout});
  REQUIRE(deploying->prints("workspace.kaito.sh/ws created\n"));
  return deploying;
}

TEST_CASE("--wait tells the phases as they come and ends when it serves") {
  const Scene scene;
  const auto deploying = deploy_and_wait(scene);
  REQUIRE(deploying->says("waiting for the operator to look at it"));

  std::vector<std::string> so_far;
  struct Step {
    std::string condition;
    std::string phase;
  };
  const Step steps[] = {
      {condition("NodeClaimReady", "False", "NodeClaimNotReady", "2 claims asked for"),
       "accepted by the operator"},
      {condition("NodeClaimReady", "True", "NodeClaimsReady"), "nodes claimed"},
      {condition("NodesReady", "True", "NodesReady"), "nodes ready"},
      {condition("ResourceReady", "True", "workspaceResourceStatusSuccess"), "GPUs ready"},
      {condition("InferenceReady", "True", "WorkspaceInferenceStatusSuccess"), "model loaded"},
      {condition("WorkspaceSucceeded", "True", "workspaceSucceeded"), "serving"},
  };
  for (const auto& step : steps) {
    CAPTURE(step.phase);
    // A condition replaces the one of its type: only the first has two.
    if (so_far.size() == 1 && so_far[0].find("\"False\"") != std::string::npos) so_far.clear();
    so_far.push_back(step.condition);
    scene.patch_status(scene.workspace_ref("ws"), conditions(so_far));
    REQUIRE(deploying->says("ws: " + step.phase));
  }
  const auto outcome = deploying->finish();
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "workspace.kaito.sh/ws created\n");
  CHECK(outcome.err ==
        Contains("waiting for NodeClaimReady (NodeClaimNotReady): 2 claims asked for"));
}

TEST_CASE("--wait stops at once on what cannot heal") {
  const Scene scene;
  const auto deploying = deploy_and_wait(scene);
  scene.patch_status(
      scene.workspace_ref("ws"),
      conditions({condition("ResourceReady", "True", "workspaceResourceStatusSuccess"),
                  condition("InferenceReady", "False", "ImagePullError", "pull access denied")}));
  const auto outcome = deploying->finish();
  INFO(outcome.err);
  CHECK(outcome.exit_code == 3);
  CHECK(outcome.err == Contains("ImagePullError"));
  CHECK(outcome.err == Contains("pull access denied"));
  CHECK(outcome.err == Contains("hint: "));
  CHECK(scene.exists(scene.workspace_ref("ws")));
}

TEST_CASE("--timeout says what is still missing, and the object stays") {
  const Scene scene;
  const auto deploying = deploy_and_wait(scene, "2s");
  const auto outcome = deploying->finish();
  INFO(outcome.err);
  CHECK(outcome.exit_code == 124);
  CHECK(outcome.err == Contains("is not ready yet: still waiting for the operator"));
  CHECK(outcome.err == Contains("\"ws\" stays; look again with kaitoctl status ws -w"));
  CHECK(scene.exists(scene.workspace_ref("ws")));
}

TEST_CASE("Ctrl-C ends the wait alone") {
  const Scene scene;
  const auto deploying = deploy_and_wait(scene);
  REQUIRE(deploying->says("waiting for"));
  deploying->send(SIGINT);
  const auto outcome = deploying->finish();
  INFO(outcome.err);
  CHECK(outcome.exit_code == 130);
  CHECK(outcome.err == Contains("\"ws\" stays; look again with kaitoctl status ws -w"));
  CHECK(scene.exists(scene.workspace_ref("ws")));
}

TEST_CASE("deleted while it is waited for") {
  const Scene scene;
  const auto deploying = deploy_and_wait(scene);
  REQUIRE(deploying->says("waiting for"));
  REQUIRE(target().client().remove(scene.workspace_ref("ws"), {}, soon()));
  const auto outcome = deploying->finish();
  CHECK(outcome.exit_code == 5);
  CHECK(outcome.err == Contains("was deleted while waiting"));
}

TEST_CASE("an InferenceSet is waited for, too") {
  const Scene scene;
  const auto deploying =
      scene.start({"deploy", "phi-3-mini", "--replicas", "2", "--wait", "--progress", "plain"});
  REQUIRE(deploying->prints("inferenceset.kaito.sh/workspace-phi-3-mini created\n"));
  const auto ref = scene.ref(k8s::types::inference_set(), "workspace-phi-3-mini");
  CHECK(json::int_at(scene.stored(ref), {"spec", "replicas"}) == 2);
  scene.patch_status(ref, "replicas: 2\nreadyReplicas: 1\n" +
                              conditions({condition("InferenceSetReady", "False", "Waiting")}));
  REQUIRE(deploying->says("1 of 2 workspaces ready"));
  scene.patch_status(ref, "replicas: 2\nreadyReplicas: 2\n" +
                              conditions({condition("InferenceSetReady", "True", "Ready")}));
  const auto outcome = deploying->finish();
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
}

TEST_CASE("-q waits in silence") {
  const Scene scene;
  const auto deploying = scene.start({"deploy", "-f", model_file(scene), "--wait", "-q"});
  REQUIRE(deploying->prints("created\n"));
  scene.patch_status(scene.workspace_ref("ws"),
                     conditions({condition("WorkspaceSucceeded", "True", "workspaceSucceeded")}));
  const auto outcome = deploying->finish();
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err == "");
}

}  // namespace
}  // namespace kaito::e2e
