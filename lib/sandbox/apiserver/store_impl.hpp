#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "sandbox/apiserver/api_error.hpp"
#include "sandbox/apiserver/managed_fields.hpp"
#include "sandbox/apiserver/store.hpp"

namespace kaito::sandbox {

/// How a change reaches an object: the rules differ in small ways.
enum class WriteVerb : std::uint8_t { create, update, patch, apply };

/// The Store behind its lock: every function needs it held.
struct Store::Impl {
  explicit Impl(StoreOptions options);

  /// A resource and the version in which the caller speaks of it.
  struct Kind {
    std::shared_ptr<const Registry> keep;
    const Resource* resource;
    std::string version;
    [[nodiscard]] std::string api_version() const;
    [[nodiscard]] MergeGuide guide() const { return MergeGuide::of(*resource, version); }
  };
  [[nodiscard]] Result<Kind> kind_of(const k8s::ResourceType& type) const;
  [[nodiscard]] ObjectKey key_in(const Kind& kind, const k8s::ObjectRef& ref) const;
  [[nodiscard]] Result<ObjectPtr> find(const Kind& kind, const ObjectKey& key) const;
  [[nodiscard]] Instant now() const;
  [[nodiscard]] std::string now_text() const;

  // store_create.cpp
  [[nodiscard]] Result<Written> create(const Kind& kind, std::string_view namespace_,
                                       json::Value object, const WriteRequest& request,
                                       std::optional<ManagedEntries> entries, WriteVerb verb);
  [[nodiscard]] Result<void> check_namespace(const Kind& kind, const json::Value& object) const;
  [[nodiscard]] std::string random_suffix();
  [[nodiscard]] std::string random_uid();
  [[nodiscard]] std::string random_service_ip();

  // store_update.cpp
  [[nodiscard]] Result<Written> replace(const Kind& kind, const ObjectPtr& stored,
                                        json::Value object, const WriteRequest& request,
                                        std::optional<ManagedEntries> entries, WriteVerb verb);
  [[nodiscard]] Result<Written> apply(const Kind& kind, const k8s::ObjectRef& ref,
                                      json::Value wanted, bool force, const WriteRequest& request);
  /// Drops what the kind does not know and fills in what it defaults. `before` is the stored
  /// object, null on creates. Gives warnings.
  [[nodiscard]] Result<std::vector<std::string>> shape(const Kind& kind, json::Value& object,
                                                       const WriteRequest& request, WriteVerb verb,
                                                       const json::Value* before);
  [[nodiscard]] Result<void> check_valid(const Kind& kind, const json::Value& object,
                                         const json::Value* before) const;
  [[nodiscard]] Result<void> admit(Admission::Operation operation, const Kind& kind,
                                   const std::string& subresource, const json::Value* before,
                                   const json::Value* after) const;
  [[nodiscard]] ManagedEntry writer(const Kind& kind, const WriteRequest& request) const;
  /// Puts the object into the table, in the storage version; does what a change of its kind brings
  /// about (CRDs), wakes those who wait.
  ObjectPtr commit(const Kind& kind, json::Value object);

  // store_delete.cpp
  [[nodiscard]] Result<Deleted> remove(const Kind& kind, const ObjectKey& key,
                                       const DeleteRequest& request);
  ObjectPtr erase(const Kind& kind, const ObjectKey& key);

  // store_garbage.cpp
  void collect();
  /// Writes `next`, or deletes when there is none.
  [[nodiscard]] Result<void> do_work(const std::string& resource, const ObjectKey& key,
                                     const std::optional<json::Value>& next,
                                     k8s::Propagation propagation);
  /// Runs collect() unless that is switched off.
  void settle();

  [[nodiscard]] ObjectPtr in_version(const Kind& kind, const ObjectPtr& object) const;

  StoreOptions options;
  mutable std::mutex mutex;
  mutable std::condition_variable_any changed;
  ObjectTable table;
  std::shared_ptr<const Registry> registry;
  AdmissionHook admission;
  std::mt19937_64 random;
  bool collecting = false;
};

}  // namespace kaito::sandbox
