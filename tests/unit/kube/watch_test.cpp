#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <thread>

#include "kaito/json/json.hpp"
#include "scripted_server.hpp"

namespace kaito::kube::test {
namespace {

/// A watch stream sent in the given pieces, then ended.
net::Handler pieces(std::vector<std::string> parts) {
  return [parts = std::move(parts)](const net::ServerRequest&, net::Responder& out,
                                    const std::stop_token&) {
    net::Headers headers;
    headers.add("Content-Type", "application/json");
    if (!out.begin(200, headers)) return;
    for (const auto& part : parts)
      if (!out.write(part)) return;
  };
}

std::string event(const std::string& type, const std::string& name, const std::string& version) {
  return R"({"type":")" + type +
         R"(","object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
         R"(","resourceVersion":")" + version + "\"}}}\n";
}

/// "added a 1", ... up to the end or the first error, which is "(code)".
std::vector<std::string> run(Watch& watch) {
  static const char* const names[] = {"added", "modified", "deleted", "bookmark"};
  std::vector<std::string> seen;
  for (;;) {
    auto next = watch.next(soon());
    if (!next) {
      seen.push_back("(" + std::string(to_string(next.error().code)) + ")");
      return seen;
    }
    if (!*next) return seen;
    const auto& object = (*next)->object.value();
    seen.push_back(std::string(names[static_cast<int>((*next)->type)]) + " " +
                   std::string(json::string_at(object, {"metadata", "name"})) + " " +
                   std::string(json::string_at(object, {"metadata", "resourceVersion"})));
  }
}

std::vector<std::string> watched(const net::Handler& handler) {
  ScriptedServer server(handler);
  auto watch = server.client()->watch(k8s::types::pod(), "ns", {}, soon());
  REQUIRE(watch);
  return run(**watch);
}

TEST_CASE("events come out the same however the stream is cut") {
  const auto all = event("ADDED", "a", "1") + event("MODIFIED", "a\\nb\xc3\xa4", "2") +
                   event("DELETED", "a", "3") + event("BOOKMARK", "", "4");
  const std::vector<std::string> expected{"added a 1", "modified a\nb\xc3\xa4 2", "deleted a 3",
                                          "bookmark  4"};
  CHECK(watched(pieces({all})) == expected);
  std::vector<std::string> bytes;
  for (const char c : all)
    bytes.emplace_back(1, c);
  CHECK(watched(pieces(bytes)) == expected);
  // The last event without its line break.
  CHECK(watched(pieces({all.substr(0, all.size() - 1)})) == expected);
}

TEST_CASE("what is not an ordinary event") {
  const auto good = event("ADDED", "a", "1");
  struct Row {
    std::string what;
    std::string text;
    std::vector<std::string> seen;
  };
  const Row rows[] = {
      {"expired",
       good + R"({"type":"ERROR","object":)" +
           failure(410, "Expired", "too old resource version: 1 (231)") + "}\n",
       {"added a 1", "(expired)"}},
      {"server error",
       R"({"type":"ERROR","object":)" + failure(500, "InternalError", "x") + "}\n",
       {"(failed)"}},
      {"unknown type",
       R"({"type":"FUTURE","object":{}})"
       "\n" +
           good,
       {"added a 1"}},
      {"malformed", good + "{nonsense}\n" + good, {"added a 1", "(protocol)"}},
      {"no object",
       R"({"type":"ADDED"})"
       "\n",
       {"(protocol)"}},
      {"cut in an event", good + good.substr(0, 20), {"added a 1"}},
      {"blank lines", "\n" + good + "\r\n\n", {"added a 1"}},
      {"nothing", "", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(watched(pieces({row.text})) == row.seen);
  }
}

TEST_CASE("opening: query, repetition, typed errors") {
  {
    ScriptedServer server(
        {{429, "busy", {{"Retry-After", "0"}}, "text/plain"}, {200, event("ADDED", "a", "1"), {}}});
    k8s::WatchOptions options;
    options.resource_version = "77";
    auto watch = server.client()->watch(k8s::types::pod(), "ns", options, soon());
    REQUIRE(watch);
    CHECK(run(**watch) == std::vector<std::string>{"added a 1"});
    const auto asked = server.requests();
    REQUIRE(asked.size() == 2);
    for (const auto& each : asked) {
      CHECK(each.target.find("resourceVersion=77") != std::string::npos);
      CHECK(each.target.find("allowWatchBookmarks=true") != std::string::npos);
      CHECK_FALSE(each.headers.has("Accept-Encoding"));
    }
  }
  {
    ScriptedServer server({{410, failure(410, "Gone", "too old"), {}}});
    const auto watch = server.client()->watch(k8s::types::pod(), "ns", {}, soon());
    REQUIRE_FALSE(watch);
    CHECK(watch.error().code == ErrorCode::expired);
  }
}

TEST_CASE("an idle watch ends within a moment of the stop, and outlives a deadline") {
  ScriptedServer server([](const net::ServerRequest&, net::Responder& out, std::stop_token) {
    net::Headers headers;
    headers.add("Content-Type", "application/json");
    if (!out.begin(200, headers)) return;
    // A blank line now and then, until nobody listens: the watch stays silent.
    while (out.write("\n") && !out.gone())
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  auto watch = server.client()->watch(k8s::types::pod(), "ns", {}, soon());
  REQUIRE(watch);
  const auto late = (*watch)->next({Deadline::after(std::chrono::milliseconds(50)), {}});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::timeout);

  std::stop_source stop;
  std::chrono::steady_clock::time_point asked;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    asked = std::chrono::steady_clock::now();
    stop.request_stop();
  });
  const auto stopped = (*watch)->next({Deadline::never(), stop.get_token()});
  stopper.join();
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == ErrorCode::interrupted);
  CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds(1));
}

}  // namespace
}  // namespace kaito::kube::test
