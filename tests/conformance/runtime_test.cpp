// kubernetes-client.md 4.7, 8.7, 8.9: what stands on watches, Events and Leases, on a real server.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "kaito/runtime/event_recorder.hpp"
#include "kaito/runtime/informer.hpp"
#include "kaito/runtime/leader_election.hpp"
#include "session.hpp"

namespace kaito::conformance {
namespace {

using namespace std::chrono_literals;

/// An informer on the case's Workspaces, running, and what it told.
class Follower {
 public:
  explicit Follower(const Session& session)
      : informer_(target().client(), options(session), clock_) {
    informer_.add_handler([this](const runtime::Change& change) {
      const std::lock_guard hold(mutex_);
      const char* kind = !change.before ? "+" : !change.after ? "-" : "~";
      told_ += kind + std::string((change.after ? change.after : change.before)->name()) + " ";
    });
    thread_ = std::jthread(
        [this](const std::stop_token& stop) { static_cast<void>(informer_.run(stop)); });
  }

  [[nodiscard]] const runtime::Informer& informer() const { return informer_; }
  [[nodiscard]] const runtime::Store& store() const { return informer_.store(); }
  [[nodiscard]] std::string told() const {
    const std::lock_guard hold(mutex_);
    return told_;
  }
  /// "key resourceVersion" of each, a line each.
  [[nodiscard]] std::string state() const {
    std::string text;
    for (const auto& object : store().list())
      text += fmt::format("{} {}\n", object->name(), object->resource_version());
    return text;
  }

 private:
  static runtime::InformerOptions options(const Session& session) {
    runtime::InformerOptions options;
    options.type = k8s::types::workspace();
    options.namespace_ = session.space();
    options.page_size = 10;
    options.indexes["by label l"] = [](const json::Value& object) {
      const auto label = json::string_at(object, {"metadata", "labels", "l"});
      return label.empty() ? std::vector<std::string>{} : std::vector{std::string(label)};
    };
    return options;
  }

  runtime::SystemClock clock_;
  mutable std::mutex mutex_;
  std::string told_;
  runtime::Informer informer_;
  std::jthread thread_;  // ends before what it uses
};

/// The same as Follower::state(), from the server itself.
std::string state_of(const Session& session) {
  const auto list = target().client().list(k8s::types::workspace(), session.space(), {}, soon());
  REQUIRE_MESSAGE(list, list.error().describe());
  std::string text;
  for (const auto& object : list->items)
    text += fmt::format("{} {}\n", json::string_at(object.value(), {"metadata", "name"}),
                        json::string_at(object.value(), {"metadata", "resourceVersion"}));
  return text;
}

TEST_CASE("W21 an informer: the first list, then what is created, changed and deleted; its index") {
  Session session;
  REQUIRE(session.create("b", R"({"metadata": {"labels": {"l": "1"}}})").status == 201);
  const Follower follower(session);
  REQUIRE(follower.informer().wait_synced(soon()));
  // The first list comes from the server's cache, which may be a moment behind.
  CHECK(eventually([&] { return follower.state() == state_of(session); }));
  CHECK(eventually([&] { return follower.told() == "+b "; }));

  REQUIRE(session.create("a").status == 201);
  REQUIRE(session.create("c").status == 201);
  // Changes of one object that come quickly may be told as one.
  REQUIRE(eventually([&] { return follower.told() == "+b +a +c "; }));
  REQUIRE(
      session.merge(session.workspaces("a"), R"({"metadata": {"labels": {"l": "1"}}})").status ==
      200);
  REQUIRE(eventually([&] { return follower.told() == "+b +a +c ~a "; }));
  REQUIRE(session.remove(session.workspaces("b")).status == 200);
  CHECK(eventually([&] { return follower.told() == "+b +a +c ~a -b "; }));
  CHECK_MESSAGE(follower.told() == "+b +a +c ~a -b ", follower.told());
  CHECK(eventually([&] { return follower.state() == state_of(session); }));
  const auto labelled = follower.store().by_index("by label l", "1");
  REQUIRE(labelled);
  REQUIRE(labelled->size() == 1);
  CHECK(labelled->front()->name() == "a");
}

TEST_CASE("W22 an informer in a storm of writes ends up with what a list says") {
  Session session;
  const Follower follower(session);
  REQUIRE(follower.informer().wait_synced(soon()));
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 6; ++i) {
      const std::string name = fmt::format("w{}", i);
      if ((round + i) % 3 == 0)
        session.create(name);
      else if ((round + i) % 3 == 1)
        session.merge(session.workspaces(name),
                      fmt::format(R"({{"metadata": {{"labels": {{"l": "{}"}}}}}})", round));
      else
        session.remove(session.workspaces(name));
    }
  }
  CHECK(eventually([&] { return follower.state() == state_of(session); }));
  CHECK(follower.state() == state_of(session));
  CHECK_FALSE(follower.state().empty());
  CHECK(follower.informer().state().lists == 1);
}

/// The events of an object, as a list with field selectors gives them.
json::Value events_of(Session& session, const std::string& kind, const std::string& name) {
  const Reply reply = session.get(session.core("events") + "?fieldSelector=involvedObject.name%3D" +
                                  name + ",involvedObject.kind%3D" + kind);
  REQUIRE(reply.status == 200);
  const auto* items = json::find(reply.body, {"items"});
  REQUIRE(items != nullptr);
  return *items;
}

TEST_CASE("Z12 an event recorded, and told again; found by its object") {
  Session session;
  REQUIRE(session.create("phi").status == 201);
  REQUIRE(session.create("other").status == 201);
  const Reply object = session.get(session.workspaces("phi"));
  runtime::SystemClock clock;
  runtime::EventRecorder recorder(target().client(), {.component = "conformance", .log = {}},
                                  clock);
  const auto about = runtime::reference_to(object.body);
  recorder.record(about, runtime::EventType::warning, "Tried", "no luck");
  const auto count = [&](const json::Value& events) {
    return events.get_array().size() == 1 ? json::int_at(events.get_array().front(), {"count"}) : 0;
  };
  REQUIRE(eventually([&] { return count(events_of(session, "Workspace", "phi")) == 1; }));
  const auto first = events_of(session, "Workspace", "phi").get_array().front();
  recorder.record(about, runtime::EventType::warning, "Tried", "no luck");
  REQUIRE(eventually([&] { return count(events_of(session, "Workspace", "phi")) == 2; }));
  const auto events = events_of(session, "Workspace", "phi");
  const auto& second = events.get_array().front();
  const auto same = [&](std::initializer_list<std::string_view> keys) {
    return json::string_at(first, keys) == json::string_at(second, keys);
  };
  CHECK(same({"metadata", "uid"}));
  CHECK(same({"firstTimestamp"}));
  CHECK(json::string_at(second, {"involvedObject", "uid"}) == object.meta("uid"));
  CHECK(json::string_at(second, {"source", "component"}) == "conformance");
  CHECK(json::string_at(second, {"type"}) == "Warning");
  CHECK(json::string_at(second, {"message"}) == "no luck");
  CHECK(events_of(session, "Workspace", "other").get_array().empty());

  // It goes, as events do after an hour: the next one is made anew and counts on.
  const auto name = std::string(json::string_at(second, {"metadata", "name"}));
  REQUIRE(session.remove(session.core("events", name)).status == 200);
  recorder.record(about, runtime::EventType::warning, "Tried", "no luck");
  CHECK(eventually([&] { return count(events_of(session, "Workspace", "phi")) == 3; }));
  REQUIRE(recorder.close(soon()));
}

TEST_CASE("Z13 an event of an object without a namespace: in the namespace default") {
  Session session;
  const Reply space = session.get("/api/v1/namespaces/" + session.space());
  REQUIRE(space.status == 200);
  runtime::SystemClock clock;
  runtime::EventRecorder recorder(target().client(), {.component = "conformance", .log = {}},
                                  clock);
  recorder.record(runtime::reference_to(space.body), runtime::EventType::normal, "Seen", "m");
  REQUIRE(recorder.close(soon()));
  const Reply events = session.get(
      "/api/v1/namespaces/default/events?fieldSelector=involvedObject.uid%3D" + space.meta("uid"));
  REQUIRE(events.status == 200);
  const auto* items = json::find(events.body, {"items"});
  REQUIRE(items != nullptr);
  REQUIRE(items->get_array().size() == 1);
  const auto& event = items->get_array().front();
  CHECK(json::string_at(event, {"involvedObject", "kind"}) == "Namespace");
  CHECK(json::string_at(event, {"reason"}) == "Seen");
}

/// A candidate for the case's Lease, running; its work is to wait for the end.
class Candidate {
 public:
  Candidate(const Session& session, std::string identity,
            runtime::EventRecorder* recorder = nullptr) {
    runtime::LeaderElectionOptions options;
    options.namespace_ = session.space();
    options.name = "controller";
    options.identity = std::move(identity);
    options.lease_duration = 3s;
    options.renew_deadline = 2s;
    options.retry_period = 200ms;
    options.on_lost = [this] { lost_ = true; };
    options.recorder = recorder;
    auto made = runtime::LeaderElector::create(target().client(), std::move(options), clock_);
    REQUIRE_MESSAGE(made, made.error().describe());
    elector_ = std::move(*made);
    thread_ = std::jthread([this](const std::stop_token& stop) {
      ended_well_ =
          elector_->run([this](std::stop_token ends) { return work(ends); }, stop).has_value();
    });
  }

  [[nodiscard]] bool works() const { return working_; }
  [[nodiscard]] bool lost() const { return lost_; }
  [[nodiscard]] bool ended_well() const { return ended_well_; }
  void stop() {
    thread_.request_stop();
    thread_.join();
  }

 private:
  Result<void> work(const std::stop_token& ends) {
    std::unique_lock hold(mutex_);
    working_ = true;
    ended_.wait(hold, ends, [] { return false; });
    working_ = false;
    return {};
  }

  runtime::SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::atomic<bool> working_ = false;
  std::atomic<bool> lost_ = false;
  std::atomic<bool> ended_well_ = false;
  std::unique_ptr<runtime::LeaderElector> elector_;
  std::jthread thread_;  // ends before what it uses
};

std::string lease(const Session& session) {
  return session.group("coordination.k8s.io/v1", "leases", "controller");
}

TEST_CASE("Z09 two candidates: one leads; when it goes, the other follows") {
  Session session;
  Candidate one(session, "one");
  REQUIRE(eventually([&] { return one.works(); }));
  const Candidate two(session, "two");
  Reply held = session.get(lease(session));
  CHECK(held.at({"spec", "holderIdentity"}) == "one");
  const std::string renewed = held.at({"spec", "renewTime"});
  CHECK(eventually([&] {
    return session.get(lease(session)).at({"spec", "renewTime"}) != renewed;
  }));
  CHECK_FALSE(two.works());
  one.stop();
  CHECK(one.ended_well());
  CHECK_FALSE(one.lost());
  CHECK(eventually([&] { return two.works(); }));
  held = session.get(lease(session));
  CHECK(held.at({"spec", "holderIdentity"}) == "two");
  CHECK(held.at({"spec", "leaseTransitions"}) == "1");
}

TEST_CASE("Z10 a Lease that somebody else takes: lost, and the work is stopped") {
  Session session;
  const Candidate one(session, "one");
  REQUIRE(eventually([&] { return one.works(); }));
  CHECK(session.merge(lease(session), R"({"spec": {"holderIdentity": "usurper"}})").status == 200);
  CHECK(eventually([&] { return one.lost() && !one.works(); }));
  CHECK_FALSE(one.ended_well());
  CHECK(session.get(lease(session)).at({"spec", "holderIdentity"}) == "usurper");
}

TEST_CASE("Z11 who becomes leader is told as an event on the Lease") {
  Session session;
  runtime::SystemClock clock;
  runtime::EventRecorder recorder(target().client(), {.component = "controller", .log = {}}, clock);
  const Candidate one(session, "one", &recorder);
  REQUIRE(eventually([&] { return one.works(); }));
  REQUIRE(recorder.close(soon()));
  const auto events = events_of(session, "Lease", "controller");
  REQUIRE(events.get_array().size() == 1);
  const auto& event = events.get_array().front();
  CHECK(json::string_at(event, {"reason"}) == "LeaderElection");
  CHECK(json::string_at(event, {"message"}) == "one became leader");
  CHECK(json::string_at(event, {"involvedObject", "uid"}) ==
        session.get(lease(session)).meta("uid"));
}

}  // namespace
}  // namespace kaito::conformance
