#include "kaito/base/deadline.hpp"

namespace kaito {

Deadline Deadline::after(std::chrono::nanoseconds duration) {
  const auto now = Clock::now();
  // A duration such as nanoseconds::max() would wrap around into the past.
  if (duration > Clock::time_point::max() - now) return never();
  return Deadline(now + std::chrono::duration_cast<Clock::duration>(duration));
}

}  // namespace kaito
