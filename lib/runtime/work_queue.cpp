#include "kaito/runtime/work_queue.hpp"

#include <utility>

namespace kaito::runtime {

WorkQueue::WorkQueue(Clock& clock, RateLimits limits) : clock_(clock), limiter_(limits) {}

void WorkQueue::add(std::string_view key) {
  const std::lock_guard lock(mutex_);
  take_due();
  add_locked(key);
}

void WorkQueue::add_after(std::string_view key, std::chrono::nanoseconds delay) {
  const std::lock_guard lock(mutex_);
  take_due();
  if (shut_down_) return;
  if (delay <= std::chrono::nanoseconds(0)) return add_locked(key);
  const auto now = clock_.now();
  // A delay beyond the end of time is the end of time.
  const auto moment = delay < Clock::TimePoint::max() - now ? now + delay : Clock::TimePoint::max();
  const auto waiting = due_.find(key);
  if (waiting != due_.end()) {
    if (waiting->second.first <= moment) return;
    delayed_.erase(waiting->second);
    due_.erase(waiting);
  }
  const Due due{moment, sequence_++};
  delayed_.emplace(due, key);
  due_.emplace(key, due);
  // Whoever waits for the next due key may have to wake up earlier now.
  changed_.notify_all();
}

void WorkQueue::add_rate_limited(std::string_view key) {
  std::chrono::nanoseconds delay{};
  {
    const std::lock_guard lock(mutex_);
    if (shut_down_) return;
    delay = limiter_.next(key, clock_.now());
  }
  add_after(key, delay);
}

void WorkQueue::forget(std::string_view key) {
  const std::lock_guard lock(mutex_);
  limiter_.forget(key);
}

unsigned WorkQueue::failures(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  return limiter_.failures(key);
}

std::optional<std::string> WorkQueue::get(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    take_due();
    if (stop.stop_requested()) return std::nullopt;
    if (auto key = pop_locked()) return key;
    if (shut_down_) return std::nullopt;
    const auto until = delayed_.empty() ? Clock::TimePoint::max() : delayed_.begin()->first.first;
    clock_.wait(lock, changed_, until, stop);
  }
}

std::optional<std::string> WorkQueue::try_get() {
  const std::lock_guard lock(mutex_);
  take_due();
  return pop_locked();
}

void WorkQueue::done(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = processing_.find(key);
  if (found == processing_.end()) return;
  processing_.erase(found);
  if (dirty_.contains(key)) ready_.emplace_back(key);
  // Wakes the next worker, and whoever waits for the last one.
  changed_.notify_all();
}

void WorkQueue::shut_down() {
  const std::lock_guard lock(mutex_);
  take_due();
  shut_down_ = true;
  delayed_.clear();
  due_.clear();
  changed_.notify_all();
}

Result<void> WorkQueue::shut_down_and_drain(const CallLimits& limits) {
  shut_down();
  std::unique_lock lock(mutex_);
  if (changed_.wait_until(lock, limits.stop, limits.deadline.moment(),
                          [&] { return processing_.empty() && ready_.empty(); }))
    return {};
  if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
  return fail(ErrorCode::timeout,
              "draining the work queue: timed out with " + std::to_string(processing_.size()) +
                  " keys being worked on and " + std::to_string(ready_.size()) + " waiting");
}

bool WorkQueue::is_shut_down() const {
  const std::lock_guard lock(mutex_);
  return shut_down_;
}

std::size_t WorkQueue::size() const {
  const std::lock_guard lock(mutex_);
  take_due();
  return ready_.size();
}

std::size_t WorkQueue::delayed() const {
  const std::lock_guard lock(mutex_);
  take_due();
  return delayed_.size();
}

void WorkQueue::add_locked(std::string_view key) {
  if (shut_down_) return;
  if (!dirty_.emplace(key).second) return;
  if (processing_.contains(key)) return;  // done() puts it back
  ready_.emplace_back(key);
  changed_.notify_one();
}

/// Moves the keys whose time has come, in the order in which it came.
void WorkQueue::take_due() const {
  if (delayed_.empty()) return;
  const auto now = clock_.now();
  while (!delayed_.empty() && delayed_.begin()->first.first <= now) {
    const auto first = delayed_.begin();
    if (dirty_.insert(first->second).second && !processing_.contains(first->second)) {
      ready_.push_back(first->second);
      changed_.notify_one();
    }
    due_.erase(first->second);
    delayed_.erase(first);
  }
}

std::optional<std::string> WorkQueue::pop_locked() {
  if (ready_.empty()) return std::nullopt;
  std::string key = std::move(ready_.front());
  ready_.pop_front();
  dirty_.erase(key);
  processing_.insert(key);
  return key;
}

}  // namespace kaito::runtime
