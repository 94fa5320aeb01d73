// Responses off the wire, in pieces: heads, chunked bodies and the lines in them. However the bytes
// are cut, the same message comes out, within its bounds.

#include <algorithm>

#include "kaito/net/framing.hpp"
#include "net/http_parser.hpp"
#include "target.hpp"

namespace {

using namespace kaito;
using fuzz::hold;

constexpr std::size_t kMaxHead = 4096;
constexpr std::size_t kMaxBody = 8192;

/// What a reader of the wire ends up with.
struct Message {
  bool refused = false;
  bool whole = false;
  int status = 0;
  std::string body;
  bool operator==(const Message&) const = default;
};

/// As net::MessageReader does it: what the parser did not use is offered again before newer bytes.
Message read(std::string_view bytes, std::size_t piece, bool request) {
  net::ParserOptions options;
  options.request = request;
  options.max_head = kMaxHead;
  options.max_body = kMaxBody;
  net::HttpParser parser(options);
  Message message;
  std::string waiting;
  for (std::size_t at = 0; at < bytes.size() && !parser.done();) {
    const std::size_t count = std::min(piece, bytes.size() - at);
    waiting.append(bytes.substr(at, count));
    at += count;
    const auto used = parser.put(waiting);
    if (!used) {
      hold(!used.error().message.empty(), "a refusal says why");
      hold(parser.refusal() != net::Refusal::none, "a refusal has its kind");
      message.refused = true;
      break;
    }
    hold(*used <= waiting.size(), "no more is used than was offered");
    waiting.erase(0, *used);
  }
  if (!message.refused && parser.head_done() && !parser.done() && !parser.put_end())
    message.refused = true;
  hold(parser.body_size() <= kMaxBody, "a body within its bound");
  if (parser.head_done()) message.status = parser.start_line().status;
  message.whole = !message.refused && parser.done();
  if (message.whole) message.body = parser.take_body();
  return message;
}

std::string lines_of(std::string_view text, std::size_t piece) {
  net::LineSplitter splitter(1000);
  std::string lines;
  for (std::size_t at = 0; at <= text.size(); at += piece) {
    splitter.feed(text.substr(at, piece));
    for (;;) {
      const auto line = splitter.next();
      if (!line) return "too long";
      if (!*line) break;
      hold((*line)->size() <= 1000, "a line within its bound");
      lines += **line + "\n";
    }
  }
  return lines + splitter.rest();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 64;
  const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
  for (const bool request : {false, true}) {
    const Message cut = read(bytes, piece, request);
    const Message bytewise = read(bytes, 1, request);
    hold(cut.whole == bytewise.whole, "as whole in pieces as in bytes");
    if (cut.whole) hold(cut == bytewise, "the same message in pieces as in bytes");
    if (cut.whole) hold(lines_of(cut.body, piece) == lines_of(cut.body, 1), "the same lines");
  }
  return 0;
}
