#include "net/message_reader.hpp"

#include <cstring>

namespace kaito::net {
namespace {

constexpr std::size_t first_size = std::size_t{16} << 10;  // a TLS record

}  // namespace

void MessageReader::make_room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ < buffer_.size()) return;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    return;
  }
  // A head that does not fit; the parser's limit bounds the growth.
  buffer_.resize(buffer_.empty() ? first_size : buffer_.size() * 2);
}

Result<void> MessageReader::advance(HttpParser& parser, const CallLimits& limits) {
  if (!fresh_) {
    make_room();
    KAITO_TRY(const std::size_t count,
              stream_.read_some({buffer_.data() + end_, buffer_.size() - end_}, limits));
    if (count == 0) {
      at_end_ = true;
      // The close may be what ends the body; anything else is cut short.
      if (parser.head_done() && parser.put_end()) return {};
      return fail(ErrorCode::unreachable, "closed the connection");
    }
    end_ += count;
  }
  KAITO_TRY(const std::size_t used, parser.put(left_over()));
  begin_ += used;
  // Left-over bytes of a whole message belong to the next one; of an unfinished one they wait for
  // more.
  fresh_ = parser.done() && begin_ != end_;
  return {};
}

}  // namespace kaito::net
