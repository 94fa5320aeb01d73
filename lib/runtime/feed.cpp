#include "runtime/feed.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "kaito/json/json.hpp"

namespace kaito::runtime {

void Feed::add_handler(ChangeHandler handler) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  auto& listener = *listeners_.emplace_back(std::make_unique<Listener>(std::move(handler), [this] {
    { const std::lock_guard told(mutex_); }
    synced_changed_.notify_all();
  }));
  for (auto& object : store_.list())
    listener.push({nullptr, std::move(object), false, true});
  if (listed_) listener.end_of_first_list();
}

Result<Store::Entry> Feed::read(const json::Value& object) const {
  const auto version = json::string_at(object, {"metadata", "resourceVersion"});
  if (!version.empty()) {
    auto stored = store_.entry(object_key(json::string_at(object, {"metadata", "namespace"}),
                                          json::string_at(object, {"metadata", "name"})));
    if (stored.object && stored.object->resource_version() == version &&
        stored.object->uid() == json::string_at(object, {"metadata", "uid"}))
      return stored;
  }
  return store_.entry_of(object);
}

void Feed::replace(std::vector<Store::Entry> entries, std::string_view resource_version) {
  std::set<std::string_view> listed;  // views into the entries' snapshots, which the store keeps
  const std::lock_guard lock(mutex_);
  std::vector<SnapshotPtr> gone;
  for (const auto& entry : entries)
    listed.insert(entry.object->key());
  for (auto& object : store_.list())
    if (!listed.contains(object->key())) gone.push_back(std::move(object));
  for (auto& object : gone)
    remove_locked(std::move(object), true);
  for (auto& entry : entries)
    put_locked(std::move(entry), !listed_);
  store_.set_resource_version(resource_version);
  if (listed_) return;
  listed_ = true;
  for (const auto& listener : listeners_)
    listener->end_of_first_list();
  synced_changed_.notify_all();
}

void Feed::put(Store::Entry entry, std::string_view resource_version) {
  const std::lock_guard lock(mutex_);
  put_locked(std::move(entry), false);
  store_.set_resource_version(resource_version);
}

void Feed::remove(SnapshotPtr last, std::string_view resource_version) {
  const std::lock_guard lock(mutex_);
  remove_locked(std::move(last), false);
  store_.set_resource_version(resource_version);
}

void Feed::put_locked(Store::Entry entry, bool initial) {
  auto after = entry.object;
  auto before = store_.put(std::move(entry));
  if (before == after) return;  // the stored one, listed again
  tell({std::move(before), std::move(after), false, initial});
}

void Feed::remove_locked(SnapshotPtr last, bool final_state_unknown) {
  if (!store_.remove(last->key())) return;
  tell({std::move(last), nullptr, final_state_unknown, false});
}

void Feed::tell(const Change& change) {
  for (const auto& listener : listeners_)
    listener->push(change);
}

bool Feed::synced_locked() const {
  return listed_ && std::all_of(listeners_.begin(), listeners_.end(),
                                [](const auto& listener) { return listener->told_first_list(); });
}

bool Feed::synced() const {
  const std::lock_guard lock(mutex_);
  return synced_locked();
}

Result<void> Feed::wait_synced(const CallLimits& limits) const {
  std::unique_lock lock(mutex_);
  synced_changed_.wait_until(lock, limits.stop, limits.deadline.moment(),
                             [&] { return closed_ || synced_locked(); });
  if (synced_locked()) return {};
  if (closed_) return fail(ErrorCode::failed, "the informer was stopped");
  if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
  return fail(ErrorCode::timeout, "timed out");
}

void Feed::close() {
  std::vector<Listener*> listeners;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (const auto& listener : listeners_)
      listeners.push_back(listener.get());
  }
  synced_changed_.notify_all();
  // Without the lock: a handler's thread may be waiting for it.
  for (auto* listener : listeners)
    listener->close();
}

}  // namespace kaito::runtime
