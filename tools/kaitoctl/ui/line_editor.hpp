#pragma once

#include <memory>
#include <string>

namespace kaitoctl {

/// One line from the terminal, with editing and the history of this conversation. Ctrl-C gives up
/// the line, Ctrl-D on an empty one ends.
class LineEditor {
 public:
  enum class Ending : unsigned char { line, interrupted, end_of_input };

  LineEditor();
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// REQUIRES: stdin and stdout are a terminal. `line` comes without its newline.
  [[nodiscard]] Ending read(const std::string& prompt, std::string& line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kaitoctl
