#include "sandbox/apiserver/managed_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <tuple>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/api_error.hpp"
#include "sandbox/apiserver/object.hpp"

namespace kaito::sandbox {
namespace {

using Leaves = std::map<OwnedPath, const json::Value*>;

[[nodiscard]] ManagedEntry& entry_of(ManagedEntries& entries, const ManagedEntry& writer) {
  for (ManagedEntry& entry : entries) {
    if (entry.same_manager(writer)) return entry;
  }
  entries.push_back(writer);
  entries.back().fields.clear();
  return entries.back();
}

/// Removes; tells whether anything was there.
bool subtract(FieldSet& fields, const FieldSet& removed) {
  std::size_t gone = 0;
  for (const OwnedPath& path : removed)
    gone += fields.erase(path);
  return gone > 0;
}

[[nodiscard]] bool differs(const Leaves& leaves, const OwnedPath& path, const json::Value& value) {
  const auto found = leaves.find(path);
  return found == leaves.end() || !json::equivalent(*found->second, value);
}

/// More Update entries than this are folded, oldest first, into one.
constexpr std::size_t kMostUpdaters = 10;

void fold_old_updaters(ManagedEntries& entries) {
  const auto is_update = [](const ManagedEntry& entry) { return !entry.applied; };
  while (static_cast<std::size_t>(std::ranges::count_if(entries, is_update)) > kMostUpdaters) {
    auto oldest = entries.end();
    for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
      if (entry->applied || entry->manager == "ancient-changes") continue;
      if (oldest == entries.end() || entry->time < oldest->time) oldest = entry;
    }
    if (oldest == entries.end()) return;
    ManagedEntry folded = std::move(*oldest);
    entries.erase(oldest);
    folded.manager = "ancient-changes";
    const FieldSet fields = std::move(folded.fields);
    const std::string time = folded.time;
    ManagedEntry& bucket = entry_of(entries, folded);
    bucket.fields.insert(fields.begin(), fields.end());
    bucket.time = time;
  }
}

struct Conflict {
  const ManagedEntry* owner;
  OwnedPath path;
};

[[nodiscard]] std::string owner_text(const ManagedEntry& owner) {
  std::string text = "\"" + owner.manager + "\"";
  if (!owner.subresource.empty()) text += " with subresource \"" + owner.subresource + "\"";
  if (!owner.applied) text += " using " + owner.api_version;
  return text;
}

[[nodiscard]] Error conflict_error(const std::vector<Conflict>& conflicts) {
  k8s::Status status;
  status.code = 409;
  status.reason = "Conflict";
  std::map<std::string, std::vector<std::string>> by_owner;
  for (const Conflict& conflict : conflicts) {
    const std::string owner = owner_text(*conflict.owner);
    const std::string path = path_text(conflict.path);
    status.causes.push_back({"FieldManagerConflict", "conflict with " + owner, path});
    by_owner[owner].push_back(path);
  }
  if (conflicts.size() == 1) {
    status.message = fmt::format("Apply failed with 1 conflict: {}: {}", status.causes[0].message,
                                 status.causes[0].field);
  } else {
    std::string lines;
    for (const auto& [owner, paths] : by_owner) {
      lines += (lines.empty() ? "" : "\n") + fmt::format("conflicts with {}:", owner);
      for (const std::string& path : paths)
        lines += "\n- " + path;
    }
    status.message = fmt::format("Apply failed with {} conflicts: {}", conflicts.size(), lines);
  }
  return api_error(std::move(status));
}

/// Fields that others own and that the apply would change.
[[nodiscard]] std::vector<Conflict> find_conflicts(const ManagedEntries& entries,
                                                   const ManagedEntry& writer, const Leaves& wanted,
                                                   const Leaves& live) {
  std::vector<Conflict> conflicts;
  for (const ManagedEntry& entry : entries) {
    if (entry.same_manager(writer)) continue;
    for (const OwnedPath& path : entry.fields) {
      const auto found = wanted.find(path);
      if (found != wanted.end() && differs(live, path, *found->second))
        conflicts.push_back({&entry, path});
    }
  }
  return conflicts;
}

/// What the applier had applied before, now leaves out, and nobody else owns.
[[nodiscard]] FieldSet given_up(const ManagedEntries& entries, const ManagedEntry& writer,
                                const FieldSet& applied) {
  FieldSet dropped;
  for (const ManagedEntry& entry : entries) {
    if (!entry.applied || entry.manager != writer.manager ||
        entry.subresource != writer.subresource)
      continue;
    std::ranges::set_difference(entry.fields, applied, std::inserter(dropped, dropped.end()));
  }
  std::erase_if(dropped, [&](const OwnedPath& path) {
    return std::ranges::any_of(entries, [&](const ManagedEntry& entry) {
      const bool own = entry.applied && entry.manager == writer.manager &&
                       entry.subresource == writer.subresource;
      return !own && entry.fields.contains(path);
    });
  });
  return dropped;
}

}  // namespace

ManagedEntries read_managed_fields(const json::Value& object) {
  ManagedEntries entries;
  const json::Value* list = json::find(object, {"metadata", "managedFields"});
  if (list == nullptr || !list->is_array()) return entries;
  for (const json::Value& item : list->get_array()) {
    ManagedEntry entry;
    entry.manager = json::string_at(item, {"manager"});
    entry.applied = json::string_at(item, {"operation"}) == "Apply";
    entry.api_version = json::string_at(item, {"apiVersion"});
    entry.subresource = json::string_at(item, {"subresource"});
    entry.time = json::string_at(item, {"time"});
    if (const json::Value* fields = json::find(item, {"fieldsV1"}))
      entry.fields = read_fields(*fields);
    if (!entry.fields.empty()) entries.push_back(std::move(entry));
  }
  return entries;
}

void write_managed_fields(json::Value& object, ManagedEntries entries) {
  std::erase_if(entries, [](const ManagedEntry& entry) { return entry.fields.empty(); });
  fold_old_updaters(entries);
  std::ranges::stable_sort(entries, {}, [](const ManagedEntry& entry) {
    return std::tuple(!entry.applied, entry.time, entry.manager);
  });
  json::Object& meta = meta_of(object);
  if (entries.empty()) {
    meta.stable_erase("managedFields");
    return;
  }
  json::Array list;
  for (const ManagedEntry& entry : entries) {
    json::Object item;
    item["manager"] = entry.manager;
    item["operation"] = entry.applied ? "Apply" : "Update";
    item["apiVersion"] = entry.api_version;
    item["time"] = entry.time;
    item["fieldsType"] = "FieldsV1";
    item["fieldsV1"] = fields_json(entry.fields);
    if (!entry.subresource.empty()) item["subresource"] = entry.subresource;
    list.emplace_back(std::move(item));
  }
  meta["managedFields"] = std::move(list);
}

void track_update(ManagedEntries& entries, const json::Value* before, const json::Value& after,
                  const MergeGuide& guide, ManagedEntry writer) {
  if (before != nullptr && entries.empty()) return;
  const Leaves now = leaves_of(after, guide);
  const Leaves earlier = before == nullptr ? Leaves() : leaves_of(*before, guide);
  FieldSet changed;
  FieldSet removed;
  for (const auto& [path, value] : now) {
    if (differs(earlier, path, *value)) changed.insert(path);
  }
  for (const auto& [path, value] : earlier) {
    if (!now.contains(path)) removed.insert(path);
  }
  if (changed.empty() && removed.empty()) return;
  writer.applied = false;
  const std::string time = writer.time;
  ManagedEntry& own = entry_of(entries, writer);
  const std::size_t count = own.fields.size();
  own.fields.insert(changed.begin(), changed.end());
  if (own.fields.size() != count) own.time = time;
  for (ManagedEntry& entry : entries) {
    if (subtract(entry.fields, removed)) entry.time = time;
    if (!entry.same_manager(writer) && subtract(entry.fields, changed)) entry.time = time;
  }
}

Result<Applied> apply_fields(const json::Value* live, const json::Value& wanted,
                             const MergeGuide& guide, ManagedEntry writer, bool force) {
  const json::Value nothing = json::Object();
  const json::Value& base = live == nullptr ? nothing : *live;
  Applied result{base, read_managed_fields(base)};
  const Leaves wanted_leaves = leaves_of(wanted, guide);
  const Leaves live_leaves = leaves_of(base, guide);
  writer.applied = true;
  if (live != nullptr && result.entries.empty()) {
    ManagedEntry earlier = writer;
    earlier.manager = "before-first-apply";
    earlier.applied = false;
    earlier.subresource.clear();
    for (const auto& [path, value] : live_leaves)
      earlier.fields.insert(path);
    result.entries.push_back(std::move(earlier));
  }
  const std::vector<Conflict> conflicts =
      find_conflicts(result.entries, writer, wanted_leaves, live_leaves);
  if (!conflicts.empty() && !force) return fail(conflict_error(conflicts));

  FieldSet taken;
  for (const Conflict& conflict : conflicts)
    taken.insert(conflict.path);
  FieldSet applied;
  for (const auto& [path, value] : wanted_leaves)
    applied.insert(path);
  const FieldSet dropped = given_up(result.entries, writer, applied);
  result.object = merge(base, wanted, guide);
  erase_fields(result.object, dropped);
  for (ManagedEntry& entry : result.entries) {
    if (!entry.same_manager(writer) && subtract(entry.fields, taken)) entry.time = writer.time;
  }
  // The same manager's entry of another version of the kind is replaced too.
  std::erase_if(result.entries, [&](const ManagedEntry& entry) {
    return entry.applied && entry.manager == writer.manager &&
           entry.subresource == writer.subresource && entry.api_version != writer.api_version;
  });
  const std::string time = writer.time;
  ManagedEntry& own = entry_of(result.entries, writer);
  if (own.fields != applied) {
    own.fields = std::move(applied);
    own.time = time;
  }
  return result;
}

}  // namespace kaito::sandbox
