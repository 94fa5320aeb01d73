#pragma once

#include <string>

#include "kaito/chat/chat.hpp"

namespace kaito::chat {

/// The body of POST /v1/chat/completions. `usage_in_stream` asks for a last chunk with token
/// counts, which only vLLM understands.
[[nodiscard]] std::string openai_body(const ChatRequest& request, const std::string& model,
                                      bool usage_in_stream);

/// Puts a reply together from what the server sends: events of a stream, or one JSON answer.
/// Source: inference-server.md 2, 3.3.
class OpenAiReply {
 public:
  explicit OpenAiReply(const Sink& sink) : sink_(&sink) {}
  /// One event's data. Gives true once the stream says it is over ("[DONE]").
  /// Errors: failed (an error event), protocol (not JSON, or more than max_answer_bytes in all).
  [[nodiscard]] Result<bool> take_event(std::string_view data);
  /// A whole answer. Errors: protocol.
  [[nodiscard]] Result<void> take_answer(std::string_view body);
  /// Whether the end of the stream may come now: a finish reason was seen, or the end mark.
  [[nodiscard]] bool is_complete() const { return complete_; }
  /// Whether nothing of a reply has come yet.
  [[nodiscard]] bool is_empty() const {
    return reply_.text.empty() && reply_.reasoning.empty() && reply_.tool_calls.empty();
  }
  [[nodiscard]] const Reply& reply() const { return reply_; }
  [[nodiscard]] Reply take() { return std::move(reply_); }

 private:
  [[nodiscard]] Result<void> take_chunk(const json::Value& chunk, std::string_view part);
  void take_message(const json::Value& message);
  void take_tool_calls(const json::Value& calls);
  const Sink* sink_;
  Reply reply_;
  std::size_t bytes_ = 0;  ///< of text, reasoning and tool calls so far
  bool complete_ = false;
};

}  // namespace kaito::chat
