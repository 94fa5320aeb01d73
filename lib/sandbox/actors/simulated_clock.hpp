#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace kaito::sandbox {

/// Time as the simulated cluster lives through it: `speed` simulated seconds per real second,
/// changeable while it runs. Speed 0 stands for "no waiting". Thread-safe.
class SimulatedClock {
 public:
  using Duration = std::chrono::milliseconds;
  explicit SimulatedClock(double speed);

  /// Simulated time since the start.
  [[nodiscard]] Duration now() const;
  [[nodiscard]] bool waits() const;
  void set_speed(double speed);
  /// The real time that a simulated duration takes at the present speed; zero when nothing waits.
  [[nodiscard]] std::chrono::nanoseconds real(Duration simulated) const;

 private:
  [[nodiscard]] Duration now_locked() const;
  mutable std::mutex mutex_;
  double speed_;
  Duration passed_{0};  ///< up to mark_
  std::chrono::steady_clock::time_point mark_;
};

/// How long each thing has been at each stage. One thread.
class Stages {
 public:
  explicit Stages(const SimulatedClock& clock) : clock_(clock) {}

  /// Whether `duration` has passed since this was first asked for (thing, stage).
  [[nodiscard]] bool passed(const std::string& thing, const std::string& stage,
                            SimulatedClock::Duration duration);
  /// Forgets a thing that is no more.
  void forget(const std::string& thing);
  /// The simulated time until the next stage that was asked for and not yet passed; resets the
  /// record.
  [[nodiscard]] std::optional<SimulatedClock::Duration> take_next();

 private:
  const SimulatedClock& clock_;
  std::map<std::string, std::map<std::string, SimulatedClock::Duration>> started_;
  std::optional<SimulatedClock::Duration> next_;
};

}  // namespace kaito::sandbox
