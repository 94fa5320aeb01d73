#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"

namespace kaito::net {

/// Cuts a byte stream into lines (LF or CRLF). Bounded: a longer line is a protocol error.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t max_line) : max_line_(max_line) {}
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// The next whole line without its end; nothing until more bytes come. Errors: protocol.
  [[nodiscard]] Result<std::optional<std::string>> next();
  /// What is left at the end of the stream; "" when nothing.
  [[nodiscard]] std::string rest();

 private:
  std::size_t max_line_;
  std::string buffer_;
  std::size_t start_ = 0;
};

/// A server-sent event. Source: WHATWG HTML, "Server-sent events".
struct SseEvent {
  std::string event;  ///< "" = message
  std::string data;   ///< lines joined by "\n"
};

/// Server-sent events out of a byte stream.
class SseReader {
 public:
  explicit SseReader(std::size_t max_event = std::size_t{4} << 20)
      : lines_(max_event), max_event_(max_event) {}
  void feed(std::string_view bytes) { lines_.feed(bytes); }
  /// The next whole event; nothing until more bytes come. Errors: protocol.
  [[nodiscard]] Result<std::optional<SseEvent>> next();
  /// An event that the stream's end cut short of its blank line, if it has data (some servers end
  /// so).
  [[nodiscard]] std::optional<SseEvent> finish();

 private:
  void take_line(std::string_view line);
  LineSplitter lines_;
  std::size_t max_event_;
  SseEvent current_;
  bool has_data_ = false;
  bool first_line_ = true;
};

}  // namespace kaito::net
