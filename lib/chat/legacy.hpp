#pragma once

#include <string>
#include <string_view>

#include "kaito/chat/chat.hpp"

namespace kaito::chat {

/// The older servers' one request: where it goes and what it says. REQUIRES: dialect is not openai.
/// Source: inference-server.md 1, 5.
struct LegacyCall {
  std::string path;  ///< "/chat" or "/generate"
  std::string body;
  std::string prompt;  ///< what an answer may begin with, to be left out
};
[[nodiscard]] LegacyCall legacy_call(Dialect dialect, const ChatRequest& request);

/// The reply's text in an answer. Errors: protocol.
[[nodiscard]] Result<std::string> legacy_reply(Dialect dialect, std::string_view body,
                                               std::string_view prompt);

/// A conversation as one text for servers that know only a prompt; a single user message is itself.
[[nodiscard]] std::string one_prompt(const std::vector<Message>& messages);

}  // namespace kaito::chat
