#include "kaito/ops/remove.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/ops/status.hpp"
#include "ops/observe.hpp"
#include "ops/workspaces.hpp"

namespace kaito::ops {

using json::string_at;

namespace {

std::vector<std::string> strings_at(const json::Value& object,
                                    std::initializer_list<std::string_view> keys) {
  std::vector<std::string> texts;
  const auto* list = json::find(object, keys);
  if (list == nullptr || !list->is_array()) return texts;
  for (const auto& entry : list->get_array()) {
    if (entry.is_string()) texts.emplace_back(entry.get_string());
  }
  return texts;
}

/// Nodes that the operator had made for this Workspace go with it; own nodes (no instance type)
/// stay.
void add_nodes(const json::Value& workspace, std::vector<std::string>& names) {
  if (string_at(workspace, {"resource", "instanceType"}).empty()) return;
  for (const auto& node : strings_at(workspace, {"status", "workerNodes"}))
    names.push_back("node " + node + " and its claim");
}

/// The Workspaces of an InferenceSet, each followed by its nodes.
std::vector<std::string> goes_with_set(kube::Client& client, const k8s::ObjectRef& set,
                                       const CallLimits& limits) {
  k8s::ListOptions options;
  options.label_selector = "inferenceset.kaito.sh/created-by=" + set.name;
  const auto list = list_workspaces(client, set.namespace_, options, limits);
  if (!list) return {"its workspaces, which cannot be listed: " + list.error().message};
  std::vector<std::string> names;
  for (const auto& workspace : list->items) {
    names.push_back("workspace " + std::string(string_at(workspace.value(), {"metadata", "name"})));
    add_nodes(workspace.value(), names);
  }
  return names;
}

/// Waits until the object is gone, or another one has its name.
Result<void> wait_until_gone(kube::Client& client, const RemovalPlan& plan, const EventSink& events,
                             const CallLimits& limits) {
  std::string last;
  const Look look = [&](const json::Document* object) -> Result<bool> {
    if (object == nullptr || string_at(object->value(), {"metadata", "uid"}) != plan.uid)
      return true;
    const auto finalizers = strings_at(object->value(), {"metadata", "finalizers"});
    const std::string now =
        finalizers.empty() ? "what belongs to it" : "finalizer " + join(finalizers, ", finalizer ");
    if (now != last && events) events({Event::Kind::progress, "waiting for " + now, "deleting"});
    last = now;
    return false;
  };
  auto observed = observe(client, plan.ref, look, limits);
  if (observed) return {};
  auto error = std::move(observed.error());
  if (error.code == ErrorCode::timeout && !last.empty()) {
    error.message = plan.ref.type.kind + " \"" + plan.ref.name +
                    "\" is not gone yet: still waiting for " + last;
    error.hint = "the deletion goes on; see kaitoctl status " + plan.ref.name;
  }
  return fail(std::move(error));
}

}  // namespace

Result<RemovalPlan> plan_removal(kube::Client& client, const k8s::ObjectRef& ref,
                                 const CallLimits& limits) {
  RemovalPlan plan;
  auto object = in_served_version(ref.type, [&](const k8s::ResourceType& type) {
    plan.ref = {type, ref.namespace_, ref.name};
    return client.get(plan.ref, limits);
  });
  if (!object) {
    auto error = std::move(object.error());
    if (error.code == ErrorCode::not_found)
      error = std::move(error).hinted(std::string(where_workspaces_are));
    return fail(std::move(error));
  }
  plan.uid = string_at(object->value(), {"metadata", "uid"});
  plan.finalizers = strings_at(object->value(), {"metadata", "finalizers"});
  if (ref.type.kind == "InferenceSet")
    plan.goes_too = goes_with_set(client, ref, limits);
  else
    add_nodes(object->value(), plan.goes_too);
  return plan;
}

Result<Removed> remove(kube::Client& client, const RemovalPlan& plan, bool wait,
                       k8s::DryRun dry_run, const EventSink& events, const CallLimits& limits) {
  k8s::DeleteOptions options;
  options.uid = plan.uid;
  options.dry_run = dry_run;
  KAITO_TRY(const auto deleted, client.remove(plan.ref, options, limits));
  if (deleted.gone || dry_run != k8s::DryRun::none || !wait) return Removed{deleted.gone};
  KAITO_CHECK(wait_until_gone(client, plan, events, limits));
  return Removed{true};
}

}  // namespace kaito::ops
