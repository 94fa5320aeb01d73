#include "kaito/ops/remove.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
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
std::vector<std::string> goes_with(const json::Value& object) {
  std::vector<std::string> names;
  if (string_at(object, {"resource", "instanceType"}).empty()) return names;
  for (const auto& node : strings_at(object, {"status", "workerNodes"}))
    names.push_back("node " + node + " and its claim");
  return names;
}

/// Watches the one object until it is gone, or another one has its name.
Result<void> wait_until_gone(kube::Client& client, const RemovalPlan& plan, const EventSink& events,
                             const CallLimits& limits) {
  std::string last;
  for (;;) {
    auto object = client.get(plan.ref, limits);
    if (!object) {
      if (object.error().code == ErrorCode::not_found) return {};
      return fail(std::move(object.error()));
    }
    if (string_at(object->value(), {"metadata", "uid"}) != plan.uid) return {};
    const auto finalizers = strings_at(object->value(), {"metadata", "finalizers"});
    last = finalizers.empty() ? "what belongs to it" : "finalizer " + join(finalizers, ", ");
    if (events) events({Event::Kind::progress, "waiting for " + last, "deleting"});

    k8s::WatchOptions options;
    options.field_selector = "metadata.name=" + plan.ref.name;
    options.resource_version = string_at(object->value(), {"metadata", "resourceVersion"});
    auto watch = client.watch(plan.ref.type, plan.ref.namespace_, options, limits);
    for (bool open = watch.has_value(); open;) {
      auto event = (*watch)->next(limits);
      if (!event || !*event) {
        open = false;
        if (!event) watch = fail(std::move(event.error()));
      } else if ((*event)->type == kube::WatchEvent::Type::deleted) {
        return {};
      }
    }
    if (watch || watch.error().code == ErrorCode::expired ||
        watch.error().code == ErrorCode::unreachable)
      continue;
    auto error = std::move(watch.error());
    if (error.code == ErrorCode::timeout) {
      error.message = "still waiting for " + last;
      error.hint = "the deletion goes on; see kaitoctl status " + plan.ref.name;
    }
    return fail(std::move(error));
  }
}

}  // namespace

Result<RemovalPlan> plan_removal(kube::Client& client, const k8s::ObjectRef& ref,
                                 const CallLimits& limits) {
  RemovalPlan plan;
  KAITO_TRY(const auto object, in_served_version(ref.type, [&](const k8s::ResourceType& type) {
              plan.ref = {type, ref.namespace_, ref.name};
              return client.get(plan.ref, limits);
            }));
  plan.uid = string_at(object.value(), {"metadata", "uid"});
  plan.goes_too = goes_with(object.value());
  plan.finalizers = strings_at(object.value(), {"metadata", "finalizers"});
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
