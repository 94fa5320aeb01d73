// How far a Workspace is, by the conditions of every operator release.
#include "ops/progress.hpp"

#include "cluster.hpp"

namespace kaito::ops::test {
namespace {

/// "TYPE STATUS REASON MESSAGE..." lines as status.conditions.
json::Value with_conditions(const std::string& kind_and_spec, const std::string& lines) {
  std::string text = kind_and_spec + "\nstatus:\n  conditions:\n";
  bool any = false;
  std::string line;
  for (const char c : lines + "\n") {
    if (c != '\n') {
      line += c;
      continue;
    }
    std::vector<std::string> words;
    std::string rest = line;
    for (int i = 0; i < 3 && !rest.empty(); ++i) {
      const auto blank = rest.find(' ');
      words.push_back(rest.substr(0, blank));
      rest = blank == std::string::npos ? "" : rest.substr(blank + 1);
    }
    line.clear();
    if (words.size() < 2) continue;
    words.resize(3);
    text += "  - {type: " + words[0] + ", status: \"" + words[1] + "\", reason: \"" + words[2] +
            "\", message: \"" + rest + "\"}\n";
    any = true;
  }
  return yaml(any ? text : kind_and_spec);
}

const std::string inference = "kind: Workspace\ninference: {preset: {name: phi-4}}";
const std::string tuning = "kind: Workspace\ntuning: {method: lora}";

std::string phases_of(const Progress& progress) {
  std::string names;
  for (const auto& phase : progress.reached)
    names += (names.empty() ? "" : " ") + phase.name;
  return names;
}

struct Case {
  std::string name;
  std::string kind;
  const char* conditions;
  const char* phases;
  const char* waiting_for;  ///< "" = done
};

TEST_CASE("phases of every release, and what is waited for") {
  const std::vector<Case> cases{
      {"nothing yet", inference, "", "", "the operator to look at it"},
      {"nothing yet, tuning", tuning, "", "", "the operator to look at it"},
      // 0.9 and later, with node provisioning.
      {"claims pending", inference,
       "NodesReady False NodeNotReady no nodes\n"
       "NodeClaimReady False NodeClaimNotReady 0 of 1 claims\n"
       "ResourceReady False NodeClaimNotReady 0 of 1 claims\n"
       "InferenceReady False WorkspaceInferenceStatusPending\n"
       "WorkspaceSucceeded False workspacePending",
       "accepted", "NodeClaimReady (NodeClaimNotReady): 0 of 1 claims"},
      {"a claim's own reason, of 0.12", inference,
       "NodesReady False NodeNotReady\nNodeClaimReady False Launching waiting for the VM",
       "accepted", "NodeClaimReady (Launching): waiting for the VM"},
      {"claims ready", inference,
       "NodesReady False NodeNotReady 0 of 1\nNodeClaimReady True NodeClaimsReady\n"
       "ResourceReady False NodeNotReady 0 of 1\nWorkspaceSucceeded False workspacePending",
       "accepted nodes-claimed", "NodesReady (NodeNotReady): 0 of 1"},
      {"plugin not ready", inference,
       "NodesReady False NodePluginsNotReady no GPUs\nNodeClaimReady True NodeClaimsReady",
       "accepted nodes-claimed", "NodesReady (NodePluginsNotReady): no GPUs"},
      {"nodes done, model loading", inference,
       "NodesReady True NodesReady\nNodeClaimReady True NodeClaimsReady\n"
       "ResourceReady True workspaceResourceStatusSuccess\n"
       "InferenceReady False WorkspaceInferenceStatusPending loading\n"
       "WorkspaceSucceeded False workspacePending",
       "accepted nodes-claimed nodes-ready gpus-ready",
       "InferenceReady (WorkspaceInferenceStatusPending): loading"},
      {"pods cannot be placed yet", inference,
       "ResourceReady True ok\nInferenceReady False Unschedulable 0/3 nodes", "accepted gpus-ready",
       "InferenceReady (Unschedulable): 0/3 nodes"},
      {"the mirror of streaming", inference,
       "NodesReady True ok\nResourceReady False ModelMirrorNotReady\n"
       "ModelMirrorReady False ModelMirrorPending",
       "accepted nodes-ready", "ResourceReady (ModelMirrorNotReady)"},
      {"serving, benchmark running", inference,
       "NodesReady True ok\nNodeClaimReady True ok\nResourceReady True ok\nInferenceReady True ok\n"
       "WorkspaceSucceeded False workspacePending not yet",
       "accepted nodes-claimed nodes-ready gpus-ready model-loaded",
       "WorkspaceSucceeded (workspacePending): not yet"},
      {"ready", inference,
       "NodesReady True ok\nNodeClaimReady True ok\nResourceReady True ok\nInferenceReady True ok\n"
       "BenchmarkCompleted True BenchmarkCompleted\nWorkspaceSucceeded True workspaceSucceeded",
       "accepted nodes-claimed nodes-ready gpus-ready model-loaded serving", ""},
      {"own nodes: no claims", inference,
       "NodesReady True ok\nResourceReady True ok\nInferenceReady True ok\n"
       "WorkspaceSucceeded True workspaceSucceeded",
       "accepted nodes-ready gpus-ready model-loaded serving", ""},
      {"own nodes, not ready", inference,
       "NodesReady False NodeNotReady\nResourceReady False workspaceResourceStatusNotReady",
       "accepted", "NodesReady (NodeNotReady)"},
      {"a later outage", inference,
       "NodesReady False NodeNotReady gone\nNodeClaimReady True ok\n"
       "InferenceReady False WorkspaceInferenceStatusPending\n"
       "WorkspaceSucceeded False workspacePending",
       "accepted nodes-claimed", "NodesReady (NodeNotReady): gone"},
      // 0.8: another type for the claims.
      {"0.8", inference,
       "NodeClaimsReady True NodeClaimsReady\nNodesReady True NodesReady\n"
       "ResourceReady True workspaceResourceStatusSuccess\n"
       "InferenceReady False WorkspaceInferenceMigration",
       "accepted nodes-claimed nodes-ready gpus-ready",
       "InferenceReady (WorkspaceInferenceMigration)"},
      {"0.8, claims pending", inference, "NodeClaimsReady False CreatingUpNodeClaims", "accepted",
       "NodeClaimsReady (CreatingUpNodeClaims)"},
      // 0.3.1 to 0.7: no summary while it waits.
      {"0.5, claim pending", inference, "NodeClaimReady Unknown CreateNodeClaimPending creating",
       "accepted", "NodeClaimReady (CreateNodeClaimPending): creating"},
      {"0.5, between two steps", inference, "NodeClaimReady True installNodePluginsSuccess",
       "accepted nodes-claimed", "the operator's next step"},
      {"0.5, ready", inference,
       "NodeClaimReady True installNodePluginsSuccess\n"
       "ResourceReady True workspaceResourceStatusSuccess\n"
       "InferenceReady True WorkspaceInferenceStatusSuccess\n"
       "WorkspaceSucceeded True workspaceSucceeded",
       "accepted nodes-claimed gpus-ready model-loaded serving", ""},
      {"0.6, resource created", inference,
       "NodeClaimReady True ok\nResourceReady False workspaceResourceCreated",
       "accepted nodes-claimed", "ResourceReady (workspaceResourceCreated)"},
      // Up to 0.3.0: machines, and another summary.
      {"0.2, pending", inference, "MachineReady Unknown CreateMachinePending", "accepted",
       "MachineReady (CreateMachinePending)"},
      {"0.2, ready", inference,
       "MachineReady True installNodePluginsSuccess\n"
       "ResourceReady True workspaceResourceStatusSuccess\n"
       "InferenceReady True WorkspaceInferenceStatusSuccess\nWorkspaceReady True workspaceReady",
       "accepted nodes-claimed gpus-ready model-loaded serving", ""},
      {"0.2, failing now, which it retries", inference,
       "MachineReady True ok\nResourceReady False workspaceResourceStatusFailed no luck\n"
       "WorkspaceReady False workspaceFailed no luck",
       "accepted nodes-claimed", "ResourceReady (workspaceResourceStatusFailed): no luck"},
      // Tuning.
      {"tuning, nodes", tuning,
       "NodesReady False NodeNotReady\nNodeClaimReady True ok\n"
       "JobStarted False WorkspaceTuningJobStatusPending",
       "accepted nodes-claimed", "NodesReady (NodeNotReady)"},
      {"tuning, job pending", tuning,
       "NodesReady True ok\nNodeClaimReady True ok\nResourceReady True ok\n"
       "JobStarted False WorkspaceTuningJobStatusPending\n"
       "WorkspaceSucceeded False workspacePending",
       "accepted nodes-claimed nodes-ready gpus-ready",
       "JobStarted (WorkspaceTuningJobStatusPending)"},
      {"tuning, running", tuning,
       "NodesReady True ok\nResourceReady True ok\nJobStarted True "
       "WorkspaceTuningJobStatusStarted\n"
       "WorkspaceSucceeded False workspacePending",
       "accepted nodes-ready gpus-ready job-started", "the tuning job to end"},
      {"tuning, done", tuning,
       "NodesReady True ok\nResourceReady True ok\nJobStarted True "
       "WorkspaceTuningJobStatusStarted\n"
       "WorkspaceSucceeded True workspaceSucceeded",
       "accepted nodes-ready gpus-ready job-started succeeded", ""},
      {"tuning of 0.3.0", tuning,
       "NodeClaimReady True ok\nResourceReady True ok\nWorkspaceReady True workspaceReady",
       "accepted nodes-claimed gpus-ready succeeded", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto progress = progress_of(with_conditions(c.kind, c.conditions));
    CHECK(phases_of(progress) == c.phases);
    CHECK_FALSE(progress.fatal);
    CHECK(progress.done == (*c.waiting_for == '\0'));
    if (!progress.done)
      CHECK_MESSAGE(progress.waiting_for.starts_with(c.waiting_for), progress.waiting_for);
    for (const auto& phase : progress.reached)
      CHECK_FALSE(phase.text.empty());
  }
}

TEST_CASE("what cannot heal") {
  struct {
    std::string name;
    std::string kind;
    const char* conditions;
    std::string message;
  } const cases[] = {
      {"image", inference,
       "ResourceReady True ok\nInferenceReady False ImagePullError back-off pulling x",
       "waiting cannot help: InferenceReady (ImagePullError): back-off pulling x"},
      {"start", inference, "InferenceReady False ContainerStartError no such secret",
       "ContainerStartError"},
      {"crash loop", inference, "InferenceReady False ContainerCrashLoopBackOff",
       "ContainerCrashLoopBackOff"},
      {"memory", inference, "InferenceReady False ContainerOOMKilled", "ContainerOOMKilled"},
      {"benchmark", inference,
       "InferenceReady True ok\nBenchmarkCompleted False BenchmarkFailed no result\n"
       "WorkspaceSucceeded False BenchmarkFailed no result",
       "BenchmarkCompleted (BenchmarkFailed): no result"},
      {"streaming token", inference, "InferenceReady False SASTokenFetchFailed",
       "SASTokenFetchFailed"},
      {"streaming storage class", inference,
       "InferenceReady False ModelStreamingStorageClassNotFound", "StorageClassNotFound"},
      {"streaming account", inference, "InferenceReady False ModelStreamingServiceAccountInvalid",
       "ServiceAccountInvalid"},
      {"tuning job", tuning,
       "JobStarted False WorkspaceTuningJobStatusFailed exit code 1\n"
       "WorkspaceSucceeded False workspaceFailed exit code 1",
       "JobStarted (WorkspaceTuningJobStatusFailed): exit code 1"},
      {"claim of old", inference, "NodeClaimReady False nodeClaimFailedCreation sku not available",
       "nodeClaimFailedCreation"},
      {"machine of old", inference, "MachineReady False machineFailedCreation", "machineFailed"},
      {"capacity", inference, "NodeClaimReady False InsufficientCapacityError none left",
       "InsufficientCapacityError"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto progress = progress_of(with_conditions(c.kind, c.conditions));
    CHECK_FALSE(progress.done);
    REQUIRE(progress.fatal);
    CHECK(progress.fatal->code == ErrorCode::terminal);
    CHECK_MESSAGE(has(progress.fatal->message, c.message), progress.fatal->message);
    CHECK_FALSE(progress.fatal->hint.empty());
  }
}

TEST_CASE("reasons that pass by themselves are not final") {
  for (const std::string condition :
       {"InferenceReady False Unschedulable", "InferenceReady False NodeMemoryPressure",
        "InferenceReady False PodEvicted", "NodesReady False NodeNotReady",
        "NodeClaimReady False checkNodeClaimStatusFailed", "ResourceReady True ImagePullError",
        "WorkspaceSucceeded False workspaceFailed"}) {
    CAPTURE(condition);
    CHECK_FALSE(progress_of(with_conditions(inference, condition)).fatal);
  }
}

TEST_CASE("a Workspace that is ready is not failed by what is left of an old condition") {
  const auto progress = progress_of(with_conditions(
      inference, "BenchmarkCompleted False BenchmarkFailed\nWorkspaceSucceeded True ok"));
  CHECK(progress.done);
  CHECK_FALSE(progress.fatal);
}

json::Value at_generation(std::int64_t generation, std::int64_t observed, const std::string& status,
                          const std::string& reason, const std::string& state) {
  return yaml("kind: Workspace\nmetadata: {generation: " + std::to_string(generation) +
              "}\ninference: {}\nstatus:\n  state: '" + state + "'\n  conditions:\n" +
              "  - {type: InferenceReady, status: '" + status + "', reason: '" + reason +
              "', observedGeneration: " + std::to_string(observed) + "}\n" +
              "  - {type: WorkspaceSucceeded, status: '" + status +
              "', reason: x, observedGeneration: " + std::to_string(observed) + "}\n");
}

TEST_CASE("what the operator said of an older content does not count") {
  SUBCASE("ready, before the change") {
    const auto stale = progress_of(at_generation(2, 1, "True", "ok", "Ready"));
    CHECK_FALSE(stale.done);
    CHECK(stale.waiting_for == "the operator to look at the change");
    CHECK(progress_of(at_generation(2, 2, "True", "ok", "Ready")).done);
    CHECK(progress_of(at_generation(2, 3, "True", "ok", "Ready")).done);
    CHECK(progress_of(at_generation(2, 0, "True", "ok", "Ready")).done);  // it does not say
  }
  SUBCASE("operators before 0.9 left the number alone") {
    CHECK(progress_of(at_generation(2, 1, "True", "ok", "")).done);
  }
  SUBCASE("failed, before the change that mends it") {
    CHECK_FALSE(progress_of(at_generation(2, 1, "False", "ImagePullError", "Pending")).fatal);
    CHECK(progress_of(at_generation(2, 2, "False", "ImagePullError", "Pending")).fatal);
  }
}

TEST_CASE("an InferenceSet is ready when as many Workspaces are as it wants") {
  struct {
    std::string name;
    const char* text;
    bool done;
    const char* waiting_for;
  } const cases[] = {
      {"nothing yet", "spec: {replicas: 2}", false, "the operator to look at it"},
      {"one of two",
       "{spec: {replicas: 2}, status: {readyReplicas: 1, conditions: "
       "[{type: InferenceSetReady, status: 'False'}]}}",
       false, "1 of 2 workspaces ready"},
      {"all",
       "{spec: {replicas: 2}, status: {readyReplicas: 2, conditions: "
       "[{type: InferenceSetReady, status: 'True'}]}}",
       true, ""},
      {"none wanted",
       "{spec: {replicas: 0}, status: {conditions: [{type: InferenceSetReady, status: 'True'}]}}",
       true, ""},
      {"no number: one",
       "{spec: {}, status: {readyReplicas: 0, conditions: "
       "[{type: InferenceSetReady, status: 'False'}]}}",
       false, "0 of 1 workspaces ready"},
      {"ready before it was made larger",
       "{spec: {replicas: 3}, status: {readyReplicas: 1, conditions: "
       "[{type: InferenceSetReady, status: 'True'}]}}",
       false, "1 of 3 workspaces ready"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    auto value = yaml(c.text);
    value.as_object()["kind"] = "InferenceSet";
    const auto progress = progress_of(value);
    CHECK(progress.done == c.done);
    if (!c.done)
      CHECK_MESSAGE(progress.waiting_for.starts_with(c.waiting_for), progress.waiting_for);
    CHECK(phases_of(progress) == (json::find(value, {"status"}) == nullptr ? ""
                                  : c.done                                 ? "accepted serving"
                                                                           : "accepted"));
  }
}

TEST_CASE("long messages are cut") {
  const auto progress = progress_of(with_conditions(
      inference, ("NodesReady False NodeNotReady " + std::string(5000, 'x')).c_str()));
  CHECK(progress.waiting_for.size() < 300);
}

}  // namespace
}  // namespace kaito::ops::test
