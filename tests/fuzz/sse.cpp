// Server-sent events: however the bytes are cut, the same events, within their bounds.

#include <algorithm>

#include "kaito/net/framing.hpp"
#include "target.hpp"

namespace {

using namespace kaito;
using fuzz::hold;

constexpr std::size_t kLargest = 2000;

std::string events_of(std::string_view text, std::size_t piece) {
  net::SseReader reader(kLargest);
  std::string events;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    reader.feed(text.substr(at, piece));
    for (;;) {
      const auto event = reader.next();
      if (!event) return "too long";
      if (!*event) break;
      hold((*event)->data.size() <= kLargest, "an event within its bound");
      hold((*event)->data.find('\r') == std::string::npos, "no line end is left in a line");
      events += (*event)->event + ":" + (*event)->data + ";";
    }
  }
  if (const auto last = reader.finish()) events += last->event + ":" + last->data + ".";
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text = fuzz::text_of(data + 1, size - 1);
  hold(events_of(text, 1 + data[0] % 64) == events_of(text, 1), "the same events");
  return 0;
}
