#include "kaito/runtime/store.hpp"

#include <fmt/format.h>

#include <iterator>
#include <mutex>

namespace kaito::runtime {

Store::Store(IndexFunctions indexes) : functions_(std::move(indexes)) {
  for (const auto& [name, function] : functions_)
    indexes_[name];
}

SnapshotPtr Store::get(std::string_view key) const {
  const std::shared_lock lock(mutex_);
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second.object;
}

std::vector<SnapshotPtr> Store::list(std::string_view namespace_) const {
  const auto prefix = namespace_.empty() ? std::string() : std::string(namespace_) + '/';
  std::vector<SnapshotPtr> objects;
  const std::shared_lock lock(mutex_);
  if (prefix.empty()) objects.reserve(objects_.size());
  for (auto at = objects_.lower_bound(prefix); at != objects_.end(); ++at) {
    if (!at->first.starts_with(prefix)) break;
    objects.push_back(at->second.object);
  }
  return objects;
}

Result<std::vector<SnapshotPtr>> Store::by_index(std::string_view index,
                                                 std::string_view value) const {
  const std::shared_lock lock(mutex_);
  const auto values = indexes_.find(index);
  if (values == indexes_.end())
    return fail(ErrorCode::usage, fmt::format("the store has no index \"{}\"", index));
  std::vector<SnapshotPtr> objects;
  const auto keys = values->second.find(value);
  if (keys == values->second.end()) return objects;
  objects.reserve(keys->second.size());
  for (const auto key : keys->second)
    objects.push_back(objects_.find(key)->second.object);
  return objects;
}

std::size_t Store::size() const {
  const std::shared_lock lock(mutex_);
  return objects_.size();
}

std::string Store::resource_version() const {
  const std::shared_lock lock(mutex_);
  return resource_version_;
}

Result<Store::Entry> Store::entry_of(const json::Value& object) const {
  Entry entry;
  KAITO_TRY(entry.object, Snapshot::of(object));
  for (const auto& [name, function] : functions_)
    for (auto& value : function(object))
      entry.indexed.emplace_back(name, std::move(value));
  return entry;
}

Store::Entry Store::entry(std::string_view key) const {
  const std::shared_lock lock(mutex_);
  const auto found = objects_.find(key);
  return found == objects_.end() ? Entry{} : found->second;
}

SnapshotPtr Store::put(Entry entry) {
  const std::unique_lock lock(mutex_);
  const auto key = entry.object->key();
  SnapshotPtr before;
  auto at = objects_.find(key);
  if (at == objects_.end()) {
    at = objects_.emplace(key, std::move(entry)).first;
  } else {
    // The place in the order stays; its key has to become a view into the new snapshot.
    unindex(at->second);
    before = std::move(at->second.object);
    const auto behind = std::next(at);
    auto node = objects_.extract(at);
    node.key() = key;
    node.mapped() = std::move(entry);
    at = objects_.insert(behind, std::move(node));
  }
  for (const auto& [index, value] : at->second.indexed)
    indexes_.find(index)->second[value].insert(key);
  return before;
}

SnapshotPtr Store::remove(std::string_view key) {
  const std::unique_lock lock(mutex_);
  const auto found = objects_.find(key);
  if (found == objects_.end()) return nullptr;
  unindex(found->second);
  auto before = std::move(found->second.object);
  objects_.erase(found);
  return before;
}

void Store::set_resource_version(std::string_view version) {
  const std::unique_lock lock(mutex_);
  resource_version_ = version;
}

void Store::unindex(const Entry& entry) {
  for (const auto& [index, value] : entry.indexed) {
    auto& values = indexes_.find(index)->second;
    const auto keys = values.find(value);
    if (keys == values.end()) continue;  // an index function named the value twice
    keys->second.erase(entry.object->key());
    if (keys->second.empty()) values.erase(keys);
  }
}

}  // namespace kaito::runtime
