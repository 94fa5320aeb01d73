#include "kaito/runtime/workers.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/manual_clock.hpp"

namespace kaito::runtime {
namespace {

using kaito::test::ManualClock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr RateLimits own_waits_only{milliseconds(5), seconds(1000), 0, 1};

/// Works on the key "a" once with that answer.
void reconcile_once(WorkQueue& queue, const Result<ReconcileOutcome>& answer) {
  std::stop_source stop;
  queue.add("a");
  const auto reconcile = [&](const std::string& key,
                             const std::stop_token&) -> Result<ReconcileOutcome> {
    CHECK(key == "a");
    return answer;
  };
  WorkerOptions options;
  options.on_result = [&](const std::string&, const auto&) { stop.request_stop(); };
  run_workers(queue, reconcile, options, stop.get_token());
}

Result<ReconcileOutcome> failing(ErrorCode code) {
  return fail(code, "no");
}

TEST_CASE("what becomes of a key after each answer") {
  ManualClock clock;
  WorkQueue queue(clock, own_waits_only);

  reconcile_once(queue, failing(ErrorCode::conflict));
  CHECK(queue.failures("a") == 1);
  CHECK(queue.delayed() == 1);
  clock.advance(milliseconds(5));
  CHECK(queue.size() == 1);

  reconcile_once(queue, failing(ErrorCode::unavailable));
  CHECK(queue.failures("a") == 2);
  clock.advance(milliseconds(9));
  CHECK(queue.size() == 0);
  clock.advance(milliseconds(1));
  CHECK(queue.size() == 1);

  reconcile_once(queue, ReconcileOutcome{seconds(30)});
  CHECK(queue.failures("a") == 0);
  clock.advance(seconds(29));
  CHECK(queue.size() == 0);
  clock.advance(seconds(1));
  CHECK(queue.size() == 1);

  reconcile_once(queue, ReconcileOutcome{});
  CHECK(queue.size() + queue.delayed() == 0);

  queue.add_rate_limited("a");
  clock.advance(milliseconds(5));
  reconcile_once(queue, failing(ErrorCode::terminal));
  CHECK(queue.failures("a") == 0);
  CHECK(queue.size() + queue.delayed() == 0);
}

TEST_CASE("several workers; the stop lets each finish what it has") {
  SystemClock clock;
  WorkQueue queue(clock);
  std::stop_source stop;
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  const auto reconcile = [&](const std::string&,
                             const std::stop_token& token) -> Result<ReconcileOutcome> {
    ++begun;
    while (!token.stop_requested())
      std::this_thread::yield();
    ++ended;
    return fail(ErrorCode::interrupted, "interrupted");
  };
  for (const auto* key : {"a", "b", "c", "d", "e"})
    queue.add(key);
  std::jthread stopper([&] {
    while (begun < 3)
      std::this_thread::yield();
    stop.request_stop();
  });
  WorkerOptions options;
  options.count = 3;
  run_workers(queue, reconcile, options, stop.get_token());
  CHECK(begun == 3);
  CHECK(ended == 3);
  // Stopped, not failed: none of them counts as a failure.
  for (const auto* key : {"a", "b", "c"})
    CHECK(queue.failures(key) == 0);
}

TEST_CASE("a queue that is shut down ends the workers") {
  ManualClock clock;
  WorkQueue queue(clock);
  queue.add("a");
  queue.shut_down();
  std::vector<std::string> seen;
  run_workers(queue,
              [&](const std::string& key, const std::stop_token&) -> Result<ReconcileOutcome> {
                seen.push_back(key);
                return ReconcileOutcome{};
              },
              {}, {});
  CHECK(seen == std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace kaito::runtime
