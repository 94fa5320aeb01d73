#pragma once

#include <functional>
#include <string>
#include <vector>

#include "context.hpp"
#include "kaito/chat/chat.hpp"
#include "ui/line_editor.hpp"

namespace kaitoctl {

/// A conversation at the terminal: lines in, replies out, and the slash commands (/help lists
/// them). Ctrl-C stops a reply, not the conversation.
class Conversation {
 public:
  Conversation(Context& context, kaito::chat::ChatClient& client, kaito::chat::ChatRequest request,
               std::chrono::nanoseconds reply_timeout, bool stats);
  /// Until /quit or the end of input. Errors: none are fatal but those of the first probe.
  [[nodiscard]] kaito::Result<void> run(const std::string& name);

 private:
  enum class Next : unsigned char { go_on, quit };
  Next take_line(const std::string& line);
  Next command(const std::string& line);
  /// A line that opens a block with """ goes on until the closing one.
  [[nodiscard]] bool read_block(std::string& text);
  void answer();
  void set(const std::string& words);
  void show_models();
  void save(const std::string& path);
  void load(const std::string& path);
  void system_prompt(const std::string& text);

  Context& context_;
  kaito::chat::ChatClient& client_;
  kaito::chat::ChatRequest request_;
  std::chrono::nanoseconds reply_timeout_;
  bool stats_;
  LineEditor editor_;
};

}  // namespace kaitoctl
