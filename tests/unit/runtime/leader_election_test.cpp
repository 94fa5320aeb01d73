#include "kaito/runtime/leader_election.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <condition_variable>
#include <mutex>
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

/// A server of one Lease, with the API server's rules for it. Thread-safe.
class LeaseServer {
 public:
  Answer answer(const net::HttpRequest& request) {
    std::unique_lock lock(mutex_);
    answers_.wait(lock, [&] { return !hung_; });
    if (down_) return kaito::test::refused();
    if (request.method == "GET")
      return lease_.empty() ? error_answer(404, "NotFound", "no such lease") : Answer{200, lease_};
    auto sent = json::parse(request.body);
    REQUIRE(sent);
    for (const auto* time : {"renewTime", "acquireTime"}) {
      const auto text = json::string_at(*sent, {"spec", time});
      if (text.size() != std::string_view("2026-01-02T03:04:05.000006Z").size())
        return error_answer(400, "BadRequest", "not a MicroTime");
    }
    if (request.method == "POST") {
      if (!lease_.empty()) return error_answer(409, "AlreadyExists", "exists");
      return store(std::move(*sent), 201);
    }
    if (conflicts_ > 0) {
      --conflicts_;
      return error_answer(409, "Conflict", "somebody was quicker");
    }
    if (json::string_at(*sent, {"metadata", "resourceVersion"}) != std::to_string(version_))
      return error_answer(409, "Conflict", "stale");
    return store(std::move(*sent), 200);
  }

  /// Another process writes the Lease.
  void write(const std::string& holder, const std::string& renewed, int duration = 15,
             int transitions = 3) {
    const std::lock_guard lock(mutex_);
    auto lease = json::parse(
        R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l",)"
        R"("namespace":"ns","labels":{"kept":"yes"}},"spec":{"holderIdentity":")" +
        holder + R"(","leaseDurationSeconds":)" + std::to_string(duration) +
        R"(,"acquireTime":"2020-01-01T00:00:00.000000Z","renewTime":")" + renewed +
        R"(","leaseTransitions":)" + std::to_string(transitions) +
        R"(,"preferredHolder":"x","strategy":"OldestEmulationVersion"}})");
    static_cast<void>(store(std::move(*lease), 200));
  }
  void set_down(bool down) {
    const std::lock_guard lock(mutex_);
    down_ = down;
  }
  void set_hung(bool hung) {
    const std::lock_guard lock(mutex_);
    hung_ = hung;
    answers_.notify_all();
  }
  void set_conflicts(int count) {
    const std::lock_guard lock(mutex_);
    conflicts_ = count;
  }
  [[nodiscard]] json::Value lease() const {
    const std::lock_guard lock(mutex_);
    return lease_.empty() ? json::Value(json::Object{}) : *json::parse(lease_);
  }
  [[nodiscard]] int version() const {
    const std::lock_guard lock(mutex_);
    return version_;
  }
  [[nodiscard]] std::string at(const char* field) const {
    const auto value = lease();
    const auto* found = json::find(value, {"spec", field});
    if (found == nullptr) return "(none)";
    return found->is_string() ? std::string(found->get_string()) : json::write(*found);
  }

 private:
  Answer store(json::Value lease, int status) {
    lease.get_object()["metadata"].get_object()["resourceVersion"] = std::to_string(++version_);
    lease_ = json::write(lease);
    return {status, lease_};
  }

  mutable std::mutex mutex_;
  std::string lease_;
  int version_ = 0;
  std::condition_variable answers_;
  bool hung_ = false;
  bool down_ = false;
  int conflicts_ = 0;
};

/// One process that wants to lead. Its work goes on until it is told to stop.
class Candidate {
 public:
  Candidate(LeaseServer& server, const std::string& identity, Clock& clock, double chance = 0.5)
      : cluster_(std::make_shared<kaito::test::FakeCluster>(
            [&server](const net::HttpRequest& request) { return server.answer(request); })),
        client_(kaito::test::client_of(cluster_)) {
    LeaderElectionOptions options;
    options.namespace_ = "ns";
    options.name = "l";
    options.identity = identity;
    options.random = [chance] { return chance; };
    options.on_lost = [this] { lost = true; };
    auto made = LeaderElector::create(*client_, options, clock);
    REQUIRE(made);
    elector = std::move(*made);
  }
  ~Candidate() { stop(); }
  Candidate(const Candidate&) = delete;
  Candidate& operator=(const Candidate&) = delete;

  void start() {
    thread_ = std::jthread([this](const std::stop_token& stop) {
      result = elector->run(
          [this](const std::stop_token& work) -> Result<void> {
            working = true;
            while (!work.stop_requested() && !give_up)
              std::this_thread::sleep_for(milliseconds(1));
            working = false;
            if (give_up) return fail(ErrorCode::terminal, "gave up");
            return {};
          },
          stop);
      over = true;
    });
  }
  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  bool comes_to_work() const {
    return eventually([&] { return working.load(); });
  }
  bool ends() const {
    return eventually([&] { return over.load(); });
  }
  [[nodiscard]] std::size_t requests() const { return cluster_->lines().size(); }

  std::unique_ptr<LeaderElector> elector;
  std::atomic<bool> working = false;
  std::atomic<bool> give_up = false;
  std::atomic<bool> lost = false;
  std::atomic<bool> over = false;
  Result<void> result;

 private:
  std::shared_ptr<kaito::test::FakeCluster> cluster_;
  std::unique_ptr<kube::Client> client_;
  std::jthread thread_;
};

TEST_CASE("no Lease: made, held, renewed; given up at the stop") {
  LeaseServer server;
  ManualClock clock;
  Candidate one(server, "one", clock);
  CHECK_FALSE(one.elector->is_leader());
  one.start();
  REQUIRE(one.comes_to_work());
  CHECK(one.elector->is_leader());
  CHECK(one.elector->leader() == "one");
  CHECK(server.at("holderIdentity") == "one");
  CHECK(server.at("leaseDurationSeconds") == "15");
  CHECK(server.at("leaseTransitions") == "0");
  CHECK(server.at("acquireTime") == "2023-11-14T22:13:20.000000Z");
  CHECK(server.at("renewTime") == "2023-11-14T22:13:20.000000Z");

  CHECK(clock.advance_to_next_wake_up() == seconds(2));
  REQUIRE(eventually([&] { return server.version() == 2; }));
  CHECK(server.at("acquireTime") == "2023-11-14T22:13:20.000000Z");
  CHECK(server.at("renewTime") == "2023-11-14T22:13:22.000000Z");
  CHECK(server.at("leaseTransitions") == "0");
  CHECK(one.requests() == 3);  // GET, POST, and one PUT for the renewal

  one.stop();
  CHECK(one.result);
  CHECK_FALSE(one.working);
  CHECK_FALSE(one.elector->is_leader());
  CHECK(server.at("holderIdentity") == "");
  CHECK(server.at("leaseDurationSeconds") == "1");
  CHECK(server.at("leaseTransitions") == "0");
  CHECK_FALSE(one.lost);
}

TEST_CASE("a Lease that was given up is taken at the next try; what is not ours in it is kept") {
  LeaseServer server;
  server.write("", "2020-01-01T00:00:00.000000Z", 1, 7);
  ManualClock clock;
  Candidate two(server, "two", clock);
  two.start();
  REQUIRE(two.comes_to_work());
  CHECK(server.at("holderIdentity") == "two");
  CHECK(server.at("leaseTransitions") == "8");
  CHECK(server.at("acquireTime") == "2023-11-14T22:13:20.000000Z");
  CHECK(server.at("preferredHolder") == "x");
  CHECK(server.at("strategy") == "OldestEmulationVersion");
  CHECK(json::string_at(server.lease(), {"metadata", "labels", "kept"}) == "yes");
}

TEST_CASE("held by another who renews: no takeover, whatever times stand in the Lease") {
  for (const auto* year : {"2019", "2023", "2031"}) {
    CAPTURE(year);
    LeaseServer server;
    ManualClock clock;
    const auto renewal = [&](int second) {
      server.write("other",
                   std::string(year) + "-01-01T00:00:" + std::to_string(10 + second) + ".000000Z");
    };
    renewal(0);
    Candidate one(server, "one", clock);
    one.start();
    for (int i = 1; i <= 20; ++i) {
      REQUIRE(clock.advance_to_next_wake_up() == milliseconds(3200));  // 2 s x (1 + 1.2 x 0.5)
      REQUIRE(eventually([&] { return one.requests() == static_cast<std::size_t>(i) + 1; }));
      renewal(i);
    }
    CHECK_FALSE(one.working);
    CHECK(one.elector->leader() == "other");
    one.stop();
    CHECK(one.result);
    CHECK(server.at("holderIdentity") == "other");
  }
}

TEST_CASE("held by another who falls silent: taken over when its duration is over by our clock") {
  LeaseServer server;
  // An hour ahead, and good for 9 seconds.
  server.write("other", "2023-11-14T23:13:20.000000Z", 9, 3);
  ManualClock clock;
  Candidate one(server, "one", clock, 0);
  one.start();
  for (int i = 0; i < 4; ++i) {  // 2, 4, 6, 8 seconds
    REQUIRE(clock.advance_to_next_wake_up() == seconds(2));
    REQUIRE(eventually([&] { return one.requests() == static_cast<std::size_t>(i) + 2; }));
  }
  CHECK_FALSE(one.working);
  // The administrator sets the time of day: nothing to us.
  clock.set_wall(Instant(seconds(2'000'000'000)));
  REQUIRE(clock.advance_to_next_wake_up() == seconds(2));
  REQUIRE(one.comes_to_work());
  CHECK(server.at("holderIdentity") == "one");
  CHECK(server.at("leaseTransitions") == "4");
  CHECK(server.at("leaseDurationSeconds") == "15");
  CHECK(server.at("acquireTime") == "2033-05-18T03:33:22.000000Z");
}

TEST_CASE("a race that was lost: stays a follower") {
  LeaseServer server;
  server.write("", "2020-01-01T00:00:00.000000Z");
  server.set_conflicts(1);
  ManualClock clock;
  Candidate one(server, "one", clock);
  one.start();
  REQUIRE(clock.next_wake_up());
  CHECK_FALSE(one.elector->is_leader());
  server.write("other", "2020-01-01T00:00:01.000000Z");
  REQUIRE(clock.advance_to_next_wake_up());
  REQUIRE(eventually([&] { return one.elector->leader() == "other"; }));
  CHECK_FALSE(one.working);
}

TEST_CASE("renewals that fail for the deadline: lost, the work is stopped, the Lease left alone") {
  LeaseServer server;
  ManualClock clock;
  Candidate one(server, "one", clock);
  one.start();
  REQUIRE(one.comes_to_work());
  server.set_down(true);
  for (int i = 0; i < 4; ++i) {
    REQUIRE(clock.advance_to_next_wake_up() == seconds(2));
    CHECK_FALSE(one.lost);
  }
  REQUIRE(clock.advance_to_next_wake_up() == seconds(2));
  REQUIRE(one.ends());
  CHECK(one.lost);
  CHECK_FALSE(one.elector->is_leader());
  REQUIRE_FALSE(one.result);
  CHECK(one.result.error().code == ErrorCode::failed);
  CHECK(one.result.error().message == "lease ns/l: the leadership is lost: no renewal for 10s");
  server.set_down(false);
  CHECK(server.at("holderIdentity") == "one");
}

TEST_CASE("a renewal that fails once is made good") {
  LeaseServer server;
  ManualClock clock;
  Candidate one(server, "one", clock);
  one.start();
  REQUIRE(one.comes_to_work());
  server.set_down(true);
  REQUIRE(clock.advance_to_next_wake_up());
  REQUIRE(clock.next_wake_up());
  server.set_down(false);
  for (int i = 0; i < 10; ++i)
    REQUIRE(clock.advance_to_next_wake_up());
  CHECK(one.working);
  CHECK_FALSE(one.lost);
}

TEST_CASE("somebody changes the Lease but leaves it to us: renewed over the new one") {
  LeaseServer server;
  ManualClock clock;
  Candidate one(server, "one", clock);
  one.start();
  REQUIRE(one.comes_to_work());
  server.write("one", "2020-01-01T00:00:00.000000Z", 15, 5);
  REQUIRE(clock.advance_to_next_wake_up());
  REQUIRE(eventually([&] { return server.at("renewTime") == "2023-11-14T22:13:22.000000Z"; }));
  CHECK(server.at("leaseTransitions") == "5");
  CHECK(one.working);
}

TEST_CASE("somebody takes the Lease away: lost at once") {
  LeaseServer server;
  ManualClock clock;
  Candidate one(server, "one", clock);
  one.start();
  REQUIRE(one.comes_to_work());
  server.write("thief", "2020-01-01T00:00:00.000000Z");
  REQUIRE(clock.advance_to_next_wake_up());
  REQUIRE(one.ends());
  CHECK(one.lost);
  REQUIRE_FALSE(one.result);
  CHECK(one.result.error().message == "lease ns/l: the leadership is lost: the leader is thief");
  CHECK(server.at("holderIdentity") == "thief");
}

TEST_CASE("two candidates: one leads; when it goes, the other follows") {
  LeaseServer server;
  ManualClock clock;
  Candidate one(server, "one", clock);
  Candidate two(server, "two", clock);
  one.start();
  REQUIRE(one.comes_to_work());
  two.start();
  for (int i = 0; i < 30; ++i) {
    // Time stands still until both have done what was due.
    REQUIRE(clock.asleep(2));
    REQUIRE(clock.advance_to_next_wake_up());
  }
  CHECK(one.working);
  CHECK_FALSE(two.working);
  one.stop();
  CHECK(one.result);
  for (int i = 0; i < 3 && !two.working; ++i)
    REQUIRE(clock.advance_to_next_wake_up());
  CHECK(two.comes_to_work());
  CHECK(server.at("leaseTransitions") == "1");
}

TEST_CASE("work that ends by itself gives the Lease back, and its error") {
  LeaseServer server;
  ManualClock clock;
  Candidate one(server, "one", clock);
  one.start();
  REQUIRE(one.comes_to_work());
  one.give_up = true;
  REQUIRE(one.ends());
  REQUIRE_FALSE(one.result);
  CHECK(one.result.error().message == "gave up");
  CHECK(server.at("holderIdentity") == "");
  const auto again = one.elector->run([](const std::stop_token&) { return Result<void>{}; }, {});
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::usage);
}

TEST_CASE("who becomes leader is told as an event on the Lease; that it is refused is no harm") {
  for (const bool refused : {false, true}) {
    CAPTURE(refused);
    LeaseServer server;
    ManualClock clock;
    std::mutex mutex;
    std::vector<std::string> posted;
    const auto client = kaito::test::client_of(
        std::make_shared<kaito::test::FakeCluster>([&](const net::HttpRequest& request) -> Answer {
          if (request.target.find("/events") == std::string::npos) return server.answer(request);
          const std::lock_guard lock(mutex);
          const auto event = json::parse(request.body);
          REQUIRE(event);
          for (const auto* field : {"kind", "namespace", "name", "resourceVersion"})
            posted.emplace_back(json::string_at(*event, {"involvedObject", field}));
          for (const auto* field : {"reason", "message", "type"})
            posted.emplace_back(json::string_at(*event, {field}));
          if (refused) return error_answer(403, "Forbidden", "no");
          return {201, request.body};
        }));
    EventRecorder recorder(*client, {.component = "c", .log = {}}, clock);
    LeaderElectionOptions options;
    options.namespace_ = "ns";
    options.name = "l";
    options.identity = "one";
    options.recorder = &recorder;
    auto elector = LeaderElector::create(*client, options, clock);
    REQUIRE(elector);
    const auto led = (*elector)->run([](const std::stop_token&) { return Result<void>{}; }, {});
    CHECK(led);
    REQUIRE(recorder.close({Deadline::after(seconds(60)), {}}));
    CHECK(posted == std::vector<std::string>{"Lease", "ns", "l", "1", "LeaderElection",
                                             "one became leader", "Normal"});
  }
}

TEST_CASE("stopped while following: nothing is written") {
  LeaseServer server;
  server.write("other", "2020-01-01T00:00:00.000000Z");
  ManualClock clock;
  Candidate one(server, "one", clock);
  one.start();
  REQUIRE(clock.next_wake_up());
  one.stop();
  CHECK(one.result);
  CHECK(server.version() == 1);
}

TEST_CASE("settings that could let two lead are refused") {
  LeaseServer server;
  const auto client = kaito::test::client_of(std::make_shared<kaito::test::FakeCluster>(
      [&](const net::HttpRequest& request) { return server.answer(request); }));
  ManualClock clock;
  LeaderElectionOptions good;
  good.namespace_ = "ns";
  good.name = "l";
  good.identity = "one";
  CHECK(LeaderElector::create(*client, good, clock));
  const auto refused = [&](const std::function<void(LeaderElectionOptions&)>& change) {
    auto options = good;
    change(options);
    const auto made = LeaderElector::create(*client, options, clock);
    return !made && made.error().code == ErrorCode::usage;
  };
  CHECK(refused([](auto& o) { o.name = ""; }));
  CHECK(refused([](auto& o) { o.namespace_ = ""; }));
  CHECK(refused([](auto& o) { o.identity = ""; }));
  CHECK(refused([](auto& o) { o.lease_duration = seconds(10); }));
  CHECK(refused([](auto& o) { o.renew_deadline = milliseconds(2400); }));
  CHECK(refused([](auto& o) { o.retry_period = milliseconds(0); }));
}

TEST_CASE("the liveness check fails where a leader has not renewed for too long") {
  LeaseServer server;
  ManualClock clock;
  Candidate one(server, "one", clock);
  CHECK(one.elector->check());
  one.start();
  REQUIRE(one.comes_to_work());
  CHECK(one.elector->check());
  // The renewal hangs, and nobody notices.
  server.set_hung(true);
  REQUIRE(clock.advance_to_next_wake_up());
  REQUIRE(eventually([&] { return one.requests() == 3; }));
  clock.advance(seconds(32));
  CHECK(one.elector->check());
  clock.advance(seconds(2));
  const auto checked = one.elector->check();
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message == "lease ns/l: we lead, but the last renewal was 36s ago");
  server.set_hung(false);
}

TEST_CASE("an identity is the host and a random UUID of version 4") {
  const auto identity = election_identity("node-1", [] { return 0.999; });
  CHECK(identity == "node-1_ffffffff-ffff-4fff-bfff-ffffffffffff");
  CHECK(election_identity("h", system_random()) != election_identity("h", system_random()));
}

}  // namespace
}  // namespace kaito::runtime
