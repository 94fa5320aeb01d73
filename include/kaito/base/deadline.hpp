#pragma once

#include <chrono>
#include <stop_token>

namespace kaito {

/// The moment after which a call gives up. Handed down unchanged, so that a call made of many steps
/// ends in time. The caller chooses it; nothing below invents a total timeout.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] static Deadline never() { return Deadline(Clock::time_point::max()); }
  [[nodiscard]] static Deadline at(Clock::time_point moment) { return Deadline(moment); }
  [[nodiscard]] static Deadline after(std::chrono::nanoseconds duration);

  [[nodiscard]] bool is_never() const { return moment_ == Clock::time_point::max(); }
  [[nodiscard]] Clock::time_point moment() const { return moment_; }
  [[nodiscard]] Deadline sooner(Deadline other) const {
    return moment_ < other.moment_ ? *this : other;
  }

 private:
  explicit Deadline(Clock::time_point moment) : moment_(moment) {}
  Clock::time_point moment_;
};

/// What every blocking call takes: when to give up, and how it is told to stop early.
/// Errors that every such call may give: timeout, interrupted.
struct CallLimits {
  Deadline deadline = Deadline::never();
  std::stop_token stop;
};

}  // namespace kaito
