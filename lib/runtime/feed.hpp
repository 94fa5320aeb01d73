#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/runtime/informer.hpp"
#include "kaito/runtime/store.hpp"
#include "runtime/listener.hpp"

namespace kaito::runtime {

/// The store and those who listen to it: each change goes into the one, then to the others, in one
/// order for all. Thread-safe.
class Feed {
 public:
  explicit Feed(IndexFunctions indexes) : store_(std::move(indexes)) {}

  [[nodiscard]] const Store& store() const { return store_; }
  void add_handler(ChangeHandler handler);

  /// The object as it goes in. One of the version that is stored already is taken from there: that
  /// costs no memory. Errors: protocol (it has no name).
  [[nodiscard]] Result<Store::Entry> read(const json::Value& object) const;
  /// A whole list: what is not in it is gone.
  void replace(std::vector<Store::Entry> entries, std::string_view resource_version);
  void put(Store::Entry entry, std::string_view resource_version);
  /// `last` is the state in which it went.
  void remove(SnapshotPtr last, std::string_view resource_version);
  void set_resource_version(std::string_view version) { store_.set_resource_version(version); }

  /// The first list was told to all handlers.
  [[nodiscard]] bool synced() const;
  /// Waits for that, or for close(). Errors: timeout, interrupted, failed (closed before).
  [[nodiscard]] Result<void> wait_synced(const CallLimits& limits) const;
  /// No handler is called after this.
  void close();

 private:
  void put_locked(Store::Entry entry, bool initial);
  void remove_locked(SnapshotPtr last, bool final_state_unknown);
  void tell(const Change& change);
  [[nodiscard]] bool synced_locked() const;

  Store store_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any synced_changed_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  bool listed_ = false;
  bool closed_ = false;
};

}  // namespace kaito::runtime
