#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/duration.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/object_meta.hpp"
#include "kaito/ops/status.hpp"

namespace kaito::ops {

using json::string_at;

namespace {

std::string condition_status(const std::vector<k8s::Condition>& conditions, std::string_view type) {
  const auto* condition = k8s::find_condition(conditions, type);
  return condition == nullptr ? "" : condition->status;
}

std::vector<std::string> worker_nodes(const json::Value& workspace) {
  std::vector<std::string> names;
  const auto* list = json::find(workspace, {"status", "workerNodes"});
  if (list == nullptr || !list->is_array()) return names;
  for (const auto& entry : list->get_array()) {
    if (entry.is_string()) names.emplace_back(entry.get_string());
  }
  return names;
}

/// "ready/wanted". The operator writes the wanted number once it has worked it out; before that a
/// tuning Workspace's is 1 and an inference one's is not known.
std::string nodes_text(const json::Value& workspace, std::size_t workers, bool tuning) {
  auto wanted = json::int_at(workspace, {"status", "targetNodeCount"});
  if (wanted <= 0 && tuning) wanted = 1;
  // Operators before 0.7 have no such field: there resource.count decides.
  const bool has_status = json::find(workspace, {"status", "conditions"}) != nullptr;
  if (wanted <= 0 && has_status && workers > 0)
    wanted = std::max<std::int64_t>(json::int_at(workspace, {"resource", "count"}, 1),
                                    static_cast<std::int64_t>(workers));
  return std::to_string(workers) + "/" + (wanted > 0 ? std::to_string(wanted) : "?");
}

std::string model_of(const json::Value& workspace, bool tuning) {
  const auto* block = json::find(workspace, {tuning ? "tuning" : "inference"});
  if (block == nullptr) return "";
  if (json::find(*block, {"template"}) != nullptr) return "(template)";
  return std::string(string_at(*block, {"preset", "name"}));
}

/// "" where the operator does not choose it: tuning, and pods of the user's own.
std::string runtime_of(const json::Value& workspace, bool tuning) {
  if (tuning || json::find(workspace, {"inference", "template"}) != nullptr) return "";
  const auto annotation = string_at(workspace, {"metadata", "annotations", "kaito.sh/runtime"});
  return annotation == "transformers" ? "transformers" : "vllm";
}

}  // namespace

StatusRow status_row(const json::Value& workspace, Instant now) {
  StatusRow row;
  const bool tuning = json::find(workspace, {"tuning"}) != nullptr;
  const auto conditions = k8s::conditions_of(workspace);
  const auto workers = worker_nodes(workspace);
  row.namespace_ = string_at(workspace, {"metadata", "namespace"});
  row.name = string_at(workspace, {"metadata", "name"});
  row.kind = tuning ? "tuning" : "inference";
  row.instance = string_at(workspace, {"resource", "instanceType"});
  row.nodes = nodes_text(workspace, workers.size(), tuning);
  row.resource_ready = condition_status(conditions, "ResourceReady");
  row.inference_ready = condition_status(conditions, "InferenceReady");
  row.workspace_ready = condition_status(conditions, "WorkspaceSucceeded");
  if (row.workspace_ready.empty())
    row.workspace_ready = condition_status(conditions, "WorkspaceReady");
  row.job_started = condition_status(conditions, "JobStarted");
  if (const auto created = parse_time(string_at(workspace, {"metadata", "creationTimestamp"})))
    row.age = format_age(std::chrono::duration_cast<std::chrono::seconds>(now - *created));
  row.model = model_of(workspace, tuning);
  row.runtime = runtime_of(workspace, tuning);
  row.state = json::find(workspace, {"metadata", "deletionTimestamp"}) != nullptr
                  ? "Deleting"
                  : std::string(string_at(workspace, {"status", "state"}));
  row.workers = join(workers, ",");
  return row;
}

}  // namespace kaito::ops
