#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "kaito/net/byte_stream.hpp"
#include "net/http_parser.hpp"

namespace kaito::net {

/// Feeds a stream's bytes to parsers, message after message; what one message leaves over is kept
/// for the next.
class MessageReader {
 public:
  explicit MessageReader(ByteStream& stream) : stream_(stream) {}

  /// One step: what is buffered, or else one read. Errors: those of the stream; protocol (see the
  /// parser); unreachable when the peer closed before the message was whole.
  [[nodiscard]] Result<void> advance(HttpParser& parser, const CallLimits& limits);
  /// Bytes are buffered that no parser took yet.
  [[nodiscard]] bool has_left_over() const { return begin_ != end_; }
  /// What is buffered, for a look at an answer that is no HTTP.
  [[nodiscard]] std::string_view left_over() const {
    return {buffer_.data() + begin_, end_ - begin_};
  }
  /// The peer has closed its end.
  [[nodiscard]] bool at_end() const { return at_end_; }

 private:
  void make_room();

  ByteStream& stream_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool fresh_ = false;  ///< the buffer has bytes that the parser has not seen
  bool at_end_ = false;
};

}  // namespace kaito::net
