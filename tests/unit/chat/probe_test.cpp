// Finding out what a model server speaks, with as few questions as possible.
#include "partner.hpp"

namespace kaito::chat::test {
namespace {

struct Case {
  std::string name;
  std::vector<std::pair<std::string, Scripted>> script;
  Dialect dialect;
  std::vector<std::string> asked;
};

TEST_CASE("every server is told by what it answers") {
  const std::vector<std::string> two{"GET /v1/models", "GET /openapi.json"};
  const std::vector<std::string> three{"GET /v1/models", "GET /openapi.json", "GET /"};
  const std::vector<Case> cases{
      {"vLLM", {{"/v1/models", {200, vllm_models}}}, Dialect::openai, {"GET /v1/models"}},
      {"transformers serve",
       {{"/v1/models", {200, transformers_models}}},
       Dialect::openai,
       {"GET /v1/models"}},
      {"a list without models",
       {{"/v1/models", {200, R"({"data":[]})"}}},
       Dialect::openai,
       {"GET /v1/models"}},
      {"text-generation",
       {{"/openapi.json", {200, text_generation_api}}},
       Dialect::text_generation,
       two},
      {"llama-2 chat", {{"/openapi.json", {200, llama_chat_api}}}, Dialect::llama_chat, two},
      {"llama-2 completion",
       {{"/openapi.json", {200, llama_completion_api}}},
       Dialect::llama_completion,
       two},
      {"falcon", {{"/openapi.json", {200, falcon_api}}}, Dialect::falcon, two},
      {"no schemas in the description",
       {{"/openapi.json", {200, R"({"paths":{"/chat":{}}})"}}},
       Dialect::text_generation,
       two},
      {"a message at the root",
       {{"/", {200, R"({"message":"Server is running"})"}}},
       Dialect::text_generation,
       three},
      {"an array at the root",
       {{"/", {200, R"(["Server is running",200])"}}},
       Dialect::text_generation,
       three},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Talk talk;
    for (const auto& [path, answer] : c.script)
      talk.server.on("GET " + path, {answer});
    const auto dialect = talk.client.dialect({});
    REQUIRE(dialect);
    CHECK(to_string(*dialect) == to_string(c.dialect));
    CHECK(talk.server.lines() == c.asked);
    REQUIRE(talk.client.dialect({}));
    CHECK(talk.server.lines().size() == c.asked.size());  // found out once
  }
}

TEST_CASE("the models of a server: the base model and its adapters") {
  Talk talk;
  const auto models = talk.speaks(vllm_models).client.models({});
  REQUIRE(models);
  REQUIRE(models->size() == 2);
  CHECK((*models)[0].id == "phi-4-mini-instruct");
  CHECK((*models)[0].parent.empty());
  CHECK((*models)[0].max_model_len == 131072);
  CHECK((*models)[1].id == "french");
  CHECK((*models)[1].parent == "phi-4-mini-instruct");
  CHECK_FALSE((*models)[1].max_model_len);

  Talk old;
  const auto none = old.speaks_old(falcon_api).client.models({});
  REQUIRE(none);
  CHECK(none->empty());
}

TEST_CASE("a failed probe is not remembered") {
  Talk talk;
  talk.server.on("GET /v1/models", {{404, "", ""}, {200, vllm_models}});
  CHECK_FALSE(talk.client.dialect({}));
  CHECK(talk.client.dialect({}));
}

TEST_CASE("the server goes away between the questions") {
  struct {
    std::string name;
    Scripted description;
    ErrorCode code;
  } const cases[] = {
      {"restarting",
       {503, R"({"kind":"Status","code":503,"message":"error trying to reach service: refused"})"},
       ErrorCode::unavailable},
      {"the stand-in of a download", {404, "", ""}, ErrorCode::unavailable},
      {"broken", {500, "Internal Server Error", "text/plain"}, ErrorCode::failed},
      {"neither path", {404, R"({"detail":"Not Found"})"}, ErrorCode::not_served},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Talk talk;
    talk.server.on("GET /openapi.json", {c.description});
    const auto dialect = talk.client.dialect({});
    REQUIRE_FALSE(dialect);
    CHECK(to_string(dialect.error().code) == to_string(c.code));
    CHECK_FALSE(dialect.error().hint.empty() != (c.code == ErrorCode::failed));
  }
}

TEST_CASE("a list of models that is none is a protocol error, not an older server") {
  for (const std::string body : {"{}", "[]", "not JSON", R"({"data":"none"})"}) {
    CAPTURE(body);
    Talk talk;
    talk.server.on("GET /v1/models", {{200, body}});
    const auto dialect = talk.client.dialect({});
    REQUIRE_FALSE(dialect);
    CHECK(dialect.error().code == ErrorCode::protocol);
    CHECK(talk.server.lines().size() == 1);
  }
}

}  // namespace
}  // namespace kaito::chat::test
