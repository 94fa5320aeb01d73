#include "chat/openai.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "chat/answer.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaito::chat {

using json::string_at;

std::string openai_body(const ChatRequest& request, const std::string& model,
                        bool usage_in_stream) {
  boost::json::object body;
  if (!model.empty()) body["model"] = model;
  boost::json::array messages;
  for (const auto& message : request.messages) {
    boost::json::object entry;
    entry["role"] = message.role;
    entry["content"] = message.content;
    messages.push_back(std::move(entry));
  }
  body["messages"] = std::move(messages);
  const auto& sampling = request.sampling;
  if (sampling.max_tokens) body["max_tokens"] = *sampling.max_tokens;
  if (sampling.temperature) body["temperature"] = *sampling.temperature;
  if (sampling.top_p) body["top_p"] = *sampling.top_p;
  if (sampling.seed) body["seed"] = *sampling.seed;
  if (!sampling.stop.empty()) {
    boost::json::array stops;
    for (const auto& text : sampling.stop)
      stops.emplace_back(text);
    body["stop"] = std::move(stops);
  }
  if (sampling.json_schema) {
    boost::json::object schema;
    schema["name"] = "reply";
    schema["schema"] = sampling.json_schema.value();
    boost::json::object format;
    format["type"] = "json_schema";
    format["json_schema"] = std::move(schema);
    body["response_format"] = std::move(format);
  }
  body["stream"] = request.stream;
  if (request.stream && usage_in_stream) {
    boost::json::object options;
    options["include_usage"] = true;
    body["stream_options"] = std::move(options);
  }
  return json::write(body);
}

Result<bool> OpenAiReply::take_event(std::string_view data) {
  if (trim(data) == "[DONE]") {
    complete_ = true;
    return true;
  }
  const auto value = json::parse(data);
  if (!value) {
    // One server writes error texts into the stream that need not be valid JSON.
    if (trim(data).starts_with(R"({"error")"))
      return fail(ErrorCode::failed, "the model server gave up: " + shorten(data, 1000));
    return fail(ErrorCode::protocol,
                "the model server sent an event that is not JSON: " + shorten(data, 200));
  }
  if (json::find(*value, {"error"}) != nullptr || string_at(*value, {"object"}) == "error")
    return fail(ErrorCode::failed, "the model server gave up: " + server_error_text(data));
  KAITO_CHECK(take_chunk(*value, "delta"));
  return false;
}

Result<void> OpenAiReply::take_answer(std::string_view body) {
  auto value = json::parse(body);
  if (!value)
    return fail(ErrorCode::protocol,
                "the model server's answer is not JSON: " + shorten(body, 200));
  const auto* choices = json::find(*value, {"choices"});
  if (choices == nullptr || !choices->is_array() || choices->get_array().empty())
    return fail(ErrorCode::protocol,
                "the model server's answer holds no reply: " + shorten(body, 200));
  KAITO_CHECK(take_chunk(*value, "message"));
  complete_ = true;
  return {};
}

Result<void> OpenAiReply::take_chunk(const json::Value& chunk, std::string_view part) {
  if (const auto model = string_at(chunk, {"model"}); !model.empty()) reply_.model = model;
  if (const auto* usage = json::find(chunk, {"usage"}); usage != nullptr && usage->is_object()) {
    reply_.usage =
        Usage{json::int_at(*usage, {"prompt_tokens"}), json::int_at(*usage, {"completion_tokens"})};
  }
  const auto* choices = json::find(chunk, {"choices"});
  if (choices == nullptr || !choices->is_array() || choices->get_array().empty()) return {};
  const auto& choice = choices->get_array().front();
  if (const auto* message = json::find(choice, {part}); message != nullptr) {
    take_message(*message);
    if (bytes_ > max_answer_bytes)
      return fail(ErrorCode::protocol, "the model server's reply is larger than " +
                                           std::to_string(max_answer_bytes >> 20) + " MiB");
  }
  if (const auto reason = string_at(choice, {"finish_reason"}); !reason.empty()) {
    reply_.finish_reason = reason;
    complete_ = true;
  }
  return {};
}

void OpenAiReply::take_message(const json::Value& message) {
  // The field's name changed twice over the engine's releases; some send both.
  auto thinking = string_at(message, {"reasoning"});
  if (thinking.empty()) thinking = string_at(message, {"reasoning_content"});
  if (!thinking.empty()) {
    bytes_ += thinking.size();
    reply_.reasoning += thinking;
    if (sink_->reasoning) sink_->reasoning(thinking);
  }
  if (const auto text = string_at(message, {"content"}); !text.empty()) {
    bytes_ += text.size();
    reply_.text += text;
    if (sink_->text) sink_->text(text);
  }
  if (const auto* calls = json::find(message, {"tool_calls"}); calls != nullptr)
    take_tool_calls(*calls);
}

void OpenAiReply::take_tool_calls(const json::Value& calls) {
  constexpr std::int64_t most_calls = 128;
  if (!calls.is_array()) return;
  for (const auto& call : calls.get_array()) {
    const auto index =
        json::int_at(call, {"index"}, static_cast<std::int64_t>(reply_.tool_calls.size()));
    if (index < 0 || index >= most_calls) continue;
    const auto position = static_cast<std::size_t>(index);
    while (reply_.tool_calls.size() <= position) {
      boost::json::object empty;
      empty["type"] = "function";
      boost::json::object function;
      function["name"] = "";
      function["arguments"] = "";
      empty["function"] = std::move(function);
      reply_.tool_calls.emplace_back(json::Value(std::move(empty)));
    }
    auto& joined = reply_.tool_calls[position].value().get_object();
    if (const auto id = string_at(call, {"id"}); !id.empty()) joined["id"] = id;
    auto& function = joined["function"].get_object();
    for (const char* key : {"name", "arguments"}) {
      const auto piece = string_at(call, {"function", key});
      bytes_ += piece.size();
      function[key] = std::string(function[key].get_string()).append(piece);
    }
  }
}

}  // namespace kaito::chat
