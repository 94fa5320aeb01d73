#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"

namespace kaito::net {

/// What ends a line: LF or CRLF; or, as server-sent events have it, a lone CR too.
enum class LineEnds : std::uint8_t { lf_or_crlf, also_cr };

/// Cuts a byte stream into lines. Linear in the bytes fed, however they are cut. Bounded: a longer
/// line is a protocol error, and stays one.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t max_line, LineEnds ends = LineEnds::lf_or_crlf)
      : max_line_(max_line), ends_(ends) {}
  void feed(std::string_view bytes);
  /// The next whole line without its end; nothing until more bytes come. Errors: protocol.
  [[nodiscard]] Result<std::optional<std::string>> next();
  /// What is left at the end of the stream; "" when nothing.
  [[nodiscard]] std::string rest();

 private:
  std::size_t max_line_;
  LineEnds ends_;
  std::string buffer_;
  std::size_t start_ = 0;    ///< of the line under way
  std::size_t scanned_ = 0;  ///< no line end before here
  bool skip_lf_ = false;     ///< the last line ended in CR: a LF that follows belongs to it
};

/// A server-sent event. Source: WHATWG HTML, "Server-sent events".
struct SseEvent {
  std::string event;  ///< "" = message
  std::string data;   ///< lines joined by "\n"
};

/// Server-sent events out of a byte stream. Comments, "id" and "retry" are passed over, and so are
/// events without data.
class SseReader {
 public:
  explicit SseReader(std::size_t max_event = std::size_t{4} << 20)
      : lines_(max_event, LineEnds::also_cr), max_event_(max_event) {}
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
