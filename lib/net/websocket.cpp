#include "kaito/net/websocket.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <utility>

#include "kaito/base/text.hpp"
#include "net/websocket_frame.hpp"

namespace kaito::net {
namespace {

constexpr std::string_view magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr unsigned normal_close = 1000;
constexpr unsigned going_away = 1001;
/// With a peer that asks whether we live and does not read the answer.
constexpr std::chrono::seconds pong_patience{10};

/// A mask need only be unforeseeable for those who choose the payload; when the system has no
/// randomness left, the key of the handshake is what fails.
template <std::size_t size>
std::array<unsigned char, size> random_bytes() {
  std::array<unsigned char, size> bytes{};
  (void)RAND_bytes(bytes.data(), static_cast<int>(size));
  return bytes;
}

/// What proves that the server has understood the key.
std::string accept_of(std::string_view key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const std::string text = std::string(key) + std::string(magic);
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
    return {};
  }
  return base64_encode({reinterpret_cast<const char*>(digest.data()), size});
}

/// Whether a comma-separated header has the word.
bool lists(std::string_view header, std::string_view word) {
  const auto parts = split(header, ',');
  return std::any_of(parts.begin(), parts.end(),
                     [&](auto part) { return equals_ignoring_case(trim(part), word); });
}

}  // namespace

struct WebSocket::Impl {
  Impl(bool is_client, std::string chosen, std::size_t most)
      : client(is_client),
        protocol(std::move(chosen)),
        max_message(most),
        frames(!is_client, most) {}  // a client's frames are masked, a server's are not

  const bool client;
  const std::string protocol;
  const std::size_t max_message;
  FrameReader frames;
  std::unique_ptr<ByteStream> owned;
  ByteStream* stream = nullptr;
  std::string message;  // parts of one that is not whole
  bool within_message = false;
  bool ended = false;  // the peer has closed
  bool said_goodbye = false;
  std::uint64_t pongs = 0;
  std::string peer;  // for messages; "" = not known
  std::vector<char> buffer = std::vector<char>(std::size_t{16} << 10);

  [[nodiscard]] Result<void> write(Opcode opcode, std::string_view payload,
                                   const CallLimits& limits) const {
    std::optional<Mask> mask;
    if (client) mask = random_bytes<4>();
    return stream->write(frame_bytes(true, opcode, payload, mask), limits);
  }

  Result<std::optional<std::string>> take_close(const std::string& payload,
                                                const CallLimits& limits) {
    ended = true;
    if (!std::exchange(said_goodbye, true)) {
      // The peer is leaving; whether it hears our goodbye does not matter.
      (void)write(Opcode::close, payload.substr(0, 2), limits);
    }
    if (payload.size() < 2) return std::nullopt;
    const unsigned code =
        static_cast<unsigned char>(payload[0]) * 256U + static_cast<unsigned char>(payload[1]);
    if (code == normal_close || code == going_away) return std::nullopt;
    return fail(ErrorCode::unreachable, "closed the connection: " + std::to_string(code) + " " +
                                            escape_controls(std::string_view(payload).substr(2)));
  }

  /// The message that the frame completes, if it does.
  Result<std::optional<std::string>> take_data(const Frame& frame) {
    if ((frame.opcode == Opcode::continuation) != within_message) {
      return fail(ErrorCode::protocol, "a WebSocket message's parts are out of order");
    }
    if (frame.payload.size() > max_message - message.size()) {
      return fail(ErrorCode::protocol, "a WebSocket message is longer than allowed");
    }
    message += frame.payload;
    within_message = !frame.last;
    if (within_message) return std::nullopt;
    return std::exchange(message, {});
  }

  Result<std::optional<std::string>> receive(const CallLimits& limits) {
    for (;;) {
      if (ended) return std::nullopt;
      KAITO_TRY(auto frame, frames.next());
      if (!frame) {
        KAITO_TRY(const std::size_t count, stream->read_some(buffer, limits));
        if (count == 0) {
          ended = true;
          return fail(ErrorCode::unreachable, "closed the connection without a word");
        }
        frames.feed({buffer.data(), count});
        continue;
      }
      switch (frame->opcode) {
        case Opcode::close:
          return take_close(frame->payload, limits);
        case Opcode::ping:
          // Not with the deadline of the wait: a pong that is cut short is the end of the
          // connection.
          KAITO_CHECK(write(Opcode::pong, frame->payload,
                            CallLimits{Deadline::after(pong_patience), limits.stop}));
          continue;
        case Opcode::pong:
          ++pongs;
          continue;
        default:
          break;
      }
      KAITO_TRY(auto whole, take_data(*frame));
      if (whole) return whole;
    }
  }

  /// The error tells whose connection it is about.
  template <class Value>
  Result<Value> named(Result<Value> result) const {
    if (!result && !peer.empty()) return fail(std::move(result).error().in(peer));
    return result;
  }
};

WebSocket::WebSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WebSocket::~WebSocket() = default;

const std::string& WebSocket::protocol() const {
  return impl_->protocol;
}

Result<std::optional<std::string>> WebSocket::receive(const CallLimits& limits) {
  return impl_->named(impl_->receive(limits));
}

Result<void> WebSocket::send(std::string_view message, const CallLimits& limits) {
  if (impl_->said_goodbye)
    return impl_->named(Result<void>(fail(ErrorCode::unreachable, "the connection is closed")));
  return impl_->named(impl_->write(Opcode::binary, message, limits));
}

Result<void> WebSocket::ping(const CallLimits& limits) {
  if (impl_->said_goodbye)
    return impl_->named(Result<void>(fail(ErrorCode::unreachable, "the connection is closed")));
  return impl_->named(impl_->write(Opcode::ping, {}, limits));
}

std::uint64_t WebSocket::pongs() const {
  return impl_->pongs;
}

Result<void> WebSocket::close(const CallLimits& limits) {
  if (std::exchange(impl_->said_goodbye, true)) return {};
  const std::string code{static_cast<char>(normal_close >> 8U),
                         static_cast<char>(normal_close & 0xffU)};
  return impl_->named(impl_->write(Opcode::close, code, limits));
}

bool WebSocket::quiet() const {
  return !impl_->ended && impl_->frames.empty() && impl_->stream->quiet();
}
bool WebSocket::peer_closed() const {
  return impl_->ended || impl_->stream->peer_closed();
}
std::uint64_t WebSocket::bytes_sent() const {
  return impl_->stream->bytes_sent();
}

Result<std::unique_ptr<WebSocket>> WebSocket::accept(const ServerRequest& request,
                                                     Responder& responder,
                                                     const std::vector<std::string>& protocols) {
  const auto refused = [&](std::string why) -> Result<std::unique_ptr<WebSocket>> {
    Headers headers;
    headers.add("Content-Type", "text/plain; charset=utf-8");
    KAITO_CHECK(responder.respond(400, headers, why + "\n"));
    return fail(ErrorCode::invalid, std::move(why));
  };
  const auto& asked = request.headers;
  const auto key = asked.get("Sec-WebSocket-Key");
  if (!lists(asked.get("Connection"), "upgrade") || !lists(asked.get("Upgrade"), "websocket") ||
      key.empty() || asked.get("Sec-WebSocket-Version") != "13") {
    return refused("Upgrade request required");
  }
  const auto offered = asked.get("Sec-WebSocket-Protocol");
  const auto chosen = std::find_if(protocols.begin(), protocols.end(),
                                   [&](const auto& each) { return lists(offered, each); });
  if (chosen == protocols.end()) return refused("no WebSocket protocol in common");
  Headers headers;
  headers.add("Upgrade", "websocket");
  headers.add("Sec-WebSocket-Accept", accept_of(key));
  headers.add("Sec-WebSocket-Protocol", *chosen);
  auto impl = std::make_unique<Impl>(false, *chosen, default_max_message);
  KAITO_TRY(impl->stream, responder.upgrade(headers));
  return std::unique_ptr<WebSocket>(new WebSocket(std::move(impl)));
}

WebSocketHandshake::WebSocketHandshake(std::vector<std::string> protocols)
    : protocols_(std::move(protocols)) {
  const auto bytes = random_bytes<16>();
  key_ = base64_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void WebSocketHandshake::add_to(HttpRequest& request) const {
  request.headers.set("Upgrade", "websocket");
  request.headers.set("Sec-WebSocket-Version", "13");
  request.headers.set("Sec-WebSocket-Key", key_);
  // One header: some servers read the first of several only.
  request.headers.set("Sec-WebSocket-Protocol", join(protocols_, ", "));
}

Result<std::unique_ptr<WebSocket>> WebSocketHandshake::finish(Upgraded answer,
                                                              std::size_t max_message) const {
  if (answer.stream == nullptr) {
    return fail(ErrorCode::invalid,
                "the server did not open a WebSocket: " + std::to_string(answer.head.status));
  }
  const auto& headers = answer.head.headers;
  if (!lists(headers.get("Upgrade"), "websocket") ||
      headers.get("Sec-WebSocket-Accept") != accept_of(key_)) {
    return fail(ErrorCode::protocol,
                "the server's answer to the WebSocket handshake is not proper");
  }
  const std::string chosen(trim(headers.get("Sec-WebSocket-Protocol")));
  if (std::find(protocols_.begin(), protocols_.end(), chosen) == protocols_.end()) {
    return fail(ErrorCode::protocol,
                "the server chose a WebSocket protocol that was not offered: " +
                    escape_controls(shorten(chosen, 64)));
  }
  auto impl = std::make_unique<WebSocket::Impl>(true, chosen, max_message);
  impl->owned = std::move(answer.stream);
  impl->stream = impl->owned.get();
  impl->peer = std::move(answer.peer);
  return std::unique_ptr<WebSocket>(new WebSocket(std::move(impl)));
}

}  // namespace kaito::net
