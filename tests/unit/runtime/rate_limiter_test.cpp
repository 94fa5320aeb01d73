#include "kaito/runtime/rate_limiter.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace kaito::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr Clock::TimePoint start{};

RateLimits without_bucket() {
  RateLimits limits;
  limits.per_second = 0;
  return limits;
}

TEST_CASE("a key's waits double from 5 ms to 1000 s, and begin anew once it is forgotten") {
  RateLimiter limiter(without_bucket());
  auto expected = nanoseconds(milliseconds(5));
  for (unsigned i = 0; i < 18; ++i, expected *= 2)
    CHECK(limiter.next("a", start) == expected);
  for (unsigned i = 0; i < 200; ++i)
    CHECK(limiter.next("a", start) == seconds(1000));
  CHECK(limiter.failures("a") == 218);
  CHECK(limiter.next("b", start) == milliseconds(5));
  limiter.forget("a");
  CHECK(limiter.failures("a") == 0);
  CHECK(limiter.next("a", start) == milliseconds(5));
  limiter.forget("never seen");
}

TEST_CASE("a longest wait that is no multiple of the first is the longest all the same") {
  RateLimits limits = without_bucket();
  limits.longest = milliseconds(12);
  RateLimiter limiter(limits);
  CHECK(limiter.next("a", start) == milliseconds(5));
  CHECK(limiter.next("a", start) == milliseconds(10));
  CHECK(limiter.next("a", start) == milliseconds(12));
  CHECK(limiter.next("a", start) == milliseconds(12));
}

TEST_CASE("all keys together: a burst at once, then so many a second") {
  RateLimits limits;
  limits.first = nanoseconds(1);
  limits.per_second = 10;
  limits.burst = 3;
  RateLimiter limiter(limits);
  const auto next = [&](Clock::TimePoint now) {
    static int key = 0;
    return limiter.next(std::to_string(++key), now);
  };
  for (int i = 0; i < 3; ++i)
    CHECK(next(start) == nanoseconds(1));
  CHECK(next(start) == milliseconds(100));
  CHECK(next(start) == milliseconds(200));
  // 300 ms later the two tokens taken in advance have come, and one more.
  CHECK(next(start + milliseconds(300)) == nanoseconds(1));
  CHECK(next(start + milliseconds(300)) == milliseconds(100));
  // An hour brings no more than the burst.
  for (int i = 0; i < 3; ++i)
    CHECK(next(start + std::chrono::hours(1)) == nanoseconds(1));
  CHECK(next(start + std::chrono::hours(1)) == milliseconds(100));
}

TEST_CASE("the longer of both waits counts") {
  RateLimits limits;
  limits.per_second = 1;
  limits.burst = 1;
  RateLimiter limiter(limits);
  CHECK(limiter.next("a", start) == milliseconds(5));
  CHECK(limiter.next("a", start) == seconds(1));
}

}  // namespace
}  // namespace kaito::runtime
