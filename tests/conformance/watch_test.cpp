// kubernetes-client.md 8.7: watches.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <thread>

#include "session.hpp"

namespace kaito::conformance {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string watch_from(Session& session, const std::string& version, const std::string& more = "") {
  return session.workspaces() + "?watch=true&resourceVersion=" + version + more;
}

/// "TYPE:name" of the next `count` changes.
std::string changes(WatchStream& watch, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    const auto event = watch.next_change();
    if (!event || event->type.empty()) return out + " (no more)";
    out += (out.empty() ? "" : " ") + event->type + ":" + event->name();
  }
  return out;
}

TEST_CASE("W01 from a list: ADDED, MODIFIED, MODIFIED, DELETED in order, the last version last") {
  Session session;
  const std::string from = session.list_version();
  auto watch = session.watch(watch_from(session, from));
  CHECK(watch.head().content_type() == "application/json");
  REQUIRE(session.create("a").status == 201);
  REQUIRE(
      session.merge(session.workspaces("a"), R"({"metadata": {"labels": {"l": "1"}}})").status ==
      200);
  const Reply last =
      session.merge(session.workspaces("a") + "/status", R"({"status": {"workerNodes": ["n"]}})");
  REQUIRE(session.post(session.core("configmaps"), config_map("other")).status == 201);
  REQUIRE(session.remove(session.workspaces("a")).status == 200);
  CHECK(changes(watch, 3) == "ADDED:a MODIFIED:a MODIFIED:a");
  const auto deleted = watch.next_change();
  REQUIRE(deleted);
  CHECK(deleted->type == "DELETED");
  CHECK(json::string_at(deleted->object, {"metadata", "labels", "l"}) == "1");
  CHECK(std::stoll(deleted->version()) > std::stoll(last.version()));
}

TEST_CASE("W02 with a selector: ADDED when it begins to match, DELETED when it no longer does") {
  Session session;
  auto watch =
      session.watch(watch_from(session, session.list_version(), "&labelSelector=on%3Dyes"));
  REQUIRE(session.create("a").status == 201);
  const auto label = [&](std::string_view value) {
    return session.merge(session.workspaces("a"),
                         fmt::format(R"({{"metadata": {{"labels": {{"on": {}}}}}}})", value));
  };
  REQUIRE(label(R"("yes")").status == 200);
  REQUIRE(session.merge(session.workspaces("a"), R"({"resource": {"count": 2}})").status == 200);
  const Reply left = label("null");
  CHECK(changes(watch, 2) == "ADDED:a MODIFIED:a");
  const auto event = watch.next_change();
  REQUIRE(event);
  CHECK(event->type == "DELETED");
  CHECK(event->version() == left.version());
  CHECK(json::string_at(event->object, {"metadata", "labels", "on"}) == "yes");
}

TEST_CASE("W03 without a version: what is there comes first as ADDED") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  REQUIRE(session.create("b").status == 201);
  auto watch = session.watch(session.workspaces() + "?watch=1");
  const std::string first = changes(watch, 2);  // in no particular order
  CHECK_MESSAGE((first == "ADDED:a ADDED:b" || first == "ADDED:b ADDED:a"), first);
  REQUIRE(session.create("c").status == 201);
  CHECK(changes(watch, 1) == "ADDED:c");
  auto one = session.watch(session.workspaces() + "?watch=1&fieldSelector=metadata.name%3Db");
  CHECK(changes(one, 1) == "ADDED:b");
}

TEST_CASE("W04 timeoutSeconds=2: a clean end after 2 s, and the next watch misses nothing") {
  Session session;
  const auto begin = Clock::now();
  std::string version = session.list_version();
  auto first = session.watch(watch_from(session, version, "&timeoutSeconds=2"));
  REQUIRE(session.create("a").status == 201);
  auto event = first.next_change();
  REQUIRE(event);
  CHECK(event->name() == "a");
  version = event->version();
  event = first.next_change();
  REQUIRE(event);
  CHECK(event->type.empty());  // the end
  CHECK(Clock::now() - begin >= 1900ms);
  REQUIRE(session.create("between").status == 201);
  auto second = session.watch(watch_from(session, version, "&timeoutSeconds=2"));
  CHECK(changes(second, 1) == "ADDED:between");
}

TEST_CASE("W05 bookmarks: apiVersion, kind and a version that goes on without events") {
  Session session;
  Session elsewhere;
  auto watch = session.watch(
      watch_from(session, session.list_version(), "&timeoutSeconds=6&allowWatchBookmarks=true"));
  const Reply other = elsewhere.create("a");  // of the same kind, in another namespace
  const auto event = watch.next();
  REQUIRE(event);
  CHECK(event->type == "BOOKMARK");
  CHECK(json::string_at(event->object, {"kind"}) == "Workspace");
  CHECK(json::string_at(event->object, {"apiVersion"}) == "kaito.sh/v1beta1");
  CHECK(std::stoll(event->version()) >= std::stoll(other.version()));
  CHECK(event->name().empty());
  CHECK(json::find(event->object, {"metadata", "uid"}) == nullptr);
}

TEST_CASE("W06 from version 1: an ERROR event with 410, then the end; the client says expired") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  target().forget_history();
  auto watch = session.watch(watch_from(session, "1"));
  const auto event = watch.next();
  REQUIRE(event);
  CHECK(event->type == "ERROR");
  CHECK(json::string_at(event->object, {"kind"}) == "Status");
  CHECK(json::string_at(event->object, {"reason"}) == "Expired");
  CHECK(json::int_at(event->object, {"code"}) == 410);
  CHECK(json::string_at(event->object, {"message"}).starts_with("too old resource version: 1 ("));
  const auto end = watch.next();
  REQUIRE(end);
  CHECK(end->type.empty());
  k8s::WatchOptions options;
  options.resource_version = "1";
  const auto opened =
      target().client().watch(k8s::types::workspace(), session.space(), options, soon());
  REQUIRE(opened);
  const auto next = (*opened)->next(soon());
  REQUIRE_FALSE(next);
  CHECK(next.error().code == ErrorCode::expired);
}

TEST_CASE("W14 an idle watch that is stopped returns at once") {
  Session session;
  k8s::WatchOptions options;
  options.resource_version = session.list_version();
  // A busy machine may be late once or twice, not every time.
  bool soon_enough = false;
  for (int attempt = 0; attempt < 10 && !soon_enough; ++attempt) {
    const auto opened =
        target().client().watch(k8s::types::workspace(), session.space(), options, soon());
    REQUIRE(opened);
    std::stop_source stop;
    Clock::time_point stopped;
    std::jthread stopper([&] {
      std::this_thread::sleep_for(50ms);
      stopped = Clock::now();
      stop.request_stop();
    });
    const auto next = (*opened)->next({Deadline::after(patience), stop.get_token()});
    const auto returned = Clock::now();
    stopper.join();
    REQUIRE_FALSE(next);
    CHECK(next.error().code == ErrorCode::interrupted);
    soon_enough = returned - stopped <= 100ms;
  }
  CHECK(soon_enough);
}

TEST_CASE("W15 sendInitialEvents: ADDED, then a bookmark that says so; older servers 422") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const std::string asked = session.workspaces() +
                            "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true"
                            "&resourceVersionMatch=NotOlderThan&timeoutSeconds=30";
  if (minor_version() < 27) {
    CHECK(session.get(asked).status == 422);
    without_part("came with 1.27: what is checked is the 422");
    return;
  }
  auto watch = session.watch(asked);
  auto event = watch.next();
  REQUIRE(event);
  CHECK(event->type == "ADDED");
  event = watch.next();
  REQUIRE(event);
  CHECK(event->type == "BOOKMARK");
  CHECK(json::string_at(event->object, {"metadata", "annotations", "k8s.io/initial-events-end"}) ==
        "true");
  CHECK(session.get(session.workspaces() + "?watch=1&sendInitialEvents=true").status == 422);
}

TEST_CASE("W16 a watched table names its columns once") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  REQUIRE(session.create("b").status == 201);
  auto watch = session.watch(session.workspaces() + "?watch=1",
                             {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
  const auto first = watch.next_change();
  const auto second = watch.next_change();
  REQUIRE(first);
  REQUIRE(second);
  CHECK(json::string_at(first->object, {"kind"}) == "Table");
  const json::Value* columns = json::find(first->object, {"columnDefinitions"});
  REQUIRE(columns != nullptr);
  CHECK(columns->get_array().size() > 3);
  CHECK(json::find(second->object, {"columnDefinitions"}) == nullptr);
}

TEST_CASE("W17 a version that is no number: a Status, not a stream") {
  Session session;
  const Reply reply = session.get(session.workspaces() + "?watch=1&resourceVersion=x");
  CHECK(reply.status >= 400);
  CHECK(reply.at({"kind"}) == "Status");
  CHECK(reply.at({"status"}) == "Failure");
  k8s::WatchOptions options;
  options.resource_version = "x";
  const auto opened =
      target().client().watch(k8s::types::workspace(), session.space(), options, soon());
  CHECK_FALSE(opened);
  CHECK(session.get(session.workspaces() + "?watch=1&labelSelector=a%3D%3D%3Db").status == 400);
}

TEST_CASE("W18 from a version to come: silence until the end") {
  Session session;
  auto watch = session.watch(watch_from(session, "999999999", "&timeoutSeconds=1"));
  REQUIRE(session.create("a").status == 201);
  const auto event = watch.next_change();
  REQUIRE(event);
  CHECK(event->type.empty());
}

TEST_CASE("W19 one object watched by its path, the old way") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  auto watch = session.watch("/apis/kaito.sh/v1beta1/watch/namespaces/" + session.space() +
                             "/workspaces/a?timeoutSeconds=30");
  CHECK(changes(watch, 1) == "ADDED:a");
}

TEST_CASE("W20 a watch in one version tells of what another version wrote") {
  Session session;
  const std::string from = session.list_version();
  auto watch =
      session.watch(session.workspaces("", "v1alpha1") + "?watch=1&resourceVersion=" + from);
  REQUIRE(session.create("a").status == 201);
  const auto event = watch.next_change();
  REQUIRE(event);
  CHECK(event->type == "ADDED");
  CHECK(json::string_at(event->object, {"apiVersion"}) == "kaito.sh/v1alpha1");
}

}  // namespace
}  // namespace kaito::conformance
