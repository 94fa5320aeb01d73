#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"

namespace kaito::net {

/// A connected two-way stream of bytes: TCP, or TLS on top of another one. One thread at a time.
/// Errors of all calls: unreachable (reset, broken pipe), timeout, interrupted; TLS adds protocol
/// and unauthenticated (client certificate rejected). Messages name no peer: whoever knows it does.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// At least one byte into `into`, or 0 when the peer has closed. After timeout or interrupted
  /// nothing is lost: the next call goes on.
  [[nodiscard]] virtual Result<std::size_t> read_some(std::span<char> into,
                                                      const CallLimits& limits) = 0;
  /// All of `bytes`. After an error the stream can no longer be written.
  [[nodiscard]] virtual Result<void> write(std::string_view bytes, const CallLimits& limits) = 0;
  /// Without blocking: the peer has closed its end or reset the connection.
  [[nodiscard]] virtual bool peer_closed() const = 0;
  /// Without blocking: nothing has arrived and the peer is still there, as an idle connection has
  /// to be.
  [[nodiscard]] virtual bool quiet() const = 0;
  /// Says that no more will be written, so that the peer sees a clean end. Best effort.
  virtual void finish_writing() noexcept = 0;
  /// Bytes the kernel has taken for sending since the connection was made.
  [[nodiscard]] virtual std::uint64_t bytes_sent() const = 0;
};

}  // namespace kaito::net
