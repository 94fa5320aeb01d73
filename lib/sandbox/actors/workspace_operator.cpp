#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/api/workspace.hpp"
#include "sandbox/actors/sizing.hpp"
#include "sandbox/actors/workload_objects.hpp"
#include "sandbox/actors/world.hpp"

namespace kaito::sandbox {

using boost::json::object;
using std::chrono::seconds;

namespace {

constexpr std::string_view finalizer = "workspace.finalizer.kaito.sh";
/// The load test that a vLLM server runs after it is up.
constexpr seconds to_benchmark{60};

/// One Workspace and what the operator sees of its surroundings in this round.
struct Round {
  const json::Value& workspace;
  std::string namespace_;
  std::string name;
  bool tuning = false;
  bool own_nodes = false;
  std::int64_t target = 0;
  std::string problem;
  std::vector<ObjectPtr> claims;
  std::vector<ObjectPtr> nodes;  ///< ready ones
  std::int64_t ready_claims = 0;
  bool gpus = false;
};

Round look(World& world, const json::Value& workspace) {
  Round round{workspace,
              std::string(meta_string(workspace, "namespace")),
              std::string(meta_string(workspace, "name")),
              false,
              false,
              0,
              "",
              {},
              {},
              0,
              false};
  const auto decoded = api::decode_workspace(workspace);
  round.tuning = decoded.object.tuning.has_value();
  round.own_nodes = json::string_at(workspace, {"resource", "instanceType"}).empty();
  // Worked out once, then frozen.
  round.target = json::int_at(workspace, {"status", "targetNodeCount"});
  if (round.target == 0) {
    const auto sizing = size_workspace(decoded.object, world.catalog);
    round.target = sizing.nodes;
    round.problem = sizing.problem;
  }
  std::map<std::string, std::string> labels;
  if (decoded.object.resource && decoded.object.resource->label_selector)
    labels = decoded.object.resource->label_selector->match_labels;
  if (!round.own_nodes) {
    const std::map<std::string, std::string> owned{
        {"kaito.sh/workspace", round.name}, {"kaito.sh/workspacenamespace", round.namespace_}};
    round.claims = world.labelled(k8s::types::node_claim(), "", owned);
    labels.insert(owned.begin(), owned.end());
  }
  round.ready_claims = std::count_if(
      round.claims.begin(), round.claims.end(),
      [](const auto& claim) { return has_condition(*claim, "Ready") && !is_terminating(*claim); });
  for (auto& node : world.labelled(k8s::types::node(), "", labels)) {
    if (has_condition(*node, "Ready")) round.nodes.push_back(std::move(node));
  }
  round.gpus = std::all_of(round.nodes.begin(), round.nodes.end(), [](const auto& node) {
    return !json::string_at(*node, {"status", "capacity", "nvidia.com/gpu"}).empty();
  });
  return round;
}

void claim_nodes(World& world, const Round& round) {
  if (round.own_nodes) return;
  for (auto number = static_cast<std::int64_t>(round.claims.size()); number < round.target;
       ++number) {
    auto claim = node_claim(round.workspace, number);
    const std::string name(meta_string(claim, "name"));
    if (world.create(k8s::types::node_claim(), "", std::move(claim)))
      world.event(round.workspace, "Normal", "NodeClaimCreated", "node claim " + name + " created");
  }
}

bool resources_ready(const Round& round) {
  const auto enough = static_cast<std::int64_t>(round.nodes.size()) >= round.target;
  return round.target > 0 && enough && round.gpus &&
         (round.own_nodes || round.ready_claims >= round.target);
}

void make_workload(World& world, const Round& round) {
  if (round.tuning) {
    if (!world.find(k8s::types::job(), round.namespace_, round.name))
      world.create(k8s::types::job(), round.namespace_, tuning_job(round.workspace));
    return;
  }
  if (!world.find(k8s::types::service(), round.namespace_, round.name))
    world.create(k8s::types::service(), round.namespace_, serving_service(round.workspace));
  if (!world.find(k8s::types::service(), round.namespace_, round.name + "-headless"))
    world.create(k8s::types::service(), round.namespace_, headless_service(round.workspace));
  if (!world.find(k8s::types::stateful_set(), round.namespace_, round.name))
    world.create(k8s::types::stateful_set(), round.namespace_,
                 serving_stateful_set(round.workspace, round.target));
}

/// The first claim condition that is not True says best what is waited for.
void set_claims(ConditionList& conditions, const Round& round) {
  if (round.target > 0 && round.ready_claims >= round.target) {
    conditions.set("NodeClaimReady", true, "NodeClaimsReady", "enough node claims are ready");
    return;
  }
  for (const char* stage : {"Launched", "Registered", "Initialized"}) {
    for (const auto& claim : round.claims) {
      const auto claim_conditions = k8s::conditions_of(*claim);
      const auto* condition = k8s::find_condition(claim_conditions, stage);
      if (condition == nullptr || condition->status == "True" || condition->message.empty())
        continue;
      conditions.set("NodeClaimReady", false, condition->reason, condition->message);
      return;
    }
  }
  conditions.set("NodeClaimReady", false, "NodeClaimNotReady",
                 round.problem.empty() ? "ready node claims are not enough" : round.problem);
}

void set_resources(ConditionList& conditions, const Round& round) {
  const auto ready = static_cast<std::int64_t>(round.nodes.size());
  const bool enough = round.target > 0 && ready >= round.target;
  if (!enough)
    conditions.set("NodesReady", false, "NodeNotReady",
                   std::to_string(ready) + " of " +
                       (round.target > 0 ? std::to_string(round.target) : "?") +
                       " nodes are ready");
  else if (!round.gpus)
    conditions.set("NodesReady", false, "NodePluginsNotReady",
                   "waiting for the GPUs of the nodes to show up");
  else
    conditions.set("NodesReady", true, "NodesReady", "enough nodes are ready");
  if (!round.own_nodes) set_claims(conditions, round);
  if (resources_ready(round))
    conditions.set("ResourceReady", true, "workspaceResourceStatusSuccess",
                   "the workspace's resources are ready");
  else if (round.own_nodes)
    conditions.set("ResourceReady", false, "workspaceResourceStatusNotReady",
                   "not enough of your own nodes are ready");
  else
    conditions.set(
        "ResourceReady", false, enough ? "NodePluginsNotReady" : "NodeClaimNotReady",
        enough ? "waiting for the GPUs of the nodes to show up" : "the nodes are not there yet");
}

bool workload_ready(const World& world, const Round& round) {
  const auto set = world.find(k8s::types::stateful_set(), round.namespace_, round.name);
  return set &&
         json::int_at(*set, {"status", "readyReplicas"}) ==
             json::int_at(*set, {"spec", "replicas"}, 1) &&
         json::int_at(*set, {"spec", "replicas"}, 1) > 0;
}

/// A benchmark's figure that nobody can take for a measured one.
json::Value simulated_performance() {
  object metric;
  metric["description"] = "stress/high-concurrency (simulated)";
  metric["value"] = "0";
  metric["unit"] = "tokens/min";
  object metrics;
  metrics["peakTokensPerMinute"] = std::move(metric);
  object performance;
  performance["metrics"] = std::move(metrics);
  return performance;
}

void set_inference(World& world, ConditionList& conditions, const Round& round, object& status) {
  const bool serving = resources_ready(round) && workload_ready(world, round);
  conditions.set("InferenceReady", serving,
                 serving ? "WorkspaceInferenceStatusSuccess" : "WorkspaceInferenceStatusPending",
                 serving ? "inference is ready" : "the model server is not ready yet");
  const bool preset = json::find(round.workspace, {"inference", "preset"}) != nullptr;
  const bool vllm = json::string_at(round.workspace, {"metadata", "annotations",
                                                      "kaito.sh/runtime"}) != "transformers";
  const bool benchmarks =
      preset && vllm &&
      json::string_at(round.workspace, {"metadata", "annotations", "kaito.sh/disable-benchmark"}) !=
          "true";
  bool done = serving;
  if (serving && benchmarks) {
    done = world.stages.passed("workspace/" + std::string(meta_string(round.workspace, "uid")),
                               "benchmark", to_benchmark);
    if (done) {
      conditions.set("BenchmarkCompleted", true, "BenchmarkCompleted",
                     "the simulated benchmark ended");
      status["performance"] = simulated_performance();
    }
  }
  conditions.set("WorkspaceSucceeded", done, done ? "workspaceSucceeded" : "workspacePending",
                 done ? "the workspace is ready" : "the workspace is not ready yet");
  const bool was_ready = json::string_at(round.workspace, {"status", "state"}) == "Ready" ||
                         json::string_at(round.workspace, {"status", "state"}) == "NotReady";
  status["state"] = done ? "Ready" : was_ready ? "NotReady" : "Pending";
}

void set_tuning(World& world, ConditionList& conditions, const Round& round, object& status) {
  const auto job = world.find(k8s::types::job(), round.namespace_, round.name);
  const bool succeeded = job && json::int_at(*job, {"status", "succeeded"}) > 0;
  const bool started = job && (succeeded || json::int_at(*job, {"status", "ready"}) > 0);
  conditions.set("JobStarted", started,
                 started ? "WorkspaceTuningJobStatusStarted" : "WorkspaceTuningJobStatusPending",
                 started ? "the tuning job has started" : "the tuning job has not started yet");
  conditions.set("WorkspaceSucceeded", succeeded,
                 succeeded ? "workspaceSucceeded" : "workspacePending",
                 succeeded ? "the tuning job succeeded" : "the tuning job has not ended yet");
  status["state"] = succeeded ? "Succeeded" : started ? "Running" : "Pending";
}

void write_status(World& world, const Round& round) {
  ConditionList conditions(round.workspace, world.store.now());
  object status;
  set_resources(conditions, round);
  if (round.tuning)
    set_tuning(world, conditions, round, status);
  else
    set_inference(world, conditions, round, status);
  boost::json::array workers;
  for (const auto& node : round.nodes)
    workers.emplace_back(meta_string(*node, "name"));
  status["workerNodes"] = std::move(workers);
  if (round.target > 0) status["targetNodeCount"] = round.target;
  status["conditions"] = conditions.json();
  const bool was_ready = has_condition(round.workspace, "WorkspaceSucceeded");
  const bool changed =
      world.patch_status(k8s::types::workspace(), round.namespace_, round.name, status);
  if (changed && !was_ready && (status["state"] == "Ready" || status["state"] == "Succeeded"))
    world.say("Workspace " + round.name + " is " + std::string(status["state"].get_string()));
}

/// Deleting: the claims go first; then the finalizer comes off and what the Workspace owns is
/// collected.
void clean_up(World& world, const Round& round) {
  for (const auto& claim : round.claims) {
    if (!is_terminating(*claim))
      world.remove(k8s::types::node_claim(), "", meta_string(*claim, "name"));
  }
  if (!round.claims.empty()) return;
  world.set_finalizer(k8s::types::workspace(), round.workspace, finalizer, false);
  world.stages.forget("workspace/" + std::string(meta_string(round.workspace, "uid")));
  world.say("Workspace " + round.name + " is gone");
}

}  // namespace

void operate_workspaces(World& world) {
  for (const auto& workspace : world.all(k8s::types::workspace())) {
    const Round round = look(world, *workspace);
    if (is_terminating(*workspace)) {
      clean_up(world, round);
      continue;
    }
    world.set_finalizer(k8s::types::workspace(), *workspace, finalizer, true);
    claim_nodes(world, round);
    if (resources_ready(round)) make_workload(world, round);
    write_status(world, round);
  }
}

}  // namespace kaito::sandbox
