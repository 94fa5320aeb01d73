#include "kaito/runtime/work_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/manual_clock.hpp"

namespace kaito::runtime {
namespace {

using kaito::test::ManualClock;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr RateLimits own_waits_only{milliseconds(5), seconds(1000), 0, 1};

/// Everything that is ready, each done at once.
std::vector<std::string> drain(WorkQueue& queue) {
  std::vector<std::string> keys;
  while (auto key = queue.try_get()) {
    keys.push_back(*key);
    queue.done(*key);
  }
  return keys;
}

using Keys = std::vector<std::string>;

TEST_CASE("a key added a hundred times before somebody takes it is handed out once") {
  ManualClock clock;
  WorkQueue queue(clock);
  for (int i = 0; i < 100; ++i)
    queue.add("ns/a");
  CHECK(queue.size() == 1);
  CHECK(drain(queue) == Keys{"ns/a"});
}

TEST_CASE("a key added while a worker has it is handed out once more, and not before it is done") {
  ManualClock clock;
  WorkQueue queue(clock);
  queue.add("a");
  REQUIRE(queue.try_get() == "a");
  for (int i = 0; i < 5; ++i)
    queue.add("a");
  CHECK(queue.size() == 0);
  CHECK_FALSE(queue.try_get());
  queue.done("a");
  CHECK(drain(queue) == Keys{"a"});
}

TEST_CASE("first come, first served; a key that comes back stands at the end") {
  ManualClock clock;
  WorkQueue queue(clock);
  for (const auto* key : {"a", "b", "c"})
    queue.add(key);
  REQUIRE(queue.try_get() == "a");
  queue.add("a");
  queue.add("d");
  queue.done("a");
  CHECK(drain(queue) == Keys{"b", "c", "d", "a"});
}

TEST_CASE("done() of a key that nobody has changes nothing") {
  ManualClock clock;
  WorkQueue queue(clock);
  queue.add("a");
  queue.done("a");
  queue.done("b");
  CHECK(drain(queue) == Keys{"a"});
}

TEST_CASE("delayed keys come when they are due, in that order; the earlier of two delays counts") {
  ManualClock clock;
  WorkQueue queue(clock);
  queue.add_after("late", seconds(10));
  queue.add_after("early", seconds(1));
  queue.add_after("both", seconds(3));
  queue.add_after("both", seconds(2));
  queue.add_after("both", seconds(8));
  queue.add_after("now", nanoseconds(0));
  queue.add_after("past", -seconds(1));
  queue.add_after("never", std::chrono::nanoseconds::max());
  CHECK(queue.delayed() == 4);
  CHECK(drain(queue) == Keys{"now", "past"});
  clock.advance(seconds(1) - nanoseconds(1));
  CHECK(drain(queue).empty());
  clock.advance(nanoseconds(1));
  CHECK(drain(queue) == Keys{"early"});
  clock.advance(seconds(1));
  CHECK(drain(queue) == Keys{"both"});
  clock.advance(seconds(20));
  CHECK(drain(queue) == Keys{"late"});
  CHECK(queue.delayed() == 1);
}

TEST_CASE("keys that are due together come in the order in which they were added") {
  ManualClock clock;
  WorkQueue queue(clock);
  for (const auto* key : {"c", "a", "b"})
    queue.add_after(key, seconds(1));
  clock.advance(seconds(1));
  CHECK(drain(queue) == Keys{"c", "a", "b"});
}

TEST_CASE("a failing key waits 5, 10, 20 ms; forgotten, it begins anew") {
  ManualClock clock;
  WorkQueue queue(clock, own_waits_only);
  for (const auto wait : {5, 10, 20, 40}) {
    queue.add_rate_limited("a");
    clock.advance(milliseconds(wait) - nanoseconds(1));
    CHECK(queue.size() == 0);
    clock.advance(nanoseconds(1));
    CHECK(drain(queue) == Keys{"a"});
  }
  CHECK(queue.failures("a") == 4);
  queue.forget("a");
  queue.add_rate_limited("a");
  clock.advance(milliseconds(5));
  CHECK(drain(queue) == Keys{"a"});
}

TEST_CASE("shut down: what is ready is handed out, nothing is added, nothing delayed comes") {
  ManualClock clock;
  WorkQueue queue(clock);
  queue.add("ready");
  queue.add_after("delayed", seconds(1));
  queue.add("again");
  REQUIRE(queue.try_get() == "ready");
  queue.add("ready");
  queue.shut_down();
  CHECK(queue.is_shut_down());
  queue.add("new");
  queue.add_after("new", seconds(1));
  queue.add_rate_limited("new");
  clock.advance(seconds(10));
  CHECK(queue.delayed() == 0);
  CHECK(queue.failures("new") == 0);
  queue.done("ready");
  CHECK(queue.get({}) == "again");
  CHECK(queue.get({}) == "ready");
  CHECK_FALSE(queue.get({}));
}

TEST_CASE("draining waits for the workers, and gives up at the deadline") {
  ManualClock clock;
  WorkQueue queue(clock);
  queue.add("a");
  REQUIRE(queue.try_get());
  const auto late = queue.shut_down_and_drain({Deadline::after(milliseconds(20)), {}});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::timeout);
  CHECK(late.error().message.find("1 keys being worked on") != std::string::npos);

  std::stop_source stopped;
  stopped.request_stop();
  const auto interrupted = queue.shut_down_and_drain({Deadline::never(), stopped.get_token()});
  REQUIRE_FALSE(interrupted);
  CHECK(interrupted.error().code == ErrorCode::interrupted);

  std::atomic<bool> finished = false;
  std::jthread worker([&] {
    std::this_thread::sleep_for(milliseconds(20));  // the work
    finished = true;
    queue.done("a");
  });
  CHECK(queue.shut_down_and_drain({Deadline::never(), {}}));
  CHECK(finished);
}

TEST_CASE("waiting workers: a key, a delay, the stop and the shutdown each wake them") {
  ManualClock clock;
  WorkQueue queue(clock);
  std::optional<std::string> got;
  const auto with_worker = [&](const auto& act) {
    std::stop_source stop;
    got = "nothing yet";
    std::jthread worker([&] { got = queue.get(stop.get_token()); });
    act(stop);
    worker.join();
    if (got) queue.done(*got);
  };
  with_worker([&](auto&) { queue.add("a"); });
  CHECK(got == "a");
  with_worker([&](auto&) {
    queue.add_after("b", seconds(30));
    CHECK(clock.advance_to_next_wake_up() == seconds(30));
  });
  CHECK(got == "b");
  with_worker([](auto& stop) { stop.request_stop(); });
  CHECK_FALSE(got);
  with_worker([&](auto&) { queue.shut_down(); });
  CHECK_FALSE(got);
}

/// What the queue promises, in the plainest way: lists, searched from end to end.
class Model {
 public:
  void add(const std::string& key) {
    if (shut_ || has(dirty_, key)) return;
    dirty_.push_back(key);
    if (!has(processing_, key)) ready_.push_back(key);
  }
  void add_after(const std::string& key, nanoseconds delay) {
    if (shut_) return;
    if (delay <= nanoseconds(0)) return add(key);
    for (auto& waiting : delayed_) {
      if (waiting.key != key) continue;
      if (waiting.due > now_ + delay) waiting = {key, now_ + delay, order_++};
      return;
    }
    delayed_.push_back({key, now_ + delay, order_++});
  }
  void advance(nanoseconds duration) {
    now_ += duration;
    std::sort(delayed_.begin(), delayed_.end(), [](const Delayed& a, const Delayed& b) {
      return std::pair(a.due, a.order) < std::pair(b.due, b.order);
    });
    while (!delayed_.empty() && delayed_.front().due <= now_) {
      add(delayed_.front().key);
      delayed_.erase(delayed_.begin());
    }
  }
  std::optional<std::string> get() {
    if (ready_.empty()) return std::nullopt;
    const auto key = ready_.front();
    ready_.erase(ready_.begin());
    std::erase(dirty_, key);
    processing_.push_back(key);
    return key;
  }
  void done(const std::string& key) {
    if (std::erase(processing_, key) > 0 && has(dirty_, key)) ready_.push_back(key);
  }
  void shut_down() {
    shut_ = true;
    delayed_.clear();
  }
  [[nodiscard]] const Keys& processing() const { return processing_; }
  [[nodiscard]] std::size_t size() const { return ready_.size(); }
  [[nodiscard]] std::size_t delayed() const { return delayed_.size(); }

 private:
  struct Delayed {
    std::string key;
    nanoseconds due;
    int order;
  };
  static bool has(const Keys& keys, const std::string& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  }
  Keys ready_;
  Keys dirty_;
  Keys processing_;
  std::vector<Delayed> delayed_;
  nanoseconds now_{0};
  int order_ = 0;
  bool shut_ = false;
};

TEST_CASE("random schedules: the queue does what its model does") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
    ManualClock clock;
    WorkQueue queue(clock, own_waits_only);
    Model model;
    for (int step = 0; step < 200; ++step) {
      CAPTURE(seed);
      CAPTURE(step);
      const std::string key(1, static_cast<char>('a' + pick(6)));
      switch (pick(20)) {
        case 0:
        case 1:
        case 2:
        case 3:
          queue.add(key);
          model.add(key);
          break;
        case 4:
        case 5:
        case 6:
        case 7: {
          const auto delay = milliseconds(static_cast<int>(pick(50)) - 5);
          queue.add_after(key, delay);
          model.add_after(key, delay);
          break;
        }
        case 8:
        case 9:
        case 10: {
          const auto duration = milliseconds(pick(15));
          clock.advance(duration);
          model.advance(duration);
          break;
        }
        case 11:
        case 12:
        case 13:
        case 14:
          REQUIRE(queue.try_get() == model.get());
          break;
        case 15:
        case 16:
        case 17:
        case 18:
          if (const auto held = model.processing(); !held.empty()) {
            const auto& one = held[pick(static_cast<unsigned>(held.size()))];
            queue.done(one);
            model.done(one);
          }
          break;
        default:
          if (pick(60) != 0) break;
          queue.shut_down();
          model.shut_down();
      }
      REQUIRE((queue.size() == model.size() && queue.delayed() == model.delayed()));
    }
  }
}

TEST_CASE("many workers: one at a time for each key, and no change goes unseen") {
  SystemClock clock;
  WorkQueue queue(clock);
  constexpr unsigned keys = 8;
  constexpr unsigned rounds = 2000;
  std::array<std::atomic<unsigned>, keys> wanted{};
  std::array<std::atomic<unsigned>, keys> seen{};
  std::array<std::atomic<int>, keys> holders{};
  std::atomic<bool> two_at_once = false;
  {
    const auto work = [&] {
      while (const auto key = queue.get({})) {
        const auto i = static_cast<unsigned>(std::stoul(*key));
        if (holders[i].fetch_add(1) != 0) two_at_once = true;
        seen[i] = wanted[i].load();
        holders[i].fetch_sub(1);
        queue.done(*key);
      }
    };
    std::vector<std::jthread> workers;
    for (int i = 0; i < 4; ++i)
      workers.emplace_back(work);
    std::vector<std::jthread> adders;
    for (unsigned adder = 0; adder < 2; ++adder) {
      adders.emplace_back([&, adder] {
        std::mt19937 random(adder);
        for (unsigned i = 0; i < rounds; ++i) {
          const auto key = static_cast<unsigned>(random() % keys);
          ++wanted[key];
          if (random() % 3 == 0)
            queue.add_after(std::to_string(key), std::chrono::microseconds(random() % 50));
          else
            queue.add(std::to_string(key));
        }
      });
    }
    adders.clear();
    for (unsigned i = 0; i < keys; ++i)
      queue.add(std::to_string(i));
    CHECK(queue.shut_down_and_drain({Deadline::after(seconds(60)), {}}));
  }
  CHECK_FALSE(two_at_once);
  for (unsigned i = 0; i < keys; ++i)
    CHECK(seen[i] == wanted[i]);
}

}  // namespace
}  // namespace kaito::runtime
