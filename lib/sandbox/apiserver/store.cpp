#include "sandbox/apiserver/store.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/selection.hpp"
#include "sandbox/apiserver/store_impl.hpp"

namespace kaito::sandbox {

Store::Impl::Impl(StoreOptions given)
    : options(std::move(given)),
      table(options.first_revision, options.history),
      registry(std::make_shared<const Registry>(builtin_resources())),
      random(std::random_device{}()) {}

std::string Store::Impl::Kind::api_version() const {
  return resource->type.group.empty() ? version : resource->type.group + "/" + version;
}

Result<Store::Impl::Kind> Store::Impl::kind_of(const k8s::ResourceType& type) const {
  const Resource* resource = registry->find(type.group, type.version, type.plural);
  if (resource == nullptr)
    return fail(ErrorCode::not_served,
                fmt::format("{} in {} is not served", type.plural, type.api_version()));
  return Kind{registry, resource, type.version};
}

ObjectKey Store::Impl::key_in(const Kind& kind, const k8s::ObjectRef& ref) const {
  return {kind.resource->type.namespaced ? ref.namespace_ : std::string(), ref.name};
}

Result<ObjectPtr> Store::Impl::find(const Kind& kind, const ObjectKey& key) const {
  ObjectPtr object = table.find(kind.resource->qualified(), key);
  if (object == nullptr) return fail(not_found(*kind.resource, key.name));
  return object;
}

Instant Store::Impl::now() const {
  return options.clock ? options.clock()
                       : std::chrono::time_point_cast<std::chrono::nanoseconds>(
                             std::chrono::system_clock::now());
}

std::string Store::Impl::now_text() const {
  return format_time(now());
}

ObjectPtr Store::Impl::in_version(const Kind& kind, const ObjectPtr& object) const {
  if (kind.version == kind.resource->type.version) return object;
  json::Value copy = *object;
  copy.as_object()["apiVersion"] = kind.api_version();
  // A version shows what its own schema knows; what it does not stays in storage.
  if (const auto& schema = kind.resource->version(kind.version)->schema; schema != nullptr)
    static_cast<void>(prune(copy, *schema));
  return std::make_shared<const json::Value>(std::move(copy));
}

Store::Store(StoreOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {
  if (!impl_->options.make_namespaces) return;
  for (const char* name : {"default", "kube-system", "kube-public", "kube-node-lease"}) {
    json::Object meta;
    meta["name"] = name;
    json::Object object;
    object["metadata"] = std::move(meta);
    // Cannot fail: the kind is built in and the names are good.
    static_cast<void>(create(k8s::types::name_space(), "", std::move(object)));
  }
}

Store::~Store() = default;

Instant Store::now() const {
  return impl_->now();
}

std::int64_t Store::revision() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->table.revision();
}

std::shared_ptr<const Registry> Store::registry() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->registry;
}

Result<ObjectPtr> Store::get(const k8s::ObjectRef& ref) const {
  const std::lock_guard lock(impl_->mutex);
  KAITO_TRY(const Impl::Kind kind, impl_->kind_of(ref.type));
  KAITO_TRY(const ObjectPtr object, impl_->find(kind, impl_->key_in(kind, ref)));
  return impl_->in_version(kind, object);
}

Result<std::vector<ObjectPtr>> Store::list(const k8s::ResourceType& type,
                                           std::string_view namespace_,
                                           const k8s::LabelSelector& labels) const {
  ListRequest request;
  request.namespace_ = namespace_;
  request.labels = labels;
  KAITO_TRY(ListPage page, list_page(type, request));
  return std::move(page.items);
}

Result<ListPage> Store::list_page(const k8s::ResourceType& type, const ListRequest& request) const {
  const std::lock_guard lock(impl_->mutex);
  KAITO_TRY(const Impl::Kind kind, impl_->kind_of(type));
  const std::string resource = kind.resource->qualified();
  const bool past = request.at_revision != 0 && request.at_revision != impl_->table.revision();
  ObjectTable::Objects then;
  if (past) {
    KAITO_TRY(then, impl_->table.objects_at(resource, request.at_revision));
  }
  const ObjectTable::Objects& objects = past ? then : impl_->table.objects(resource);
  ListPage page;
  page.revision = past ? request.at_revision : impl_->table.revision();
  auto next = request.after.name.empty() ? objects.begin() : objects.upper_bound(request.after);
  for (; next != objects.end(); ++next) {
    if (!request.namespace_.empty() && next->first.namespace_ != request.namespace_) continue;
    if (!is_selected(*next->second, request.labels, request.fields)) continue;
    if (request.limit > 0 && std::cmp_equal(page.items.size(), request.limit)) {
      page.more = true;
      ++page.remaining;
    } else {
      page.items.push_back(impl_->in_version(kind, next->second));
    }
  }
  return page;
}

Result<Written> Store::create(const k8s::ResourceType& type, std::string_view namespace_,
                              json::Value object, const WriteRequest& request) {
  const std::lock_guard lock(impl_->mutex);
  KAITO_TRY(const Impl::Kind kind, impl_->kind_of(type));
  return impl_->create(kind, namespace_, std::move(object), request, std::nullopt,
                       WriteVerb::create);
}

Result<Written> Store::update(const k8s::ObjectRef& ref, json::Value object,
                              const WriteRequest& request) {
  const std::lock_guard lock(impl_->mutex);
  KAITO_TRY(const Impl::Kind kind, impl_->kind_of(ref.type));
  KAITO_TRY(const ObjectPtr stored, impl_->find(kind, impl_->key_in(kind, ref)));
  return impl_->replace(kind, stored, std::move(object), request, std::nullopt, WriteVerb::update);
}

Result<Written> Store::update_status(const k8s::ObjectRef& ref, json::Value object,
                                     WriteRequest request) {
  request.subresource = "status";
  return update(ref, std::move(object), request);
}

Result<Written> Store::modify(const k8s::ObjectRef& ref, const Change& change,
                              const WriteRequest& request) {
  const std::lock_guard lock(impl_->mutex);
  KAITO_TRY(const Impl::Kind kind, impl_->kind_of(ref.type));
  KAITO_TRY(const ObjectPtr stored, impl_->find(kind, impl_->key_in(kind, ref)));
  KAITO_TRY(json::Value wanted, change(*impl_->in_version(kind, stored)));
  return impl_->replace(kind, stored, std::move(wanted), request, std::nullopt, WriteVerb::patch);
}

Result<Written> Store::merge_patch(const k8s::ObjectRef& ref, const json::Value& patch,
                                   const WriteRequest& request) {
  const auto change = [&patch](const json::Value& stored) -> Result<json::Value> {
    json::Value wanted = stored;
    json::merge_patch(wanted, patch);
    return wanted;
  };
  return modify(ref, change, request);
}

Result<Written> Store::merge_patch_status(const k8s::ObjectRef& ref, const json::Value& patch,
                                          WriteRequest request) {
  request.subresource = "status";
  return merge_patch(ref, patch, request);
}

Result<Written> Store::apply(const k8s::ObjectRef& ref, const json::Value& wanted, bool force,
                             const WriteRequest& request) {
  const std::lock_guard lock(impl_->mutex);
  KAITO_TRY(const Impl::Kind kind, impl_->kind_of(ref.type));
  return impl_->apply(kind, ref, wanted, force, request);
}

Result<Deleted> Store::remove(const k8s::ObjectRef& ref, const DeleteRequest& request) {
  const std::lock_guard lock(impl_->mutex);
  KAITO_TRY(const Impl::Kind kind, impl_->kind_of(ref.type));
  KAITO_TRY(Deleted deleted, impl_->remove(kind, impl_->key_in(kind, ref), request));
  deleted.object = impl_->in_version(kind, deleted.object);
  impl_->settle();
  return deleted;
}

Result<std::vector<StoredChange>> Store::wait_changes(std::int64_t revision,
                                                      const CallLimits& limits) const {
  std::unique_lock lock(impl_->mutex);
  const auto ready = [&] { return impl_->table.revision() > revision; };
  if (limits.deadline.is_never())
    impl_->changed.wait(lock, limits.stop, ready);
  else
    impl_->changed.wait_until(lock, limits.stop, limits.deadline.moment(), ready);
  if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "waiting for changes");
  if (!ready()) return fail(ErrorCode::timeout, "no change in time");
  if (!impl_->table.reaches(revision))
    return fail(
        expired(fmt::format("too old resource version: {} ({})", revision, impl_->table.oldest())));
  return impl_->table.changes_after(revision);
}

bool Store::reaches(std::int64_t revision) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->table.reaches(revision);
}

std::int64_t Store::oldest() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->table.oldest();
}

void Store::collect_garbage() {
  const std::lock_guard lock(impl_->mutex);
  impl_->collect();
}

void Store::compact() {
  const std::lock_guard lock(impl_->mutex);
  impl_->table.compact();
}

void Store::set_admission(AdmissionHook hook) {
  const std::lock_guard lock(impl_->mutex);
  impl_->admission = std::move(hook);
}

}  // namespace kaito::sandbox
