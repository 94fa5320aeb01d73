#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/net/http.hpp"
#include "kaito/net/server.hpp"

namespace kaito::net {

/// Messages both ways over one connection, either end. Pings are answered while it is read, within
/// ten seconds if need be, whatever the limits of the call. One thread at a time. Source: RFC 6455;
/// binary messages only, no extensions.
class WebSocket {
 public:
  static constexpr std::size_t default_max_message = std::size_t{64} << 20;

  /// The server's end, for a handler: chooses the first of `protocols` that the client offers, and
  /// serves until it is destroyed, at the latest when the handler returns. Errors: invalid (not a
  /// WebSocket request, no protocol in common: the request is answered 400), unreachable.
  [[nodiscard]] static Result<std::unique_ptr<WebSocket>> accept(
      const ServerRequest& request, Responder& responder,
      const std::vector<std::string>& protocols);
  ~WebSocket();

  [[nodiscard]] const std::string& protocol() const;
  /// The next message, its parts joined; nothing when the peer has closed in good order. After
  /// timeout and interrupted nothing is lost. Errors: timeout, interrupted, unreachable (the
  /// connection broke, or the peer closed for a reason, which is in the message), protocol.
  [[nodiscard]] Result<std::optional<std::string>> receive(const CallLimits& limits);
  /// Errors: timeout, interrupted, unreachable; after one it can no longer be written.
  [[nodiscard]] Result<void> send(std::string_view message, const CallLimits& limits);
  /// Asks whether the peer is there; its answer counts among pongs() once receive() has come by it.
  /// Errors: as of send.
  [[nodiscard]] Result<void> ping(const CallLimits& limits);
  [[nodiscard]] std::uint64_t pongs() const;
  /// Says goodbye; what the peer still sends can be received. The destructor does without.
  [[nodiscard]] Result<void> close(const CallLimits& limits);

  /// Without blocking: nothing has arrived that was not received, and the peer is still there.
  [[nodiscard]] bool quiet() const;
  [[nodiscard]] bool peer_closed() const;
  [[nodiscard]] std::uint64_t bytes_sent() const;

 private:
  friend class WebSocketHandshake;
  struct Impl;
  explicit WebSocket(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The client's side of the beginning: a request that asks for it, and what to make of the answer.
///   const WebSocketHandshake handshake({"v4.channel.k8s.io"});
///   handshake.add_to(request);
///   auto answer = transport.upgrade(request, limits);
///   auto socket = handshake.finish(std::move(*answer));
class WebSocketHandshake {
 public:
  explicit WebSocketHandshake(std::vector<std::string> protocols);
  void add_to(HttpRequest& request) const;
  /// Errors: protocol (the answer is a 101 and not what was asked for), invalid (it is no 101).
  [[nodiscard]] Result<std::unique_ptr<WebSocket>> finish(
      Upgraded answer, std::size_t max_message = WebSocket::default_max_message) const;

 private:
  std::vector<std::string> protocols_;
  std::string key_;
};

}  // namespace kaito::net
