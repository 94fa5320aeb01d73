#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "apiserver_fixture.hpp"

using namespace apiserver_test;
using namespace std::chrono_literals;

namespace {

/// A watch running on a thread of its own until it is destroyed or ends.
class Watch {
 public:
  Watch(Cluster& cluster, std::string target,
        std::vector<std::pair<std::string, std::string>> headers = {})
      : thread_([this, &cluster, target = std::move(target),
                 headers = std::move(headers)](const std::stop_token& stop) {
          cluster.server.handle(Cluster::request("GET", target, "", "", headers), responder_, stop);
          ended_ = true;
        }) {}

  /// The events once there are `count` of them, or what came in 5 s.
  [[nodiscard]] std::vector<json::Value> events(std::size_t count) {
    std::vector<json::Value> found;
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    do {
      found = now();
      if (found.size() >= count) break;
      std::this_thread::sleep_for(2ms);
    } while (std::chrono::steady_clock::now() < deadline);
    return found;
  }
  [[nodiscard]] std::vector<json::Value> now() const {
    std::vector<json::Value> found;
    const std::string body = responder_.body();
    std::size_t from = 0;
    for (std::size_t end = body.find('\n'); end != std::string::npos; end = body.find('\n', from)) {
      found.push_back(parsed(std::string_view(body).substr(from, end - from)));
      from = end + 1;
    }
    return found;
  }
  /// Whether it ends by itself within the time.
  [[nodiscard]] bool ends_within(std::chrono::milliseconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    while (!ended_ && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(2ms);
    return ended_;
  }
  void stop() { thread_.request_stop(); }
  [[nodiscard]] FakeResponder& responder() { return responder_; }

 private:
  FakeResponder responder_;
  std::atomic<bool> ended_ = false;
  std::jthread thread_;
};

[[nodiscard]] std::string text_of(const std::vector<json::Value>& events) {
  std::string out;
  for (const json::Value& event : events) {
    const json::Value& object = *json::find(event, {"object"});
    out += (out.empty() ? "" : " ") + std::string(json::string_at(event, {"type"})) + ":" +
           std::string(meta_string(object, "name"));
  }
  return out;
}

[[nodiscard]] std::string watch_from(const Reply& list, std::string_view more = "") {
  return std::string(kWorkspaces) + "?watch=true&resourceVersion=" + list.meta("resourceVersion") +
         std::string(more);
}

}  // namespace

TEST_CASE("a watch from a list misses nothing, in order") {
  Cluster cluster;
  Watch watch(cluster, watch_from(cluster.get(kWorkspaces)));
  REQUIRE(cluster.create_workspace("a").status == 201);
  REQUIRE(cluster.merge(in_workspaces("a"), R"({"metadata": {"labels": {"l": "1"}}})").status ==
          200);
  // Changes nothing: no event.
  REQUIRE(cluster.merge(in_workspaces("a"), R"({"metadata": {"labels": {"l": "1"}}})").status ==
          200);
  REQUIRE(cluster.merge(in_workspaces("a") + "/status", R"({"status": {"workerNodes": ["n"]}})")
              .status == 200);
  REQUIRE(cluster
              .post("/api/v1/namespaces/default/configmaps",
                    R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"other"}})")
              .status == 201);
  REQUIRE(cluster.remove(in_workspaces("a")).status == 200);
  const auto events = watch.events(4);
  CHECK(text_of(events) == "ADDED:a MODIFIED:a MODIFIED:a DELETED:a");
  std::int64_t last = 0;
  for (const json::Value& event : events) {
    CHECK(revision_of(*json::find(event, {"object"})) > last);
    last = revision_of(*json::find(event, {"object"}));
  }
  CHECK(watch.responder().headers().get("Content-Type") == "application/json");
}

TEST_CASE("with a selector, objects come and go as they match") {
  Cluster cluster;
  Watch watch(cluster, watch_from(cluster.get(kWorkspaces), "&labelSelector=on%3Dyes"));
  REQUIRE(cluster.create_workspace("a").status == 201);
  const auto label = [&](std::string_view value) {
    return cluster
        .merge(in_workspaces("a"),
               R"({"metadata": {"labels": {"on": )" + std::string(value) + "}}}")
        .status;
  };
  REQUIRE(label("\"yes\"") == 200);
  REQUIRE(cluster.merge(in_workspaces("a"), R"({"resource": {"count": 2}})").status == 200);
  REQUIRE(label("null") == 200);
  REQUIRE(cluster.remove(in_workspaces("a")).status == 200);
  const auto events = watch.events(3);
  CHECK(text_of(events) == "ADDED:a MODIFIED:a DELETED:a");
  // The last state that matched, at the revision at which it stopped to.
  CHECK(json::string_at(events.at(2), {"object", "metadata", "labels", "on"}) == "yes");
  CHECK(revision_of(*json::find(events.at(2), {"object"})) >
        revision_of(*json::find(events.at(1), {"object"})));
}

TEST_CASE("without a resourceVersion, what is there comes first") {
  Cluster cluster;
  REQUIRE(cluster.create_workspace("a").status == 201);
  REQUIRE(cluster.create_workspace("b").status == 201);
  Watch watch(cluster, std::string(kWorkspaces) + "?watch=1");
  REQUIRE(watch.events(2).size() == 2);
  REQUIRE(cluster.create_workspace("c").status == 201);
  CHECK(text_of(watch.events(3)) == "ADDED:a ADDED:b ADDED:c");
  Watch one(cluster, std::string(kWorkspaces) + "?watch=1&fieldSelector=metadata.name%3Db");
  CHECK(text_of(one.events(1)) == "ADDED:b");
}

TEST_CASE("an old revision is an error inside the stream") {
  Cluster cluster;
  REQUIRE(cluster.create_workspace("a").status == 201);
  cluster.store.compact();
  Watch watch(cluster, std::string(kWorkspaces) + "?watch=1&resourceVersion=1");
  CHECK(watch.ends_within(5s));
  CHECK(watch.responder().status() == 200);
  const auto events = watch.now();
  REQUIRE(events.size() == 1);
  CHECK(json::string_at(events[0], {"type"}) == "ERROR");
  CHECK(json::string_at(events[0], {"object", "reason"}) == "Expired");
  CHECK(json::int_at(events[0], {"object", "code"}) == 410);
  CHECK(json::string_at(events[0], {"object", "message"})
            .starts_with("too old resource version: 1 ("));
}

TEST_CASE("watches end in time, and say where they stand") {
  ApiServerOptions options;
  options.bookmark_interval = 10ms;
  Cluster cluster({}, options);
  Watch watch(cluster,
              watch_from(cluster.get(kWorkspaces), "&timeoutSeconds=1&allowWatchBookmarks=true"));
  REQUIRE(cluster
              .post("/api/v1/namespaces/default/configmaps",
                    R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"other"}})")
              .status == 201);
  CHECK(watch.ends_within(5s));
  const auto events = watch.now();
  REQUIRE(events.size() >= 2);
  CHECK(json::string_at(events.back(), {"type"}) == "BOOKMARK");
  CHECK(revision_of(*json::find(events.back(), {"object"})) == cluster.store.revision());
  json::Value object = *json::find(events.back(), {"object"});
  CHECK(json::string_at(object, {"kind"}) == "Workspace");
  CHECK(json::find(object, {"metadata"})->as_object().size() == 1);
}

TEST_CASE("a watch returns soon after it is stopped, or its reader leaves") {
  Cluster cluster;
  Watch stopped(cluster, watch_from(cluster.get(kWorkspaces)));
  Watch left(cluster, watch_from(cluster.get(kWorkspaces)));
  stopped.stop();
  CHECK(stopped.ends_within(1s));
  left.responder().leave();
  CHECK(left.ends_within(2s));
}

TEST_CASE("the watch-list starts with what is there and marks its end") {
  Cluster cluster;
  REQUIRE(cluster.create_workspace("a").status == 201);
  Watch watch(cluster, std::string(kWorkspaces) +
                           "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&"
                           "allowWatchBookmarks=true");
  const auto events = watch.events(2);
  CHECK(text_of(events) == "ADDED:a BOOKMARK:");
  CHECK(json::string_at(events.at(1), {"object", "metadata", "annotations",
                                       "k8s.io/initial-events-end"}) == "true");
  CHECK(cluster.get(std::string(kWorkspaces) + "?watch=1&sendInitialEvents=true").status == 422);
}

TEST_CASE("a watched table names its columns once") {
  Cluster cluster;
  REQUIRE(cluster.create_workspace("a").status == 201);
  REQUIRE(cluster.create_workspace("b").status == 201);
  Watch watch(cluster, std::string(kWorkspaces) + "?watch=1",
              {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
  const auto events = watch.events(2);
  REQUIRE(events.size() == 2);
  CHECK(json::string_at(events[0], {"object", "kind"}) == "Table");
  CHECK(json::find(events[0], {"object", "columnDefinitions"}) != nullptr);
  CHECK(json::find(events[1], {"object", "columnDefinitions"}) == nullptr);
}

TEST_CASE("watches that are refused, and the old path") {
  Cluster cluster;
  CHECK(cluster.get(std::string(kWorkspaces) + "?watch=1&resourceVersion=x").status == 400);
  CHECK(cluster.get(std::string(kWorkspaces) + "?watch=1&labelSelector=a%3D%3D%3Db").status == 400);
  REQUIRE(cluster.create_workspace("a").status == 201);
  Watch old(cluster, "/apis/kaito.sh/v1beta1/watch/namespaces/default/workspaces/a");
  CHECK(text_of(old.events(1)) == "ADDED:a");
  Watch future(cluster,
               std::string(kWorkspaces) + "?watch=1&resourceVersion=99999999&timeoutSeconds=1");
  CHECK(future.ends_within(5s));
  CHECK(future.now().empty());
}
