#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "kaito/runtime/informer.hpp"

namespace kaito::runtime {

/// One handler, its thread, and what it has not been told yet: for each object one change, however
/// many there were. So a handler that is slow costs at most one old and one new state of each.
class Listener {
 public:
  /// `when_told` is called once, on the handler's thread, when the first list has been told.
  Listener(ChangeHandler handler, std::function<void()> when_told);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { close(); }

  /// To be told. `change.before` is the stored state before, `change.after` the one now.
  void push(Change change);
  /// What was pushed so far is the first list.
  void end_of_first_list();
  [[nodiscard]] bool told_first_list() const;
  /// The handler is not called any more; waits for the call under way.
  void close();

 private:
  struct Pending {
    Change change;  ///< `before` is what the handler knows
    std::uint64_t number = 0;
  };

  void deliver(const std::stop_token& stop);
  void tell(const Change& change);

  const ChangeHandler handler_;
  const std::function<void()> when_told_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::unordered_map<std::string, Pending> pending_;
  std::deque<std::string_view> order_;  ///< keys of pending_
  std::uint64_t pushed_ = 0;            ///< the last number given
  std::uint64_t told_ = 0;              ///< the number of the last change that was told
  std::optional<std::uint64_t> first_list_ends_;
  bool first_list_told_ = false;
  std::jthread thread_;  ///< last: it uses all of the above
};

}  // namespace kaito::runtime
