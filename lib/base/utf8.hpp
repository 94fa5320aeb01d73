#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kaito {

/// The character at the front of a text.
struct Utf8Character {
  enum class Kind : std::uint8_t {
    whole,       ///< `code` holds its `bytes` bytes
    incomplete,  ///< the text ends inside what may still become a character
    broken       ///< the first byte cannot start a character here
  };
  Kind kind = Kind::broken;
  char32_t code = 0;
  std::size_t bytes = 1;
};

/// Strict: no overlong forms, no surrogates, nothing beyond U+10FFFF. REQUIRES: !text.empty().
[[nodiscard]] Utf8Character first_character(std::string_view text);

}  // namespace kaito
