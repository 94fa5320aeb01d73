#include "ops/progress.hpp"

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/object_meta.hpp"

namespace kaito::ops {

using k8s::Condition;

namespace {

using Conditions = std::vector<Condition>;

/// Reasons of a condition that is not True after which waiting cannot help, and what to do.
/// Source: workspace-api.md 3.5; image pulls are retried by the kubelet, but a name that is wrong
/// or refused stays so.
struct FatalReason {
  std::string_view reason;
  std::string_view hint;
};
constexpr std::array fatal_reasons{
    FatalReason{"ImagePullError", "check the image's name and the pull secret"},
    FatalReason{"ContainerStartError", "see the pod's events: kaitoctl status NAME"},
    FatalReason{"ContainerCrashLoopBackOff", "see the pod's log: kubectl logs"},
    FatalReason{"ContainerOOMKilled",
                "the model does not fit: choose an instance type with more memory"},
    FatalReason{"BenchmarkFailed",
                "see the pod's log; the annotation kaito.sh/disable-benchmark: \"true\" leaves the "
                "benchmark out"},
    FatalReason{"SASTokenFetchFailed",
                "check the streaming annotations and the identity they name"},
    FatalReason{"ModelStreamingStorageClassNotFound",
                "create the storage class, or name another one"},
    FatalReason{"ModelStreamingInvalidStorageClass", "name a storage class of blob.csi.azure.com"},
    FatalReason{"ModelStreamingServiceAccountInvalid",
                "check the service account that the annotation names"},
    FatalReason{"ModelStreamingInvalidAnnotations", "check the streaming annotations"},
    FatalReason{"WorkspaceTuningJobStatusFailed", "see the job's log: kubectl logs job/NAME"},
    FatalReason{"machineFailedCreation",
                "check that the instance type exists in the region and its quota"},
    FatalReason{"nodeClaimFailedCreation",
                "check that the instance type exists in the region and its quota"},
    FatalReason{"InsufficientCapacity",
                "the cloud has none of these now: choose another instance type or region"},
    FatalReason{"InsufficientCapacityError",
                "the cloud has none of these now: choose another instance type or region"},
    FatalReason{"InstanceTypeNotSupported", "choose another instance type: kaitoctl skus list"},
};

/// Whether the operator wrote the condition about an older content of the object. Source:
/// workspace-api.md 3.4: observedGeneration follows in every sync.
bool is_stale(const Condition& condition, std::int64_t generation) {
  return condition.observed_generation > 0 && condition.observed_generation < generation;
}

/// Whether the summary is of an older content. Operators before 0.9, which write no state, left
/// conditions alone that stayed as they were: with them it tells nothing.
bool is_summary_stale(const json::Value& object, const Conditions& conditions) {
  if (json::string_at(object, {"status", "state"}).empty()) return false;
  const auto* summary = k8s::find_condition(conditions, "WorkspaceSucceeded");
  return summary != nullptr && is_stale(*summary, json::int_at(object, {"metadata", "generation"}));
}

std::string sentence(const Condition& condition) {
  std::string text = condition.type;
  if (!condition.reason.empty()) text += " (" + condition.reason + ")";
  if (!condition.message.empty()) text += ": " + shorten(condition.message, 200);
  return text;
}

std::optional<Error> fatal_condition(const Conditions& conditions, std::int64_t generation) {
  for (const auto& condition : conditions) {
    if (condition.status == "True" || is_stale(condition, generation)) continue;
    const auto* found =
        std::find_if(fatal_reasons.begin(), fatal_reasons.end(),
                     [&](const FatalReason& fatal) { return fatal.reason == condition.reason; });
    if (found != fatal_reasons.end())
      return Error{ErrorCode::terminal,
                   "waiting cannot help: " + sentence(condition),
                   {},
                   std::string(found->hint),
                   nullptr};
  }
  return std::nullopt;
}

/// The first of these conditions that is there and not True, said for people.
std::string first_not_true(const Conditions& conditions,
                           std::initializer_list<std::string_view> types) {
  for (const auto type : types) {
    const auto* condition = k8s::find_condition(conditions, type);
    if (condition != nullptr && condition->status != "True") return sentence(*condition);
  }
  return "";
}

void add_if(Progress& progress, bool reached, std::string name, std::string text) {
  if (reached) progress.reached.push_back({std::move(name), std::move(text)});
}

/// What inference and tuning have in common. The claims' condition had other types before 0.3.0 and
/// in 0.8.
void add_node_phases(const Conditions& conditions, Progress& progress) {
  add_if(progress, !conditions.empty(), "accepted", "accepted by the operator");
  add_if(progress,
         k8s::is_true(conditions, "NodeClaimReady") ||
             k8s::is_true(conditions, "NodeClaimsReady") ||
             k8s::is_true(conditions, "MachineReady"),
         "nodes-claimed", "nodes claimed");
  add_if(progress, k8s::is_true(conditions, "NodesReady"), "nodes-ready", "nodes ready");
  add_if(progress, k8s::is_true(conditions, "ResourceReady"), "gpus-ready", "GPUs ready");
}

/// The summary; its name changed in 0.3.1.
bool is_summary_true(const Conditions& conditions) {
  return k8s::is_true(conditions, "WorkspaceSucceeded") ||
         k8s::is_true(conditions, "WorkspaceReady");
}

/// `stale`: the operator has not looked at the present content yet.
Progress of_inference(const Conditions& conditions, bool stale) {
  Progress progress;
  add_node_phases(conditions, progress);
  add_if(progress, k8s::is_true(conditions, "InferenceReady"), "model-loaded", "model loaded");
  progress.done = !stale && is_summary_true(conditions);
  add_if(progress, progress.done, "serving", "serving");
  progress.waiting_for =
      first_not_true(conditions, {"NodeClaimReady", "NodeClaimsReady", "MachineReady", "NodesReady",
                                  "ResourceReady", "ModelMirrorReady", "InferenceReady",
                                  "BenchmarkCompleted", "WorkspaceSucceeded", "WorkspaceReady"});
  return progress;
}

Progress of_tuning(const Conditions& conditions, bool stale) {
  Progress progress;
  add_node_phases(conditions, progress);
  add_if(progress, k8s::is_true(conditions, "JobStarted"), "job-started", "tuning job started");
  progress.done = !stale && is_summary_true(conditions);
  add_if(progress, progress.done, "succeeded", "tuning job succeeded");
  progress.waiting_for =
      k8s::is_true(conditions, "JobStarted")
          ? "the tuning job to end"
          : first_not_true(conditions,
                           {"NodeClaimReady", "NodeClaimsReady", "MachineReady", "NodesReady",
                            "ResourceReady", "JobStarted", "WorkspaceSucceeded", "WorkspaceReady"});
  return progress;
}

Progress of_set(const json::Value& object, const Conditions& conditions) {
  Progress progress;
  const auto wanted = json::int_at(object, {"spec", "replicas"}, 1);
  const auto ready = json::int_at(object, {"status", "readyReplicas"}, 0);
  add_if(progress, !conditions.empty(), "accepted", "accepted by the operator");
  // The condition may be of the number of replicas before the last change.
  progress.done = k8s::is_true(conditions, "InferenceSetReady") && ready >= wanted;
  add_if(progress, progress.done, "serving", "serving");
  progress.waiting_for =
      std::to_string(ready) + " of " + std::to_string(wanted) + " workspaces ready";
  return progress;
}

}  // namespace

Progress progress_of(const json::Value& object) {
  const auto conditions = k8s::conditions_of(object);
  const bool stale = is_summary_stale(object, conditions);
  Progress progress;
  if (json::string_at(object, {"kind"}) == "InferenceSet")
    progress = of_set(object, conditions);
  else if (json::find(object, {"tuning"}) != nullptr)
    progress = of_tuning(conditions, stale);
  else
    progress = of_inference(conditions, stale);
  if (conditions.empty())
    progress.waiting_for = "the operator to look at it (is KAITO's controller running?)";
  else if (stale && progress.waiting_for.empty())
    progress.waiting_for = "the operator to look at the change";
  else if (progress.waiting_for.empty())
    progress.waiting_for = "the operator's next step";
  if (!progress.done)
    progress.fatal = fatal_condition(conditions, json::int_at(object, {"metadata", "generation"}));
  return progress;
}

}  // namespace kaito::ops
