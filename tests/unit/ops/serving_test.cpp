// Which Workspace to talk to, and why one does not answer.
#include "kaito/ops/serving.hpp"

#include "cluster.hpp"
#include "kaito/chat/chat.hpp"

namespace kaito::ops::test {
namespace {

json::Value child(const std::string& name, const std::string& ready,
                  const std::string& more_meta = "") {
  return yaml("{metadata: {name: " + name + more_meta +
              "}, inference: {}, status: {conditions: [{type: InferenceReady, status: '" + ready +
              "'}]}}");
}

TEST_CASE("a Workspace is itself, without asking") {
  Cluster cluster;
  const auto name = serving_workspace(*cluster.client, "default", "w", false, soon());
  REQUIRE(name);
  CHECK(*name == "w");
  CHECK(cluster.server->lines().empty());
}

TEST_CASE("an InferenceSet is one of its ready Workspaces") {
  struct {
    std::string name;
    std::vector<json::Value> children;
    const char* chosen;  ///< "" = none
    ErrorCode code;
    std::string message;
  } const cases[] = {
      {"the first that is ready",
       {child("a", "False"), child("b", "True"), child("c", "True")},
       "b",
       ErrorCode::failed,
       ""},
      {"not one that is being deleted",
       {child("a", "True", ", deletionTimestamp: '2026-01-01T00:00:00Z'"), child("b", "True")},
       "b",
       ErrorCode::failed,
       ""},
      {"none is ready",
       {child("a", "False"), child("b", "Unknown")},
       "",
       ErrorCode::unavailable,
       "none of the 2 workspaces of inferenceset \"s\" is ready"},
      {"none at all",
       {},
       "",
       ErrorCode::not_found,
       "inferenceset \"s\" has no workspaces in namespace \"default\""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Cluster cluster;
    cluster.server->on("GET " + betas, {list_of(c.children)});
    const auto name = serving_workspace(*cluster.client, "default", "s", true, soon());
    CHECK(has(cluster.server->lines()[0], "labelSelector=inferenceset.kaito.sh%2Fcreated-by%3Ds"));
    if (*c.chosen != '\0') {
      REQUIRE(name);
      CHECK(*name == c.chosen);
      continue;
    }
    REQUIRE_FALSE(name);
    CHECK(name.error().code == c.code);
    CHECK(name.error().message == c.message);
  }
}

Error explain(Cluster& cluster, Error error) {
  return explain_not_serving(*cluster.client, "default", "w", std::move(error), soon());
}
Error unavailable() {
  return Error{ErrorCode::unavailable, "connection refused", {}, "still loading", nullptr};
}

TEST_CASE("why a model server does not answer") {
  struct {
    std::string name;
    Scripted workspace;
    ErrorCode code;
    std::string message;
  } const cases[] = {
      {"there is no such Workspace", not_found(), ErrorCode::not_found, "not found"},
      {"KAITO is not there", not_served(), ErrorCode::not_served, "kaito.sh"},
      {"it tunes", object(yaml("{tuning: {}}")), ErrorCode::invalid,
       "workspace \"w\" tunes a model"},
      {"nobody has looked at it", object(yaml("{inference: {}}")), ErrorCode::unavailable,
       "workspace \"w\" is not ready: no operator has looked at it yet"},
      {"the first condition that holds it",
       object(yaml("{inference: {}, status: {conditions: [{type: NodesReady, status: 'True'}, "
                   "{type: ResourceReady, status: 'False', reason: NodeNotReady, message: 0 of 1},"
                   "{type: InferenceReady, status: 'False'}]}}")),
       ErrorCode::unavailable, "ResourceReady is False (NodeNotReady): 0 of 1"},
      {"it is healthy", object(child("w", "True")), ErrorCode::unavailable, "connection refused"},
      {"we may not look", refusal(403, "Forbidden", "no"), ErrorCode::unavailable,
       "connection refused"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Cluster cluster;
    cluster.server->on("GET " + betas + "/w", {c.workspace})
        .on("GET " + alphas + "/w", {c.workspace});
    const auto error = explain(cluster, unavailable());
    CHECK(to_string(error.code) == to_string(c.code));
    CHECK_MESSAGE(has(error.message, c.message), error.message);
    CHECK_FALSE(error.hint.empty());
  }
}

TEST_CASE("errors that no Workspace explains are not asked about") {
  for (const auto code : {ErrorCode::failed, ErrorCode::forbidden, ErrorCode::timeout,
                          ErrorCode::interrupted, ErrorCode::unreachable, ErrorCode::protocol}) {
    Cluster cluster;
    const auto error = explain(cluster, Error{code, "the words", {}, "", nullptr});
    CHECK(error.code == code);
    CHECK(error.message == "the words");
    CHECK(cluster.server->lines().empty());
  }
  // The model server itself said so: an unknown model, its limit.
  for (const auto code : {ErrorCode::not_found, ErrorCode::unavailable}) {
    Cluster cluster;
    auto answered = std::make_shared<chat::ServerAnswer>();
    const auto error = explain(cluster, Error{code, "the words", {}, "", answered});
    CHECK(error.message == "the words");
    CHECK(cluster.server->lines().empty());
  }
}

const std::string proxied = core + "/services/w:80/proxy";
const std::string at_pod = core + "/pods/w-0:5000/proxy";

Scripted forbidden_proxy() {
  return refusal(403, "Forbidden",
                 "services \"w:80\" is forbidden: User cannot get services/proxy");
}

json::Value pod(const std::string& name, const std::string& ready) {
  return yaml("{metadata: {name: " + name + "}, status: {conditions: [{type: Ready, status: '" +
              ready + "'}]}}");
}

net::HttpRequest ask(const std::string& method, const std::string& target) {
  net::HttpRequest request;
  request.method = method;
  request.target = target;
  return request;
}

TEST_CASE("whoever may not use the service proxy talks to the first ready pod") {
  Cluster cluster;
  cluster.server->on("GET " + proxied + "/v1/models", {forbidden_proxy()});
  cluster.server->on("GET " + core + "/pods",
                     {list_of({pod("w-2", "True"), pod("w-00", "False"), pod("w-0", "True")})});
  // A server that opens no WebSocket: the pod's own proxy is left.
  cluster.server->on("GET " + core + "/pods/w-0/portforward", {refusal(400, "BadRequest", "no")});
  cluster.server->on("GET " + at_pod + "/v1/models", {{200, "models"}});
  cluster.server->on("POST " + at_pod + "/v1/chat/completions", {{200, "reply"}});
  const auto transport = serving_transport(*cluster.client, "default", "w", cluster.sink());
  REQUIRE(transport);
  for (int i = 0; i < 2; ++i) {
    const auto answer = (*transport)->send(ask("GET", "/v1/models"), soon());
    REQUIRE_MESSAGE(answer, answer.error().describe());
    CHECK(answer->body == "models");
  }
  const auto stream = (*transport)->open(ask("POST", "/v1/chat/completions"), soon());
  REQUIRE(stream);
  CHECK((*stream)->read(soon()).value() == "reply");
  CHECK(cluster.server->count("GET " + proxied + "/v1/models") == 1);
  CHECK(cluster.server->count("GET " + core + "/pods") == 1);
  CHECK(cluster.all_told() ==
        "the service proxy is forbidden here: talking to pod \"w-0\" itself\n");
}

TEST_CASE("whoever may read through the service proxy, and not write") {
  Cluster cluster;
  cluster.server->on("GET " + proxied + "/v1/models", {{200, "models"}});
  cluster.server->on("POST " + proxied + "/v1/chat/completions", {forbidden_proxy()});
  cluster.server->on("GET " + core + "/pods", {list_of({pod("w-0", "True")})});
  cluster.server->on("GET " + core + "/pods/w-0/portforward", {refusal(400, "BadRequest", "no")});
  cluster.server->on("POST " + at_pod + "/v1/chat/completions", {{200, "reply"}});
  const auto transport = serving_transport(*cluster.client, "default", "w", cluster.sink());
  REQUIRE(transport);
  CHECK((*transport)->send(ask("GET", "/v1/models"), soon()).value().body == "models");
  const auto stream = (*transport)->open(ask("POST", "/v1/chat/completions"), soon());
  REQUIRE(stream);
  CHECK((*stream)->read(soon()).value() == "reply");
}

TEST_CASE("where there is no way to a pod either, the refusal stands") {
  Cluster cluster;
  cluster.server->on("GET " + proxied + "/v1/models", {forbidden_proxy()});
  cluster.server->on("POST " + proxied + "/chat", {forbidden_proxy()});
  const auto transport = serving_transport(*cluster.client, "default", "w", cluster.sink());
  REQUIRE(transport);
  for (const Scripted& pods : {list_of({pod("w-0", "False")}), refusal(403, "Forbidden", "no")}) {
    cluster.server->on("GET " + core + "/pods", {pods});
    const auto answer = (*transport)->send(ask("GET", "/v1/models"), soon());
    REQUIRE(answer);
    CHECK(answer->head.status == 403);
    CHECK(has(answer->body, "services/proxy"));
    const auto stream = (*transport)->open(ask("POST", "/chat"), soon());
    REQUIRE(stream);
    CHECK((*stream)->head().status == 403);
    CHECK(has((*stream)->read(soon()).value(), "services/proxy"));
    CHECK((*stream)->read(soon()).value().empty());
  }
  CHECK(cluster.events.empty());
}

TEST_CASE("a 403 of the model server itself is its answer") {
  Cluster cluster;
  cluster.server->on("GET " + proxied + "/v1/models", {{403, R"({"error":"no key"})"}});
  const auto transport = serving_transport(*cluster.client, "default", "w", cluster.sink());
  REQUIRE(transport);
  CHECK((*transport)->send(ask("GET", "/v1/models"), soon()).value().head.status == 403);
  CHECK(cluster.server->requests().size() == 1);
}

}  // namespace
}  // namespace kaito::ops::test
