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

}  // namespace
}  // namespace kaito::ops::test
