#include "kaito/net/framing.hpp"

#include <fmt/format.h>

#include <utility>

namespace kaito::net {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

tl::unexpected<Error> too_long(std::string_view what, std::size_t limit) {
  return fail(ErrorCode::protocol, fmt::format("{} is longer than {} bytes", what, limit));
}

}  // namespace

void LineSplitter::feed(std::string_view bytes) {
  // Dropping what was given out only once it is the larger part keeps the copying linear.
  if (start_ > buffer_.size() / 2) {
    buffer_.erase(0, start_);
    scanned_ -= start_;
    start_ = 0;
  }
  buffer_.append(bytes);
}

Result<std::optional<std::string>> LineSplitter::next() {
  if (skip_lf_ && start_ < buffer_.size()) {
    skip_lf_ = false;
    if (buffer_[start_] == '\n') scanned_ = ++start_;
  }
  // One character is found many times faster than one of two.
  const std::size_t end = ends_ == LineEnds::also_cr ? buffer_.find_first_of("\r\n", scanned_)
                                                     : buffer_.find('\n', scanned_);
  const std::size_t line_end = end == std::string::npos ? buffer_.size() : end;
  if (line_end - start_ > max_line_) return too_long("a line", max_line_);
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    return std::nullopt;
  }
  std::string line = buffer_.substr(start_, end - start_);
  if (ends_ == LineEnds::lf_or_crlf && line.ends_with('\r')) line.pop_back();
  skip_lf_ = buffer_[end] == '\r';
  scanned_ = start_ = end + 1;
  return line;
}

std::string LineSplitter::rest() {
  if (skip_lf_ && start_ < buffer_.size() && buffer_[start_] == '\n') ++start_;
  std::string left = buffer_.substr(start_);
  if (left.ends_with('\r')) left.pop_back();
  buffer_.clear();
  scanned_ = start_ = 0;
  skip_lf_ = false;
  return left;
}

void SseReader::take_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value;
  if (colon != std::string_view::npos) {
    value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
  }
  if (field == "data") {
    if (has_data_) current_.data += '\n';
    current_.data += value;
    has_data_ = true;
  } else if (field == "event") {
    current_.event = std::string(value);
  }
}

Result<std::optional<SseEvent>> SseReader::next() {
  for (;;) {
    KAITO_TRY(std::optional<std::string> line, lines_.next());
    if (!line) return std::nullopt;
    std::string_view text = *line;
    if (std::exchange(first_line_, false) && text.starts_with(byte_order_mark)) {
      text.remove_prefix(byte_order_mark.size());
    }
    if (!text.empty()) {
      take_line(text);
      if (current_.data.size() > max_event_) return too_long("an event", max_event_);
      continue;
    }
    SseEvent event = std::exchange(current_, {});
    if (std::exchange(has_data_, false)) return event;
  }
}

std::optional<SseEvent> SseReader::finish() {
  std::string last = lines_.rest();
  std::string_view text = last;
  if (std::exchange(first_line_, false) && text.starts_with(byte_order_mark)) {
    text.remove_prefix(byte_order_mark.size());
  }
  take_line(text);
  SseEvent event = std::exchange(current_, {});
  if (!std::exchange(has_data_, false) || event.data.size() > max_event_) return std::nullopt;
  return event;
}

}  // namespace kaito::net
