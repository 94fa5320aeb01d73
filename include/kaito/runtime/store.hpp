#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/runtime/snapshot.hpp"

namespace kaito::runtime {

/// The values under which an object is found in an index ("the uids of its owners"); called with
/// the whole object, once for each state. Must not throw.
using IndexFunction = std::function<std::vector<std::string>(const json::Value& object)>;
using IndexFunctions = std::map<std::string, IndexFunction, std::less<>>;

/// The objects that a cluster has, as far as known, by key. Thread-safe; what is given out never
/// changes. Filled by an Informer; the functions that fill it are for those.
class Store {
 public:
  explicit Store(IndexFunctions indexes = {});
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// nullptr when there is none. The key is "namespace/name", or "name" of a cluster-scoped object.
  [[nodiscard]] SnapshotPtr get(std::string_view key) const;
  /// All, or those of one namespace, ordered by key.
  [[nodiscard]] std::vector<SnapshotPtr> list(std::string_view namespace_ = {}) const;
  /// Those that the index has under the value, ordered by key. Errors: usage (no such index).
  [[nodiscard]] Result<std::vector<SnapshotPtr>> by_index(std::string_view index,
                                                          std::string_view value) const;
  [[nodiscard]] std::size_t size() const;
  /// How far the store is: the resourceVersion of the last list, event or bookmark; "" before the
  /// first list. Opaque.
  [[nodiscard]] std::string resource_version() const;

  /// An object as it goes in: with what the index functions say about it.
  struct Entry {
    SnapshotPtr object;
    std::vector<std::pair<std::string, std::string>> indexed;  ///< index, value
  };
  /// Runs the index functions. Errors: as Snapshot::of.
  [[nodiscard]] Result<Entry> entry_of(const json::Value& object) const;
  /// The entry as it is stored; without an object where there is none.
  [[nodiscard]] Entry entry(std::string_view key) const;
  /// Gives what was there before, or nullptr.
  SnapshotPtr put(Entry entry);
  SnapshotPtr remove(std::string_view key);
  void set_resource_version(std::string_view version);

 private:
  // Keys are views into the snapshots that the entries hold.
  using Keys = std::set<std::string_view>;
  void unindex(const Entry& entry);

  const IndexFunctions functions_;
  mutable std::shared_mutex mutex_;
  std::map<std::string_view, Entry> objects_;
  std::map<std::string, std::map<std::string, Keys, std::less<>>, std::less<>> indexes_;
  std::string resource_version_;
};

}  // namespace kaito::runtime
