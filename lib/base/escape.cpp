#include "kaito/base/text.hpp"
#include "utf8.hpp"

namespace kaito {
namespace {

/// What could move the cursor, change colours or make text read in another order than it stands.
bool is_unsafe(char32_t code) {
  if (code < 0x20) return code != '\t' && code != '\n';
  return (code >= 0x7F && code <= 0x9F)          // DEL and C1
         || (code >= 0x202A && code <= 0x202E)   // bidirectional embeddings and overrides
         || (code >= 0x2066 && code <= 0x2069);  // bidirectional isolates
}

void append_hex(std::string& out, std::uint32_t number, unsigned digits) {
  while (digits-- > 0)
    out += "0123456789abcdef"[(number >> (4 * digits)) & 0xFU];
}

void append_escaped_byte(std::string& out, char byte) {
  out += "\\x";
  append_hex(out, static_cast<unsigned char>(byte), 2);
}

/// Escapes from the front of `text` what is decided, and gives what is left: nothing, or the start
/// of a character whose end is not there.
std::string_view escape_decided(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const Utf8Character character = first_character(text);
    switch (character.kind) {
      case Utf8Character::Kind::incomplete:
        return text;
      case Utf8Character::Kind::broken:
        append_escaped_byte(out, text.front());
        break;
      case Utf8Character::Kind::whole:
        if (!is_unsafe(character.code)) {
          out += text.substr(0, character.bytes);
        } else if (character.code < 0x80) {
          append_escaped_byte(out, text.front());
        } else {
          out += "\\u";
          append_hex(out, character.code, 4);
        }
    }
    text.remove_prefix(character.bytes);
  }
  return text;
}

}  // namespace

std::string escape_controls(std::string_view text) {
  ControlEscaper escaper;
  std::string out = escaper.feed(text);
  out += escaper.finish();
  return out;
}

std::string ControlEscaper::feed(std::string_view piece) {
  std::string out;
  out.reserve(held_.size() + piece.size());
  if (held_.empty()) {
    held_ = escape_decided(piece, out);
  } else {
    const std::string joined = held_ + std::string(piece);
    held_ = escape_decided(joined, out);
  }
  return out;
}

std::string ControlEscaper::finish() {
  std::string out;
  for (const char byte : held_)
    append_escaped_byte(out, byte);
  held_.clear();
  return out;
}

}  // namespace kaito
