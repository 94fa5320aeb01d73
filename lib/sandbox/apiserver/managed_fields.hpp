#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/json/value.hpp"
#include "sandbox/apiserver/field_set.hpp"

namespace kaito::sandbox {

/// An entry of metadata.managedFields.
struct ManagedEntry {
  std::string manager;
  bool applied = false;  ///< operation Apply, else Update
  std::string api_version;
  std::string subresource;
  std::string time;
  FieldSet fields;

  [[nodiscard]] bool same_manager(const ManagedEntry& other) const {
    return manager == other.manager && applied == other.applied &&
           api_version == other.api_version && subresource == other.subresource;
  }
};
using ManagedEntries = std::vector<ManagedEntry>;

[[nodiscard]] ManagedEntries read_managed_fields(const json::Value& object);
/// Sets metadata.managedFields, entries without fields left out.
void write_managed_fields(json::Value& object, ManagedEntries entries);

/// Ownership after a create, PUT or patch by `writer` (whose `fields` are not used): what it
/// changed or added is its own, what it removed is nobody's. `before` is null on creates. An object
/// that nobody owns anything of stays so until the first apply.
void track_update(ManagedEntries& entries, const json::Value* before, const json::Value& after,
                  const MergeGuide& guide, ManagedEntry writer);

struct Applied {
  json::Value object;
  ManagedEntries entries;
};
/// Server-side apply of `wanted` on `live` (null: absent). Errors: conflict, when others own
/// fields that would change and `force` is off.
[[nodiscard]] Result<Applied> apply_fields(const json::Value* live, const json::Value& wanted,
                                           const MergeGuide& guide, ManagedEntry writer,
                                           bool force);

}  // namespace kaito::sandbox
