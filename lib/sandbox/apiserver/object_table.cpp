#include "sandbox/apiserver/object_table.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace kaito::sandbox {
namespace {

[[nodiscard]] ObjectPtr with_revision(json::Value object, std::int64_t revision) {
  meta_of(object)["resourceVersion"] = std::to_string(revision);
  return std::make_shared<const json::Value>(std::move(object));
}

}  // namespace

const ObjectTable::Objects& ObjectTable::objects(std::string_view resource) const {
  static const Objects kNone;
  const auto found = objects_.find(resource);
  return found == objects_.end() ? kNone : found->second;
}

ObjectPtr ObjectTable::find(std::string_view resource, const ObjectKey& key) const {
  const Objects& all = objects(resource);
  const auto found = all.find(key);
  return found == all.end() ? nullptr : found->second;
}

ObjectPtr ObjectTable::put(std::string_view resource, json::Value object) {
  ObjectKey key = key_of(object);
  ObjectPtr stored = with_revision(std::move(object), ++revision_);
  ObjectPtr& slot = objects_[std::string(resource)][key];
  const auto kind = slot == nullptr ? StoredChange::Kind::added : StoredChange::Kind::modified;
  record({revision_, kind, std::string(resource), std::move(key), slot, stored});
  slot = stored;
  return stored;
}

ObjectPtr ObjectTable::erase(std::string_view resource, const ObjectKey& key) {
  Objects& all = objects_.find(resource)->second;
  const auto found = all.find(key);
  ObjectPtr before = found->second;
  all.erase(found);
  ObjectPtr last = with_revision(*before, ++revision_);
  record({revision_, StoredChange::Kind::deleted, std::string(resource), key, std::move(before),
          last});
  return last;
}

Result<ObjectTable::Objects> ObjectTable::objects_at(std::string_view resource,
                                                     std::int64_t revision) const {
  if (!reaches(revision)) return fail(ErrorCode::expired, "the revision is older than the history");
  Objects objects = this->objects(resource);
  // Back in time: undo the changes made since, newest first.
  for (auto change = changes_.rbegin(); change != changes_.rend() && change->revision > revision;
       ++change) {
    if (change->resource != resource) continue;
    if (change->kind == StoredChange::Kind::added)
      objects.erase(change->key);
    else
      objects[change->key] = change->before;
  }
  return objects;
}

std::vector<StoredChange> ObjectTable::changes_after(std::int64_t revision) const {
  const auto first = std::ranges::upper_bound(changes_, revision, {}, &StoredChange::revision);
  return {first, changes_.end()};
}

void ObjectTable::compact() {
  changes_.clear();
  oldest_ = revision_;
}

void ObjectTable::record(StoredChange change) {
  changes_.push_back(std::move(change));
  if (changes_.size() <= history_) return;
  oldest_ = changes_.front().revision;
  changes_.pop_front();
}

}  // namespace kaito::sandbox
