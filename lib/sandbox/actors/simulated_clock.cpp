#include "sandbox/actors/simulated_clock.hpp"

#include <algorithm>
#include <utility>

namespace kaito::sandbox {

namespace {
using Steady = std::chrono::steady_clock;
}

SimulatedClock::SimulatedClock(double speed) : speed_(speed), mark_(Steady::now()) {}

SimulatedClock::Duration SimulatedClock::now_locked() const {
  const std::chrono::duration<double, std::milli> real = Steady::now() - mark_;
  return passed_ + Duration(static_cast<Duration::rep>(real.count() * speed_));
}

SimulatedClock::Duration SimulatedClock::now() const {
  const std::lock_guard hold(mutex_);
  return now_locked();
}

bool SimulatedClock::waits() const {
  const std::lock_guard hold(mutex_);
  return speed_ > 0;
}

void SimulatedClock::set_speed(double speed) {
  const std::lock_guard hold(mutex_);
  passed_ = now_locked();
  mark_ = Steady::now();
  speed_ = speed;
}

std::chrono::nanoseconds SimulatedClock::real(Duration simulated) const {
  const std::lock_guard hold(mutex_);
  if (speed_ <= 0) return std::chrono::nanoseconds(0);
  const std::chrono::duration<double> seconds = std::chrono::duration<double>(simulated) / speed_;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(seconds);
}

bool Stages::passed(const std::string& thing, const std::string& stage,
                    SimulatedClock::Duration duration) {
  const auto now = clock_.now();
  const auto since = started_[thing].try_emplace(stage, now).first->second;
  if (!clock_.waits() || now - since >= duration) return true;
  const auto left = duration - (now - since);
  next_ = next_ ? std::min(*next_, left) : left;
  return false;
}

void Stages::forget(const std::string& thing) {
  started_.erase(thing);
}

std::optional<SimulatedClock::Duration> Stages::take_next() {
  return std::exchange(next_, std::nullopt);
}

}  // namespace kaito::sandbox
