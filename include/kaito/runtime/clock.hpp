#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>

#include "kaito/base/time.hpp"

namespace kaito::runtime {

/// Time as this component sees it: tests hand in one that stands still until they move it.
/// Thread-safe.
class Clock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  /// Monotonic: for every wait and every comparison of moments.
  [[nodiscard]] virtual TimePoint now() const = 0;
  /// The time of day: only for what others read (a Lease's renewTime, an Event's timestamps).
  [[nodiscard]] virtual Instant wall() const = 0;
  /// Gives up `lock` until `changed` is notified, `until` has come or `stop` is requested. May come
  /// back early: callers look again, in a loop.
  virtual void wait(std::unique_lock<std::mutex>& lock, std::condition_variable_any& changed,
                    TimePoint until, const std::stop_token& stop) = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override;
  [[nodiscard]] Instant wall() const override;
  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable_any& changed,
            TimePoint until, const std::stop_token& stop) override;
};

/// Sleeps. False when the stop was requested before the time was over.
[[nodiscard]] bool sleep_for(Clock& clock, std::chrono::nanoseconds duration,
                             const std::stop_token& stop);

/// A number in [0, 1), each time another one. Called by one thread at a time by whoever is given
/// it.
using Random = std::function<double()>;
/// Seeded by the machine.
[[nodiscard]] Random system_random();

}  // namespace kaito::runtime
