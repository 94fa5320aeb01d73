// The client against a server that follows a script.
#include "kaito/kube/client.hpp"

#include <doctest/doctest.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>

#include "kaito/json/json.hpp"
#include "kaito/net/failure.hpp"
#include "kaito/net/gzip.hpp"
#include "scripted_server.hpp"
#include "support/scripted_transport.hpp"

namespace kaito::kube::test {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

json::Value workspace(const std::string& version = "") {
  auto value = json::parse(
      R"({"apiVersion":"kaito.sh/v1beta1","kind":"Workspace","metadata":{"name":"x"}})");
  REQUIRE(value);
  if (!version.empty()) value->at("metadata").as_object()["resourceVersion"] = version;
  return *value;
}

/// Counts the attempts after the first.
ClientLog counting(int& repetitions) {
  ClientLog log;
  log.level = 4;
  log.write = [&repetitions](int, const std::string& line) {
    if (has(line, "the next in")) ++repetitions;
  };
  return log;
}

TEST_CASE("get: path, headers and the object") {
  ScriptedServer server({{200, R"({"kind":"Workspace","metadata":{"name":"x","uid":"7"}})", {}}});
  auto config = server.config();
  config.server.path = "/k8s/clusters/c-1";
  config.credentials = fixed_token("abcdef123");
  config.impersonate_user = "eve";
  config.impersonate_groups = {"g1", "g2"};
  config.impersonate_extra = {{"example.com/a", {"v"}}};
  const auto object = ScriptedServer::client(config)->get(workspace_x, soon());
  REQUIRE(object);
  CHECK(json::string_at(object->value(), {"metadata", "uid"}) == "7");

  const auto asked = server.requests();
  REQUIRE(asked.size() == 1);  // no discovery, nothing else
  CHECK(asked[0].method == "GET");
  CHECK(asked[0].target ==
        "/k8s/clusters/c-1/apis/kaito.sh/v1beta1/namespaces/default/workspaces/x");
  const auto& headers = asked[0].headers;
  CHECK(headers.get("Authorization") == "Bearer abcdef123");
  CHECK(headers.get("Accept") == "application/json");
  CHECK(headers.get("User-Agent").starts_with("kaitoctl/"));
  CHECK(headers.get("User-Agent").find("(linux/") != std::string_view::npos);
  CHECK(headers.get("Accept-Encoding") == "gzip");
  CHECK(headers.get("Impersonate-User") == "eve");
  CHECK(headers.get("Impersonate-Extra-example.com%2Fa") == "v");
  std::vector<std::string> groups;
  for (const auto& [name, value] : headers.all())
    if (name == "Impersonate-Group") groups.push_back(value);
  CHECK(groups == std::vector<std::string>{"g1", "g2"});
}

TEST_CASE("basic authentication is sent, and a refusal says that it is of the past") {
  ScriptedServer server({{401, failure(401, "Unauthorized", "Unauthorized"), {}}});
  auto config = server.config();
  config.basic_user = "ada";
  config.basic_password = "secret-word";
  const auto object = ScriptedServer::client(config)->get(workspace_x, soon());
  REQUIRE_FALSE(object);
  CHECK(object.error().code == ErrorCode::unauthenticated);
  CHECK(has(object.error().hint, "1.19"));
  CHECK(server.requests()[0].headers.get("Authorization") == "Basic YWRhOnNlY3JldC13b3Jk");
}

TEST_CASE("answers that are errors") {
  struct Row {
    std::string what;
    Reply reply;
    ErrorCode code;
    const char* message;
  };
  const Row rows[] = {
      {"no object",
       {404, failure(404, "NotFound", "workspaces.kaito.sh \\\"x\\\" not found"), {}},
       ErrorCode::not_found,
       "workspaces.kaito.sh \"x\" not found"},
      {"no such type", {404, "404 page not found\n", {}, "text/plain"}, ErrorCode::not_served, ""},
      {"refused",
       {401, failure(401, "Unauthorized", "Unauthorized"), {}},
       ErrorCode::unauthenticated,
       ""},
      {"forbidden",
       {403, failure(403, "Forbidden", "User cannot get resource"), {}},
       ErrorCode::forbidden,
       "User cannot get resource"},
      {"failure in a 200",
       {200, failure(409, "Conflict", "modified"), {}},
       ErrorCode::conflict,
       "modified"},
      {"not JSON", {200, "<html>", {}, "text/html"}, ErrorCode::protocol, "text/html"},
      {"cut JSON", {200, R"({"kind":)", {}}, ErrorCode::protocol, "not JSON"},
      {"HTML of a proxy", {500, "<html>no</html>", {}, "text/html"}, ErrorCode::failed, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ScriptedServer server({row.reply});
    const auto object = server.client()->get(workspace_x, soon());
    REQUIRE_FALSE(object);
    CAPTURE(object.error().describe());
    CHECK(object.error().code == row.code);
    CHECK(has(object.error().describe(), row.message));
    CHECK(server.requests().size() == 1);
  }
}

TEST_CASE("how often what is repeated") {
  const std::string busy = "Too many requests, please try again later.\n";
  const Reply limited{429, busy, {{"Retry-After", "0"}}, "text/plain"};
  const Reply wish{503, failure(503, "ServiceUnavailable", "x"), {{"Retry-After", "0"}}};
  const Reply gateway{502, "<html>", {}, "text/html"};
  const Reply failed{500, failure(500, "InternalError", "x"), {}};
  const Reply late{504, failure(504, "Timeout", "x"), {}};
  const Reply good{200, R"({"kind":"Workspace"})", {}};
  enum class Verb { get, create, apply, replace, replace_versioned, remove };
  struct Row {
    std::string what;
    Verb verb;
    std::vector<Reply> replies;
    std::size_t requests;
    bool good;
  };
  const Row rows[] = {
      {"429 create", Verb::create, {limited, good}, 2, true},
      {"429 for ever", Verb::get, {limited}, 6, false},
      {"503 with a wish, create", Verb::create, {wish, wish, good}, 3, true},
      {"502 get", Verb::get, {gateway, good}, 2, true},
      {"502 create", Verb::create, {gateway, good}, 1, false},
      {"502 apply", Verb::apply, {gateway, good}, 1, false},
      {"500 get", Verb::get, {failed, good}, 1, false},
      {"504 get", Verb::get, {late, good}, 2, true},
      {"504 twice", Verb::get, {late, late, good}, 2, false},
      {"504 create", Verb::create, {late, good}, 1, false},
      {"500 with a wish, apply",
       Verb::apply,
       {{500, failure(500, "ServerTimeout", "x"), {{"Retry-After", "0"}}}, good},
       2,
       true},
      {"500 with a wish, replace without a version",
       Verb::replace,
       {{500, failure(500, "ServerTimeout", "x"), {{"Retry-After", "0"}}}, good},
       1,
       false},
      {"500 with a wish, replace with a version",
       Verb::replace_versioned,
       {{500, failure(500, "ServerTimeout", "x"), {{"Retry-After", "0"}}}, good},
       2,
       true},
      {"500 with a wish, delete",
       Verb::remove,
       {{500, failure(500, "ServerTimeout", "x"), {{"Retry-After", "0"}}}, good},
       1,
       false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ScriptedServer server(row.replies);
    const auto client = server.client();
    const auto run = [&]() -> bool {
      switch (row.verb) {
        case Verb::get:
          return client->get(workspace_x, soon()).has_value();
        case Verb::create:
          return client->create_object(workspace_x.type, "default", workspace(), {}, soon())
              .has_value();
        case Verb::apply:
          return client->apply(workspace_x, workspace(), {}, soon()).has_value();
        case Verb::replace:
          return client->replace(workspace_x, workspace(), {}, soon()).has_value();
        case Verb::replace_versioned:
          return client->replace(workspace_x, workspace("5"), {}, soon()).has_value();
        case Verb::remove:
          return client->remove(workspace_x, {}, soon()).has_value();
      }
      return false;
    };
    CHECK(run() == row.good);
    CHECK(server.requests().size() == row.requests);
  }
}

/// What the client makes of a connection that broke at a stage, once.
struct Broken {
  explicit Broken(net::Stage stage) {
    kaito::test::Scripted broken;
    broken.failure = Error{ErrorCode::unreachable,
                           "reset by peer",
                           {},
                           {},
                           std::make_shared<const net::Failure>(stage)};
    kaito::test::Scripted good;
    good.body = R"({"metadata":{"resourceVersion":"5"},"items":[]})";
    for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE", "WATCH"})
      for (const char* name : {"", "/x"})
        transport->on(std::string(method) + path + name, {broken, good});
  }
  static constexpr const char* path = " /apis/kaito.sh/v1beta1/namespaces/default/workspaces";
  std::shared_ptr<kaito::test::ScriptedTransport> transport =
      std::make_shared<kaito::test::ScriptedTransport>(kaito::test::Scripted{});
  std::unique_ptr<Client> client = Client::over(transport, {});
};

TEST_CASE("a connection that breaks after the request left: what is sent twice and what is not") {
  using Call = std::function<std::optional<Error>(Client&, const CallLimits&)>;
  struct Row {
    std::string what;
    bool repeated;
    Call call;
    const char* hint = "look before you do it again";
  };
  const auto error_of = [](const auto& result) -> std::optional<Error> {
    return result ? std::nullopt : std::optional(result.error());
  };
  const auto& type = workspace_x.type;
  const Row rows[] = {
      {"get", true, [&](Client& c, const auto& l) { return error_of(c.get(workspace_x, l)); }, ""},
      {"list", true,
       [&](Client& c, const auto& l) { return error_of(c.list(type, "default", {}, l)); }, ""},
      {"watch", true,
       [&](Client& c, const auto& l) { return error_of(c.watch(type, "default", {}, l)); }, ""},
      {"create", false,
       [&](Client& c, const auto& l) {
         return error_of(c.create_object(type, "default", workspace(), {}, l));
       }},
      {"delete", false,
       [&](Client& c, const auto& l) { return error_of(c.remove(workspace_x, {}, l)); }},
      {"merge patch", false,
       [&](Client& c, const auto& l) {
         return error_of(c.merge_patch(workspace_x, workspace(), {}, l));
       }},
      {"merge patch of a version", true,
       [&](Client& c, const auto& l) {
         return error_of(c.merge_patch(workspace_x, workspace("5"), {}, l));
       },
       "does no harm"},
      {"replace", false,
       [&](Client& c, const auto& l) {
         return error_of(c.replace(workspace_x, workspace(), {}, l));
       }},
      {"replace of a version", true,
       [&](Client& c, const auto& l) {
         return error_of(c.replace(workspace_x, workspace("5"), {}, l));
       },
       "does no harm"},
      {"apply", true,
       [&](Client& c, const auto& l) { return error_of(c.apply(workspace_x, workspace(), {}, l)); },
       "does no harm"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Broken late(net::Stage::exchange);
    const auto error = row.call(*late.client, soon());
    CHECK(error.has_value() != row.repeated);
    CHECK(late.transport->requests().size() == (row.repeated ? 2 : 1));

    // No time for another attempt: whoever asked is told what may have happened.
    Broken given_up(net::Stage::exchange);
    const auto told =
        row.call(*given_up.client, {Deadline::after(std::chrono::nanoseconds(1)), {}});
    REQUIRE(told.has_value());
    CHECK(outcome_unknown(*told));
    CHECK(has(told->hint, row.hint));
    CHECK(told->hint.empty() == (*row.hint == '\0'));

    // Nothing was sent: everything may be tried again.
    Broken early(net::Stage::connect);
    CHECK_FALSE(row.call(*early.client, soon()));
    CHECK(early.transport->requests().size() == 2);
  }
}

TEST_CASE("a state that the server has not seen: waited for as it says, then the newest") {
  const Reply ahead{
      504,
      R"({"kind":"Status","status":"Failure","code":504,"reason":"Timeout","message":"Too large",)"
      R"("details":{"causes":[{"reason":"ResourceVersionTooLarge"}],"retryAfterSeconds":0}})",
      {{"Retry-After", "0"}}};
  ScriptedServer server({ahead, {200, R"({"metadata":{"resourceVersion":"4"},"items":[]})", {}}});
  k8s::ListOptions options;
  options.resource_version = "999";
  const auto list = server.client()->list(workspace_x.type, "default", options, soon());
  REQUIRE(list);
  const auto asked = server.requests();
  REQUIRE(asked.size() == 2);
  CHECK(has(asked[0].target, "resourceVersion=999"));
  CHECK_FALSE(has(asked[1].target, "resourceVersion"));

  ScriptedServer watched({ahead});
  k8s::WatchOptions from;
  from.resource_version = "999";
  CHECK_FALSE(watched.client()->watch(workspace_x.type, "default", from, soon()));
  for (const auto& request : watched.requests())
    CHECK(has(request.target, "resourceVersion=999"));
}

TEST_CASE("an eviction that a budget forbids is not tried again") {
  ScriptedServer server({{429, failure(429, "TooManyRequests", "disruption budget"), {}}});
  k8s::Request request;
  request.method = "POST";
  request.path = "/api/v1/namespaces/n/pods/p/eviction";
  request.content_type = "application/json";
  request.body = "{}";
  const auto answer = server.client()->request(request, soon());
  REQUIRE_FALSE(answer);
  CHECK(server.requests().size() == 1);
  CHECK(has(answer.error().describe(), "disruption budget"));
}

TEST_CASE("a redirect is not followed, and the error says where it leads") {
  ScriptedServer elsewhere({{200, "{}", {}}});
  auto target = elsewhere.config().server.text();
  ScriptedServer server({{302, "", {{"Location", target + "/login?token=SECRET"}}}});
  auto config = server.config();
  config.credentials = fixed_token("abcdef123");
  const auto object = ScriptedServer::client(config)->get(workspace_x, soon());
  REQUIRE_FALSE(object);
  CHECK(elsewhere.requests().empty());
  CHECK(server.requests().size() == 1);
  CHECK(has(object.error().describe(), "a redirect to " + target));
  CHECK_FALSE(has(object.error().describe(), "SECRET"));
  CHECK(has(object.error().hint, "make it the server"));
}

TEST_CASE("gzip is asked for where an answer is read whole, and not where it was switched off") {
  const auto body = net::gzip(R"({"metadata":{"resourceVersion":"4"},"items":[{"a":1}]})");
  REQUIRE(body);
  ScriptedServer server({{200, *body, {{"Content-Encoding", "gzip"}}}});
  const auto list = server.client()->list(workspace_x.type, "default", {}, soon());
  REQUIRE(list);
  CHECK(list->items.size() == 1);
  CHECK(server.requests()[0].headers.get("Accept-Encoding") == "gzip");

  ScriptedServer plain({Reply{}});
  auto config = plain.config();
  config.disable_compression = true;
  REQUIRE(ScriptedServer::client(config)->get(workspace_x, soon()));
  config.disable_compression = false;
  const auto client = ScriptedServer::client(config);
  REQUIRE(client->watch(workspace_x.type, "default", {}, soon()));
  const auto service = client->service_transport("ns", "ws", 80);
  REQUIRE(service);
  REQUIRE((*service)->send({}, soon()));
  REQUIRE((*service)->open({}, soon()));
  CHECK(plain.requests().size() == 4);
  for (const auto& request : plain.requests())
    CHECK_FALSE(request.headers.has("Accept-Encoding"));
}

TEST_CASE("a wait that would pass the deadline gives the server's answer instead") {
  ScriptedServer server({{429, "busy", {{"Retry-After", "30"}}, "text/plain"}});
  const auto start = std::chrono::steady_clock::now();
  const auto object =
      server.client()->get(workspace_x, {Deadline::after(std::chrono::seconds(5)), {}});
  REQUIRE_FALSE(object);
  CHECK(object.error().code == ErrorCode::unavailable);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(4));
}

TEST_CASE("a wait between attempts ends when it is stopped") {
  ScriptedServer server({{429, "busy", {{"Retry-After", "30"}}, "text/plain"}});
  std::stop_source stop;
  ClientLog log;
  log.level = 4;
  log.write = [&](int, const std::string& line) {
    if (has(line, "the next in")) stop.request_stop();
  };
  const auto start = std::chrono::steady_clock::now();
  const auto object = server.client(log)->get(workspace_x, {Deadline::never(), stop.get_token()});
  REQUIRE_FALSE(object);
  CHECK(object.error().code == ErrorCode::interrupted);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("a refused token is renewed and the request repeated, once") {
  const Reply refused{401, failure(401, "Unauthorized", "Unauthorized"), {}};
  struct Row {
    std::string what;
    const char* next;
    std::vector<Reply> replies;
    std::size_t requests;
    bool good;
  };
  const Row rows[] = {
      {"renewed", "second-token", {refused, {}}, 2, true},
      {"refused again", "second-token", {refused}, 2, false},
      {"nothing newer", "", {refused, {}}, 1, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ScriptedServer server(row.replies);
    auto config = server.config();
    const std::optional<Credential> next =
        *row.next == '\0' ? std::nullopt : std::optional(Credential{row.next, {}, {}});
    config.credentials =
        std::make_shared<RenewableCredential>(Credential{"first-token", {}, {}}, next);
    const auto made = ScriptedServer::client(config)->create_object(workspace_x.type, "default",
                                                                    workspace(), {}, soon());
    CHECK(made.has_value() == row.good);
    CHECK(server.requests().size() == row.requests);
    if (!made) CHECK(has(made.error().hint, "\"ada\" (/home/ada/.kube/config) may have expired"));
  }
}

TEST_CASE("no connection: the error says what was done, where, and by which file") {
  int repetitions = 0;
  std::unique_ptr<Client> client;
  {
    ScriptedServer server({Reply{}});
    client = server.client(counting(repetitions));
  }
  const auto object = client->get(workspace_x, soon());
  REQUIRE_FALSE(object);
  CHECK(object.error().code == ErrorCode::unreachable);
  CHECK(repetitions == 2);
  const auto text = object.error().describe();
  CAPTURE(text);
  CHECK(has(text, "workspace"));
  CHECK(has(text, "context \"ctx\" (from /home/ada/.kube/config)"));
  CHECK(has(text, "GET http://127.0.0.1:"));
}

TEST_CASE("over TLS: the file's authority is trusted and no other, which is not tried twice") {
  const auto mine = net::make_self_signed({"127.0.0.1"}, 1);
  const auto other = net::make_self_signed({"127.0.0.1"}, 1);
  REQUIRE(mine);
  REQUIRE(other);
  net::ServerOptions options;
  options.cert_pem = mine->cert_pem;
  options.key_pem = mine->key_pem;
  ScriptedServer server({Reply{}}, options);
  auto config = server.config();
  config.tls.ca_pem = mine->ca_pem;
  config.credentials = fixed_token("abcdef123");
  CHECK(ScriptedServer::client(config)->get(workspace_x, soon()));

  config.tls.ca_pem = other->ca_pem;
  config.tls.ca_source = "/pki/ca.crt";
  int repetitions = 0;
  const auto object =
      ScriptedServer::client(config, counting(repetitions))->get(workspace_x, soon());
  REQUIRE_FALSE(object);
  CHECK(object.error().code == ErrorCode::unreachable);
  CHECK(has(object.error().describe(), "/pki/ca.crt"));
  CHECK(repetitions == 0);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("no credentials over plain http to another machine") {
  // The proxy is this machine, the server is not.
  ScriptedServer proxy({Reply{}});
  auto config = proxy.config();
  config.proxy = net::Proxy{net::Proxy::Kind::http, config.server, {}, {}};
  config.server = {false, "elsewhere.example", 80, ""};
  config.credentials = fixed_token("abcdef123");
  CHECK(ScriptedServer::client(config)->get(workspace_x, soon()));
  const auto asked = proxy.requests();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].headers.get("Host") == "elsewhere.example");
  CHECK_FALSE(asked[0].headers.has("Authorization"));
}

TEST_CASE("list: pages are joined, items get the kind that the list says") {
  ScriptedServer server(
      {{200,
        R"({"kind":"PodList","metadata":{"resourceVersion":"9","continue":"a b"},"items":[{"metadata":{"name":"p1"}}]})",
        {}},
       {200,
        R"({"kind":"PodList","metadata":{"resourceVersion":"9","continue":""},"items":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p2"}}]})",
        {}}});
  k8s::ListOptions options;
  options.label_selector = "app=x";
  options.resource_version = "0";
  const auto list = server.client()->list(k8s::types::pod(), "ns", options, soon());
  REQUIRE(list);
  CHECK(list->resource_version == "9");
  REQUIRE(list->items.size() == 2);
  for (const auto& item : list->items) {
    CHECK(json::string_at(item.value(), {"kind"}) == "Pod");
    CHECK(json::string_at(item.value(), {"apiVersion"}) == "v1");
  }
  const auto asked = server.requests();
  REQUIRE(asked.size() == 2);
  CHECK(has(asked[0].target, "resourceVersion=0"));
  CHECK_FALSE(has(asked[1].target, "resourceVersion"));  // refused together with continue
  CHECK(has(asked[1].target, "continue=a"));
  CHECK(has(asked[1].target, "labelSelector="));
}

TEST_CASE("list: items may be null") {
  ScriptedServer server({{200, R"({"metadata":{"resourceVersion":"3"},"items":null})", {}}});
  const auto list = server.client()->list(k8s::types::pod(), "", {}, soon());
  REQUIRE(list);
  CHECK(list->items.empty());
  CHECK(list->resource_version == "3");
}

TEST_CASE("list: a snapshot that expires is started over once, then continued") {
  const std::string gone =
      R"({"kind":"Status","status":"Failure","reason":"Expired","code":410,"message":"old","metadata":{"continue":"fresh"}})";
  const Reply first{200, R"({"metadata":{"resourceVersion":"1","continue":"t"},"items":[{}]})", {}};
  const Reply last{200, R"({"metadata":{"resourceVersion":"5"},"items":[{}]})", {}};
  ScriptedServer server({first, {410, gone, {}}, first, {410, gone, {}}, last});
  const auto list = server.client()->list(k8s::types::pod(), "ns", {}, soon());
  REQUIRE(list);
  CHECK(list->items.size() == 2);
  const auto asked = server.requests();
  REQUIRE(asked.size() == 5);
  CHECK_FALSE(has(asked[2].target, "continue"));
  CHECK(has(asked[4].target, "continue=fresh"));

  ScriptedServer at_once({{410, gone, {}}});
  const auto refused = at_once.client()->list(k8s::types::pod(), "ns", {}, soon());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::expired);
  CHECK(at_once.requests().size() == 1);
}

TEST_CASE("delete: gone at once, or waiting for finalizers") {
  ScriptedServer server(
      {{200, R"({"kind":"Status","status":"Success","details":{"name":"x","uid":"u1"}})", {}},
       {200,
        R"({"kind":"Workspace","metadata":{"name":"x","uid":"u2","deletionTimestamp":"2026-01-02T03:04:05Z"}})",
        {}}});
  const auto client = server.client();
  const auto gone = client->remove(workspace_x, {}, soon());
  REQUIRE(gone);
  CHECK(gone->gone);
  CHECK(gone->uid == "u1");
  const auto waits = client->remove(workspace_x, {}, soon());
  REQUIRE(waits);
  CHECK_FALSE(waits->gone);
  CHECK(waits->uid == "u2");
  CHECK(waits->object);
  CHECK(has(server.requests()[0].body, "Background"));
}

TEST_CASE("a name that is empty or has a slash never leaves the machine") {
  ScriptedServer server({Reply{}});
  const auto client = server.client();
  for (const char* name : {"", "a/b", "..", "a%2fb"}) {
    CAPTURE(name);
    const auto removed = client->remove({workspace_x.type, "default", name}, {}, soon());
    REQUIRE_FALSE(removed);
    CHECK(removed.error().code == ErrorCode::usage);
  }
  CHECK(server.requests().empty());
}

TEST_CASE("discovery: versions, served kinds, server version") {
  const Reply group{
      200,
      R"({"kind":"APIGroup","versions":[{"version":"v1alpha1"},{"version":"v1beta1"}],"preferredVersion":{"version":"v1beta1"}})",
      {}};
  const Reply none{404, "404 page not found", {}, "text/plain"};
  const Reply resources{
      200, R"({"resources":[{"name":"workspaces"},{"name":"workspaces/status"}]})", {}};
  {
    ScriptedServer server({group});
    const auto versions = server.client()->served_versions("kaito.sh", soon());
    REQUIRE(versions);
    CHECK(*versions == std::vector<std::string>{"v1beta1", "v1alpha1"});
    CHECK(server.requests()[0].target == "/apis/kaito.sh");
  }
  {
    ScriptedServer server({none});
    const auto versions = server.client()->served_versions("kaito.sh", soon());
    REQUIRE_FALSE(versions);
    CHECK(versions.error().code == ErrorCode::not_served);
  }
  {
    ScriptedServer server({resources, resources, none});
    const auto client = server.client();
    CHECK(client->serves(k8s::types::workspace(), soon()).value() == true);
    CHECK(client->serves(k8s::types::inference_set(), soon()).value() == false);
    CHECK(client->serves(k8s::types::node_claim(), soon()).value() == false);
    CHECK(server.requests()[0].target == "/apis/kaito.sh/v1beta1");
  }
  {
    ScriptedServer server({{200, R"({"gitVersion":"v1.30.2+k3s1"})", {}}});
    CHECK(server.client()->server_version(soon()).value() == "v1.30.2+k3s1");
  }
}

TEST_CASE("the service transport: refused credentials are renewed, and the request repeated once") {
  for (const bool streamed : {false, true}) {
    CAPTURE(streamed);
    ScriptedServer server(
        {{401, failure(401, "Unauthorized", "Unauthorized"), {}}, {200, "x", {}}});
    auto config = server.config();
    config.credentials = std::make_shared<RenewableCredential>(Credential{"first-token", {}, {}},
                                                               Credential{"second-token", {}, {}});
    const auto client = ScriptedServer::client(config);
    auto transport = client->service_transport("ns", "ws", 80);
    REQUIRE(transport);
    net::HttpRequest request;
    request.method = "POST";
    request.body = "prompt";
    int status = 0;
    if (streamed) {
      const auto stream = (*transport)->open(request, soon());
      REQUIRE(stream);
      status = (*stream)->head().status;
    } else {
      const auto answer = (*transport)->send(request, soon());
      REQUIRE(answer);
      status = answer->head.status;
    }
    CHECK(status == 200);
    const auto asked = server.requests();
    REQUIRE(asked.size() == 2);
    CHECK(asked[0].headers.get("Authorization") == "Bearer first-token");
    CHECK(asked[1].headers.get("Authorization") == "Bearer second-token");
    CHECK(asked[1].headers.all().size() == asked[0].headers.all().size());
    CHECK(asked[1].body == "prompt");
  }
}

TEST_CASE("the service transport: prefix, credentials of the API server, answers as they are") {
  ScriptedServer server({{200, "pong", {}, "text/plain"},
                         {503, failure(503, "ServiceUnavailable", "no endpoints"), {}},
                         {200, "data: a\n\n", {}, "text/event-stream"}});
  auto config = server.config();
  config.credentials = fixed_token("api-token-1");
  const auto client = ScriptedServer::client(config);
  auto transport = client->service_transport("ns", "ws", 80);
  REQUIRE(transport);
  net::HttpRequest request;
  request.method = "POST";
  request.target = "/v1/chat/completions?x=1";
  request.headers.add("Authorization", "Bearer key-of-the-model");
  request.headers.add("Content-Type", "application/json");
  request.body = "{}";

  const auto pong = (*transport)->send(request, soon());
  REQUIRE(pong);
  CHECK(pong->body == "pong");
  const auto status = (*transport)->send(request, soon());
  REQUIRE(status);  // an answer, and not asked for again
  CHECK(status->head.status == 503);
  const auto stream = (*transport)->open(request, soon());
  REQUIRE(stream);
  CHECK((*stream)->head().content_type() == "text/event-stream");
  CHECK((*stream)->read(soon()).value() == "data: a\n\n");

  const auto asked = server.requests();
  REQUIRE(asked.size() == 3);
  for (const auto& each : asked) {
    CHECK(each.method == "POST");
    CHECK(each.target == "/api/v1/namespaces/ns/services/ws:80/proxy/v1/chat/completions?x=1");
    CHECK(each.headers.get("Authorization") == "Bearer api-token-1");
    CHECK(each.headers.get("Content-Type") == "application/json");
    CHECK(each.body == "{}");
  }
}

TEST_CASE("certificates that cannot be used are refused when the client is made") {
  ClusterConfig config;
  config.server = {true, "127.0.0.1", 1, ""};
  config.tls.ca_pem = "-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n";
  config.tls.ca_source = "/pki/ca.crt";
  config.cluster = "c";
  config.origin = "/home/ada/.kube/config";
  const auto client = Client::create(config);
  REQUIRE_FALSE(client);
  CHECK(client.error().code == ErrorCode::invalid);
  CHECK(has(client.error().describe(), "/pki/ca.crt"));
}

}  // namespace
}  // namespace kaito::kube::test
