#pragma once

#include <compare>
#include <cstddef>
#include <string_view>

namespace kaito::json {

/// Turns byte offsets into lines and columns (both from 1, columns in characters). Cheap when asked
/// for offsets that mostly grow, which is how a reader goes through a text.
class TextPosition {
 public:
  struct Place {
    unsigned line = 0;
    unsigned column = 0;
    // A false alarm of clang-tidy 14: NOLINTNEXTLINE(modernize-use-nullptr)
    auto operator<=>(const Place&) const = default;
  };

  /// `text` is UTF-8 and must outlive this; it begins on `first_line`.
  explicit TextPosition(std::string_view text, unsigned first_line = 1)
      : text_(text), place_{first_line, 1} {}

  [[nodiscard]] Place at(std::size_t offset) {
    if (offset > text_.size()) offset = text_.size();
    while (offset_ > offset)
      step_back(offset);
    for (; offset_ < offset; ++offset_) {
      const auto byte = static_cast<unsigned char>(text_[offset_]);
      if (byte == '\n') {
        ++place_.line;
        place_.column = 1;
      } else if ((byte & 0xC0U) != 0x80U) {
        ++place_.column;
      }
    }
    return place_;
  }

 private:
  /// To the start of the line that `offset_` is on or, when `offset` is before it, of an earlier
  /// one.
  void step_back(std::size_t offset) {
    while (offset_ > 0 && text_[offset_ - 1] != '\n')
      --offset_;
    while (offset_ > offset) {
      --offset_;  // the line break
      --place_.line;
      while (offset_ > 0 && text_[offset_ - 1] != '\n')
        --offset_;
    }
    place_.column = 1;
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  Place place_;
};

}  // namespace kaito::json
