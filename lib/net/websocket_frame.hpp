#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kaito/base/result.hpp"

namespace kaito::net {

enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

struct Frame {
  bool last = true;  ///< of its message
  Opcode opcode = Opcode::binary;
  std::string payload;
  bool operator==(const Frame&) const = default;
};

using Mask = std::array<unsigned char, 4>;

/// A frame as bytes; what a client sends has a mask. Source: RFC 6455 section 5.
[[nodiscard]] std::string frame_bytes(bool last, Opcode opcode, std::string_view payload,
                                      const std::optional<Mask>& mask);

/// Frames out of a byte stream, however it is cut; linear in the bytes. No I/O.
class FrameReader {
 public:
  /// `masked`: whether the peer has to mask, as clients have; `max_payload`: bytes of a frame.
  FrameReader(bool masked, std::size_t max_payload) : masked_(masked), max_payload_(max_payload) {}
  void feed(std::string_view bytes) { buffer_ += bytes; }
  /// The next whole frame; nothing until more bytes come. Errors: protocol, and it stays one.
  [[nodiscard]] Result<std::optional<Frame>> next();
  /// Nothing of a frame that is not whole yet.
  [[nodiscard]] bool empty() const { return start_ == buffer_.size(); }

 private:
  struct Head {
    Frame frame;
    std::size_t head_size = 0;
    std::size_t payload_size = 0;
    Mask mask{};
  };
  /// Nothing until the head is whole.
  Result<std::optional<Head>> read_head() const;
  [[nodiscard]] unsigned byte_at(std::size_t index) const {
    return static_cast<unsigned char>(buffer_[start_ + index]);
  }

  const bool masked_;
  const std::size_t max_payload_;
  std::string buffer_;
  std::size_t start_ = 0;  ///< of the next frame
};

}  // namespace kaito::net
