#pragma once

#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "kaito/chat/chat.hpp"
#include "kaito/json/json.hpp"
#include "support/scripted_transport.hpp"

namespace kaito::chat::test {

using kaito::test::failing;
using kaito::test::Scripted;
using kaito::test::ScriptedTransport;

/// FastAPI's answer for a path that it does not have: what every model server here falls back to.
inline Scripted no_such_path() {
  return {404, R"({"detail":"Not Found"})"};
}

inline const char* const vllm_models =
    R"({"object":"list","data":[
     {"id":"phi-4-mini-instruct","object":"model","owned_by":"vllm","parent":null,"max_model_len":131072},
     {"id":"french","object":"model","owned_by":"vllm","parent":"phi-4-mini-instruct","max_model_len":null}]})";
inline const char* const transformers_models =
    R"({"object":"list","data":[{"id":"phi-4","object":"model","created":1,"owned_by":"kaito"}]})";
inline const char* const text_generation_api =
    R"({"paths":{"/chat":{},"/health":{}},"components":{"schemas":{
     "UnifiedRequestModel":{"properties":{"prompt":{},"messages":{},"generate_kwargs":{}}}}}})";
inline const char* const llama_chat_api =
    R"({"paths":{"/chat":{},"/shutdown":{}},"components":{"schemas":{
     "ChatParameters":{"properties":{"input_data":{},"parameters":{}}}}}})";
inline const char* const llama_completion_api =
    R"({"paths":{"/generate":{},"/shutdown":{}},"components":{"schemas":{}}})";
inline const char* const falcon_api =
    R"({"paths":{"/chat":{},"/healthz":{}},"components":{"schemas":{
     "Settings":{"properties":{"prompt":{},"max_length":{}}}}}})";

inline const std::string completions = "/v1/chat/completions";

/// A server, the partner that talks to it, and what arrived on the way.
struct Talk {
  ScriptedTransport server{no_such_path()};
  ChatClient client{server};
  std::string text;
  std::string reasoning;
  int pieces = 0;

  Talk& speaks(const char* models) {
    server.on("GET /v1/models", {{200, models}});
    return *this;
  }
  Talk& speaks_old(const char* description) {
    server.on("GET /openapi.json", {{200, description}});
    return *this;
  }
  Talk& answers(std::vector<Scripted> answers) {
    server.on("POST " + completions, std::move(answers));
    return *this;
  }

  Result<Reply> ask(const ChatRequest& request, const CallLimits& limits = {}) {
    Sink sink;
    sink.text = [this](std::string_view piece) {
      text += piece;
      ++pieces;
    };
    sink.reasoning = [this](std::string_view piece) { reasoning += piece; };
    return client.complete(request, sink, limits);
  }
  Result<Reply> ask() { return ask(hello()); }

  static ChatRequest hello() {
    ChatRequest request;
    request.messages = {{"user", "hello"}};
    return request;
  }

  /// The body of the last request.
  [[nodiscard]] json::Value sent() const {
    const auto value = json::parse(server.requests().back().body);
    REQUIRE(value);
    return *value;
  }
};

inline Scripted events(std::vector<std::string> pieces) {
  Scripted answer;
  answer.type = "text/event-stream; charset=utf-8";
  answer.pieces = std::move(pieces);
  return answer;
}

/// A chunk with this delta and finish reason ("" = null), as an event.
inline std::string chunk(const std::string& delta, const std::string& finish = "") {
  return R"(data: {"object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":)" +
         delta + R"(,"finish_reason":)" + (finish.empty() ? "null" : '"' + finish + '"') +
         "}]}\n\n";
}
inline std::string says(const std::string& text, const std::string& finish = "") {
  return chunk(R"({"content":")" + text + "\"}", finish);
}
inline const std::string done = "data: [DONE]\n\n";

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace kaito::chat::test
