#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "kaito/json/value.hpp"
#include "sandbox/apiserver/merge_guide.hpp"

namespace kaito::sandbox {

/// A place in an object as managedFields writes it: f:<name>, k:<key of a keyed item>, v:<item of a
/// set>, i:<position>.
using OwnedPath = std::vector<std::string>;
/// Leaves alone: whoever owns them is not recorded as owner of what encloses them.
using FieldSet = std::set<OwnedPath>;

/// Every leaf that can be owned, and its value (pointing into `object`). What the server itself
/// keeps in metadata, apiVersion and kind is left out.
[[nodiscard]] std::map<OwnedPath, const json::Value*> leaves_of(const json::Value& object,
                                                                const MergeGuide& guide);
[[nodiscard]] FieldSet fields_of(const json::Value& object, const MergeGuide& guide);

/// FieldsV1 and back; entries for inner nodes (".") are passed over.
[[nodiscard]] json::Value fields_json(const FieldSet& fields);
[[nodiscard]] FieldSet read_fields(const json::Value& fields_v1);

/// ".resource.count", ".spec.containers[name=\"c\"].image": as conflicts name it.
[[nodiscard]] std::string path_text(const OwnedPath& path);

/// Takes the fields out of the object, and what becomes empty by it. Key members of a keyed item
/// stay until nothing else is left of it.
void erase_fields(json::Value& object, const FieldSet& fields);

/// `wanted` laid over `live`: objects member by member, lists by their rules.
[[nodiscard]] json::Value merge(const json::Value& live, const json::Value& wanted,
                                const MergeGuide& guide);

}  // namespace kaito::sandbox
