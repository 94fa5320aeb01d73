#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include "context.hpp"
#include "kaito/ops/events.hpp"

namespace kaitoctl {

/// How an operation's events are shown on stderr: a line that redraws itself on a terminal, a line
/// per phase elsewhere, JSON lines for programs, or nothing.
enum class ProgressStyle : unsigned char { redraw, plain, json, none };

/// `text` is --progress; auto looks at the terminal. Errors: none (the flag is checked by the
/// parser).
[[nodiscard]] ProgressStyle progress_style(std::string_view text, Context& context);

class Progress {
 public:
  Progress(Context& context, ProgressStyle style);
  /// Ends the line that redraws itself.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  [[nodiscard]] kaito::ops::EventSink sink();

 private:
  void show(const kaito::ops::Event& event);
  void show_json(const kaito::ops::Event& event);
  void show_line(const kaito::ops::Event& event);
  void clear_line();

  Context& context_;
  ProgressStyle style_;
  std::chrono::steady_clock::time_point started_;
  std::string last_;
  bool line_open_ = false;
};

}  // namespace kaitoctl
