#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/crd.hpp"
#include "sandbox/apiserver/store_impl.hpp"

namespace kaito::sandbox {
namespace {

/// What clients cannot choose.
void drop_system_fields(json::Object& meta) {
  for (const char* key :
       {"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation",
        "selfLink", "resourceVersion", "managedFields"})
    meta.stable_erase(key);
}

[[nodiscard]] Result<void> settle_namespace(const Resource& resource, std::string_view namespace_,
                                            json::Value& object) {
  json::Object& meta = meta_of(object);
  if (!resource.type.namespaced) {
    meta.stable_erase("namespace");
    return {};
  }
  const std::string own(meta_string(object, "namespace"));
  if (!own.empty() && !namespace_.empty() && own != namespace_)
    return fail(
        bad_request("the namespace of the provided object does not match the namespace "
                    "sent on the request"));
  if (own.empty()) meta["namespace"] = namespace_.empty() ? "default" : namespace_;
  return {};
}

}  // namespace

std::string Store::Impl::random_suffix() {
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::uniform_int_distribution<std::size_t> pick(0, kLetters.size() - 1);
  std::string suffix;
  for (int i = 0; i < 5; ++i)
    suffix += kLetters[pick(random)];
  return suffix;
}

std::string Store::Impl::random_uid() {
  const std::uint64_t high = random();
  const std::uint64_t low = random();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xFFFFU,
                     high & 0xFFFU, 0x8000U | ((low >> 48U) & 0x3FFFU), low & 0xFFFFFFFFFFFFU);
}

std::string Store::Impl::random_service_ip() {
  std::uniform_int_distribution<unsigned> byte(1, 254);
  return fmt::format("10.0.{}.{}", byte(random), byte(random));
}

Result<void> Store::Impl::check_namespace(const Kind& kind, const json::Value& object) const {
  if (!kind.resource->type.namespaced) return {};
  const std::string name(meta_string(object, "namespace"));
  const ObjectPtr found = table.find("namespaces", {"", name});
  if (found == nullptr) return fail(not_found(*registry->find("", "namespaces"), name));
  if (!is_terminating(*found)) return {};
  const Error refused =
      forbidden(*kind.resource, meta_string(object, "name"),
                fmt::format("unable to create new content in namespace {} because it is being "
                            "terminated",
                            name));
  k8s::Status status = status_of_error(refused);
  status.causes.push_back({"NamespaceTerminating",
                           fmt::format("namespace {} is being terminated", name),
                           "metadata.namespace"});
  return fail(api_error(std::move(status)));
}

namespace {

/// No new objects of a kind whose definition is being deleted. Errors: a 405.
[[nodiscard]] Result<void> check_definition(const ObjectTable& table, const Resource& resource) {
  if (!resource.custom) return {};
  const ObjectPtr definition =
      table.find("customresourcedefinitions.apiextensions.k8s.io", {"", resource.qualified()});
  if (definition == nullptr || !is_terminating(*definition)) return {};
  k8s::Status status = status_of_error(method_not_allowed());
  status.message = "create not allowed while custom resource definition is terminating";
  return fail(api_error(std::move(status)));
}

}  // namespace

Result<Written> Store::Impl::create(const Kind& kind, std::string_view namespace_,
                                    json::Value object, const WriteRequest& request,
                                    std::optional<ManagedEntries> entries, WriteVerb verb) {
  const Resource& resource = *kind.resource;
  KAITO_CHECK(check_definition(table, resource));
  Written written;
  KAITO_TRY(written.warnings, shape(kind, object, request, verb, nullptr));
  KAITO_CHECK(settle_namespace(resource, namespace_, object));
  json::Object& meta = meta_of(object);
  const bool has_revision = !meta_string(object, "resourceVersion").empty();
  drop_system_fields(meta);
  const std::string prefix(meta_string(object, "generateName").substr(0, 58));
  if (meta_string(object, "name").empty() && !prefix.empty())
    meta["name"] = prefix + random_suffix();
  KAITO_CHECK(check_namespace(kind, object));
  if (resource.type.kind == "CustomResourceDefinition") {
    fill_crd_defaults(object);
    json::Array finalizers;
    finalizers.emplace_back(kCrdFinalizer);
    meta["finalizers"] = std::move(finalizers);
  }
  if (resource.counts_generation) meta["generation"] = 1;
  meta["uid"] = random_uid();
  meta["creationTimestamp"] = now_text();
  KAITO_CHECK(check_valid(kind, object, nullptr));
  if (has_revision && verb == WriteVerb::create)
    return fail(unnamed_error("resourceVersion should not be set on objects to be created"));
  const ObjectKey key = key_of(object);
  if (const ObjectPtr there = table.find(resource.qualified(), key))
    return fail(already_exists(resource, key.name, is_terminating(*there)));
  KAITO_CHECK(admit(Admission::Operation::create, kind, "", nullptr, &object));
  if (!entries) {
    entries.emplace();
    track_update(*entries, nullptr, object, kind.guide(), writer(kind, request));
  }
  write_managed_fields(object, std::move(*entries));
  written.created = true;
  written.changed = true;
  if (request.dry_run) {
    written.object = std::make_shared<const json::Value>(std::move(object));
    return written;
  }
  written.object = in_version(kind, commit(kind, std::move(object)));
  if (json::find(*written.object, {"metadata", "ownerReferences"}) != nullptr) settle();
  return written;
}

}  // namespace kaito::sandbox
