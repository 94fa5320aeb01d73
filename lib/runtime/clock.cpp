#include "kaito/runtime/clock.hpp"

#include <memory>
#include <random>
#include <utility>

namespace kaito::runtime {

Clock::TimePoint SystemClock::now() const {
  return std::chrono::steady_clock::now();
}

Instant SystemClock::wall() const {
  return std::chrono::time_point_cast<Instant::duration>(std::chrono::system_clock::now());
}

void SystemClock::wait(std::unique_lock<std::mutex>& lock, std::condition_variable_any& changed,
                       TimePoint until, const std::stop_token& stop) {
  // False when asked before waiting, true ever after: one wait, which the stop ends too.
  bool waited = false;
  changed.wait_until(lock, stop, until, [&] { return std::exchange(waited, true); });
}

bool sleep_for(Clock& clock, std::chrono::nanoseconds duration, const std::stop_token& stop) {
  const auto until = clock.now() + duration;
  std::mutex mutex;
  std::condition_variable_any never_notified;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested() && clock.now() < until)
    clock.wait(lock, never_notified, until, stop);
  return !stop.stop_requested();
}

Random system_random() {
  return [engine = std::minstd_rand(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0, 1)(engine);
  };
}

}  // namespace kaito::runtime
