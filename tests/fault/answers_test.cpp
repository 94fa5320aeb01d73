// What servers and those in front of them answer when something is wrong.
#include <doctest/doctest.h>

#include <boost/json/value.hpp>

#include "exchange.hpp"
#include "gate.hpp"
#include "kaito/json/json.hpp"
#include "unit/kube/scripted_server.hpp"

namespace kaito::fault {
namespace {

using kube::test::failure;
using kube::test::Reply;
using kube::test::ScriptedServer;
using kube::test::soon;
using kube::test::workspace_x;
using std::chrono::milliseconds;

json::Value workspace() {
  auto value = json::parse(
      R"({"apiVersion":"kaito.sh/v1beta1","kind":"Workspace","metadata":{"name":"x"}})");
  REQUIRE(value);
  return std::move(*value);
}

Result<json::Document> create(const ScriptedServer& server) {
  return server.client()->create_object(workspace_x.type, "default", workspace(), {}, soon());
}

bool mentions(const Error& error, std::string_view text) {
  return (error.describe() + " | " + error.hint).find(text) != std::string::npos;
}

const Reply created{201, R"({"kind":"Workspace","metadata":{"name":"x"}})", {}};

}  // namespace

TEST_CASE("E01 a create that an overloaded server put off is sent again when it asked for") {
  ScriptedServer server(
      {{429, "Too many requests, please try again later.\n", {{"Retry-After", "1"}}, "text/plain"},
       created});
  const auto start = Deadline::Clock::now();
  const auto object = create(server);
  const auto took = Deadline::Clock::now() - start;
  REQUIRE_MESSAGE(object, object.error().describe());
  CHECK(took >= milliseconds(1000));
  CHECK(server.requests().size() == 2);
}

TEST_CASE("E02 a server that is away for three requests is asked a fourth time") {
  const Reply away{503, "starting", {}, "text/plain"};
  ScriptedServer server({away, away, away, {200, created.body, {}}});
  const auto object = server.client()->get(workspace_x, soon());
  REQUIRE_MESSAGE(object, object.error().describe());
  CHECK(server.requests().size() == 4);
}

TEST_CASE("E03 a create that may have been carried out is not sent again") {
  for (const int status : {500, 502, 503, 504}) {
    CAPTURE(status);
    ScriptedServer server({{status, "no", {}, "text/plain"}, created});
    const auto object = create(server);
    REQUIRE_FALSE(object);
    const bool unavailable = object.error().code == ErrorCode::unavailable;
    CHECK(unavailable == (status != 500));
    CHECK(server.requests().size() == 1);
  }
}

TEST_CASE("E04 a create whose answer is lost: an error, and a look at the server decides") {
  const CountingServer server(false);
  Gate gate(server.port());
  gate.expect({Fault{Fault::Kind::reset, Way::to_client, 0, ""}, Fault{}});
  const auto client = server.client_through(gate.port());
  const auto made = client->create_object(workspace_x.type, "lost", workspace(), {}, soon());
  REQUIRE_FALSE(made);
  CHECK(made.error().code == ErrorCode::unreachable);
  CHECK(mentions(made.error(), "gave no answer"));
  CHECK(kube::outcome_unknown(made.error()));
  CHECK(mentions(made.error(), "may have carried it out"));
  CHECK(server.writes("lost") == 1);
  CHECK(client->get({workspace_x.type, "lost", "x"}, soon()));
}

TEST_CASE("E06 409 from something that speaks no Status: the method tells which") {
  for (const char* body : {"conflict", R"({"error":"conflict"})", ""}) {
    CAPTURE(body);
    ScriptedServer server({{409, body, {}}});
    const auto made = create(server);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ErrorCode::already_exists);
    const auto replaced = server.client()->replace(workspace_x, workspace(), {}, soon());
    REQUIRE_FALSE(replaced);
    CHECK(replaced.error().code == ErrorCode::conflict);
  }
}

TEST_CASE("E07 a page of a proxy in between: unavailable, and said to be no API server's answer") {
  ScriptedServer html({{502, "<html><body>Bad Gateway</body></html>", {}, "text/html"}});
  const auto first = create(html);
  REQUIRE_FALSE(first);
  CHECK(first.error().code == ErrorCode::unavailable);
  CHECK(mentions(first.error(), "502"));
  CHECK(mentions(first.error(), "HTML page"));
  ScriptedServer text(
      {{502, "upstream\x1b[2J is down" + std::string(9000, '.'), {}, "text/plain"}});
  const auto second = create(text);
  REQUIRE_FALSE(second);
  CHECK(mentions(second.error(), "is down"));
  CHECK(second.error().message.size() < 3000);
}

TEST_CASE("E08 a failure in an answer of code 200 is a failure") {
  ScriptedServer server({{200, failure(409, "AlreadyExists", "it is there"), {}}});
  const auto made = create(server);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == ErrorCode::already_exists);
  CHECK(mentions(made.error(), "it is there"));
}

TEST_CASE("E10 Warning headers: each text once, malformed ones passed over") {
  ScriptedServer server({{200,
                          created.body,
                          {{"Warning", R"(299 - "old API")"},
                           {"Warning", R"(299 - "old API", 299 - "and \"more\"")"},
                           {"Warning", R"(299 - "never closed)"},
                           {"Warning", "\xff\xfe"},
                           {"Warning", std::string(5000, '9')}}}});
  std::vector<std::string> seen;
  kube::ClientLog log;
  log.warning = [&](const std::string& text) { seen.push_back(text); };
  const auto client = server.client(log);
  REQUIRE(client->get(workspace_x, soon()));
  REQUIRE(client->get(workspace_x, soon()));
  CHECK(seen == std::vector<std::string>{"old API", "and \"more\""});
}

TEST_CASE("E11 what an admission webhook says is told in full") {
  const std::string reason =
      "admission webhook \\\"validation.workspace.kaito.sh\\\" denied the request: " +
      std::string(900, 'r') + " end of the reason";
  ScriptedServer server({{403, failure(403, "Forbidden", reason), {}}});
  const auto made = create(server);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == ErrorCode::invalid);
  CHECK(mentions(made.error(), "validation.workspace.kaito.sh"));
  CHECK(mentions(made.error(), "end of the reason"));
}

TEST_CASE("a redirect is not followed: the other host learns nothing") {
  ScriptedServer other({created});
  for (const int status : {301, 302, 307, 308}) {
    CAPTURE(status);
    const auto elsewhere = other.config().server.text() + "/apis";
    ScriptedServer server({{status, "moved", {{"Location", elsewhere}}, "text/plain"}});
    auto config = server.config();
    config.credentials = kube::fixed_token("SECRET-TOKEN");
    const auto client = ScriptedServer::client(std::move(config));
    const auto object = client->get(workspace_x, soon());
    REQUIRE_FALSE(object);
    CHECK_FALSE(mentions(object.error(), "SECRET-TOKEN"));
    CHECK(mentions(object.error(), std::to_string(status)));
    CHECK(server.requests().size() == 1);
    CHECK(server.requests()[0].headers.get("Authorization") == "Bearer SECRET-TOKEN");
  }
  CHECK(other.requests().empty());
}

TEST_CASE("an answer without end is cut off, not collected") {
  std::atomic<std::size_t> sent = 0;
  ScriptedServer server([&](const net::ServerRequest&, net::Responder& out, std::stop_token) {
    net::Headers headers;
    headers.add("Content-Type", "text/plain");
    if (!out.begin(500, headers)) return;
    const std::string piece(65536, 'x');
    while (out.write(piece))
      sent += piece.size();
  });
  const auto watch = server.client()->watch(workspace_x.type, "default", {}, soon());
  REQUIRE_FALSE(watch);
  CHECK(watch.error().message.size() < 3000);
  // What is on its way in the kernel's buffers counts too.
  CHECK(sent < (std::size_t{16} << 20));
}

TEST_CASE("a list whose pages go in a circle is given up") {
  ScriptedServer server(
      {{200, R"({"kind":"WorkspaceList","metadata":{"continue":"again"},"items":[]})", {}}});
  const auto list = server.client()->list(workspace_x.type, "default", {}, soon());
  REQUIRE_FALSE(list);
  CHECK(list.error().code == ErrorCode::protocol);
  CHECK(server.requests().size() == 2);
}

TEST_CASE("a head without end is cut off") {
  ScriptedServer server({{200, "{}", {{"X-Long", std::string(std::size_t{2} << 20, 'x')}}}});
  const auto object = server.client()->get(workspace_x, soon());
  REQUIRE_FALSE(object);
  CHECK(object.error().code == ErrorCode::protocol);
}

}  // namespace kaito::fault
