#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"
#include "kaito/runtime/clock.hpp"
#include "kaito/runtime/rate_limiter.hpp"

namespace kaito::runtime {

/// A queue of keys ("namespace/name") to work on, with the properties that controllers rest on
/// (client-go util/workqueue; kubernetes-client.md 4.5): a key waits once however often it is
/// added; one worker at a time has it; added while a worker has it, it is handed out exactly once
/// more, after done(); first come, first served. Thread-safe.
class WorkQueue {
 public:
  /// The clock must outlive the queue.
  explicit WorkQueue(Clock& clock, RateLimits limits = {});
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  /// Nothing after shut_down(), as with the other additions.
  void add(std::string_view key);
  /// Adds it when `delay` is over; of several delays of a key the one that ends first counts. At
  /// once where the delay is zero or less.
  void add_after(std::string_view key, std::chrono::nanoseconds delay);
  /// Adds it after the wait that its failures so far ask for, and counts another failure.
  void add_rate_limited(std::string_view key);
  /// The key succeeded: its failures no longer count. Does not take it out of the queue.
  void forget(std::string_view key);
  [[nodiscard]] unsigned failures(std::string_view key) const;

  /// The next key; whoever gets it calls done(). Waits for one; nothing once the queue is shut down
  /// and none is ready, and when `stop` is requested.
  [[nodiscard]] std::optional<std::string> get(const std::stop_token& stop);
  /// The next key, if one is ready.
  [[nodiscard]] std::optional<std::string> try_get();
  /// The worker has finished with the key, whether well or not.
  void done(std::string_view key);

  /// Takes no more keys and forgets the delayed ones; those that are ready are still handed out.
  void shut_down();
  /// shut_down(), then waits until the workers have taken and finished every key that was ready or
  /// that had been added again while one of them had it. Errors: timeout, interrupted.
  [[nodiscard]] Result<void> shut_down_and_drain(const CallLimits& limits);
  [[nodiscard]] bool is_shut_down() const;

  /// Keys that are ready to be handed out.
  [[nodiscard]] std::size_t size() const;
  /// Keys that wait for their time.
  [[nodiscard]] std::size_t delayed() const;

 private:
  using Keys = std::set<std::string, std::less<>>;
  /// When a key is due, and which came first among those due at once.
  using Due = std::pair<Clock::TimePoint, std::uint64_t>;

  void add_locked(std::string_view key);
  void take_due() const;
  std::optional<std::string> pop_locked();

  Clock& clock_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  RateLimiter limiter_;
  // Time passes also for those who only look, hence mutable.
  mutable std::deque<std::string> ready_;
  mutable Keys dirty_;  ///< added and not handed out since
  Keys processing_;     ///< handed out and not done
  mutable std::map<Due, std::string> delayed_;
  mutable std::map<std::string, Due, std::less<>> due_;
  std::uint64_t sequence_ = 0;
  bool shut_down_ = false;
};

}  // namespace kaito::runtime
