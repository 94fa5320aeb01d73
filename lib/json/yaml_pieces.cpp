#include "json/yaml_pieces.hpp"

#include <algorithm>
#include <utility>

namespace kaito::json {
namespace {

constexpr std::size_t kReadAhead = std::size_t{64} << 10;
constexpr std::size_t kLongestMarker = 4;  // "--- "
constexpr std::string_view kBlanks = " \t\r\n";

bool begins_with_marker(std::string_view line, std::string_view marker) {
  if (line.front() != marker.front() || !line.starts_with(marker)) return false;
  return line.size() == marker.size() ||
         kBlanks.find(line[marker.size()]) != std::string_view::npos;
}

/// Whether the document may still begin after this line: it is blank, a comment or a directive.
bool is_preamble(std::string_view line) {
  const std::size_t first = line.find_first_not_of(kBlanks);
  return first == std::string_view::npos || line[first] == '#' || line[0] == '%';
}

bool opens_bracket(std::string_view line) {
  const std::size_t first = line.find_first_not_of(kBlanks);
  return first != std::string_view::npos && (line[first] == '{' || line[first] == '[');
}

/// Whether JSON has the character outside of strings, brackets aside. YAML's quotes, comments,
/// anchors and tags are not among them, so that none of those is taken for JSON.
bool is_between(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == 'E' || c == ',' || c == ':' ||
         c == '+' || c == '-' || c == '.' || kBlanks.find(c) != std::string_view::npos;
}

}  // namespace

JsonValueEnd::State JsonValueEnd::next(char c) {
  const bool opens = c == '{' || c == '[';
  const bool blank = kBlanks.find(c) != std::string_view::npos;
  switch (state_) {
    case State::before:
      depth_ = 1;
      return opens ? State::inside : blank ? State::before : State::other;
    case State::inside:
      if (opens) ++depth_;
      if (c == '}' || c == ']') return --depth_ == 0 ? State::after : State::inside;
      return c == '"' ? State::in_string : opens || is_between(c) ? State::inside : State::other;
    case State::in_string:
      return c == '"' ? State::inside : c == '\\' ? State::escaped : State::in_string;
    case State::escaped:
      return State::in_string;
    case State::after:
      return blank ? State::after : State::other;
    case State::other:
      break;
  }
  return State::other;
}

void JsonValueEnd::add(std::string_view line) {
  for (const char c : line) {
    if (state_ == State::other) return;
    state_ = next(c);
  }
}

/// Reads more behind what there is, in place of the pieces that were given.
Result<void> YamlPieces::fill() {
  buffer_.erase(0, start_);
  line_ -= start_;
  start_ = 0;
  // Into room that is kept: a source that gives a byte at a time costs no 64 KiB each.
  read_ahead_.resize(kReadAhead);
  auto read = source_(read_ahead_.data(), kReadAhead);
  buffer_.append(read_ahead_.data(), read ? std::min(*read, kReadAhead) : 0);
  text_ = buffer_;
  ended_ = !read || *read == 0;
  if (!read) {
    text_ = {};
    line_ = 0;
    return fail(std::move(read).error());
  }
  return {};
}

/// Drops what has been read of a piece that is too large, but for the beginning of its last line.
void YamlPieces::forget() {
  buffer_.erase(start_, line_ - start_);
  buffer_.resize(std::min(buffer_.size(), start_ + kLongestMarker));
  line_ = start_;
}

/// Gives whether there is another line.
Result<bool> YamlPieces::find_line_end() {
  for (std::size_t from = line_;;) {
    if (const std::size_t found = text_.find('\n', from); found != std::string_view::npos) {
      line_end_ = found + 1;
      return true;
    }
    if (ended_) {
      line_end_ = text_.size();
      return line_end_ > line_;
    }
    if (text_.size() - start_ > most_) {
      too_large_ = true;
      forget();
    }
    const std::size_t searched = buffer_.size() - start_;
    KAITO_CHECK(fill());
    from = searched;
  }
}

Result<std::optional<YamlPiece>> YamlPieces::next() {
  start_ = line_;
  too_large_ = false;
  const unsigned first_line = number_;
  bool begun = false;
  JsonValueEnd json;
  for (;;) {
    KAITO_TRY(const bool found, find_line_end());
    const std::string_view line = text_.substr(line_, line_end_ - line_);
    const bool marked = found && begins_with_marker(line, "---");
    if (!found || (begun && marked) || (json.reached() && opens_bracket(line))) break;
    begun = begun || too_large_ || !is_preamble(line);
    if (begun && !marked) json.add(line);
    line_ = line_end_;
    ++number_;
    if (begins_with_marker(line, "...")) break;
  }
  if (line_ == start_ && !too_large_) return std::nullopt;
  const std::string_view text = text_.substr(start_, line_ - start_);
  return YamlPiece{text, first_line, too_large_ || text.size() > most_};
}

}  // namespace kaito::json
