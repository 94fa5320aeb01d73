#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <utility>

#include "kaito/runtime/clock.hpp"

namespace kaito::test {

/// A clock that stands still until it is moved. Threads that wait on it look again every
/// millisecond of real time, so that no wake-up can be lost; how long that takes decides nothing.
class ManualClock final : public runtime::Clock {
 public:
  explicit ManualClock(Instant wall = Instant(std::chrono::seconds(1'700'000'000))) : wall_(wall) {}

  [[nodiscard]] TimePoint now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  [[nodiscard]] Instant wall() const override {
    const std::lock_guard lock(mutex_);
    return wall_ + (now_ - TimePoint());
  }

  void advance(std::chrono::nanoseconds duration) {
    const std::lock_guard lock(mutex_);
    now_ += duration;
  }
  /// The time of day alone, as an administrator moves it.
  void set_wall(Instant wall) {
    const std::lock_guard lock(mutex_);
    wall_ = wall - (now_ - TimePoint());
  }

  /// Waits until some thread waits for a moment to come; gives how far that lies from now, the
  /// nearest one where there are several. Nothing after a real minute.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> next_wake_up() {
    std::unique_lock lock(mutex_);
    const auto waiting = [&] {
      return !until_.empty() && *until_.begin() > now_ && *until_.begin() != TimePoint::max();
    };
    if (!arrived_.wait_for(lock, std::chrono::minutes(1), waiting)) return std::nullopt;
    return *until_.begin() - now_;
  }
  /// Waits until that many threads wait for a moment to come. False after a real minute.
  [[nodiscard]] bool asleep(std::size_t count) {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, std::chrono::minutes(1), [&] {
      std::size_t sleepers = 0;
      for (const auto until : until_)
        if (until > now_ && until != TimePoint::max()) ++sleepers;
      return sleepers >= count;
    });
  }
  /// next_wake_up(), and moves there.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> advance_to_next_wake_up() {
    const auto wait = next_wake_up();
    if (wait) advance(*wait);
    return wait;
  }

  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable_any& changed,
            TimePoint until, const std::stop_token& stop) override {
    const Waiter registered(*this, until);
    if (now() >= until) return;
    bool waited = false;
    changed.wait_for(lock, stop, std::chrono::milliseconds(1),
                     [&] { return std::exchange(waited, true); });
  }

 private:
  class Waiter {
   public:
    Waiter(ManualClock& clock, TimePoint until) : clock_(clock) {
      const std::lock_guard lock(clock_.mutex_);
      place_ = clock_.until_.insert(until);
      clock_.arrived_.notify_all();
    }
    ~Waiter() {
      const std::lock_guard lock(clock_.mutex_);
      clock_.until_.erase(place_);
      clock_.arrived_.notify_all();
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

   private:
    ManualClock& clock_;
    std::multiset<TimePoint>::iterator place_;
  };

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  TimePoint now_{};
  Instant wall_;
  std::multiset<TimePoint> until_;
};

}  // namespace kaito::test
