// What is logged, and above all what is not; Warning headers.
#include "kube/log.hpp"

#include <doctest/doctest.h>

#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "kube/redact.hpp"
#include "kube/warning.hpp"
#include "scripted_server.hpp"

namespace kaito::kube::test {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct Collected {
  std::string all;
  std::vector<std::string> warnings;
  ClientLog log(int level) {
    ClientLog log;
    log.level = level;
    log.write = [this](int at, const std::string& line) {
      all += std::to_string(at) + " " + line + "\n";
    };
    log.warning = [this](const std::string& text) { warnings.push_back(text); };
    return log;
  }
};

/// Every kind of credential in every place where one passes; then the log is searched for them.
TEST_CASE("credentials never reach the log, at any level") {
  const std::string token = "eyJhbGciOi.SECRET-TOKEN.sig";
  // A server that echoes the token, as some error pages do.
  ScriptedServer server(
      {{200,
        R"({"apiVersion":"v1","kind":"Secret","data":{"HF_TOKEN":"U0VDUkVULURBVEE="},)"
        R"("metadata":{"name":"s","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"SECRET-APPLIED"}}})",
        {{"Set-Cookie", "session=SECRET-COOKIE"}}},
       {200, "SecretList of " + token, {}, "text/plain"},
       {401, failure(401, "Unauthorized", "bad token " + token), {}}});
  auto config = server.config();
  config.credentials = fixed_token(token);
  config.impersonate_user = "eve";
  config.impersonate_extra = {{"scope", {"SECRET-EXTRA"}}};
  for (const int level : {4, 6, 8, 9, 10}) {
    CAPTURE(level);
    Collected collected;
    const auto client = ScriptedServer::client(config, collected.log(level));
    auto secret = json::parse(
        R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"k":"SECRET-STRING"}})");
    REQUIRE(secret);
    static_cast<void>(client->create_object(k8s::types::secret(), "ns", *secret, {}, soon()));
    static_cast<void>(client->get({k8s::types::secret(), "ns", "s"}, soon()));
    static_cast<void>(client->get({k8s::types::secret(), "ns", "s"}, soon()));
    CHECK(has(collected.all, "4 POST http://127.0.0.1:"));
    CHECK_FALSE(has(collected.all, "SECRET-"));
    CHECK_FALSE(has(collected.all, "U0VDUkVULURBVEE="));
    CHECK(has(collected.all, "> Authorization: <redacted>") == (level >= 6));
    CHECK(has(collected.all, "> Impersonate-User: eve") == (level >= 6));
    CHECK(has(collected.all, "\"stringData\":{\"k\":\"<redacted>\"}") == (level >= 8));
  }
}

TEST_CASE("a request's line: verb, URL, code, time") {
  ScriptedServer server({Reply{}});
  Collected collected;
  REQUIRE(server.client(collected.log(4))->get(workspace_x, soon()));
  CHECK(has(collected.all, "/workspaces/x 200 in "));
  CHECK(std::count(collected.all.begin(), collected.all.end(), '\n') == 1);
  Collected quiet;
  REQUIRE(server.client(quiet.log(3))->get(workspace_x, soon()));
  CHECK(quiet.all.empty());
}

TEST_CASE("bodies as they are shown") {
  struct Row {
    std::string what;
    std::string body;
    std::string shown;
  };
  const Row rows[] = {
      {"token member", R"({"a":{"token":"x","Client-Key-Data":"y"},"max_tokens":5})",
       R"({"a":{"token":"<redacted>","Client-Key-Data":"<redacted>"},"max_tokens":5})"},
      {"environment",
       R"({"env":[{"name":"HF_TOKEN","value":"x"},{"name":"LEVEL","value":"info"}]})",
       R"({"env":[{"name":"HF_TOKEN","value":"<redacted>"},{"name":"LEVEL","value":"info"}]})"},
      {"list of Secrets", R"({"kind":"SecretList","items":[{"data":{"k":"x"}}]})",
       R"({"kind":"SecretList","items":[{"data":{"k":"<redacted>"}}]})"},
      {"ConfigMap", R"({"kind":"ConfigMap","data":{"k":"x"}})",
       R"({"kind":"ConfigMap","data":{"k":"x"}})"},
      {"cut JSON", R"({"kind":"Secret","data":{"k":"x)", "(31 bytes that are not valid JSON)"},
      {"text", "two\nlines\x1b[2J", "two lines\\x1b[2J"},
      {"nothing", "", "(empty)"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(loggable_body(row.body, 0) == row.shown);
  }
  CHECK(loggable_body(std::string(5000, 'x'), 1024).size() < 1100);
}

TEST_CASE("Warning headers") {
  struct Row {
    std::string field;
    std::vector<std::string> texts;
  };
  const Row rows[] = {
      {R"(299 - "old API")", {"old API"}},
      {R"(299 - "one", 299 - "two")", {"one", "two"}},
      {R"(299 - "say \"hi\" \\o/")", {"say \"hi\" \\o/"}},
      {R"(299 - "comma, inside" "Wed, 21 Oct 2015 07:28:00 GMT", 299 - "next")",
       {"comma, inside", "next"}},
      {R"(110 - "stale", 299 - "kept")", {"kept"}},
      {"299 - \"esc \x1b[31m\"", {"esc \\x1b[31m"}},
      {R"(299 - "cut)", {}},
      {"299", {}},
      {"", {}},
      {R"(299 - "good" rubbish, 299 - "lost")", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.field);
    net::Headers headers;
    headers.add("warning", row.field);
    CHECK(warning_texts(headers) == row.texts);
  }
}

TEST_CASE("a warning is given once, however often it comes") {
  ScriptedServer server(
      {{200, "{}", {{"Warning", R"(299 - "a")"}, {"Warning", R"(299 - "b", 299 - "a")"}}}});
  Collected collected;
  const auto client = server.client(collected.log(0));
  REQUIRE(client->get(workspace_x, soon()));
  REQUIRE(client->get(workspace_x, soon()));
  CHECK(collected.warnings == std::vector<std::string>{"a", "b"});
  CHECK(collected.all.empty());
}

}  // namespace
}  // namespace kaito::kube::test
