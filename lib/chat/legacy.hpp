#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kaito/chat/chat.hpp"

namespace kaito::chat {

/// The older servers' one request: where it goes and what it says. REQUIRES: dialect is not openai.
/// Source: inference-server.md 1, 5.
struct LegacyCall {
  std::string path;  ///< "/chat" or "/generate"
  std::string body;
  std::string prompt;  ///< what an answer may begin with, to be left out
  /// Where a reply is cut: these servers do not stop by themselves, and go on with the user's part.
  std::vector<std::string> stops;
};
[[nodiscard]] LegacyCall legacy_call(Dialect dialect, const ChatRequest& request);

/// The reply's text in an answer. Errors: protocol.
[[nodiscard]] Result<std::string> legacy_reply(Dialect dialect, std::string_view body,
                                               const LegacyCall& call);

/// A conversation as one text for servers that know only a prompt; a single user message is itself.
[[nodiscard]] std::string one_prompt(const std::vector<Message>& messages);

}  // namespace kaito::chat
