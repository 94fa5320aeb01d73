#include <cstdint>

#include "kaito/base/text.hpp"

namespace kaito {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The text may be a credential, so the message tells the place and never the content.
tl::unexpected<Error> not_base64(std::string_view why) {
  return fail(ErrorCode::invalid, "not valid base64: " + std::string(why));
}

/// 0 to 63, or -1.
int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = (group << 8U) | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += k <= count ? kAlphabet[(group >> (18U - 6U * k)) & 0x3FU] : '=';
  }
  return out;
}

Result<std::string> base64_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  unsigned digits = 0;
  unsigned padding = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' || c == '\n') continue;
    const int value = value_of(c);
    if (c == '=' && digits + padding < 4 && digits >= 2) {
      ++padding;
      continue;
    }
    if (value < 0 || padding > 0)
      return not_base64("unexpected character at position " + std::to_string(i + 1));
    group = (group << 6U) | static_cast<std::uint32_t>(value);
    if (++digits < 4) continue;
    for (const unsigned shift : {16U, 8U, 0U})
      out += static_cast<char>((group >> shift) & 0xFFU);
    group = 0;
    digits = 0;
  }
  if (digits == 0) return out;
  if (digits + padding != 4) return not_base64("it ends too early");
  group <<= 6U * padding;
  out += static_cast<char>((group >> 16U) & 0xFFU);
  if (digits == 3) out += static_cast<char>((group >> 8U) & 0xFFU);
  return out;
}

}  // namespace kaito
