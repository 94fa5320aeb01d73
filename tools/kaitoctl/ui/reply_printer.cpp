#include "ui/reply_printer.hpp"

#include <iomanip>
#include <iostream>
#include <sstream>

#include "kaito/base/duration.hpp"
#include "output/style.hpp"

namespace kaitoctl {

ReplyPrinter::ReplyPrinter(Context& context)
    : context_(context), started_(std::chrono::steady_clock::now()) {}

kaito::chat::Sink ReplyPrinter::sink() {
  kaito::chat::Sink sink;
  sink.text = [this](std::string_view piece) { text(piece); };
  // Elsewhere than on a terminal nobody watches the thinking.
  if (context_.environment().err_is_terminal && !context_.flags().quiet)
    sink.reasoning = [this](std::string_view piece) { reasoning(piece); };
  return sink;
}

void ReplyPrinter::text(std::string_view piece) {
  if (!first_) first_ = std::chrono::steady_clock::now();
  if (thinking_) context_.err() << "\n" << std::flush;
  thinking_ = false;
  const std::string shown = escaper_.feed(piece);
  if (shown.empty()) return;
  context_.out() << shown << std::flush;
  at_line_start_ = shown.back() == '\n';
}

void ReplyPrinter::reasoning(std::string_view piece) {
  if (!first_) first_ = std::chrono::steady_clock::now();
  thinking_ = true;
  context_.err() << painted(reasoning_escaper_.feed(piece), Paint::dim, context_.color_err())
                 << std::flush;
}

void ReplyPrinter::finish() {
  const std::string rest = escaper_.finish();
  context_.out() << rest;
  if (!rest.empty()) at_line_start_ = rest.back() == '\n';
  if (!at_line_start_) context_.out() << '\n';
  at_line_start_ = true;
  context_.out() << std::flush;
}

void ReplyPrinter::print_stats(const kaito::chat::Reply& reply) {
  const auto now = std::chrono::steady_clock::now();
  std::ostringstream line;
  if (reply.usage) line << reply.usage->completion_tokens << " tokens, ";
  if (first_) line << "first after " << kaito::format_duration(*first_ - started_) << ", ";
  line << "took " << kaito::format_duration(now - started_);
  if (reply.usage && first_ && now > *first_ && reply.usage->completion_tokens > 1) {
    const double seconds = std::chrono::duration<double>(now - *first_).count();
    line << ", " << std::fixed << std::setprecision(1)
         << static_cast<double>(reply.usage->completion_tokens - 1) / seconds << " tokens/s";
  }
  context_.err() << line.str() << '\n';
}

}  // namespace kaitoctl
