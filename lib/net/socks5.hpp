#pragma once

#include "kaito/base/deadline.hpp"
#include "kaito/net/byte_stream.hpp"
#include "kaito/net/client.hpp"

namespace kaito::net {

/// Asks the SOCKS5 proxy at the other end of the stream for a connection to the server, by name:
/// the proxy resolves it. Errors: unreachable, with the stage (credentials refused: handshake; the
/// proxy cannot connect: connect), invalid (name or credentials too long), protocol, timeout,
/// interrupted. Source: RFC 1928, RFC 1929.
[[nodiscard]] Result<void> socks5_connect(ByteStream& stream, const Proxy& proxy, const Url& server,
                                          const CallLimits& limits);

}  // namespace kaito::net
