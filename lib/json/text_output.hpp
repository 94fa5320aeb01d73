#pragma once

#include <string>
#include <string_view>

#include "kaito/json/value.hpp"

namespace kaito::json {

class TreeNode;

/// Appends text between double quotes, escaped so that JSON and YAML read the same text back and a
/// terminal shows it safely: control characters (C0, DEL, C1), the line separators and the byte
/// order mark as \uNNNN; bytes that are not UTF-8 become U+FFFD.
void append_double_quoted(std::string& out, std::string_view text);

/// Appends a null, boolean or number as JSON writes it.
void append_plain(std::string& out, const Value& value);
void append_plain(std::string& out, const TreeNode& node);

/// Whether the character has to be escaped: a control character other than those that have a place
/// in text, a line separator that only some readers know, or a byte order mark.
[[nodiscard]] bool needs_escape(char32_t character);

/// The character at the front of `text` (not empty) and its length in bytes. A byte that is not
/// UTF-8 is U+FFFD of length 1.
struct Character {
  char32_t code;
  std::size_t bytes;
  bool valid;
};
[[nodiscard]] Character first_character(std::string_view text);

}  // namespace kaito::json
