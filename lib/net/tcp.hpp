#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/net/byte_stream.hpp"
#include "net/resolve.hpp"

namespace kaito::net {

/// A TCP connection with TCP_NODELAY and keep-alive probes. It drives an io_context of its own on
/// the calling thread, so a deadline or a stop ends any wait at once.
class TcpStream final : public ByteStream {
 public:
  /// Tries the addresses, the next one when one fails or after 250 ms; the first to answer wins.
  /// Errors: unreachable (why, per address), timeout, interrupted.
  [[nodiscard]] static Result<std::unique_ptr<TcpStream>> connect(
      const std::vector<SocketAddress>& addresses, const CallLimits& limits);
  ~TcpStream() override;

  [[nodiscard]] Result<std::size_t> read_some(std::span<char> into,
                                              const CallLimits& limits) override;
  [[nodiscard]] Result<void> write(std::string_view bytes, const CallLimits& limits) override;
  [[nodiscard]] bool peer_closed() const override;
  [[nodiscard]] bool quiet() const override;
  void finish_writing() noexcept override;
  [[nodiscard]] std::uint64_t bytes_sent() const override;
  /// The other end's address, "127.0.0.1".
  [[nodiscard]] std::string peer() const;

 private:
  friend class TcpListener;
  struct Impl;
  explicit TcpStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A listening TCP socket.
class TcpListener {
 public:
  /// Port 0: any free one. Errors: failed (address in use, not ours, not an IP address).
  [[nodiscard]] static Result<std::unique_ptr<TcpListener>> bind(const std::string& address,
                                                                 std::uint16_t port);
  ~TcpListener();
  /// Errors: timeout, interrupted, failed (out of file descriptors: worth another try later).
  [[nodiscard]] Result<std::unique_ptr<TcpStream>> accept(const CallLimits& limits);
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct Impl;
  explicit TcpListener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kaito::net
