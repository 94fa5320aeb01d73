#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/time.hpp"
#include "kaito/json/document.hpp"
#include "kaito/json/reader.hpp"

namespace kaito::k8s {

struct OwnerReference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  bool controller = false;
  json::Document other{};  ///< blockOwnerDeletion and what is new: an object, or absent
  bool operator==(const OwnerReference&) const = default;
};

/// metadata, read for use. What is not named here (managedFields, ...) stays in `other`, so that
/// nothing is lost on a round trip.
struct ObjectMeta {
  std::string name;
  std::string generate_name;
  std::string namespace_;
  std::string uid;
  std::string resource_version;  ///< opaque: compare for equality only
  std::int64_t generation = 0;
  std::optional<Instant> creation_time;
  std::optional<Instant> deletion_time;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::vector<OwnerReference> owners;
  std::vector<std::string> finalizers;
  json::Document other;  ///< an object, or absent

  bool operator==(const ObjectMeta&) const = default;
};

/// Reads metadata; members that ObjectMeta has no field for go to `other` without a report (the API
/// server owns this schema), and so do those that cannot be read, after a report of the reader.
void read_meta(json::ObjectReader reader, ObjectMeta& out);
/// The other way, members in the order of Kubernetes' Go struct, then those of `other`; empty ones
/// are left out. Where a field and `other` have the same member, the field is written.
[[nodiscard]] json::Value meta_json(const ObjectMeta& meta);

/// status.conditions[] entry.
struct Condition {
  std::string type;
  std::string status;  ///< True, False, Unknown
  std::string reason;
  std::string message;
  std::optional<Instant> last_transition;
  std::int64_t observed_generation = 0;
  bool operator==(const Condition&) const = default;
};

/// The conditions in an object's status, in their order; entries that are not objects are passed
/// over.
[[nodiscard]] std::vector<Condition> conditions_of(const json::Value& object);
/// The one of that type, or nullptr.
[[nodiscard]] const Condition* find_condition(const std::vector<Condition>& conditions,
                                              std::string_view type);
/// Whether the one of that type is there, and True.
[[nodiscard]] bool is_true(const std::vector<Condition>& conditions, std::string_view type);
[[nodiscard]] json::Value condition_json(const Condition& condition);

}  // namespace kaito::k8s
