#include "kaito/ops/pods.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <tuple>

#include "kaito/json/json.hpp"
#include "kaito/ops/status.hpp"
#include "ops/conditions.hpp"

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

}  // namespace

Result<std::vector<WorkspacePod>> workspace_pods(kube::Client& client, std::string_view namespace_,
                                                 std::string_view workspace,
                                                 const CallLimits& limits) {
  k8s::ListOptions options;
  options.label_selector = "kaito.sh/workspace=" + std::string(workspace);
  KAITO_TRY(const auto list, client.list(k8s::types::pod(), namespace_, options, limits));
  std::vector<WorkspacePod> pods;
  for (const auto& item : list.items) {
    const json::Value& pod = item.value();
    if (json::find(pod, {"metadata", "deletionTimestamp"}) != nullptr) continue;
    const std::string name(json::string_at(pod, {"metadata", "name"}));
    pods.push_back(
        {name, ordinal_of(name), is_true(k8s::conditions_of(pod), "Ready"), containers_of(pod)});
  }
  std::sort(pods.begin(), pods.end(), [](const WorkspacePod& a, const WorkspacePod& b) {
    return std::tie(a.ordinal, a.name) < std::tie(b.ordinal, b.name);
  });
  return pods;
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
