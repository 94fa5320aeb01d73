#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"
#include "kaito/base/time.hpp"
#include "kaito/k8s/request.hpp"
#include "kaito/k8s/resource.hpp"
#include "kaito/k8s/selector.hpp"
#include "sandbox/apiserver/object.hpp"
#include "sandbox/apiserver/object_table.hpp"
#include "sandbox/apiserver/resource.hpp"

namespace kaito::sandbox {

/// What an admission hook is asked about. `before` is null on create, `after` is null on delete.
struct Admission {
  enum class Operation : std::uint8_t { create, update, remove };
  Operation operation;
  const k8s::ResourceType* type;
  std::string_view subresource;
  const json::Value* before;
  const json::Value* after;
};
/// Refuses with an error (made by the functions of api_error.hpp; any other becomes a 403) or lets
/// pass. Called with the store locked: it must not call the store.
using AdmissionHook = std::function<Result<void>(const Admission&)>;

struct StoreOptions {
  std::function<Instant()> clock;  ///< empty: the system's
  std::int64_t first_revision = 1000;
  std::size_t history = 20'000;  ///< changes kept for watches and list pages; older ones are 410
  bool collect_garbage = true;   ///< off: owners' finalizers and dependents stay, as without a KCM
  bool make_namespaces = true;   ///< default, kube-system, kube-public, kube-node-lease
};

enum class FieldValidation : std::uint8_t { ignore, warn, strict };

/// How a write is to be done.
struct WriteRequest {
  std::string manager = "kaitoctl-sandbox";  ///< of metadata.managedFields
  bool dry_run = false;
  FieldValidation validation = FieldValidation::ignore;
  std::string subresource;  ///< "" or "status"
};

/// What a write gave: the object as it now stands (as it would, for a dry run), in the version
/// asked for.
struct Written {
  ObjectPtr object;
  bool created = false;
  bool changed = false;  ///< false: the write was a no-op and has no revision
  std::vector<std::string> warnings;
};

struct DeleteRequest {
  std::optional<k8s::Propagation> propagation;  ///< nothing: the kind's default
  std::string uid;                              ///< preconditions, when not empty
  std::string resource_version;
  std::optional<std::int64_t> grace_seconds;
  bool dry_run = false;
};

/// `object` is the last state. gone: it is no more; else it waits for finalizers or grace.
struct Deleted {
  ObjectPtr object;
  bool gone = false;
};

/// What a list request selects. Selectors must be valid for the resource.
struct ListRequest {
  std::string namespace_;  ///< "": all
  k8s::LabelSelector labels;
  k8s::FieldSelector fields;
  std::int64_t limit = 0;        ///< 0: no limit
  std::int64_t at_revision = 0;  ///< 0: now
  ObjectKey after;               ///< the page starts behind this key
};

struct ListPage {
  std::vector<ObjectPtr> items;
  std::int64_t revision = 0;
  bool more = false;
  std::int64_t remaining = 0;  ///< items behind this page, when `more`
};

/// The cluster's state and the rules by which it changes: what kube-apiserver keeps in etcd, with
/// its create, update, delete, apply and garbage-collection semantics. The HTTP side and the
/// simulated controllers write through the same functions. One lock; all calls may come from any
/// thread. Errors carry a k8s::Status (see api_error.hpp). `object` arguments need no apiVersion,
/// kind or namespace: they are filled in. Source: kubernetes-client.md 6.
class Store {
 public:
  explicit Store(StoreOptions options = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] Instant now() const;
  [[nodiscard]] std::int64_t revision() const;
  /// The kinds that are served; changes when CRDs are created or deleted. A snapshot.
  [[nodiscard]] std::shared_ptr<const Registry> registry() const;

  /// Errors of all that name an object: not_found; not_served when the kind is not known.
  [[nodiscard]] Result<ObjectPtr> get(const k8s::ObjectRef& ref) const;
  /// All objects of a kind ("" = in all namespaces), by namespace and name.
  [[nodiscard]] Result<std::vector<ObjectPtr>> list(const k8s::ResourceType& type,
                                                    std::string_view namespace_ = {},
                                                    const k8s::LabelSelector& labels = {}) const;
  /// Errors: expired, when at_revision is older than the history.
  [[nodiscard]] Result<ListPage> list_page(const k8s::ResourceType& type,
                                           const ListRequest& request) const;

  /// Errors: already_exists, invalid, not_found (the namespace), forbidden (it terminates).
  [[nodiscard]] Result<Written> create(const k8s::ResourceType& type, std::string_view namespace_,
                                       json::Value object, const WriteRequest& request = {});
  /// Replaces the object (its status alone, where request.subresource says so). Errors: not_found,
  /// conflict (resourceVersion, when the object has one, is not the stored one), invalid.
  [[nodiscard]] Result<Written> update(const k8s::ObjectRef& ref, json::Value object,
                                       const WriteRequest& request = {});
  [[nodiscard]] Result<Written> update_status(const k8s::ObjectRef& ref, json::Value object,
                                              WriteRequest request = {});
  /// RFC 7386 on the stored object. Errors: as update.
  [[nodiscard]] Result<Written> merge_patch(const k8s::ObjectRef& ref, const json::Value& patch,
                                            const WriteRequest& request = {});
  [[nodiscard]] Result<Written> merge_patch_status(const k8s::ObjectRef& ref,
                                                   const json::Value& patch,
                                                   WriteRequest request = {});
  /// What all patches go through: `change` makes the wanted object out of the stored one (given in
  /// ref.type's version, managedFields included). Called with the store locked: it must not call
  /// the store. Errors: as update, and those of `change`.
  using Change = std::function<Result<json::Value>(const json::Value& stored)>;
  [[nodiscard]] Result<Written> modify(const k8s::ObjectRef& ref, const Change& change,
                                       const WriteRequest& request = {});
  /// Server-side apply: creates the object when absent. Errors: as update; conflict with
  /// FieldManagerConflict causes when others own what would change and `force` is off.
  [[nodiscard]] Result<Written> apply(const k8s::ObjectRef& ref, const json::Value& wanted,
                                      bool force, const WriteRequest& request);
  /// Errors: not_found, conflict (preconditions).
  [[nodiscard]] Result<Deleted> remove(const k8s::ObjectRef& ref,
                                       const DeleteRequest& request = {});

  /// The changes of all kinds after `revision`, in order; waits until there is one. Errors:
  /// expired (older than the history), timeout, interrupted.
  [[nodiscard]] Result<std::vector<StoredChange>> wait_changes(std::int64_t revision,
                                                               const CallLimits& limits) const;

  /// Whether all changes after `revision` are still known.
  [[nodiscard]] bool reaches(std::int64_t revision) const;
  [[nodiscard]] std::int64_t oldest() const;  ///< the first revision of which that holds

  /// Collects what owners, finalizers and terminating namespaces call for, until nothing is left to
  /// do. Runs by itself after writes unless options.collect_garbage is off.
  void collect_garbage();
  /// Drops the history: list pages and watches from before now get 410.
  void compact();
  void set_admission(AdmissionHook hook);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kaito::sandbox
