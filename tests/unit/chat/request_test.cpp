// What is asked, in each dialect, and what becomes of the older servers' answers.
#include "partner.hpp"

namespace kaito::chat::test {
namespace {

/// The value in a short form.
json::Value value_of(const std::string& text) {
  auto value = json::parse(text);
  REQUIRE(value);
  return *value;
}

TEST_CASE("an OpenAI request: the served model, and only what was asked for") {
  Talk talk;
  REQUIRE(talk.speaks(transformers_models).answers({events({says("hi", "stop")})}).ask());
  CHECK(json::equivalent(
      talk.sent(),
      value_of(
          R"({"model":"phi-4","messages":[{"role":"user","content":"hello"}],"stream":true})")));
  const auto& request = talk.server.requests().back();
  CHECK(request.headers.get("Content-Type") == "application/json");
  CHECK(has(request.headers.get("Accept"), "text/event-stream"));
  CHECK_FALSE(request.headers.has("Authorization"));
}

TEST_CASE("an OpenAI request with everything") {
  Talk talk;
  ChatRequest request;
  request.model = "french";
  request.messages = {{"system", "be brief"}, {"user", "a"}, {"assistant", "b"}, {"user", "c"}};
  request.sampling.temperature = 0.5;
  request.sampling.top_p = 0.9;
  request.sampling.max_tokens = 7;
  request.sampling.seed = 1;
  request.sampling.stop = {"END"};
  request.sampling.json_schema = json::Document(value_of(R"({"type":"object"})"));
  request.stream = false;
  REQUIRE(talk.speaks(vllm_models)
              .answers({{200, R"({"choices":[{"message":{"content":"x"}}]})"}})
              .ask(request));
  CHECK(json::equivalent(talk.sent(), value_of(R"({"model":"french","messages":[
      {"role":"system","content":"be brief"},{"role":"user","content":"a"},
      {"role":"assistant","content":"b"},{"role":"user","content":"c"}],
      "temperature":0.5,"top_p":0.9,"max_tokens":7,"seed":1,"stop":["END"],
      "response_format":{"type":"json_schema","json_schema":{"name":"reply","schema":{"type":"object"}}},
      "stream":false})")));
}

TEST_CASE("the default model is the base model, wherever it stands in the list") {
  Talk talk;
  REQUIRE(talk.speaks(R"({"data":[{"id":"adapter","parent":"base"},{"id":"base","parent":null}]})")
              .answers({events({says("hi", "stop")})})
              .ask());
  CHECK(json::string_at(talk.sent(), {"model"}) == "base");

  Talk none;
  REQUIRE(none.speaks(R"({"data":[]})").answers({events({says("hi", "stop")})}).ask());
  CHECK(json::find(none.sent(), {"model"}) == nullptr);
}

TEST_CASE("token counts are asked of vLLM alone, and only in a stream") {
  Talk vllm;
  REQUIRE(vllm.speaks(vllm_models).answers({events({says("hi", "stop"), done})}).ask());
  CHECK(json::find(vllm.sent(), {"stream_options", "include_usage"}) != nullptr);

  Talk other;
  REQUIRE(other.speaks(transformers_models).answers({events({says("hi", "stop")})}).ask());
  CHECK(json::find(other.sent(), {"stream_options"}) == nullptr);
}

TEST_CASE("a refused extra is left out, once and from then on") {
  const Scripted refused{422, R"({"detail":"Unexpected keys in the request: {'stream_options'}"})"};
  Talk talk;
  talk.speaks(vllm_models).answers({refused, events({says("hi", "stop")})});
  const auto reply = talk.ask();
  REQUIRE(reply);
  CHECK(reply->text == "hi");
  CHECK(talk.server.count("POST " + completions) == 2);
  CHECK(json::find(talk.sent(), {"stream_options"}) == nullptr);
  REQUIRE(talk.ask());
  CHECK(talk.server.count("POST " + completions) == 3);
  CHECK(json::find(talk.sent(), {"stream_options"}) == nullptr);

  Talk still;  // about something else: the user's to change
  const auto error = still.speaks(vllm_models).answers({refused}).ask();
  REQUIRE_FALSE(error);
  CHECK(error.error().code == ErrorCode::failed);
  CHECK(has(error.error().message, "422: Unexpected keys"));
  CHECK(still.server.count("POST " + completions) == 2);

  Talk plain;  // nothing of ours in it: not repeated
  REQUIRE_FALSE(plain.speaks(transformers_models).answers({refused}).ask());
  CHECK(plain.server.count("POST " + completions) == 1);
}

struct Old {
  std::string name;
  const char* api;
  const char* path;
  std::vector<Message> messages;
  Sampling sampling;
  std::string body;
  std::string answer;
  std::string text;
};

Sampling sampled(std::optional<double> temperature, std::optional<double> top_p,
                 std::optional<std::int64_t> max_tokens) {
  Sampling sampling;
  sampling.temperature = temperature;
  sampling.top_p = top_p;
  sampling.max_tokens = max_tokens;
  return sampling;
}

TEST_CASE("the older servers: one request, one piece") {
  const std::vector<Message> one{{"user", "hello"}};
  const std::vector<Message> many{
      {"system", "be brief"}, {"user", "a"}, {"assistant", "b"}, {"user", "c"}};
  const std::string rendered = "be brief\\nUser: a\\nAssistant: b\\nUser: c\\nAssistant:";
  const std::vector<Old> cases{
      {"text-generation",
       text_generation_api,
       "/chat",
       one,
       {},
       R"({"prompt":"hello","return_full_text":false,"generate_kwargs":{"max_new_tokens":512}})",
       R"({"Result":" hi "})",
       "hi"},
      {"text-generation, sampling", text_generation_api, "/chat", one, sampled(0.5, 0.9, 20),
       R"({"prompt":"hello","return_full_text":false,"generate_kwargs":
          {"max_new_tokens":20,"temperature":0.5,"top_p":0.9}})",
       R"({"Result":"hi"})", "hi"},
      {"text-generation, no chance", text_generation_api, "/chat", one, sampled(0, {}, {}),
       R"({"prompt":"hello","return_full_text":false,"generate_kwargs":
          {"max_new_tokens":512,"do_sample":false}})",
       R"({"Result":"hi"})", "hi"},
      {"text-generation, an echo",
       text_generation_api,
       "/chat",
       one,
       {},
       R"({"prompt":"hello","return_full_text":false,"generate_kwargs":{"max_new_tokens":512}})",
       R"({"Result":"hello there"})",
       "there"},
      {"text-generation, a conversation that it goes on with",
       text_generation_api,
       "/chat",
       many,
       {},
       R"({"prompt":")" + rendered +
           R"(","return_full_text":false,"generate_kwargs":{"max_new_tokens":512}})",
       R"({"Result":" d\nUser: e\nAssistant: f"})",
       "d"},
      {"text-generation, a reply with a dialogue in it",
       text_generation_api,
       "/chat",
       one,
       {},
       R"({"prompt":"hello","return_full_text":false,"generate_kwargs":{"max_new_tokens":512}})",
       R"({"Result":"Such as:\nUser: hi"})",
       "Such as:\nUser: hi"},
      {"falcon",
       falcon_api,
       "/chat",
       one,
       {},
       R"({"prompt":"hello","max_length":514})",
       R"({"Result":"hello hi"})",
       "hi"},
      {"falcon, sampling", falcon_api, "/chat", one, sampled(0.5, 0.9, 20),
       R"({"prompt":"hello","max_length":22,"temperature":0.5,"top_p":0.9})", R"({"Result":"hi"})",
       "hi"},
      {"llama chat",
       llama_chat_api,
       "/chat",
       many,
       {},
       R"({"input_data":{"input_string":[[{"role":"system","content":"be brief"},
          {"role":"user","content":"a"},{"role":"assistant","content":"b"},
          {"role":"user","content":"c"}]]},"parameters":{}})",
       R"({"results":[[{"role":"User","content":"c"},{"role":"Assistant","content":" d "}]]})",
       "d"},
      {"llama chat, sampling", llama_chat_api, "/chat", one, sampled(0.5, 0.9, 20),
       R"({"input_data":{"input_string":[[{"role":"user","content":"hello"}]]},
          "parameters":{"max_gen_len":20,"temperature":0.5,"top_p":0.9}})",
       R"({"results":[[{"role":"Assistant","content":"hi"}]]})", "hi"},
      {"llama completion",
       llama_completion_api,
       "/generate",
       many,
       {},
       R"({"prompts":[")" + rendered + R"("],"parameters":{}})",
       R"({"results":[{"prompt":"c","response":" d"}]})",
       "d"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Talk talk;
    talk.speaks_old(c.api);
    talk.server.on(std::string("POST ") + c.path, {{200, c.answer}});
    ChatRequest request;
    request.messages = c.messages;
    request.sampling = c.sampling;
    const auto reply = talk.ask(request);
    REQUIRE_MESSAGE(reply, reply.error().describe());
    CHECK_MESSAGE(json::equivalent(talk.sent(), value_of(c.body)), json::write(talk.sent()));
    CHECK(reply->text == c.text);
    CHECK(talk.text == c.text);
    CHECK(talk.pieces == 1);
    CHECK(talk.server.count("POST /shutdown") == 0);
  }
}

TEST_CASE("a stop text cuts an older server's reply") {
  Talk talk;
  talk.speaks_old(text_generation_api);
  talk.server.on("POST /chat", {{200, R"({"Result":"one END two"})"}});
  auto request = Talk::hello();
  request.sampling.stop = {"", "END"};
  const auto reply = talk.ask(request);
  REQUIRE(reply);
  CHECK(reply->text == "one");
}

TEST_CASE("an older server's answer without a reply") {
  struct {
    const char* api;
    const char* path;
    const char* body;
  } const cases[] = {
      {text_generation_api, "/chat", "not JSON"},
      {text_generation_api, "/chat", R"({"result":"hi"})"},
      {falcon_api, "/chat", R"({"Result":null})"},
      {llama_chat_api, "/chat", R"({"results":[]})"},
      {llama_chat_api, "/chat", R"({"results":[[]]})"},
      {llama_chat_api, "/chat", R"({"results":[[{"role":"Assistant"}]]})"},
      {llama_completion_api, "/generate", R"({"results":[{"prompt":"x"}]})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.body);
    Talk talk;
    talk.speaks_old(c.api);
    talk.server.on(std::string("POST ") + c.path, {{200, c.body}});
    const auto reply = talk.ask();
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == ErrorCode::protocol);
    CHECK(talk.pieces == 0);
  }
}

TEST_CASE("an older server's errors") {
  struct {
    Scripted answer;
    ErrorCode code;
    std::string message;
  } const cases[] = {
      {{400, R"({"detail":"Text generation parameter prompt required"})"},
       ErrorCode::failed,
       "prompt required"},
      {{408, R"({"detail":"Request Timed Out"})"}, ErrorCode::failed, "408: Request Timed Out"},
      {{404, R"({"detail":"No results"})"}, ErrorCode::failed, "No results"},
      {{500, "Internal Server Error", "text/plain"}, ErrorCode::failed, "500: Internal"},
      {{503, R"({"kind":"Status","code":503,"message":"error trying to reach service"})"},
       ErrorCode::unavailable,
       "error trying to reach"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.message);
    Talk talk;
    talk.speaks_old(text_generation_api);
    talk.server.on("POST /chat", {c.answer});
    const auto reply = talk.ask();
    REQUIRE_FALSE(reply);
    CHECK(to_string(reply.error().code) == to_string(c.code));
    CHECK_MESSAGE(has(reply.error().message, c.message), reply.error().message);
    CHECK(talk.server.count("POST /chat") == 1);
  }
}

TEST_CASE("what an older server cannot do is said, not passed over") {
  for (const bool schema : {true, false}) {
    Talk talk;
    talk.speaks_old(text_generation_api);
    auto request = Talk::hello();
    if (schema)
      request.sampling.json_schema = json::Document(value_of("{}"));
    else
      request.model = "french";
    const auto reply = talk.ask(request);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == ErrorCode::invalid);
    CHECK(talk.server.count("POST /chat") == 0);
  }
}

TEST_CASE("limits are handed through") {
  CHECK(to_string(Dialect::openai) == "openai");
  std::stop_source stop;
  stop.request_stop();
  Talk talk;
  talk.speaks(vllm_models).answers({{500, "x"}});
  // The body of an error is read under the same limits.
  REQUIRE(talk.client.dialect({}));
  const auto reply = talk.ask(Talk::hello(), {Deadline::never(), stop.get_token()});
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == ErrorCode::interrupted);
}

}  // namespace
}  // namespace kaito::chat::test
