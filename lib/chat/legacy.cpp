#include "chat/legacy.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaito::chat {

namespace {

/// These servers count 200 tokens for prompt and reply together unless told otherwise.
constexpr std::int64_t default_new_tokens = 512;
/// How the user's next turn would begin.
constexpr std::string_view user_turn = "\nUser:";

void add_sampling(const Sampling& sampling, boost::json::object& settings) {
  // The pipelines refuse a temperature of 0; what it asks for is not to draw at random.
  if (sampling.temperature && *sampling.temperature <= 0)
    settings["do_sample"] = false;
  else if (sampling.temperature)
    settings["temperature"] = *sampling.temperature;
  if (sampling.top_p) settings["top_p"] = *sampling.top_p;
}

boost::json::object generation(const Sampling& sampling) {
  boost::json::object settings;
  settings["max_new_tokens"] = sampling.max_tokens.value_or(default_new_tokens);
  add_sampling(sampling, settings);
  return settings;
}

/// This server knows no max_new_tokens, only the length of prompt and reply together. A token is
/// seldom shorter than two bytes, so that the reply gets at least what is asked for.
boost::json::object falcon_settings(const Sampling& sampling, const std::string& prompt) {
  boost::json::object settings;
  settings["prompt"] = prompt;
  settings["max_length"] = static_cast<std::int64_t>(prompt.size() / 2) +
                           sampling.max_tokens.value_or(default_new_tokens);
  add_sampling(sampling, settings);
  return settings;
}

boost::json::object llama_parameters(const Sampling& sampling) {
  boost::json::object settings;
  if (sampling.max_tokens) settings["max_gen_len"] = *sampling.max_tokens;
  if (sampling.temperature) settings["temperature"] = *sampling.temperature;
  if (sampling.top_p) settings["top_p"] = *sampling.top_p;
  return settings;
}

boost::json::object llama_dialogue(const ChatRequest& request) {
  boost::json::array turns;
  for (const auto& message : request.messages) {
    boost::json::object turn;
    turn["role"] = message.role;
    turn["content"] = message.content;
    turns.push_back(std::move(turn));
  }
  boost::json::array dialogues;
  dialogues.push_back(std::move(turns));
  boost::json::object input;
  input["input_string"] = std::move(dialogues);
  return input;
}

tl::unexpected<Error> no_reply(std::string_view body) {
  return fail(ErrorCode::protocol,
              "the model server's answer holds no reply: " + shorten(body, 200));
}

/// The last entry of results[0], of a chat; results[0].response, of a completion.
Result<std::string> llama_reply(Dialect dialect, const json::Value& answer, std::string_view body) {
  const auto* results = json::find(answer, {"results"});
  if (results == nullptr || !results->is_array() || results->get_array().empty())
    return no_reply(body);
  const auto& first = results->get_array().front();
  const json::Value* text = nullptr;
  if (dialect == Dialect::llama_completion)
    text = json::find(first, {"response"});
  else if (first.is_array() && !first.get_array().empty())
    text = json::find(first.get_array().back(), {"content"});
  if (text == nullptr || !text->is_string()) return no_reply(body);
  return std::string(text->get_string());
}

}  // namespace

std::string one_prompt(const std::vector<Message>& messages) {
  if (messages.size() == 1) return messages.front().content;
  std::string prompt;
  for (const auto& message : messages) {
    if (message.role == "user") prompt += "User: ";
    if (message.role == "assistant") prompt += "Assistant: ";
    prompt += message.content + "\n";
  }
  return prompt + "Assistant:";
}

LegacyCall legacy_call(Dialect dialect, const ChatRequest& request) {
  LegacyCall call;
  call.path = dialect == Dialect::llama_completion ? "/generate" : "/chat";
  boost::json::object body;
  switch (dialect) {
    case Dialect::llama_chat:
      body["input_data"] = llama_dialogue(request);
      body["parameters"] = llama_parameters(request.sampling);
      break;
    case Dialect::llama_completion: {
      call.prompt = one_prompt(request.messages);
      boost::json::array prompts;
      prompts.emplace_back(call.prompt);
      body["prompts"] = std::move(prompts);
      body["parameters"] = llama_parameters(request.sampling);
      break;
    }
    case Dialect::falcon:
      call.prompt = one_prompt(request.messages);
      body = falcon_settings(request.sampling, call.prompt);
      break;
    case Dialect::text_generation:
    case Dialect::openai:
      call.prompt = one_prompt(request.messages);
      body["prompt"] = call.prompt;
      body["return_full_text"] = false;
      body["generate_kwargs"] = generation(request.sampling);
      break;
  }
  call.body = json::write(body);
  call.stops = request.sampling.stop;
  if (!call.prompt.empty() && request.messages.size() > 1) call.stops.emplace_back(user_turn);
  return call;
}

Result<std::string> legacy_reply(Dialect dialect, std::string_view body, const LegacyCall& call) {
  const auto answer = json::parse(body);
  if (!answer) return no_reply(body);
  std::string text;
  if (dialect == Dialect::llama_chat || dialect == Dialect::llama_completion) {
    KAITO_TRY(text, llama_reply(dialect, *answer, body));
  } else {
    const auto* result = json::find(*answer, {"Result"});
    if (result == nullptr || !result->is_string()) return no_reply(body);
    text = result->get_string();
  }
  if (!call.prompt.empty() && text.starts_with(call.prompt)) text.erase(0, call.prompt.size());
  for (const auto& stop : call.stops) {
    if (!stop.empty()) text.resize(std::min(text.find(stop), text.size()));
  }
  return std::string(trim(text));
}

}  // namespace kaito::chat
