#include "utf8.hpp"

#include "kaito/base/text.hpp"

namespace kaito {

Utf8Character first_character(std::string_view text) {
  using Kind = Utf8Character::Kind;
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {Kind::whole, lead, 1};

  std::size_t length = 0;
  char32_t code = 0;
  // The range of the second byte rules out overlong forms, surrogates and what is too large.
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
    code = lead & 0x1FU;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    code = lead & 0x0FU;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    code = lead & 0x07U;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return {Kind::broken, 0, 1};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size()) return {Kind::incomplete, 0, i};
    if (byte(i) < low || byte(i) > high) return {Kind::broken, 0, 1};
    code = (code << 6U) | (byte(i) & 0x3FU);
    low = 0x80;
    high = 0xBF;
  }
  return {Kind::whole, code, length};
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const Utf8Character character = first_character(text);
    if (character.kind != Utf8Character::Kind::whole) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

}  // namespace kaito
