#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/result.hpp"
#include "sandbox/apiserver/object.hpp"

namespace kaito::sandbox {

/// One change of one object. added: before is null. deleted: after is the last state with the
/// deletion's resourceVersion.
struct StoredChange {
  enum class Kind : std::uint8_t { added, modified, deleted };
  std::int64_t revision = 0;
  Kind kind = Kind::added;
  std::string resource;  ///< qualified plural: "workspaces.kaito.sh", "pods"
  ObjectKey key;
  ObjectPtr before;
  ObjectPtr after;
};

/// The objects of every resource, one revision counter over all, and the latest changes. Knows no
/// Kubernetes rules but that each change takes the next revision and writes it into
/// metadata.resourceVersion. Not synchronised: Store locks.
class ObjectTable {
 public:
  using Objects = std::map<ObjectKey, ObjectPtr>;

  ObjectTable(std::int64_t first_revision, std::size_t history)
      : revision_(first_revision), oldest_(first_revision), history_(history) {}

  [[nodiscard]] std::int64_t revision() const { return revision_; }
  [[nodiscard]] const Objects& objects(std::string_view resource) const;
  /// Every resource that ever held an object.
  [[nodiscard]] const std::map<std::string, Objects, std::less<>>& all() const { return objects_; }
  /// The object, or null.
  [[nodiscard]] ObjectPtr find(std::string_view resource, const ObjectKey& key) const;

  /// Adds or replaces; gives the stored object with its new resourceVersion.
  ObjectPtr put(std::string_view resource, json::Value object);
  /// Takes the object out; gives its last state. REQUIRES: it is there.
  ObjectPtr erase(std::string_view resource, const ObjectKey& key);

  /// The objects as they were at `revision`. Errors: expired (not made by api_error).
  [[nodiscard]] Result<Objects> objects_at(std::string_view resource, std::int64_t revision) const;
  /// Whether the changes after `revision` are all still known.
  [[nodiscard]] bool reaches(std::int64_t revision) const { return revision >= oldest_; }
  /// The oldest revision that reaches().
  [[nodiscard]] std::int64_t oldest() const { return oldest_; }
  /// REQUIRES: reaches(revision).
  [[nodiscard]] std::vector<StoredChange> changes_after(std::int64_t revision) const;
  void compact();

 private:
  void record(StoredChange change);

  std::int64_t revision_;
  std::int64_t oldest_;
  std::size_t history_;
  std::map<std::string, Objects, std::less<>> objects_;
  std::deque<StoredChange> changes_;
};

}  // namespace kaito::sandbox
