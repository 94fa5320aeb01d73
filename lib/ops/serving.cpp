#include "kaito/ops/serving.hpp"

#include <boost/json/value.hpp>

#include "kaito/chat/chat.hpp"
#include "kaito/json/json.hpp"
#include "kaito/k8s/object_meta.hpp"
#include "kaito/ops/status.hpp"
#include "ops/conditions.hpp"

namespace kaito::ops {

Result<std::string> serving_workspace(kube::Client& client, std::string_view namespace_,
                                      std::string_view name, bool inference_set,
                                      const CallLimits& limits) {
  if (!inference_set) return std::string(name);
  k8s::ListOptions options;
  options.label_selector = "inferenceset.kaito.sh/created-by=" + std::string(name);
  KAITO_TRY(const auto list, list_workspaces(client, namespace_, options, limits));
  for (const auto& workspace : list.items) {
    if (json::find(workspace.value(), {"metadata", "deletionTimestamp"}) != nullptr) continue;
    if (k8s::is_true(k8s::conditions_of(workspace.value()), "InferenceReady"))
      return std::string(json::string_at(workspace.value(), {"metadata", "name"}));
  }
  if (list.items.empty())
    return fail(ErrorCode::not_found, "inferenceset \"" + std::string(name) +
                                          "\" has no workspaces in namespace \"" +
                                          std::string(namespace_) + "\"");
  return fail(ErrorCode::unavailable,
              "none of the " + std::to_string(list.items.size()) +
                  " workspaces of inferenceset \"" + std::string(name) + "\" is ready",
              "kaitoctl status -w shows how far they are");
}

Error explain_not_serving(kube::Client& client, std::string_view namespace_, std::string_view name,
                          Error error, const CallLimits& limits) {
  if (error.code != ErrorCode::not_found && error.code != ErrorCode::unavailable) return error;
  if (dynamic_cast<const chat::ServerAnswer*>(error.payload.get()) != nullptr) return error;
  const auto workspace = get_workspace(client, namespace_, name, limits);
  if (!workspace) {
    const auto code = workspace.error().code;
    return code == ErrorCode::not_found || code == ErrorCode::not_served ? workspace.error()
                                                                         : error;
  }
  const std::string subject = "workspace \"" + std::string(name) + "\"";
  if (json::find(workspace->value(), {"inference"}) == nullptr)
    return Error{ErrorCode::invalid,
                 subject + " tunes a model: there is nothing to talk to",
                 {},
                 "kaitoctl status " + std::string(name) + " shows the job",
                 nullptr};
  if (k8s::is_true(k8s::conditions_of(workspace->value()), "InferenceReady")) return error;
  return Error{ErrorCode::unavailable,
               subject + " is not ready: " + holding_back(workspace->value()),
               {},
               "wait for it with kaitoctl status " + std::string(name) + " -w",
               nullptr};
}

}  // namespace kaito::ops
