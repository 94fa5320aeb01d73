#include "net/websocket_frame.hpp"

#include <utility>

namespace kaito::net {
namespace {

constexpr unsigned last_bit = 0x80;
constexpr unsigned reserved_bits = 0x70;
constexpr unsigned mask_bit = 0x80;
constexpr unsigned two_byte_size = 126;
constexpr unsigned eight_byte_size = 127;
constexpr std::size_t longest_control = 125;
/// Used bytes in front of the buffer are dropped when there are that many, so that each byte is
/// moved a bounded number of times.
constexpr std::size_t drop_at = std::size_t{64} << 10;

char byte(std::uint64_t value) {
  return static_cast<char>(static_cast<unsigned char>(value & 0xffU));
}

void apply(const Mask& mask, std::string& text, std::size_t from) {
  for (std::size_t i = from; i < text.size(); ++i)
    text[i] = byte(static_cast<unsigned char>(text[i]) ^ unsigned{mask[(i - from) % mask.size()]});
}

bool is_control(Opcode opcode) {
  return static_cast<unsigned>(opcode) >= 8;
}

bool is_known(unsigned opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

tl::unexpected<Error> broken(const char* why) {
  return fail(ErrorCode::protocol, std::string("not a proper WebSocket frame: ") + why);
}

}  // namespace

std::string frame_bytes(bool last, Opcode opcode, std::string_view payload,
                        const std::optional<Mask>& mask) {
  std::string out;
  out.reserve(payload.size() + 14);
  out += byte((last ? last_bit : 0U) | static_cast<unsigned>(opcode));
  const unsigned masked = mask ? mask_bit : 0U;
  if (payload.size() < two_byte_size) {
    out += byte(masked | payload.size());
  } else {
    const bool small = payload.size() <= 0xffffU;
    out += byte(masked | (small ? two_byte_size : eight_byte_size));
    for (int shift = small ? 8 : 56; shift >= 0; shift -= 8)
      out += byte(std::uint64_t{payload.size()} >> static_cast<unsigned>(shift));
  }
  if (mask)
    for (const unsigned char each : *mask)
      out += byte(each);
  const std::size_t begin = out.size();
  out += payload;
  if (mask) apply(*mask, out, begin);
  return out;
}

Result<std::optional<FrameReader::Head>> FrameReader::read_head() const {
  const std::size_t have = buffer_.size() - start_;
  if (have < 2) return std::nullopt;
  Head head;
  head.frame.last = (byte_at(0) & last_bit) != 0;
  if ((byte_at(0) & reserved_bits) != 0) return broken("reserved bits are set");
  if (!is_known(byte_at(0) & 0x0fU)) return broken("unknown kind");
  head.frame.opcode = static_cast<Opcode>(byte_at(0) & 0x0fU);
  if (((byte_at(1) & mask_bit) != 0) != masked_)
    return broken(masked_ ? "it is not masked" : "it is masked");
  std::uint64_t size = byte_at(1) & 0x7fU;
  const std::size_t extra = size == two_byte_size ? 2 : size == eight_byte_size ? 8 : 0;
  head.head_size = 2 + extra + (masked_ ? head.mask.size() : 0);
  if (is_control(head.frame.opcode) && (size > longest_control || !head.frame.last))
    return broken("a control frame is in parts or too long");
  if (have < head.head_size) return std::nullopt;
  if (extra > 0) {
    size = 0;
    for (std::size_t i = 0; i < extra; ++i)
      size = size << 8U | byte_at(2 + i);
  }
  if (size > max_payload_) return broken("it is longer than allowed");
  head.payload_size = static_cast<std::size_t>(size);
  if (masked_)
    for (std::size_t i = 0; i < head.mask.size(); ++i)
      head.mask[i] = static_cast<unsigned char>(byte_at(2 + extra + i));
  return head;
}

Result<std::optional<Frame>> FrameReader::next() {
  KAITO_TRY(auto head, read_head());
  if (!head || buffer_.size() - start_ < head->head_size + head->payload_size) return std::nullopt;
  head->frame.payload = buffer_.substr(start_ + head->head_size, head->payload_size);
  if (masked_) apply(head->mask, head->frame.payload, 0);
  start_ += head->head_size + head->payload_size;
  if (start_ == buffer_.size() || start_ >= drop_at) {
    buffer_.erase(0, start_);
    start_ = 0;
  }
  return std::optional<Frame>(std::move(head->frame));
}

}  // namespace kaito::net
