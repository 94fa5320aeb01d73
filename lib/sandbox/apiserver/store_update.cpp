#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/builtin_rules.hpp"
#include "sandbox/apiserver/crd.hpp"
#include "sandbox/apiserver/metadata_rules.hpp"
#include "sandbox/apiserver/store_impl.hpp"

namespace kaito::sandbox {
namespace {

void copy_member(json::Object& to, const json::Object& from, std::string_view key) {
  if (const json::Value* value = from.if_contains(key))
    to[key] = *value;
  else
    to.stable_erase(key);
}

/// Whether anything but metadata (and status, where it is a subresource) differs.
[[nodiscard]] bool same_desired_state(const Resource& resource, const json::Value& a,
                                      const json::Value& b) {
  json::Value left = a;
  json::Value right = b;
  for (json::Value* value : {&left, &right}) {
    json::Object& object = value->get_object();
    for (const char* key : {"apiVersion", "kind", "metadata"})
      object.stable_erase(key);
    if (resource.has_status) object.stable_erase("status");
  }
  return json::equivalent(left, right);
}

[[nodiscard]] bool wipes_managed_fields(const json::Value& object) {
  const json::Value* list = json::find(object, {"metadata", "managedFields"});
  return list != nullptr && list->is_array() && list->get_array().size() == 1 &&
         list->get_array()[0].is_object() && list->get_array()[0].get_object().empty();
}

/// "strict decoding error: unknown field "a", unknown field "b"".
[[nodiscard]] std::string strict_text(const std::vector<std::string>& unknown) {
  std::string text = "strict decoding error: ";
  for (std::size_t i = 0; i < unknown.size(); ++i)
    text += fmt::format("{}unknown field \"{}\"", i == 0 ? "" : ", ", unknown[i]);
  return text;
}

[[nodiscard]] Error strict_error(const k8s::ResourceType& type, const std::string& version,
                                 WriteVerb verb, const json::Value& object,
                                 const std::vector<std::string>& unknown) {
  const std::string text = strict_text(unknown);
  if (verb == WriteVerb::patch)
    return invalid("", "", {invalid_field("patch", json::write(object), text)});
  if (verb == WriteVerb::apply) return bad_request(text);
  return bad_request(fmt::format("{0} in version \"{1}\" cannot be handled as a {0}: {2}",
                                 type.kind, version, text));
}

/// An apply with fields that the schema does not have is refused whatever fieldValidation says, in
/// words without a reason.
[[nodiscard]] Error undeclared_error(std::string_view api_version, const k8s::ObjectRef& ref,
                                     const std::vector<std::string>& unknown) {
  std::string list = unknown.size() > 1 ? "errors:" : "";
  for (const std::string& path : unknown)
    list +=
        fmt::format("{}.{}: field not declared in schema", unknown.size() > 1 ? "\n  " : "", path);
  return unnamed_error(fmt::format("failed to create typed patch object ({}/{}; {}, Kind={}): {}",
                                   ref.namespace_, ref.name, api_version, ref.type.kind, list));
}

/// The preconditions that the sent object states about the stored one.
[[nodiscard]] Result<void> check_preconditions(const Resource& resource, const json::Value& sent,
                                               const json::Value& stored, WriteVerb verb) {
  const std::string_view name = meta_string(stored, "name");
  const std::string_view uid = meta_string(sent, "uid");
  if (verb == WriteVerb::update && !uid.empty() && uid != meta_string(stored, "uid"))
    return fail(conflict(resource, name,
                         fmt::format("Precondition failed: UID in precondition: {}, UID in object "
                                     "meta: {}",
                                     uid, meta_string(stored, "uid"))));
  const std::string_view revision = meta_string(sent, "resourceVersion");
  if (revision.empty() && resource.needs_revision && verb == WriteVerb::update)
    return fail(invalid(
        resource.qualified_kind(), name,
        {invalid_field("metadata.resourceVersion", "0x0", "must be specified for an update")}));
  if (!revision.empty() && revision != meta_string(stored, "resourceVersion"))
    return fail(stale_revision(resource, name));
  return {};
}

/// Puts back what a write cannot change.
void restore_system_fields(json::Value& object, const json::Value& stored, WriteVerb verb) {
  json::Object& meta = meta_of(object);
  const json::Object& earlier = json::find(stored, {"metadata"})->get_object();
  for (const char* key : {"resourceVersion", "creationTimestamp", "deletionTimestamp",
                          "deletionGracePeriodSeconds", "generation", "generateName"})
    copy_member(meta, earlier, key);
  for (const char* key : {"name", "namespace", "uid"}) {
    if (verb == WriteVerb::update || !meta.contains(key)) copy_member(meta, earlier, key);
  }
}

}  // namespace

ManagedEntry Store::Impl::writer(const Kind& kind, const WriteRequest& request) const {
  return {request.manager, false, kind.api_version(), request.subresource, now_text(), {}};
}

Result<std::vector<std::string>> Store::Impl::shape(const Kind& kind, json::Value& object,
                                                    const WriteRequest& request, WriteVerb verb,
                                                    const json::Value* before) {
  const Resource& resource = *kind.resource;
  if (!object.is_object()) return fail(bad_request("the body must be a JSON object"));
  json::Object& root = object.get_object();
  root["apiVersion"] = kind.api_version();
  root["kind"] = resource.type.kind;
  KAITO_TRY(std::vector<std::string> unknown, shape_metadata(resource, object));
  const ServedVersion* served = resource.version(kind.version);
  if (served->schema != nullptr) {
    for (std::string& path : prune(object, *served->schema))
      unknown.push_back(std::move(path));
  }
  if (!unknown.empty() && request.validation == FieldValidation::strict)
    return fail(strict_error(resource.type, kind.version, verb, object, unknown));
  const bool keeps_status = resource.type.kind == "Node";
  if (before == nullptr && resource.has_status && !keeps_status) root.stable_erase("status");
  KAITO_CHECK(check_builtin_shape(resource, object));
  if (served->schema != nullptr)
    fill_defaults(object, *served->schema);
  else
    fill_builtin_defaults(resource, object, before, random_service_ip());
  std::vector<std::string> warnings;
  if (request.validation == FieldValidation::warn) {
    for (const std::string& path : unknown)
      warnings.push_back(fmt::format("unknown field \"{}\"", path));
  }
  return warnings;
}

Result<void> Store::Impl::check_valid(const Kind& kind, const json::Value& object,
                                      const json::Value* before) const {
  const Resource& resource = *kind.resource;
  std::vector<FieldError> errors = validate_metadata(resource, object, before);
  const ServedVersion* served = resource.version(kind.version);
  const std::vector<FieldError> found = served->schema != nullptr
                                            ? validate(object, *served->schema)
                                            : validate_builtin(resource, object, before);
  errors.insert(errors.end(), found.begin(), found.end());
  if (!errors.empty())
    return fail(invalid(resource.qualified_kind(), meta_string(object, "name"), errors));
  if (resource.type.kind == "CustomResourceDefinition") KAITO_CHECK(resource_of_crd(object));
  return {};
}

Result<void> Store::Impl::admit(Admission::Operation operation, const Kind& kind,
                                const std::string& subresource, const json::Value* before,
                                const json::Value* after) const {
  if (!admission) return {};
  return admission({operation, &kind.resource->type, subresource, before, after});
}

ObjectPtr Store::Impl::commit(const Kind& kind, json::Value object) {
  const Resource& resource = *kind.resource;
  object.as_object()["apiVersion"] = resource.type.api_version();
  ObjectPtr stored = table.put(resource.qualified(), std::move(object));
  if (resource.type.kind == "CustomResourceDefinition") {
    // Checked by check_valid; a terminating definition serves until its objects are gone.
    if (auto defined = resource_of_crd(*stored)) {
      auto next = std::make_shared<Registry>(*registry);
      next->add(*defined);
      registry = std::move(next);
    }
    if (json::find(*stored, {"status", "conditions"}) == nullptr) {
      json::Value established = *stored;
      mark_established(established, now_text());
      table.put(resource.qualified(), std::move(established));
    }
  }
  changed.notify_all();
  return stored;
}

Result<Written> Store::Impl::replace(const Kind& kind, const ObjectPtr& stored, json::Value object,
                                     const WriteRequest& request,
                                     std::optional<ManagedEntries> entries, WriteVerb verb) {
  const Resource& resource = *kind.resource;
  const bool of_status = request.subresource == "status";
  if (of_status && !resource.has_status)
    return fail(not_found(resource, meta_string(*stored, "name")));
  Written written;
  KAITO_TRY(written.warnings, shape(kind, object, request, verb, stored.get()));
  KAITO_CHECK(check_preconditions(resource, object, *stored, verb));
  if (!entries) {
    entries = read_managed_fields(of_status ? *stored : object);
    if (entries->empty()) entries = read_managed_fields(*stored);
  }
  const bool wiped = !of_status && wipes_managed_fields(object);
  if (of_status) {
    json::Value next = *in_version(kind, stored);
    copy_member(next.get_object(), object.get_object(), "status");
    object = std::move(next);
  } else {
    restore_system_fields(object, *stored, verb);
    if (resource.has_status) copy_member(object.get_object(), stored->get_object(), "status");
  }
  if (!of_status && resource.counts_generation && !same_desired_state(resource, object, *stored))
    meta_of(object)["generation"] = json::int_at(*stored, {"metadata", "generation"}) + 1;
  KAITO_CHECK(check_valid(kind, object, stored.get()));
  if (wiped)
    entries->clear();
  else if (verb != WriteVerb::apply)
    track_update(*entries, stored.get(), object, kind.guide(), writer(kind, request));
  write_managed_fields(object, std::move(*entries));
  object.get_object()["apiVersion"] = resource.type.api_version();
  if (json::equivalent(object, *stored)) {
    written.object = in_version(kind, stored);
    return written;
  }
  KAITO_CHECK(
      admit(Admission::Operation::update, kind, request.subresource, stored.get(), &object));
  written.changed = true;
  if (request.dry_run) {
    written.object = in_version(kind, std::make_shared<const json::Value>(std::move(object)));
    return written;
  }
  const bool last_finalizer_gone =
      is_terminating(object) && strings_at(object, {"metadata", "finalizers"}).empty() &&
      json::int_at(object, {"metadata", "deletionGracePeriodSeconds"}) == 0 &&
      resource.type.kind != "Namespace";
  if (last_finalizer_gone) {
    erase(kind, key_of(*stored));
    written.object = in_version(kind, std::make_shared<const json::Value>(std::move(object)));
  } else {
    written.object = in_version(kind, commit(kind, std::move(object)));
  }
  const json::Value* owners = json::find(*written.object, {"metadata", "ownerReferences"});
  if (owners != nullptr || is_terminating(*written.object)) settle();
  return written;
}

Result<Written> Store::Impl::apply(const Kind& kind, const k8s::ObjectRef& ref, json::Value wanted,
                                   bool force, const WriteRequest& request) {
  const Resource& resource = *kind.resource;
  const bool of_status = request.subresource == "status";
  const ObjectPtr stored = table.find(resource.qualified(), key_in(kind, ref));
  if (of_status && (stored == nullptr || !resource.has_status))
    return fail(not_found(resource, ref.name));
  if (!wanted.is_object()) return fail(bad_request("the body must be a JSON object"));
  // Ownership is about what was sent: pruned, but without defaults.
  json::Object& root = wanted.get_object();
  KAITO_TRY(std::vector<std::string> unknown, shape_metadata(resource, wanted));
  if (const auto& schema = resource.version(kind.version)->schema; schema != nullptr) {
    for (std::string& path : prune(wanted, *schema))
      unknown.push_back(std::move(path));
  }
  if (!unknown.empty()) return fail(undeclared_error(kind.api_version(), ref, unknown));
  if (of_status) {
    root.stable_erase("spec");
    for (const char* key : {"labels", "annotations", "finalizers", "ownerReferences"})
      meta_of(wanted).stable_erase(key);
  } else if (resource.has_status) {
    root.stable_erase("status");
  }
  root["apiVersion"] = kind.api_version();
  root["kind"] = resource.type.kind;
  meta_of(wanted)["name"] = ref.name;
  if (stored != nullptr)
    KAITO_CHECK(check_preconditions(resource, wanted, *stored, WriteVerb::apply));
  const ObjectPtr live = stored == nullptr ? nullptr : in_version(kind, stored);
  KAITO_TRY(Applied applied,
            apply_fields(live.get(), wanted, kind.guide(), writer(kind, request), force));
  if (stored == nullptr)
    return create(kind, ref.namespace_, std::move(applied.object), request,
                  std::move(applied.entries), WriteVerb::apply);
  return replace(kind, stored, std::move(applied.object), request, std::move(applied.entries),
                 WriteVerb::apply);
}

}  // namespace kaito::sandbox
