#include "runtime/event_history.hpp"

#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <string>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "support/manual_clock.hpp"

namespace kaito::runtime {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

ObjectReference workspace(const std::string& name = "phi") {
  return {"kaito.sh/v1beta1", "Workspace", "ns", name, "u-" + name, "7"};
}

/// A history, and what it makes of what happens.
struct Teller {
  explicit Teller(EventLimits limits = {}) : history(limits) {}

  std::optional<EventWrite> tell(std::string_view message, std::string_view reason = "Failed",
                                 const ObjectReference& about = workspace(),
                                 EventType type = EventType::normal) {
    return history.next(occurrence_of(about, type, reason, message, clock));
  }
  /// How often in that many times something is written.
  int written(int times, const ObjectReference& about = workspace()) {
    int count = 0;
    for (int i = 0; i < times; ++i)
      if (tell("m", "Failed", about)) ++count;
    return count;
  }

  test::ManualClock clock;
  EventHistory history;
};

TEST_CASE("a first event: the whole object") {
  Teller teller;
  const auto event = teller.tell("no node", "NodeFailed", workspace(), EventType::warning);
  REQUIRE(event);
  CHECK(json::write(event_object(*event, "kaito")) ==
        R"({"apiVersion":"v1","kind":"Event","metadata":{"name":"phi.17979cfe362a0000",)"
        R"("namespace":"ns"},"involvedObject":{"apiVersion":"kaito.sh/v1beta1",)"
        R"("kind":"Workspace","namespace":"ns","name":"phi","uid":"u-phi","resourceVersion":"7"},)"
        R"("reason":"NodeFailed","message":"no node","type":"Warning",)"
        R"("source":{"component":"kaito"},"firstTimestamp":"2023-11-14T22:13:20Z",)"
        R"("lastTimestamp":"2023-11-14T22:13:20Z","count":1})");
}

TEST_CASE("the same again: counted in the one that is there") {
  Teller teller;
  const auto first = teller.tell("no node");
  teller.clock.advance(minutes(2));
  const auto second = teller.tell("no node");
  REQUIRE(first);
  REQUIRE(second);
  CHECK(second->name == first->name);
  CHECK(second->count == 2);
  CHECK(second->first == first->first);
  CHECK(json::write(event_patch(*second)) ==
        R"({"count":2,"lastTimestamp":"2023-11-14T22:15:20Z","message":"no node"})");
  CHECK(teller.tell("no node")->count == 3);
}

TEST_CASE("another message, reason, type or object is another event") {
  Teller teller;
  const auto first = teller.tell("m");
  const auto is_new = [&](const std::optional<EventWrite>& event) {
    return event && event->count == 1 && event->name != first->name;
  };
  CHECK(is_new(teller.tell("other")));
  CHECK(is_new(teller.tell("m", "Other")));
  CHECK(is_new(teller.tell("m", "Failed", workspace(), EventType::warning)));
  CHECK(is_new(teller.tell("m", "Failed", workspace("llama"))));
  auto made_anew = workspace();
  made_anew.uid = "another";
  CHECK(is_new(teller.tell("m", "Failed", made_anew)));
  auto changed = workspace();
  changed.resource_version = "8";
  CHECK(teller.tell("m", "Failed", changed)->count == 2);
}

TEST_CASE("the tenth message of a reason within ten minutes: combined from there on") {
  Teller teller;
  for (int i = 1; i <= 9; ++i) {
    const auto event = teller.tell("try " + std::to_string(i));
    REQUIRE(event);
    CHECK(event->message == "try " + std::to_string(i));
    teller.clock.advance(minutes(9));
  }
  const auto tenth = teller.tell("try 10");
  REQUIRE(tenth);
  CHECK(tenth->message == "(combined from similar events): try 10");
  CHECK(tenth->count == 1);
  const auto next = teller.tell("try 11");
  REQUIRE(next);
  CHECK(next->name == tenth->name);
  CHECK(next->message == "(combined from similar events): try 11");
  CHECK(next->count == 2);
  // One of the nine is still told on its own.
  CHECK(teller.tell("try 1")->message == "try 1");
  CHECK(teller.tell("try 10", "Other")->message == "try 10");
}

TEST_CASE("after ten minutes without news of a reason its messages stand alone again") {
  Teller teller;
  for (int i = 1; i <= 9; ++i)
    static_cast<void>(teller.tell(std::to_string(i)));
  teller.clock.advance(minutes(10));
  CHECK(teller.tell("10")->message == "(combined from similar events): 10");
  teller.clock.advance(minutes(10) + seconds(1));
  CHECK(teller.tell("11")->message == "11");
}

TEST_CASE("of an object 25 at once, then one each five minutes; the count knows of the others") {
  Teller teller;
  CHECK(teller.written(30) == 25);
  CHECK(teller.written(30, workspace("llama")) == 25);
  teller.clock.advance(minutes(5) - seconds(1));
  CHECK_FALSE(teller.tell("m"));
  teller.clock.advance(seconds(1));
  const auto event = teller.tell("m");
  REQUIRE(event);
  CHECK(event->count == 32);
  CHECK_FALSE(teller.tell("m"));
  // A warning is not held back by ordinary news.
  CHECK(teller.tell("m", "Failed", workspace(), EventType::warning));
  teller.clock.advance(minutes(5 * 100));
  CHECK(teller.written(30) == 25);
}

TEST_CASE("what was not told of for longest is forgotten") {
  EventLimits limits;
  limits.most = 2;
  Teller teller(limits);
  static_cast<void>(teller.tell("m", "Failed", workspace("a")));
  static_cast<void>(teller.tell("m", "Failed", workspace("b")));
  CHECK(teller.tell("m", "Failed", workspace("a"))->count == 2);
  static_cast<void>(teller.tell("m", "Failed", workspace("c")));
  CHECK(teller.tell("m", "Failed", workspace("a"))->count == 3);
  CHECK(teller.tell("m", "Failed", workspace("b"))->count == 1);
}

TEST_CASE("messages are bounded, at a character, and are what a terminal can show") {
  Teller teller;
  std::string message = "x";
  while (message.size() < 2000)
    message += "\xc3\xa4";  // 1021, where the dots begin, is inside a character
  const auto event = teller.tell(message);
  REQUIRE(event);
  CHECK(event->message.size() == 1024);
  CHECK(event->message.ends_with("\xc3\xa4..."));
  CHECK(is_valid_utf8(event->message));
  CHECK(teller.tell("a\x1b[0m\xff")->message == "a\\x1b[0m\\xff");
  for (int i = 0; i < 10; ++i)
    static_cast<void>(teller.tell(std::to_string(i) + message));
  const auto combined = teller.tell(message + "y", "Failed");
  REQUIRE(combined);
  CHECK(combined->message.size() <= 1024);
}

TEST_CASE("names: no two are the same, and each is one that the server takes") {
  Teller teller;
  const auto one = teller.tell("1");
  const auto two = teller.tell("2");
  CHECK(one->name == "phi.17979cfe362a0000");
  CHECK(two->name == "phi.17979cfe362a0001");
  // The administrator sets the time of day back.
  teller.clock.set_wall(Instant(seconds(1'000'000'000)));
  CHECK(teller.tell("3")->name == "phi.17979cfe362a0002");
  const auto role =
      ObjectReference{"rbac.authorization.k8s.io/v1", "ClusterRole", "", "system:node", "u", "1"};
  const auto event = teller.tell("m", "Changed", role);
  CHECK(event->name == "clusterrole.17979cfe362a0003");
  CHECK(event_namespace(event->about) == "default");
  CHECK(json::find(event_object(*event, "c"), {"involvedObject", "namespace"}) == nullptr);
  const auto long_name = std::string(236, 'a') + '.' + std::string(16, 'b');
  const auto cut = teller.tell("m", "Failed", workspace(long_name));
  CHECK(cut->name == std::string(236, 'a') + ".17979cfe362a0004");
  CHECK(dns_subdomain_problem(cut->name) == "");
}

TEST_CASE("a reference to an object as the server gives it") {
  const auto object =
      json::parse(R"({"apiVersion":"kaito.sh/v1beta1","kind":"Workspace","metadata":{"name":"phi",)"
                  R"("namespace":"ns","uid":"u-phi","resourceVersion":"7"}})");
  REQUIRE(object);
  CHECK(reference_to(*object) == workspace());
}

}  // namespace
}  // namespace kaito::runtime
