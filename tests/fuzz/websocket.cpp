// WebSocket frames: however the bytes are cut, the same frames, within their bound; and what is
// read is what would be written.

#include <optional>
#include <string>

#include "net/websocket_frame.hpp"
#include "target.hpp"

namespace {

using namespace kaito;
using fuzz::hold;

constexpr std::size_t kLargest = 2000;

std::string frames_of(std::string_view bytes, bool masked, std::size_t piece) {
  net::FrameReader reader(masked, kLargest);
  std::string frames;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.feed(bytes.substr(at, piece));
    for (;;) {
      const auto frame = reader.next();
      if (!frame) {
        hold(!reader.next(), "a broken stream stays one");
        return frames + "broken";
      }
      if (!*frame) break;
      hold((*frame)->payload.size() <= kLargest, "a frame within its bound");
      frames += net::frame_bytes((*frame)->last, (*frame)->opcode, (*frame)->payload, std::nullopt);
    }
  }
  return frames;
}

void check_written(std::string_view payload) {
  const net::Mask mask{0x12, 0xf4, 0x00, 0x7f};
  for (const bool masked : {false, true}) {
    net::FrameReader reader(masked, payload.size());
    reader.feed(net::frame_bytes(true, net::Opcode::binary, payload,
                                 masked ? std::optional(mask) : std::nullopt));
    const auto frame = reader.next();
    hold(frame && *frame && (*frame)->payload == payload && reader.empty(), "it reads back");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
  const bool masked = data[0] % 2 == 1;
  hold(frames_of(bytes, masked, 1 + data[0] % 61) == frames_of(bytes, masked, 1),
       "the same frames");
  check_written(bytes);
  return 0;
}
