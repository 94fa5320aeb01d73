#include "kaito/runtime/rate_limiter.hpp"

#include <algorithm>

namespace kaito::runtime {
namespace {

using std::chrono::nanoseconds;
using Seconds = std::chrono::duration<double>;

/// first * 2^failures, without overflow.
nanoseconds doubled(const RateLimits& limits, unsigned failures) {
  auto wait = limits.first;
  for (unsigned i = 0; i < failures && wait < limits.longest; ++i)
    wait = wait > limits.longest / 2 ? limits.longest : wait * 2;
  return std::min(wait, limits.longest);
}

}  // namespace

RateLimiter::RateLimiter(RateLimits limits)
    : limits_(limits), tokens_(std::max(1U, limits.burst)) {}

nanoseconds RateLimiter::next(std::string_view key, Clock::TimePoint now) {
  auto found = failures_.find(key);
  if (found == failures_.end()) found = failures_.emplace(key, 0).first;
  const auto own = doubled(limits_, found->second++);
  return std::max(own, take_token(now));
}

void RateLimiter::forget(std::string_view key) {
  if (const auto found = failures_.find(key); found != failures_.end()) failures_.erase(found);
}

unsigned RateLimiter::failures(std::string_view key) const {
  const auto found = failures_.find(key);
  return found == failures_.end() ? 0 : found->second;
}

/// A token that is not there yet is taken in advance; the wait is until it would have come.
nanoseconds RateLimiter::take_token(Clock::TimePoint now) {
  if (limits_.per_second <= 0) return nanoseconds(0);
  if (started_ && now > counted_) {
    const double grown = Seconds(now - counted_).count() * limits_.per_second;
    tokens_ = std::min<double>(std::max(1U, limits_.burst), tokens_ + grown);
  }
  if (!started_ || now > counted_) counted_ = now;
  started_ = true;
  tokens_ -= 1;
  if (tokens_ >= 0) return nanoseconds(0);
  return std::chrono::ceil<nanoseconds>(Seconds(-tokens_ / limits_.per_second));
}

}  // namespace kaito::runtime
