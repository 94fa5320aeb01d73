#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"

namespace kaito::net {

/// An address and port as the kernel takes them.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  /// "127.0.0.1", "::1"; no port.
  [[nodiscard]] std::string text() const;
};

/// The addresses of a host, in the order to try them: the resolver's, families taken in turn.
/// IP literals are answered without the resolver. Errors: unreachable (no such host), timeout,
/// interrupted. A resolver that hangs is left behind on a thread of its own.
[[nodiscard]] Result<std::vector<SocketAddress>> resolve(const std::string& host,
                                                         std::uint16_t port,
                                                         const CallLimits& limits);

}  // namespace kaito::net
