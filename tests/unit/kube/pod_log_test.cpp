// Logs that are followed over connections that break, against a transport that follows a script.
#include <doctest/doctest.h>

#include "kaito/net/failure.hpp"
#include "kube/log_position.hpp"
#include "scripted_server.hpp"
#include "support/scripted_transport.hpp"

namespace kaito::kube::test {
namespace {

using kaito::test::Scripted;
using kaito::test::ScriptedTransport;

constexpr const char* log_path = "GET /api/v1/namespaces/ns/pods/p-0/log";
constexpr const char* pod_path = "GET /api/v1/namespaces/ns/pods/p-0";

Scripted text(std::vector<std::string> pieces, bool breaks = false) {
  Scripted answer;
  answer.type = "text/plain";
  answer.pieces = std::move(pieces);
  if (breaks) answer.breaks = Error{ErrorCode::unreachable, "reset by peer", {}, {}, nullptr};
  return answer;
}

Scripted json_answer(int status, std::string body) {
  Scripted answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

Scripted pod(const std::string& phase, const std::string& uid = "1") {
  return json_answer(200, R"({"kind":"Pod","metadata":{"name":"p-0","uid":")" + uid +
                              R"("},"spec":{"restartPolicy":"Always"},"status":{"phase":")" +
                              phase + R"("}})");
}

struct Cluster {
  std::shared_ptr<ScriptedTransport> transport =
      std::make_shared<ScriptedTransport>(json_answer(404, failure(404, "NotFound", "gone")));
  std::unique_ptr<Client> client = Client::over(transport, {});

  std::vector<std::string> logged() const {
    std::vector<std::string> targets;
    for (const auto& request : transport->requests())
      if (request.target.find("/log") != std::string::npos) targets.push_back(request.target);
    return targets;
  }
};

std::vector<std::string> all_lines(PodLog& log) {
  std::vector<std::string> lines;
  for (;;) {
    auto line = log.next(soon());
    REQUIRE_MESSAGE(line.has_value(), line.error().describe());
    if (!*line) return lines;
    lines.push_back(**line);
  }
}

k8s::LogOptions followed() {
  k8s::LogOptions options;
  options.follow = true;
  return options;
}

using Strings = std::vector<std::string>;

TEST_CASE("a log that is read once: its lines, however it is cut, and its query") {
  Cluster cluster;
  cluster.transport->on(log_path, {text({"on", "e\ntwo\r\n", "\nlast"})});
  k8s::LogOptions options;
  options.container = "c";
  options.previous = true;
  options.tail_lines = 0;
  options.since_seconds = 60;
  options.limit_bytes = 1000;
  const auto log = cluster.client->pod_log("ns", "p-0", options, soon());
  REQUIRE_MESSAGE(log.has_value(), log.error().describe());
  CHECK(all_lines(**log) == Strings{"one", "two", "", "last"});
  CHECK(cluster.logged() == Strings{"/api/v1/namespaces/ns/pods/p-0/log?container=c&previous=true&"
                                    "sinceSeconds=60&tailLines=0&limitBytes=1000"});
  CHECK_FALSE(cluster.transport->requests()[0].headers.has("Accept-Encoding"));
  CHECK(cluster.transport->requests()[0].headers.get("Accept") == "*/*");
}

TEST_CASE("logs that are not there") {
  struct Row {
    const char* what;
    Scripted answer;
    ErrorCode code;
    const char* says;
  };
  const Row rows[] = {
      {"two containers",
       json_answer(400, failure(400, "BadRequest",
                                "a container name must be specified for pod p-0, choose one of: "
                                "[a b]")),
       ErrorCode::invalid, "choose one of: [a b]"},
      {"no pod", json_answer(404, failure(404, "NotFound", "pods \\\"p-0\\\" not found")),
       ErrorCode::not_found, "not found"},
      {"not allowed", json_answer(403, failure(403, "Forbidden", "pods/log is forbidden")),
       ErrorCode::forbidden, "pods/log"},
  };
  for (const bool follow : {false, true}) {
    for (const auto& row : rows) {
      CAPTURE(row.what);
      Cluster cluster;
      cluster.transport->on(log_path, {row.answer});
      k8s::LogOptions options;
      options.follow = follow;
      const auto log = cluster.client->pod_log("ns", "p-0", options, soon());
      REQUIRE_FALSE(log);
      CHECK(log.error().code == row.code);
      CHECK(log.error().describe().find(row.says) != std::string::npos);
    }
  }
  Cluster cluster;
  auto contradiction = followed();
  contradiction.previous = true;
  CHECK(cluster.client->pod_log("ns", "p-0", contradiction, soon()).error().code ==
        ErrorCode::usage);
  k8s::LogOptions negative;
  negative.tail_lines = -1;
  CHECK(cluster.client->pod_log("ns", "p-0", negative, soon()).error().code == ErrorCode::usage);
  CHECK(cluster.transport->requests().empty());
}

TEST_CASE("a log that breaks off is an error where it is not followed") {
  Cluster cluster;
  cluster.transport->on(log_path, {text({"one\ntw"}, true)});
  const auto log = cluster.client->pod_log("ns", "p-0", {}, soon());
  REQUIRE(log);
  CHECK(*(*log)->next(soon()).value() == "one");
  const auto broken = (*log)->next(soon());
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == ErrorCode::unreachable);
  CHECK(broken.error().describe().find("pod \"p-0\"") != std::string::npos);
}

// One log of ten lines, several in the same second and in the same nanosecond; the connection is
// cut after every number of bytes. The server repeats the whole last second, as a node does.
TEST_CASE("a followed log that is cut anywhere comes out whole, each line once") {
  const Strings times = {"01.100000000", "01.100000000", "01.100000000", "01.2", "02.000000001",
                         "02.000000002", "02.000000002", "03.5",         "03.5", "04.000000000"};
  Strings expected;
  std::string whole;
  for (std::size_t i = 0; i < times.size(); ++i) {
    // Equal texts, so that lines are told apart by where they stand alone.
    expected.push_back(i % 3 == 0 ? "same" : "line " + std::to_string(i));
    whole += "2026-01-02T03:04:" + times[i] + "Z " + expected.back() + "\n";
  }
  // What the server gives from a second on.
  const auto from_second = [&](const std::string& since) {
    const auto second = since.substr(since.find("03%3A04%3A") + 10, 2);
    std::size_t at = 0;
    while (at < whole.size() && whole.compare(at + 17, 2, second) < 0)
      at = whole.find('\n', at) + 1;
    return whole.substr(at);
  };
  for (std::size_t cut = 1; cut <= whole.size(); cut += 3) {
    CAPTURE(cut);
    Cluster first;
    // The first connection tells where the second one begins.
    first.transport->on(log_path, {text({whole.substr(0, cut)}, true), text({whole})});
    first.transport->on(pod_path, {pod("Succeeded")});
    const auto probe = first.client->pod_log("ns", "p-0", followed(), soon());
    REQUIRE(probe);
    CHECK(all_lines(**probe) == expected);
    const auto asked = first.logged();
    REQUIRE(asked.size() == 2);
    CHECK(asked[0] == "/api/v1/namespaces/ns/pods/p-0/log?follow=true&timestamps=true");

    if (asked[1].find("sinceTime") == std::string::npos) continue;  // cut before a whole line
    Cluster second;
    second.transport->on(log_path,
                         {text({whole.substr(0, cut)}, true), text({from_second(asked[1])})});
    second.transport->on(pod_path, {pod("Succeeded")});
    const auto log = second.client->pod_log("ns", "p-0", followed(), soon());
    REQUIRE(log);
    CHECK(all_lines(**log) == expected);
  }
}

TEST_CASE("a followed log asks for what its reader asked, and later only for what is new") {
  Cluster cluster;
  cluster.transport->on(log_path, {text({"2026-01-02T03:04:05.5Z a\n"}, true),
                                   text({"2026-01-02T03:04:05.5Z a\n2026-01-02T03:04:06Z b\n"})});
  cluster.transport->on(pod_path, {pod("Failed")});
  auto options = followed();
  options.timestamps = true;
  options.tail_lines = 5;
  options.since_seconds = 60;
  const auto log = cluster.client->pod_log("ns", "p-0", options, soon());
  REQUIRE(log);
  CHECK(all_lines(**log) == Strings{"2026-01-02T03:04:05.5Z a", "2026-01-02T03:04:06Z b"});
  CHECK(cluster.logged() ==
        Strings{"/api/v1/namespaces/ns/pods/p-0/log?follow=true&timestamps=true&sinceSeconds=60&"
                "tailLines=5",
                "/api/v1/namespaces/ns/pods/p-0/log?follow=true&timestamps=true&"
                "sinceTime=2026-01-02T03%3A04%3A05Z"});
}

TEST_CASE("when a followed log ends") {
  const Scripted one = text({"2026-01-02T03:04:05Z a\n"});
  const Scripted two = text({"2026-01-02T03:04:06Z b\n"});
  const auto terminated = [](const char* policy, int code) {
    return json_answer(
        200, std::string(R"({"metadata":{"uid":"1"},"spec":{"restartPolicy":")") + policy +
                 R"("},"status":{"phase":"Running","containerStatuses":[{"name":"c","state":)" +
                 R"({"terminated":{"exitCode":)" + std::to_string(code) + "}}}]}}");
  };
  const Scripted waiting =
      json_answer(400, failure(400, "BadRequest", "container c is waiting to start"));
  struct Row {
    const char* what;
    std::vector<Scripted> logs;
    std::vector<Scripted> pods;
    Strings lines;
  };
  const Row rows[] = {
      {"the pod succeeded", {one}, {pod("Succeeded")}, {"a"}},
      {"the pod is gone", {one}, {json_answer(404, failure(404, "NotFound", "x"))}, {"a"}},
      {"it never starts again", {one}, {terminated("Never", 1)}, {"a"}},
      {"it need not start again", {one}, {terminated("OnFailure", 0)}, {"a"}},
      {"it starts again", {one, two}, {terminated("Always", 1), pod("Failed")}, {"a", "b"}},
      {"it failed and starts again",
       {one, two},
       {terminated("OnFailure", 1), pod("Failed")},
       {"a", "b"}},
      {"it waits before it starts again",
       {one, waiting, two},
       {terminated("Always", 1), pod("Failed")},
       {"a", "b"}},
      {"another pod has its name", {one, two}, {pod("Running"), pod("Running", "2")}, {"a", "b"}},
      {"the pod went while the connection was cut",
       {text({"2026-01-02T03:04:05Z a\n"}, true),
        json_answer(404, failure(404, "NotFound", "gone"))},
       {pod("Running")},
       {"a"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Cluster cluster;
    cluster.transport->on(log_path, row.logs).on(pod_path, row.pods);
    const auto log = cluster.client->pod_log("ns", "p-0", followed(), soon());
    REQUIRE(log);
    CHECK(all_lines(**log) == row.lines);
    CHECK_FALSE((*log)->next(soon()).value());  // and stays at its end
  }
}

TEST_CASE("the node's own words bear no time, and pass") {
  Cluster cluster;
  cluster.transport->on(
      log_path, {text({"2026-01-02T03:04:05Z a\nunable to retrieve container logs\n"}, true),
                 text({"2026-01-02T03:04:05Z a\n2026-01-02T03:04:06Z\n"})});
  cluster.transport->on(pod_path, {pod("Failed")});
  const auto log = cluster.client->pod_log("ns", "p-0", followed(), soon());
  REQUIRE(log);
  CHECK(all_lines(**log) == Strings{"a", "unable to retrieve container logs", ""});
}

TEST_CASE("a stop and a deadline end the wait for a connection, and the log goes on after them") {
  Cluster cluster;
  cluster.transport->on(log_path, {text({"2026-01-02T03:04:05Z a\n"}, true),
                                   json_answer(400, failure(400, "BadRequest", "waiting to start")),
                                   text({"2026-01-02T03:04:06Z b\n"})});
  cluster.transport->on(pod_path, {pod("Failed")});
  const auto log = cluster.client->pod_log("ns", "p-0", followed(), soon());
  REQUIRE(log);
  CHECK(*(*log)->next(soon()).value() == "a");
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = (*log)->next({Deadline::never(), stop.get_token()});
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == ErrorCode::interrupted);
  const auto late = (*log)->next({Deadline::after(std::chrono::milliseconds(20)), {}});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::timeout);
  CHECK(*(*log)->next(soon()).value() == "b");
}

TEST_CASE("lines a little out of order are new all the same") {
  LogPosition position;
  CHECK(position.is_new("2026-01-02T03:04:05.3Z out"));
  CHECK(position.is_new("2026-01-02T03:04:05.2Z err"));
  CHECK(position.is_new("2026-01-02T03:04:05.3Z out"));
  CHECK(position.since() == "2026-01-02T03:04:05Z");
  position.begin_again();
  CHECK_FALSE(position.is_new("2026-01-02T03:04:05.3Z out"));
  CHECK_FALSE(position.is_new("2026-01-02T03:04:05.2Z err"));
  CHECK_FALSE(position.is_new("2026-01-02T03:04:05.300000000+00:00 out"));
  CHECK(position.is_new("2026-01-02T03:04:05.3Z out"));
  CHECK(position.is_new("2026-01-02T03:04:05.2Z err"));
  CHECK(without_timestamp("2026-01-02T03:04:05.2Z  two blanks") == " two blanks");
  CHECK(without_timestamp("no time") == "no time");
}

}  // namespace
}  // namespace kaito::kube::test
