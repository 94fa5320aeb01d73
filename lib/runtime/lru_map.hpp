#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace kaito::runtime {

/// Values by key, of which those used longest ago are forgotten beyond `most` (at least 1).
template <class T>
class LruMap {
 public:
  explicit LruMap(std::size_t most) : most_(most) {}

  /// The key's value, a new one where there was none. Good until the next call.
  T& use(std::string key) {
    if (const auto found = places_.find(key); found != places_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return entries_.front().second;
    }
    if (entries_.size() >= most_) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(std::move(key), T{});
    places_.emplace(entries_.front().first, entries_.begin());
    return entries_.front().second;
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<const std::string, T>>;
  std::size_t most_;
  Entries entries_;                                                          ///< used last first
  std::unordered_map<std::string_view, typename Entries::iterator> places_;  ///< keys of entries_
};

}  // namespace kaito::runtime
