#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/store_impl.hpp"

namespace kaito::sandbox {
namespace {

[[nodiscard]] Result<void> check_preconditions(const Resource& resource, const json::Value& object,
                                               const DeleteRequest& request) {
  const std::string_view name = meta_string(object, "name");
  if (!request.uid.empty() && request.uid != meta_string(object, "uid"))
    return fail(precondition_failed(
        resource, name,
        fmt::format("the UID in the precondition ({}) does not match the UID in record ({}). The "
                    "object might have been deleted and then recreated",
                    request.uid, meta_string(object, "uid"))));
  const std::string_view revision = meta_string(object, "resourceVersion");
  if (!request.resource_version.empty() && request.resource_version != revision)
    return fail(precondition_failed(
        resource, name,
        fmt::format("the ResourceVersion in the precondition ({}) does not match the "
                    "ResourceVersion in record ({}). The object might have been modified",
                    request.resource_version, revision)));
  return {};
}

[[nodiscard]] Result<void> check_protected(const Resource& resource, std::string_view name) {
  const bool is_protected = resource.type.kind == "Namespace" &&
                            (name == "default" || name == "kube-system" || name == "kube-public");
  if (is_protected) return fail(forbidden(resource, name, "this namespace may not be deleted"));
  return {};
}

/// How long the object gets to go away by itself.
[[nodiscard]] std::int64_t grace_of(const Resource& resource, const json::Value& object,
                                    const DeleteRequest& request) {
  if (resource.grace_seconds == 0) return 0;
  // A pod that runs nowhere, or has ended, has nothing to shut down.
  const std::string_view phase = json::string_at(object, {"status", "phase"});
  if (json::string_at(object, {"spec", "nodeName"}).empty() || phase == "Succeeded" ||
      phase == "Failed")
    return 0;
  if (request.grace_seconds) return std::max<std::int64_t>(0, *request.grace_seconds);
  return json::int_at(object, {"spec", "terminationGracePeriodSeconds"}, resource.grace_seconds);
}

[[nodiscard]] std::vector<std::string> finalizers_for(const Resource& resource,
                                                      const json::Value& object,
                                                      const DeleteRequest& request) {
  std::vector<std::string> finalizers = strings_at(object, {"metadata", "finalizers"});
  const auto want = [&](std::string_view name, bool wanted) {
    const auto found = std::ranges::find(finalizers, name);
    if (wanted && found == finalizers.end()) finalizers.emplace_back(name);
    if (!wanted && found != finalizers.end()) finalizers.erase(found);
  };
  if (!request.propagation && is_terminating(object)) return finalizers;
  const k8s::Propagation propagation = request.propagation.value_or(
      resource.orphans_by_default ? k8s::Propagation::orphan : k8s::Propagation::background);
  if (!request.propagation && propagation == k8s::Propagation::background) return finalizers;
  want("foregroundDeletion", propagation == k8s::Propagation::foreground);
  want("orphan", propagation == k8s::Propagation::orphan);
  return finalizers;
}

void set_finalizers(json::Value& object, const std::vector<std::string>& finalizers) {
  json::Array list;
  for (const std::string& name : finalizers)
    list.emplace_back(name);
  if (list.empty())
    meta_of(object).stable_erase("finalizers");
  else
    meta_of(object)["finalizers"] = std::move(list);
}

}  // namespace

ObjectPtr Store::Impl::erase(const Kind& kind, const ObjectKey& key) {
  ObjectPtr last = table.erase(kind.resource->qualified(), key);
  if (kind.resource->type.kind == "CustomResourceDefinition") {
    auto next = std::make_shared<Registry>(*registry);
    next->remove(json::string_at(*last, {"spec", "group"}),
                 json::string_at(*last, {"spec", "names", "plural"}));
    registry = std::move(next);
  }
  changed.notify_all();
  return last;
}

Result<Deleted> Store::Impl::remove(const Kind& kind, const ObjectKey& key,
                                    const DeleteRequest& request) {
  const Resource& resource = *kind.resource;
  KAITO_TRY(const ObjectPtr stored, find(kind, key));
  KAITO_CHECK(check_preconditions(resource, *stored, request));
  KAITO_CHECK(check_protected(resource, key.name));
  KAITO_CHECK(admit(Admission::Operation::remove, kind, "", stored.get(), nullptr));
  const std::vector<std::string> finalizers = finalizers_for(resource, *stored, request);
  const std::int64_t grace = grace_of(resource, *stored, request);
  const bool waits = !finalizers.empty() || grace > 0 || resource.type.kind == "Namespace";
  if (request.dry_run) return Deleted{stored, !waits};
  if (!waits) return Deleted{erase(kind, key), true};

  json::Value marked = *stored;
  json::Object& meta = meta_of(marked);
  const bool again = is_terminating(*stored);
  const std::int64_t earlier_grace =
      json::int_at(*stored, {"metadata", "deletionGracePeriodSeconds"});
  if (!again || grace < earlier_grace) {
    meta["deletionTimestamp"] = format_time(now() + std::chrono::seconds(grace));
    meta["deletionGracePeriodSeconds"] = grace;
    if (!again && meta.contains("generation"))
      meta["generation"] = json::int_at(*stored, {"metadata", "generation"}) + 1;
  }
  set_finalizers(marked, finalizers);
  if (resource.type.kind == "Namespace") {
    json::Object status;
    status["phase"] = "Terminating";
    marked.get_object()["status"] = std::move(status);
  }
  if (json::equivalent(marked, *stored)) return Deleted{stored, false};
  return Deleted{commit(kind, std::move(marked)), false};
}

}  // namespace kaito::sandbox
