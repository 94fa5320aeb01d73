#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "context.hpp"
#include "kaito/chat/chat.hpp"

namespace kaitoctl::commands {

/// The flags of `chat`, as typed.
struct ChatFlags {
  std::string name;
  std::vector<std::string> prompt;
  std::vector<std::string> files;
  std::string system;
  std::string model;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> max_tokens;
  std::string json_schema;
  bool no_stream = false;
  bool stats = false;
  std::string timeout = "10m";
  std::string output;
};

void add_chat_flags(CommandLine& command, ChatFlags& flags);

/// The request without messages but the system one. Errors: usage, parse (--json-schema).
[[nodiscard]] kaito::Result<kaito::chat::ChatRequest> chat_request(Context& context,
                                                                   const ChatFlags& flags);

/// The prompt from words, files and piped stdin, in that order; "" when there is none.
[[nodiscard]] kaito::Result<std::string> gather_prompt(Context& context, const ChatFlags& flags);

}  // namespace kaitoctl::commands
