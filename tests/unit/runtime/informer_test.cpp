#include "kaito/runtime/informer.hpp"

#include <doctest/doctest.h>

#include <boost/json/value.hpp>

#include "informer_harness.hpp"
#include "kaito/json/json.hpp"

namespace kaito::runtime {
namespace {

using kaito::test::bookmark_text;
using kaito::test::eventually;
using kaito::test::Feeding;
using kaito::test::Harness;
using kaito::test::list;
using kaito::test::object_text;
using kaito::test::Told;
using kaito::test::watch;
using std::chrono::milliseconds;
using std::chrono::seconds;

using Lines = std::vector<std::string>;

CallLimits soon() {
  return {Deadline::after(seconds(60)), {}};
}
std::string event(const std::string& type, const std::string& name, int version) {
  return kaito::test::event_text(type, object_text(name, version));
}
Lines keys(const Store& store) {
  Lines keys;
  for (const auto& object : store.list())
    keys.push_back(std::string(object->key()) + " " + std::string(object->resource_version()));
  return keys;
}

TEST_CASE("the first list, in pages: stored, told, synced; then watched from there") {
  Harness h({list({object_text("a", 1), object_text("b", 2)}, 5, "more"),
             list({object_text("c", 3)}, 5)});
  CHECK_FALSE(h.informer->has_synced());
  h.start();
  REQUIRE(h.informer->wait_synced(soon()));
  CHECK(h.informer->has_synced());
  CHECK(h.told.changes() == Lines{"+ns/a 1!", "+ns/b 2!", "+ns/c 3!"});
  CHECK(keys(h.informer->store()) == Lines{"ns/a 1", "ns/b 2", "ns/c 3"});
  CHECK(h.informer->store().resource_version() == "5");
  CHECK(h.first_requests(3) == Lines{"GET limit=500 resourceVersion=0",
                                     "GET limit=500 continue=more", "WATCH resourceVersion=5"});
}

TEST_CASE("an empty list is a first list too") {
  Harness h({{200, R"({"metadata":{"resourceVersion":"3"},"items":null})"}});
  h.start();
  REQUIRE(h.informer->wait_synced(soon()));
  CHECK(h.informer->store().size() == 0);
}

TEST_CASE("built-in kinds: apiVersion and kind come from the list") {
  Harness h({{200, R"({"metadata":{"resourceVersion":"3"},"items":[{"metadata":{"name":"a"}}]})"}});
  h.start();
  REQUIRE(h.informer->wait_synced(soon()));
  const auto document = h.informer->store().get("a")->document();
  CHECK(json::string_at(document->value(), {"apiVersion"}) == "v1");
  CHECK(json::string_at(document->value(), {"kind"}) == "ConfigMap");
}

TEST_CASE("events change the store and are told; bookmarks move the version alone") {
  const auto feeding = std::make_shared<Feeding>();
  Harness h({list({object_text("a", 1)}, 5)}, {watch(feeding)});
  h.start();
  REQUIRE(h.informer->wait_synced(soon()));
  feeding->push(event("ADDED", "b", 6) + event("MODIFIED", "a", 7));
  CHECK(h.told.first(3) == Lines{"+ns/a 1!", "+ns/b 6", "~ns/a 1>7"});
  feeding->push(R"({"type":"FUTURE","object":{"x":1}})"
                "\n" +
                event("DELETED", "b", 8));
  CHECK(h.told.first(4).back() == "-ns/b 8");
  feeding->push(bookmark_text(20));
  CHECK(eventually([&] { return h.informer->store().resource_version() == "20"; }));
  CHECK(keys(h.informer->store()) == Lines{"ns/a 7"});
  // The same state again, and the end of what nobody knew: nothing to tell.
  feeding->push(event("MODIFIED", "a", 7) + event("DELETED", "unknown", 21) +
                event("MODIFIED", "a", 22));
  CHECK(h.told.first(5).back() == "~ns/a 7>22");
  CHECK(h.informer->state().events == 7);
}

TEST_CASE("a watch that ends is resumed where it was, at once") {
  Harness h({list({}, 5)}, {watch(event("ADDED", "a", 6) + bookmark_text(9)),
                            watch(event("ADDED", "b", 10)), watch(event("ADDED", "c", 11))});
  h.start();
  CHECK(h.told.first(3) == Lines{"+ns/a 6", "+ns/b 10", "+ns/c 11"});
  CHECK(h.first_requests(5) == Lines{"GET limit=500 resourceVersion=0", "WATCH resourceVersion=5",
                                     "WATCH resourceVersion=9", "WATCH resourceVersion=10",
                                     "WATCH resourceVersion=11"});
}

TEST_CASE("watches that end at once and bring nothing are asked for more and more slowly") {
  Harness h({list({}, 5)}, {watch(""), watch(""), watch("")});
  h.start();
  for (const int wait : {1200, 2400, 4800})
    CHECK(h.clock.advance_to_next_wake_up() == milliseconds(wait));
  CHECK(h.first_requests(5).back() == "WATCH resourceVersion=5");
  CHECK(h.informer->state().lists == 1);
}

TEST_CASE("a watch that lasted is resumed at once though it brought nothing") {
  const auto feeding = std::make_shared<Feeding>();
  Harness h({list({}, 5)}, {watch(feeding)});
  h.start();
  REQUIRE(eventually([&] { return feeding->waited_for(); }));
  h.clock.advance(seconds(300));
  feeding->end();
  CHECK(h.first_requests(3).back() == "WATCH resourceVersion=5");
}

TEST_CASE("expired, in the stream or as an answer: listed anew, and what went meanwhile is told") {
  const auto expired =
      kaito::test::error_answer(410, "Expired", "too old resource version: 5 (90)");
  const Lines wanted{"+ns/a 1!", "+ns/b 2!", "+ns/c 3!", "-ns/b 2?", "~ns/c 3>80", "+ns/d 81"};
  for (const auto& answer : {watch(kaito::test::error_event(expired)), expired}) {
    Harness h({list({object_text("a", 1), object_text("b", 2), object_text("c", 3)}, 5),
               list({object_text("a", 1), object_text("c", 80), object_text("d", 81)}, 90)},
              {answer});
    h.told_before_watch = 3;
    h.start();
    CHECK(h.told.first(6) == wanted);
    CHECK(keys(h.informer->store()) == Lines{"ns/a 1", "ns/c 80", "ns/d 81"});
    CHECK(h.first_requests(4) == Lines{"GET limit=500 resourceVersion=0", "WATCH resourceVersion=5",
                                       "GET resourceVersion=5", "WATCH resourceVersion=90"});
  }
}

TEST_CASE("expired again and again: the second time there is a wait") {
  const auto expired = kaito::test::error_answer(410, "Expired", "too old");
  Harness h({list({}, 5)}, {expired, expired, expired});
  h.start();
  CHECK(h.clock.advance_to_next_wake_up() == milliseconds(1200));
  CHECK(h.clock.advance_to_next_wake_up() == milliseconds(2400));
  CHECK(eventually([&] { return h.informer->state().lists == 4; }));
}

TEST_CASE("where the server cannot list at our version, what is newest is listed at once") {
  const auto expired = kaito::test::error_answer(410, "Expired", "too old");
  const auto ahead = kaito::test::error_answer(
      504, "Timeout", "Too large resource version: 5, current: 3",
      R"({"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}]})");
  for (const auto& refusal : {expired, ahead}) {
    // The client itself asks twice where the server timed out.
    std::vector<kaito::test::Answer> lists{list({object_text("a", 1)}, 5), refusal};
    if (refusal.status == 504) lists.push_back(refusal);
    lists.push_back(list({object_text("a", 2)}, 3));
    Harness h(lists, {expired});
    h.told_before_watch = 1;
    h.start();
    CHECK(h.told.first(2) == Lines{"+ns/a 1!", "~ns/a 1>2"});
    REQUIRE(eventually([&] { return h.informer->state().watches == 1; }));
    const auto asked = h.requests();
    CHECK(asked[asked.size() - 2] == "GET limit=500");
    CHECK(asked.back() == "WATCH resourceVersion=3");
  }
}

TEST_CASE("pages that expire under way: everything at once") {
  const auto expired =
      kaito::test::error_answer(410, "Expired", "the provided continue parameter is too old");
  Harness h({list({object_text("a", 1)}, 5, "more"), expired,
             list({object_text("a", 1)}, 6, "more2"), expired,
             list({object_text("a", 1), object_text("b", 7)}, 8)});
  h.start();
  REQUIRE(h.informer->wait_synced(soon()));
  CHECK(h.told.changes() == Lines{"+ns/a 1!", "+ns/b 7!"});
  CHECK(h.first_requests(6) ==
        Lines{"GET limit=500 resourceVersion=0", "GET limit=500 continue=more", "GET limit=500",
              "GET limit=500 continue=more2", "GET", "WATCH resourceVersion=8"});
}

TEST_CASE("no connection: the version is kept, the waits double up to 30 s, nothing is listed") {
  std::vector<kaito::test::Answer> watches(8, kaito::test::refused());
  watches.push_back(watch(event("ADDED", "a", 6)));
  Harness h({list({}, 5)}, watches);
  h.start();
  for (const int wait : {1200, 2400, 4800, 9600, 19200, 38400, 45000, 45000})
    CHECK(h.clock.advance_to_next_wake_up() == milliseconds(wait));
  CHECK(h.told.first(1) == Lines{"+ns/a 6"});
  CHECK(h.informer->state().lists == 1);
  const auto log = h.log();
  CHECK(std::any_of(log.begin(), log.end(), [](const std::string& line) {
    return line.find("connection refused; watching again in 1.2s") != std::string::npos;
  }));
}

TEST_CASE("after two quiet minutes the waits begin anew") {
  const auto feeding = std::make_shared<Feeding>();
  Harness h({list({}, 5)}, {kaito::test::refused(), kaito::test::refused(), watch(feeding),
                            kaito::test::refused()});
  h.start();
  CHECK(h.clock.advance_to_next_wake_up() == milliseconds(1200));
  CHECK(h.clock.advance_to_next_wake_up() == milliseconds(2400));
  REQUIRE(eventually([&] { return feeding->waited_for(); }));
  h.clock.advance(seconds(121));
  feeding->end();
  CHECK(h.clock.advance_to_next_wake_up() == milliseconds(1200));
}

TEST_CASE("errors in the stream: what comes after each") {
  struct Row {
    std::string what;
    kaito::test::Answer error;
    milliseconds wait;
    std::string next;
  };
  const std::string again = "WATCH resourceVersion=6";
  const std::string anew = "GET resourceVersion=6";
  const Row rows[] = {
      {"busy",
       kaito::test::error_answer(429, "TooManyRequests", "slow down", R"({"retryAfterSeconds":7})"),
       seconds(7), again},
      {"busy, without a wish", kaito::test::error_answer(429, "TooManyRequests", "slow down"),
       milliseconds(1200), again},
      {"internal", kaito::test::error_answer(500, "InternalError", "etcd"), milliseconds(1200),
       again},
      {"forbidden", kaito::test::error_answer(403, "Forbidden", "no"), milliseconds(1200), anew},
      {"unavailable", kaito::test::error_answer(503, "ServiceUnavailable", "no"),
       milliseconds(1200), anew},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Harness h({list({}, 5)}, {watch(event("ADDED", "a", 6) + kaito::test::error_event(row.error))});
    h.start();
    CHECK(h.clock.next_wake_up() == row.wait);
    CHECK(h.informer->state().failure);
    h.clock.advance(row.wait);
    CHECK(h.first_requests(3)[2] == row.next);
  }
}

TEST_CASE("internal errors for longer than a minute: listed anew") {
  const auto internal =
      watch(kaito::test::error_event(kaito::test::error_answer(500, "InternalError", "etcd")));
  Harness h({list({}, 5)}, std::vector<kaito::test::Answer>(7, internal));
  h.start();
  // 1.2 + 2.4 + 4.8 + 9.6 + 19.2 + 38.4 seconds: the seventh failure is the first after a minute.
  for (int i = 0; i < 7; ++i)
    REQUIRE(h.clock.advance_to_next_wake_up());
  CHECK(eventually([&] { return h.informer->state().lists == 2; }));
  CHECK(h.requests()[8] == "GET resourceVersion=5");
}

TEST_CASE("what cannot be read is an error of the stream: listed anew after a wait") {
  for (const auto* text : {"{nonsense}\n",
                           R"({"type":"ADDED"})"
                           "\n",
                           R"({"type":"ADDED","object":{"metadata":{}}})"
                           "\n",
                           R"({"type":"DELETED","object":{}})"
                           "\n"}) {
    CAPTURE(text);
    Harness h({list({}, 5), list({object_text("a", 8)}, 8)}, {watch(text)});
    h.start();
    CHECK(h.clock.advance_to_next_wake_up() == milliseconds(1200));
    CHECK(h.told.first(1) == Lines{"+ns/a 8"});
  }
}

TEST_CASE("lists that fail are tried again, and say why none has come") {
  const kaito::test::Answer lists[] = {
      kaito::test::error_answer(403, "Forbidden", "configmaps is forbidden"),
      {200, R"({"metadata":{},"items":[]})"},
      {200, R"({"metadata":{"resourceVersion":"1"},"items":{}})"},
      {200, R"({"metadata":{"resourceVersion":"1"},"items":[{"metadata":{}}]})"},
  };
  for (const auto& answer : lists) {
    CAPTURE(answer.body);
    Harness h({answer, list({}, 5)});
    h.start();
    REQUIRE(h.clock.next_wake_up() == milliseconds(1200));
    const auto waited = h.informer->wait_synced({Deadline::after(milliseconds(1)), {}});
    REQUIRE_FALSE(waited);
    CHECK(waited.error().code == ErrorCode::timeout);
    const auto text = waited.error().describe();
    CHECK(text.starts_with("waiting for the first list of configmaps: timed out: listing"));
    h.clock.advance(milliseconds(1200));
    CHECK(h.informer->wait_synced(soon()));
    CHECK_FALSE(h.informer->state().failure);
  }
}

TEST_CASE("a connection that fell silent is given up after the watch's time and half a minute") {
  const auto feeding = std::make_shared<Feeding>();
  Harness h({list({}, 5)}, {watch(feeding)});
  h.start();
  feeding->push(bookmark_text(7));
  REQUIRE(eventually([&] { return feeding->waited_for(); }));
  const auto lasts = seconds(450);  // 300 s to 600 s; chance is in the middle
  CHECK(h.cluster->lines()[1].find("timeoutSeconds=450") != std::string::npos);
  CHECK(feeding->patience() > lasts + seconds(29));
  CHECK(feeding->patience() <= lasts + seconds(30));
  // That long later:
  feeding->end_with(fail(ErrorCode::timeout, "timed out"));
  CHECK(h.first_requests(3).back() == "WATCH resourceVersion=7");
}

TEST_CASE("a connection that breaks is an end like another") {
  Harness h({list({}, 5)}, {watch(event("ADDED", "a", 6) + R"({"type":"MODIFIED","obj)")});
  h.start();
  CHECK(h.first_requests(3).back() == "WATCH resourceVersion=6");
}

TEST_CASE("a handler that is slow does not stop the reader, and is told the last state once") {
  const auto feeding = std::make_shared<Feeding>();
  Harness h({list({}, 5)}, {watch(feeding)});
  std::mutex gate;
  std::atomic<bool> called = false;
  Told slow;
  gate.lock();
  h.informer->add_handler([&, note = slow.handler()](const Change& change) {
    called = true;
    const std::lock_guard wait(gate);
    note(change);
  });
  h.start();
  feeding->push(event("ADDED", "first", 6));
  REQUIRE(eventually([&] { return called.load(); }));
  for (int i = 0; i < 1000; ++i)
    feeding->push(event(i < 10 ? "ADDED" : "MODIFIED", "o" + std::to_string(i % 10), 100 + i));
  feeding->push(event("DELETED", "o3", 2000) + event("DELETED", "first", 2001));
  REQUIRE(eventually([&] { return h.informer->store().resource_version() == "2001"; }));
  CHECK(h.informer->store().size() == 9);
  gate.unlock();
  // o3 came and went unseen.
  CHECK(slow.first(11) == Lines{"+ns/first 6", "+ns/o0 1090", "+ns/o1 1091", "+ns/o2 1092",
                                "+ns/o4 1094", "+ns/o5 1095", "+ns/o6 1096", "+ns/o7 1097",
                                "+ns/o8 1098", "+ns/o9 1099", "-ns/first 2001"});
}

TEST_CASE("deleted and made anew while nobody looked: two objects") {
  const auto feeding = std::make_shared<Feeding>();
  Harness h({list({object_text("a", 1)}, 5)}, {watch(feeding)});
  std::mutex gate;
  Told slow;
  h.informer->add_handler([&, note = slow.handler()](const Change& change) {
    const std::lock_guard wait(gate);
    note(change);
  });
  h.start();
  REQUIRE(h.informer->wait_synced(soon()));
  gate.lock();
  feeding->push(event("ADDED", "b", 6));
  feeding->push(event("DELETED", "a", 7));
  feeding->push(kaito::test::event_text("ADDED", object_text("a", 8, "another")));
  REQUIRE(eventually([&] { return h.informer->store().resource_version() == "8"; }));
  gate.unlock();
  CHECK(slow.first(4) == Lines{"+ns/a 1!", "+ns/b 6", "-ns/a 7", "+ns/a 8"});
}

TEST_CASE("a handler that comes late is told what there is") {
  const auto feeding = std::make_shared<Feeding>();
  Harness h({list({object_text("a", 1)}, 5)}, {watch(feeding)});
  h.start();
  feeding->push(event("ADDED", "b", 6));
  REQUIRE(h.told.first(2).size() == 2);
  Told late;
  h.informer->add_handler(late.handler());
  REQUIRE(h.informer->wait_synced(soon()));
  CHECK(late.changes() == Lines{"+ns/a 1!", "+ns/b 6!"});
  feeding->push(event("DELETED", "a", 7));
  CHECK(late.first(3).back() == "-ns/a 7");
}

TEST_CASE("the stop ends an idle watch and a wait within a tenth of a second") {
  struct Row {
    std::string what;
    std::vector<kaito::test::Answer> lists;
  };
  const Row rows[] = {
      {"idle watch", {list({}, 5)}},
      {"waiting after a failure", {kaito::test::error_answer(403, "Forbidden", "no")}}};
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Harness h(row.lists);
    h.start();
    REQUIRE(eventually([&] {
      return h.informer->state().watches == 1 || h.informer->state().failure.has_value();
    }));
    const auto asked = std::chrono::steady_clock::now();
    h.stop();
    // 100 ms is what is promised; a busy machine gets more.
    CHECK(std::chrono::steady_clock::now() - asked < seconds(2));
    const auto over = h.informer->wait_synced(soon());
    CHECK((over || over.error().code == ErrorCode::failed));
  }
}

TEST_CASE("an informer runs once") {
  Harness h({list({}, 5)});
  h.start();
  REQUIRE(h.informer->wait_synced(soon()));
  const auto second = h.informer->run({});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::usage);
  h.stop();
  const auto waited = h.informer->wait_synced(soon());
  CHECK(waited);  // it had synced before
}

TEST_CASE("transform and indexes; selectors go to the server") {
  InformerOptions options;
  options.label_selector = "app=x";
  options.transform = drop_managed_fields;
  options.indexes["version"] = [](const json::Value& object) {
    return Lines{std::string(json::string_at(object, {"data", "version"}))};
  };
  const std::string with_fields =
      R"({"metadata":{"name":"a","namespace":"ns","resourceVersion":"3","managedFields":[{"manager":"x"}]},)"
      R"("data":{"version":"3"}})";
  const auto feeding = std::make_shared<Feeding>();
  Harness h({{200, kaito::test::list_text({with_fields}, 5)}}, {watch(feeding)}, options);
  h.start();
  REQUIRE(h.informer->wait_synced(soon()));
  CHECK(h.informer->store().get("ns/a")->text().find("managedFields") == std::string::npos);
  feeding->push(event("ADDED", "b", 6));
  REQUIRE(h.told.first(2).size() == 2);
  const auto found = h.informer->store().by_index("version", "6");
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  CHECK(found->front()->name() == "b");
  for (const auto& request : h.requests())
    CHECK(request.find("labelSelector=app%3Dx") != std::string::npos);
}

}  // namespace
}  // namespace kaito::runtime
