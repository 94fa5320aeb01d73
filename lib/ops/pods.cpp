#include "kaito/ops/pods.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <optional>
#include <tuple>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/object_meta.hpp"
#include "kaito/ops/status.hpp"
#include "ops/conditions.hpp"
#include "ops/observe.hpp"

namespace kaito::ops {

namespace {

/// The number that ends the name: 3 of "phi-3-mini-3"; 0 where there is none, or a hash.
int ordinal_of(std::string_view pod) {
  const std::string_view last = pod.substr(pod.rfind('-') + 1);
  int ordinal = 0;
  const auto read = std::from_chars(last.data(), last.data() + last.size(), ordinal);
  return read.ec == std::errc() && read.ptr == last.data() + last.size() ? ordinal : 0;
}

std::vector<std::string> containers_of(const json::Value& pod) {
  std::vector<std::string> names;
  for (const std::string_view list : {"containers", "initContainers"}) {
    const json::Value* containers = json::find(pod, {"spec", list});
    if (containers == nullptr || !containers->is_array()) continue;
    for (const auto& container : containers->get_array())
      names.emplace_back(json::string_at(container, {"name"}));
  }
  const auto chosen =
      json::string_at(pod, {"metadata", "annotations", "kubectl.kubernetes.io/default-container"});
  const auto place = std::find(names.begin(), names.end(), chosen);
  if (place != names.end()) std::rotate(names.begin(), place, place + 1);
  return names;
}

/// The entry of one of the pod's containers in its status, or nullptr.
const json::Value* container_status(const json::Value& pod, std::string_view container) {
  for (const std::string_view list : {"containerStatuses", "initContainerStatuses"}) {
    const json::Value* statuses = json::find(pod, {"status", list});
    if (statuses == nullptr || !statuses->is_array()) continue;
    for (const auto& status : statuses->get_array())
      if (json::string_at(status, {"name"}) == container) return &status;
  }
  return nullptr;
}

std::string with_reason(std::string_view reason, std::string_view message) {
  std::string text(reason);
  if (!message.empty()) text += (text.empty() ? "" : ": ") + shorten(message, 200);
  return text;
}

/// Why the container has no log yet; nothing when it has one. A container that is waiting to be
/// started again has that of its last run.
std::optional<std::string> not_started_reason(const json::Value& pod, std::string_view container) {
  if (const json::Value* status = container_status(pod, container)) {
    const bool has_run = json::find(*status, {"state", "running"}) != nullptr ||
                         json::find(*status, {"state", "terminated"}) != nullptr ||
                         json::find(*status, {"lastState", "terminated"}) != nullptr;
    if (has_run) return std::nullopt;
    auto reason = with_reason(json::string_at(*status, {"state", "waiting", "reason"}),
                              json::string_at(*status, {"state", "waiting", "message"}));
    return reason.empty() ? "not started" : reason;
  }
  const auto phase = json::string_at(pod, {"status", "phase"});
  if (phase != "Pending" && !phase.empty()) return std::nullopt;
  const auto conditions = k8s::conditions_of(pod);
  const auto* scheduled = k8s::find_condition(conditions, "PodScheduled");
  if (scheduled == nullptr || scheduled->status != "False") return "pending";
  auto reason = with_reason(scheduled->reason, scheduled->message);
  return reason.empty() ? "not scheduled" : reason;
}

WorkspacePod read_pod(const json::Value& pod) {
  WorkspacePod read;
  read.name = json::string_at(pod, {"metadata", "name"});
  read.ordinal = ordinal_of(read.name);
  read.ready = k8s::is_true(k8s::conditions_of(pod), "Ready");
  read.containers = containers_of(pod);
  for (const auto& container : read.containers)
    if (auto reason = not_started_reason(pod, container))
      read.not_started[container] = std::move(*reason);
  return read;
}

std::vector<WorkspacePod> read_pods(const kube::ObjectList& list) {
  std::vector<WorkspacePod> pods;
  for (const auto& item : list.items) {
    if (json::find(item.value(), {"metadata", "deletionTimestamp"}) == nullptr)
      pods.push_back(read_pod(item.value()));
  }
  std::sort(pods.begin(), pods.end(), [](const WorkspacePod& a, const WorkspacePod& b) {
    return std::tie(a.ordinal, a.name) < std::tie(b.ordinal, b.name);
  });
  return pods;
}

Result<std::string> why_no_pods(kube::Client& client, std::string_view namespace_,
                                std::string_view workspace, const CallLimits& limits) {
  KAITO_TRY(const auto found, get_workspace(client, namespace_, workspace, limits));
  return "pods of workspace \"" + std::string(workspace) + "\": " + holding_back(found.value());
}

std::string label_of(std::string_view workspace) {
  return "kaito.sh/workspace=" + std::string(workspace);
}

}  // namespace

Result<std::vector<WorkspacePod>> workspace_pods(kube::Client& client, std::string_view namespace_,
                                                 std::string_view workspace,
                                                 const CallLimits& limits) {
  k8s::ListOptions options;
  options.label_selector = label_of(workspace);
  KAITO_TRY(const auto list, client.list(k8s::types::pod(), namespace_, options, limits));
  return read_pods(list);
}

Result<std::vector<WorkspacePod>> wait_for_pods(kube::Client& client, std::string_view namespace_,
                                                std::string_view workspace,
                                                const MissingOfPods& missing,
                                                const EventSink& events, const CallLimits& limits) {
  std::vector<WorkspacePod> pods;
  std::string last;
  const LookAtAll look = [&](const kube::ObjectList& list) -> Result<bool> {
    pods = read_pods(list);
    KAITO_TRY(auto now,
              pods.empty() ? why_no_pods(client, namespace_, workspace, limits) : missing(pods));
    if (!now.empty() && now != last && events)
      events({Event::Kind::progress, "waiting for " + now, "pods"});
    last = std::move(now);
    return last.empty();
  };
  auto observed =
      observe_all(client, k8s::types::pod(), namespace_, label_of(workspace), look, limits);
  if (observed) return pods;
  if (observed.error().code == ErrorCode::timeout && !last.empty())
    observed.error().message = "timed out waiting for " + last;
  return fail(std::move(observed.error()));
}

Error explain_no_pods(kube::Client& client, std::string_view namespace_, std::string_view workspace,
                      const CallLimits& limits) {
  const auto found = get_workspace(client, namespace_, workspace, limits);
  if (!found) return found.error();
  return Error{
      ErrorCode::unavailable,
      "workspace \"" + std::string(workspace) + "\" has no pods: " + holding_back(found->value()),
      {},
      "kaitoctl status " + std::string(workspace) + " shows how far it is",
      nullptr};
}

}  // namespace kaito::ops
