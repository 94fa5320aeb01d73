#include "kaito/runtime/event_recorder.hpp"

#include <doctest/doctest.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "kaito/json/json.hpp"
#include "support/fake_cluster.hpp"
#include "support/manual_clock.hpp"

namespace kaito::runtime {
namespace {

using kaito::test::Answer;
using kaito::test::error_answer;
using kaito::test::eventually;
using kaito::test::ManualClock;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A server of Events. Thread-safe.
class EventServer {
 public:
  Answer answer(const net::HttpRequest& request) {
    std::unique_lock lock(mutex_);
    ++asked_;
    changed_.wait(lock, [&] { return !hung_; });
    if (failure_) return *failure_;
    auto sent = json::parse(request.body);
    REQUIRE(sent);
    if (request.method == "POST") {
      const auto key = request.target.substr(0, request.target.find('?')) + "/" +
                       std::string(json::string_at(*sent, {"metadata", "name"}));
      if (events_.contains(key)) return error_answer(409, "AlreadyExists", "exists");
      events_[key] = *sent;
      if (loses_answers_) return kaito::test::refused();
      return {201, json::write(*sent)};
    }
    const auto found = events_.find(request.target.substr(0, request.target.find('?')));
    if (found == events_.end()) return error_answer(404, "NotFound", "no such event");
    json::merge_patch(found->second, *sent);
    return {200, json::write(found->second)};
  }

  void fail_with(std::optional<Answer> failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
  }
  void lose_answers(bool lose) {
    const std::lock_guard lock(mutex_);
    loses_answers_ = lose;
  }
  void set_hung(bool hung) {
    const std::lock_guard lock(mutex_);
    hung_ = hung;
    changed_.notify_all();
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    events_.clear();
  }
  [[nodiscard]] int asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  /// "MESSAGE xCOUNT" of each, in the order of their names.
  [[nodiscard]] std::vector<std::string> events() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all;
    for (const auto& [key, event] : events_)
      all.push_back(std::string(json::string_at(event, {"message"})) + " x" +
                    std::to_string(json::int_at(event, {"count"})));
    return all;
  }
  [[nodiscard]] std::vector<std::string> keys() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all;
    for (const auto& [key, event] : events_)
      all.push_back(key);
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, json::Value> events_;
  std::optional<Answer> failure_;
  bool loses_answers_ = false;
  bool hung_ = false;
  int asked_ = 0;
};

/// A recorder on such a server, and what it told its log.
struct Scene {
  explicit Scene(std::size_t queue = 1000) {
    EventRecorderOptions options;
    options.component = "test";
    options.queue = queue;
    options.random = [] { return 0.5; };
    options.log = [this](int level, const std::string& line) {
      const std::lock_guard lock(mutex);
      if (level == 1) lines.push_back(line);
    };
    recorder = std::make_unique<EventRecorder>(*client, std::move(options), clock);
  }
  void record(const std::string& message, const std::string& name = "phi") {
    recorder->record({"kaito.sh/v1beta1", "Workspace", "ns", name, "u", "1"}, EventType::normal,
                     "Told", message);
  }
  [[nodiscard]] bool has(const std::vector<std::string>& events) const {
    return eventually([&] { return server.events() == events; });
  }
  [[nodiscard]] std::vector<std::string> logged() {
    const std::lock_guard lock(mutex);
    return lines;
  }
  [[nodiscard]] bool asked(int times) const {
    return eventually([&] { return server.asked() == times; });
  }

  EventServer server;
  ManualClock clock;
  std::unique_ptr<kube::Client> client =
      kaito::test::client_of(std::make_shared<kaito::test::FakeCluster>(
          [this](const net::HttpRequest& request) { return server.answer(request); }));
  std::mutex mutex;
  std::vector<std::string> lines;
  std::unique_ptr<EventRecorder> recorder;
};

using Lines = std::vector<std::string>;

const std::string refusal =
    R"(creating event "phi.17979cfe362a0000" in namespace "ns": connection refused)";

TEST_CASE("recorded, counted, in the object's namespace; made anew where it has gone") {
  Scene scene;
  scene.record("hello");
  REQUIRE(scene.has({"hello x1"}));
  CHECK(scene.server.keys() == Lines{"/api/v1/namespaces/ns/events/phi.17979cfe362a0000"});
  scene.record("hello");
  REQUIRE(scene.has({"hello x2"}));
  scene.server.forget();
  scene.record("hello");
  REQUIRE(scene.has({"hello x3"}));
  scene.recorder->record({"v1", "Node", "", "n1", "u", "1"}, EventType::warning, "Lost", "gone");
  REQUIRE(scene.has({"gone x1", "hello x3"}));
  CHECK(scene.server.keys().front() == "/api/v1/namespaces/default/events/n1.17979cfe362a0001");
  CHECK(scene.logged().empty());
}

TEST_CASE("a server that cannot be reached: tried again until it can, then those behind it") {
  Scene scene;
  scene.server.fail_with(kaito::test::refused());
  scene.record("first");
  scene.record("second");
  CHECK(scene.clock.advance_to_next_wake_up() == seconds(5));  // 10 s x 0.5
  REQUIRE(scene.asked(2));
  REQUIRE(scene.clock.next_wake_up() == seconds(10));
  scene.server.fail_with(std::nullopt);
  scene.clock.advance(seconds(10));
  REQUIRE(scene.has({"first x1", "second x1"}));
  const auto logged = scene.logged();
  REQUIRE(logged.size() == 2);
  CHECK(logged.front() == "event Told of Workspace ns/phi: not recorded yet: " + refusal);
  CHECK(logged.back() == logged.front());
}

TEST_CASE("twelve tries, then the next one") {
  Scene scene;
  scene.server.fail_with(kaito::test::refused());
  scene.record("first");
  for (int i = 1; i < 12; ++i)
    REQUIRE(scene.clock.advance_to_next_wake_up());
  REQUIRE(eventually([&] { return scene.logged().size() == 12; }));
  CHECK(scene.logged().back() == "event Told of Workspace ns/phi: not recorded: " + refusal);
  scene.server.fail_with(std::nullopt);
  scene.record("second");
  CHECK(scene.has({"second x1"}));
}

TEST_CASE("what the server refuses is told to the log and not tried again") {
  Scene scene;
  scene.server.fail_with(error_answer(403, "Forbidden", "no events for you"));
  scene.record("first");
  REQUIRE(eventually([&] { return scene.logged().size() == 1; }));
  CHECK(scene.logged().front().find("no events for you") != std::string::npos);
  scene.server.fail_with(std::nullopt);
  scene.record("second");
  REQUIRE(scene.has({"second x1"}));
  CHECK(scene.server.asked() == 2);
}

TEST_CASE("an event whose answer got lost is there once") {
  Scene scene;
  scene.server.lose_answers(true);
  scene.record("first");
  REQUIRE(scene.clock.next_wake_up());
  scene.server.lose_answers(false);
  scene.clock.advance(seconds(5));
  scene.record("second");
  REQUIRE(scene.has({"first x1", "second x1"}));
  CHECK(scene.logged().size() == 1);
}

TEST_CASE("more than the queue holds: dropped, and said; nobody waits") {
  Scene scene(3);
  scene.server.set_hung(true);
  scene.record("0");
  REQUIRE(scene.asked(1));
  for (int i = 1; i <= 8; ++i)
    scene.record(std::to_string(i));
  scene.server.set_hung(false);
  REQUIRE(scene.has({"0 x1", "1 x1", "2 x1", "3 x1"}));
  CHECK(scene.logged() == Lines{"5 events were dropped: too many at once"});
}

TEST_CASE("closing sends what is left; later events are not taken") {
  Scene scene;
  for (int i = 0; i < 20; ++i)
    scene.record("m", "w" + std::to_string(i));
  REQUIRE(scene.recorder->close({Deadline::after(seconds(60)), {}}));
  CHECK(scene.server.events().size() == 20);
  scene.record("late");
  CHECK(scene.recorder->close({Deadline::after(seconds(60)), {}}));
  CHECK(scene.server.asked() == 20);
}

TEST_CASE("closing while the server is away: each is tried once, without waits") {
  Scene scene;
  scene.server.fail_with(kaito::test::refused());
  scene.record("1");
  REQUIRE(scene.clock.next_wake_up());
  scene.record("2");
  scene.record("3");
  REQUIRE(scene.recorder->close({Deadline::after(seconds(60)), {}}));
  CHECK(scene.server.asked() == 3);
}

/// A server that never answers.
class Silence final : public net::Transport {
 public:
  Result<net::HttpResponse> send(const net::HttpRequest&, const CallLimits& limits) override {
    std::unique_lock lock(mutex_);
    ++asked_;
    never_.wait(lock, limits.stop, [] { return false; });
    return fail(ErrorCode::interrupted, "interrupted");
  }
  Result<std::unique_ptr<net::BodyStream>> open(const net::HttpRequest&,
                                                const CallLimits&) override {
    return fail(ErrorCode::internal, "not asked for");
  }
  [[nodiscard]] int asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any never_;
  int asked_ = 0;
};

TEST_CASE("closing ends at its deadline, and at the stop, in the middle of a request") {
  for (const bool by_stop : {false, true}) {
    CAPTURE(by_stop);
    const auto silence = std::make_shared<Silence>();
    const auto client = kaito::test::client_of(silence);
    ManualClock clock;
    EventRecorder recorder(*client, {.component = "test", .log = {}}, clock);
    for (const auto* message : {"1", "2"})
      recorder.record({"v1", "Node", "", "n1", "u", "1"}, EventType::normal, "Told", message);
    REQUIRE(eventually([&] { return silence->asked() == 1; }));
    std::stop_source stop;
    if (by_stop) stop.request_stop();
    const auto deadline = by_stop ? Deadline::never() : Deadline::after(milliseconds(1));
    const auto closed = recorder.close({deadline, stop.get_token()});
    REQUIRE_FALSE(closed);
    CHECK(closed.error().code == (by_stop ? ErrorCode::interrupted : ErrorCode::timeout));
    CHECK(silence->asked() == 1);
  }
}

TEST_CASE("many threads record at once") {
  Scene scene;
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 20; ++i)
          scene.record("m", "w" + std::to_string(t));
      });
  }
  REQUIRE(scene.recorder->close({Deadline::after(seconds(60)), {}}));
  CHECK(scene.server.events() == Lines{"m x20", "m x20", "m x20", "m x20"});
}

}  // namespace
}  // namespace kaito::runtime
