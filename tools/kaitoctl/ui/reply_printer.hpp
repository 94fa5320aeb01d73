#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "context.hpp"
#include "kaito/base/text.hpp"
#include "kaito/chat/chat.hpp"

namespace kaitoctl {

/// Writes a reply to stdout as it arrives, escaped, and ends it with a newline; on a terminal
/// thinking goes to stderr, dimmed.
class ReplyPrinter {
 public:
  explicit ReplyPrinter(Context& context);
  [[nodiscard]] kaito::chat::Sink sink();
  /// Ends the reply's line.
  void finish();
  /// "34 tokens, first after 120ms, 58.1 tokens/s" on stderr.
  void print_stats(const kaito::chat::Reply& reply);

 private:
  void text(std::string_view piece);
  void reasoning(std::string_view piece);

  Context& context_;
  kaito::ControlEscaper escaper_;
  kaito::ControlEscaper reasoning_escaper_;
  std::chrono::steady_clock::time_point started_;
  std::optional<std::chrono::steady_clock::time_point> first_;
  bool at_line_start_ = true;
  bool thinking_ = false;
};

}  // namespace kaitoctl
