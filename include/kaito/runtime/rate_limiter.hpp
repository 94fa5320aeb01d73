#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "kaito/runtime/clock.hpp"

namespace kaito::runtime {

/// How often keys may be tried again. Source: client-go util/workqueue
/// default_rate_limiters.go.
struct RateLimits {
  std::chrono::nanoseconds first{std::chrono::milliseconds(5)};  ///< a key's first wait; doubles
  std::chrono::nanoseconds longest{std::chrono::seconds(1000)};
  double per_second = 10;  ///< all keys together; 0 = no such limit
  unsigned burst = 100;    ///< of those at once, at least 1
};

/// The longer of two waits: the key's own, which doubles with each failure, and that of a token
/// bucket for all keys. Pure but for what it remembers; one thread at a time.
class RateLimiter {
 public:
  explicit RateLimiter(RateLimits limits = {});

  /// Counts a failure of the key and takes a token: how long from `now` the key has to wait.
  [[nodiscard]] std::chrono::nanoseconds next(std::string_view key, Clock::TimePoint now);
  /// The key succeeded: its waits begin anew.
  void forget(std::string_view key);
  [[nodiscard]] unsigned failures(std::string_view key) const;

 private:
  std::chrono::nanoseconds take_token(Clock::TimePoint now);

  RateLimits limits_;
  std::map<std::string, unsigned, std::less<>> failures_;
  double tokens_;
  Clock::TimePoint counted_{};  ///< when tokens_ was right
  bool started_ = false;
};

}  // namespace kaito::runtime
