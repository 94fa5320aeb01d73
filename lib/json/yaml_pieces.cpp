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

}  // namespace

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
  for (;;) {
    KAITO_TRY(const bool found, find_line_end());
    const std::string_view line = text_.substr(line_, line_end_ - line_);
    if (!found || (begun && begins_with_marker(line, "---"))) break;
    begun = begun || too_large_ || !is_preamble(line);
    line_ = line_end_;
    ++number_;
    if (begins_with_marker(line, "...")) break;
  }
  if (line_ == start_ && !too_large_) return std::nullopt;
  const std::string_view text = text_.substr(start_, line_ - start_);
  return YamlPiece{text, first_line, too_large_ || text.size() > most_};
}

}  // namespace kaito::json
