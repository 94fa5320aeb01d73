#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"
#include "kaito/json/document.hpp"

namespace kaito::runtime {

class Snapshot;
using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// One state of an object, for ever the same, shared by all who hold it. Kept as compact JSON,
/// because a parsed object takes three to four times as much memory; parsed when somebody looks,
/// and parsed once for all who look at the same time. Thread-safe.
class Snapshot {
  struct Private {};  // makes the constructor of() alone can call

 public:
  /// Errors: protocol (no metadata.name: not an object that can be stored).
  [[nodiscard]] static Result<SnapshotPtr> of(const json::Value& object);
  Snapshot(Private, std::string buffer, std::uint32_t namespace_end, std::uint32_t key_end,
           std::uint32_t uid_end, std::uint32_t version_end);

  /// "namespace/name", or "name" of a cluster-scoped object.
  [[nodiscard]] std::string_view key() const { return part(0, key_end_); }
  [[nodiscard]] std::string_view namespace_() const { return part(0, namespace_end_); }
  [[nodiscard]] std::string_view name() const {
    return part(namespace_end_ == 0 ? 0 : namespace_end_ + 1, key_end_);
  }
  [[nodiscard]] std::string_view uid() const { return part(key_end_, uid_end_); }
  [[nodiscard]] std::string_view resource_version() const { return part(uid_end_, version_end_); }
  /// The whole object as JSON on one line.
  [[nodiscard]] std::string_view text() const {
    return std::string_view(buffer_).substr(version_end_);
  }
  /// The whole object, parsed. Hold the pointer while looking at it several times.
  [[nodiscard]] std::shared_ptr<const json::Document> document() const;
  /// Bytes that this snapshot takes, itself included.
  [[nodiscard]] std::size_t memory() const { return sizeof(Snapshot) + buffer_.capacity() + 1; }

 private:
  [[nodiscard]] std::string_view part(std::uint32_t from, std::uint32_t to) const {
    return std::string_view(buffer_).substr(from, to - from);
  }

  std::string buffer_;  ///< key, uid, resourceVersion, text
  std::uint32_t namespace_end_;
  std::uint32_t key_end_;
  std::uint32_t uid_end_;
  std::uint32_t version_end_;
  mutable std::mutex mutex_;
  mutable std::weak_ptr<const json::Document> parsed_;
};

/// "namespace/name", or "name" where the namespace is empty.
[[nodiscard]] std::string object_key(std::string_view namespace_, std::string_view name);
struct ObjectKeyParts {
  std::string_view namespace_;
  std::string_view name;
};
/// The other way: views into `key`.
[[nodiscard]] ObjectKeyParts split_object_key(std::string_view key);

}  // namespace kaito::runtime
