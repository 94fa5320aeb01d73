#pragma once

#include <chrono>

#include "kaito/runtime/clock.hpp"

namespace kaito::runtime {

/// How long a list or watch that failed waits: 0.8 s, doubled up to 30 s, each up to twice as long
/// by chance; anew after two minutes without a failure. Source: kubernetes-client.md 4.3.
class Backoff {
 public:
  /// The wait after a failure at `now`; `random` in [0, 1).
  [[nodiscard]] std::chrono::milliseconds next(Clock::TimePoint now, double random) {
    if (now - last_ > std::chrono::minutes(2)) wait_ = first;
    last_ = now;
    const auto wait = wait_;
    wait_ = wait * 2 < longest ? wait * 2 : longest;
    return wait +
           std::chrono::milliseconds(static_cast<long>(static_cast<double>(wait.count()) * random));
  }

 private:
  static constexpr std::chrono::milliseconds first{800};
  static constexpr std::chrono::milliseconds longest{30'000};
  std::chrono::milliseconds wait_ = first;
  Clock::TimePoint last_{};
};

}  // namespace kaito::runtime
