#include "sandbox/models/model_server.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <condition_variable>
#include <mutex>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaito::sandbox {

using boost::json::array;
using boost::json::object;

namespace {

/// Answers cannot be delivered to a peer that went away; there is nobody to tell.
void deliver(const Result<void>& sent) {
  static_cast<void>(sent.has_value());
}

void answer_json(net::Responder& responder, int status, const json::Value& body) {
  net::Headers headers;
  headers.add("Content-Type", "application/json");
  deliver(responder.respond(status, headers, json::write(body)));
}

void answer_text(net::Responder& responder, int status, const char* type, std::string_view body) {
  net::Headers headers;
  headers.add("Content-Type", type);
  deliver(responder.respond(status, headers, body));
}

/// FastAPI's error.
void answer_detail(net::Responder& responder, int status, std::string_view detail) {
  object body;
  body["detail"] = detail;
  answer_json(responder, status, body);
}

/// vLLM's error.
void answer_error(net::Responder& responder, int status, std::string_view type,
                  const std::string& message) {
  object error;
  error["message"] = message;
  error["type"] = type;
  error["param"] = nullptr;
  error["code"] = status;
  object body;
  body["error"] = std::move(error);
  answer_json(responder, status, body);
}

std::string path_of(const net::ServerRequest& request) {
  return request.target.substr(0, request.target.find('?'));
}

json::Value models_answer(const ServedModel& model) {
  array data;
  object base;
  base["id"] = model.name;
  base["object"] = "model";
  base["created"] = 0;
  base["owned_by"] = "vllm";
  base["root"] = model.root;
  base["parent"] = nullptr;
  base["max_model_len"] = model.context;
  data.push_back(std::move(base));
  for (const auto& name : model.adapters) {
    object adapter;
    adapter["id"] = name;
    adapter["object"] = "model";
    adapter["created"] = 0;
    adapter["owned_by"] = "vllm";
    adapter["root"] = "/mnt/adapter/" + name;
    adapter["parent"] = model.name;
    adapter["max_model_len"] = nullptr;
    data.push_back(std::move(adapter));
  }
  object body;
  body["object"] = "list";
  body["data"] = std::move(data);
  return body;
}

std::string last_user_message(const json::Value& request) {
  const auto* messages = json::find(request, {"messages"});
  if (messages == nullptr || !messages->is_array()) return "";
  std::string text;
  for (const auto& message : messages->get_array()) {
    if (json::string_at(message, {"role"}) == "user") text = json::string_at(message, {"content"});
  }
  return text;
}

std::string reply_to(const std::string& model, const std::string& prompt) {
  return "[simulated] This is the sandbox's stand-in for " + model +
         "; no model is running. You said: \"" + shorten(trim(prompt), 200) + "\" (" +
         std::to_string(prompt.size()) + " bytes).";
}

/// The reply cut into words, each with the blank before it.
std::vector<std::string> words_of(const std::string& text, std::int64_t most) {
  std::vector<std::string> words;
  for (std::size_t start = 0;
       start < text.size() && static_cast<std::int64_t>(words.size()) < most;) {
    const auto end = std::min(text.find(' ', start + 1), text.size());
    words.push_back(text.substr(start, end - start));
    start = end;
  }
  return words;
}

object usage_of(const std::string& prompt, std::size_t words) {
  const auto prompt_tokens = static_cast<std::int64_t>(words_of(prompt, 1'000'000).size());
  object usage;
  usage["prompt_tokens"] = prompt_tokens;
  usage["completion_tokens"] = words;
  usage["total_tokens"] = prompt_tokens + static_cast<std::int64_t>(words);
  return usage;
}

object chunk_of(const std::string& model, object delta, const char* finish) {
  object choice;
  choice["index"] = 0;
  choice["delta"] = std::move(delta);
  if (finish != nullptr)
    choice["finish_reason"] = finish;
  else
    choice["finish_reason"] = nullptr;
  array choices;
  choices.push_back(std::move(choice));
  object chunk;
  chunk["id"] = "chatcmpl-simulated";
  chunk["object"] = "chat.completion.chunk";
  chunk["created"] = 0;
  chunk["model"] = model;
  chunk["choices"] = std::move(choices);
  return chunk;
}

/// A reply that is to be sent.
struct Reply {
  std::string model;
  std::string prompt;
  std::vector<std::string> words;
  bool cut = false;  ///< by max_tokens
  bool with_usage = false;
};

bool send_event(net::Responder& responder, const json::Value& event) {
  return responder.write("data: " + json::write(event) + "\n\n").has_value();
}

/// Waits for the pace; false when the server stops.
bool pause(std::chrono::nanoseconds time, const std::stop_token& stop) {
  if (time <= std::chrono::nanoseconds(0)) return !stop.stop_requested();
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock hold(mutex);
  never.wait_for(hold, stop, time, [] { return false; });
  return !stop.stop_requested();
}

void stream(const Reply& reply, net::Responder& responder, std::chrono::nanoseconds pace,
            const std::stop_token& stop) {
  net::Headers headers;
  headers.add("Content-Type", "text/event-stream; charset=utf-8");
  if (!responder.begin(200, headers)) return;
  object first;
  first["role"] = "assistant";
  first["content"] = "";
  if (!send_event(responder, chunk_of(reply.model, std::move(first), nullptr))) return;
  for (const auto& word : reply.words) {
    object delta;
    delta["content"] = word;
    if (!pause(pace, stop) ||
        !send_event(responder, chunk_of(reply.model, std::move(delta), nullptr)))
      return;
  }
  if (!send_event(responder, chunk_of(reply.model, {}, reply.cut ? "length" : "stop"))) return;
  if (reply.with_usage) {
    auto chunk = chunk_of(reply.model, {}, nullptr);
    chunk["choices"] = array();
    chunk["usage"] = usage_of(reply.prompt, reply.words.size());
    if (!send_event(responder, chunk)) return;
  }
  deliver(responder.write("data: [DONE]\n\n"));
}

void answer_whole(const Reply& reply, net::Responder& responder) {
  object message;
  message["role"] = "assistant";
  std::string text;
  for (const auto& word : reply.words)
    text += word;
  message["content"] = text;
  object choice;
  choice["index"] = 0;
  choice["message"] = std::move(message);
  choice["finish_reason"] = reply.cut ? "length" : "stop";
  array choices;
  choices.push_back(std::move(choice));
  object body;
  body["id"] = "chatcmpl-simulated";
  body["object"] = "chat.completion";
  body["created"] = 0;
  body["model"] = reply.model;
  body["choices"] = std::move(choices);
  body["usage"] = usage_of(reply.prompt, reply.words.size());
  answer_json(responder, 200, body);
}

}  // namespace

void ModelServer::handle(const ServedModel& model, const net::ServerRequest& request,
                         net::Responder& responder, const std::stop_token& stop) {
  const std::string path = path_of(request);
  const bool get = request.method == "GET" || request.method == "HEAD";
  if (get && (path == "/health" || path == "/healthz")) {
    if (model.old_api)
      answer_text(responder, 200, "application/json", R"({"status":"Healthy"})");
    else
      answer_text(responder, 200, "text/plain", "");
  } else if (path == "/chat") {
    if (get)
      answer_detail(responder, 405, "Method Not Allowed");
    else
      old_chat(model, request, responder);
  } else if (get && path == "/metrics") {
    answer_text(responder, 200, "text/plain; version=0.0.4; charset=utf-8",
                "# simulated\n# TYPE vllm:num_requests_running "
                "gauge\nvllm:num_requests_running{model_name=\"" +
                    model.name +
                    "\"} 0\n# TYPE vllm:request_success_total "
                    "counter\nvllm:request_success_total{model_name=\"" +
                    model.name + "\",finished_reason=\"stop\"} " + std::to_string(served_.load()) +
                    "\n# TYPE vllm:generation_tokens_total "
                    "counter\nvllm:generation_tokens_total{model_name=\"" +
                    model.name + "\"} " + std::to_string(tokens_.load()) + "\n");
  } else if (model.old_api) {
    if (get && path == "/")
      answer_text(responder, 200, "application/json", R"({"message":"Server is running"})");
    else
      answer_detail(responder, 404, "Not Found");
  } else if (get && path == "/v1/models") {
    answer_json(responder, 200, models_answer(model));
  } else if (get && path == "/version") {
    answer_text(responder, 200, "application/json", R"({"version":"simulated"})");
  } else if (path == "/v1/chat/completions") {
    if (get)
      answer_detail(responder, 405, "Method Not Allowed");
    else
      chat(model, request, responder, stop);
  } else {
    answer_detail(responder, 404, "Not Found");
  }
}

void ModelServer::chat(const ServedModel& model, const net::ServerRequest& request,
                       net::Responder& responder, const std::stop_token& stop) {
  const auto body = json::parse(request.body);
  if (!body || !body->is_object())
    return answer_error(responder, 400, "Bad Request", "the body is not a JSON object");
  std::string wanted(json::string_at(*body, {"model"}));
  if (wanted.empty()) wanted = model.name;
  const bool known = wanted == model.name || std::find(model.adapters.begin(), model.adapters.end(),
                                                       wanted) != model.adapters.end();
  if (!known)
    return answer_error(responder, 404, "NotFoundError",
                        "The model `" + wanted + "` does not exist.");
  const auto* messages = json::find(*body, {"messages"});
  if (messages == nullptr || !messages->is_array() || messages->get_array().empty())
    return answer_error(responder, 400, "Bad Request", "messages must be a list that is not empty");

  auto most = json::int_at(*body, {"max_completion_tokens"},
                           json::int_at(*body, {"max_tokens"}, 1'000'000));
  Reply reply;
  reply.model = wanted;
  reply.prompt = last_user_message(*body);
  const auto all = words_of(reply_to(wanted, reply.prompt), 1'000'000);
  reply.words.assign(
      all.begin(),
      all.begin() + std::clamp<std::ptrdiff_t>(most, 0, static_cast<std::ptrdiff_t>(all.size())));
  reply.cut = reply.words.size() < all.size();
  const auto* streams = json::find(*body, {"stream"});
  const auto* usage = json::find(*body, {"stream_options", "include_usage"});
  reply.with_usage = usage != nullptr && usage->is_bool() && usage->get_bool();
  ++served_;
  tokens_ += static_cast<std::int64_t>(reply.words.size());
  if (streams != nullptr && streams->is_bool() && streams->get_bool())
    stream(reply, responder, word_pace_(), stop);
  else
    answer_whole(reply, responder);
}

void ModelServer::old_chat(const ServedModel& model, const net::ServerRequest& request,
                           net::Responder& responder) {
  const auto body = json::parse(request.body);
  const std::string prompt(body ? json::string_at(*body, {"prompt"}) : std::string_view());
  if (prompt.empty())
    return answer_detail(responder, 400, "Text generation parameter prompt required");
  // The old servers gave the prompt back before the reply, unless told not to.
  const auto* full = json::find(*body, {"return_full_text"});
  const bool echo = full == nullptr || !full->is_bool() || full->get_bool();
  const std::string reply = reply_to(model.name, prompt);
  ++served_;
  object answer;
  answer["Result"] = echo ? prompt + " " + reply : reply;
  answer_json(responder, 200, answer);
}

}  // namespace kaito::sandbox
