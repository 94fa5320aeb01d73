#include "kube/retry.hpp"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>

#include "kaito/base/text.hpp"

namespace kaito::kube {
namespace {

using std::chrono::milliseconds;

constexpr unsigned max_retries = 5;
constexpr unsigned max_connect_retries = 2;
constexpr std::chrono::seconds long_connect{5};
constexpr milliseconds first_backoff{200};
constexpr milliseconds longest_backoff{10'000};
constexpr std::chrono::seconds longest_wish{60};

/// How often such a failure may be followed by another attempt.
unsigned retries_for(Repeatable request, const FailedAttempt& failed) {
  const bool read = request == Repeatable::read;
  const bool wish = failed.retry_after.has_value();
  switch (failed.status) {
    case 0:
      if (failed.stage == net::Stage::connect)
        return failed.took < long_connect ? max_connect_retries : 0;
      if (failed.stage == net::Stage::handshake) return 0;
      return request == Repeatable::once ? 0 : max_retries;
    case 429:  // refused before it was acted upon
      return max_retries;
    case 500:
      return wish && request != Repeatable::once ? max_retries : 0;
    case 502:
      return read ? max_retries : 0;
    case 503:
      return read || wish ? max_retries : 0;
    case 504:
      return read ? 1 : 0;
    default:
      return 0;
  }
}

}  // namespace

std::optional<milliseconds> delay_before_next(Repeatable request, const FailedAttempt& failed,
                                              unsigned attempts, double random) {
  if (attempts > retries_for(request, failed)) return std::nullopt;
  if (failed.retry_after) {
    const milliseconds wish = *failed.retry_after;
    return wish + milliseconds(static_cast<long>(static_cast<double>(wish.count()) * random / 10));
  }
  const auto ceiling =
      std::min(longest_backoff, first_backoff * (1U << std::min(attempts - 1, 10U)));
  return milliseconds(static_cast<long>(static_cast<double>(ceiling.count()) * random));
}

std::optional<std::chrono::seconds> retry_after(const net::HttpHead& head) {
  const auto text = trim(head.headers.get("Retry-After"));
  unsigned seconds = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seconds);
  if (text.empty() || stop != end || error != std::errc{}) return std::nullopt;
  return std::min(std::chrono::seconds(seconds), longest_wish);
}

Result<void> wait(milliseconds duration, const CallLimits& limits) {
  const auto end = Deadline::after(duration);
  const auto until = end.sooner(limits.deadline);
  std::mutex mutex;
  std::condition_variable_any never_signalled;
  std::unique_lock lock(mutex);
  never_signalled.wait_until(lock, limits.stop, until.moment(), [] { return false; });
  if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
  if (until.moment() < end.moment()) return fail(ErrorCode::timeout, "timed out");
  return {};
}

}  // namespace kaito::kube
