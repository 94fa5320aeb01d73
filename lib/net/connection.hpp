#pragma once

#include <memory>
#include <string>

#include "kaito/net/byte_stream.hpp"
#include "kaito/net/client.hpp"
#include "net/http_parser.hpp"
#include "net/message_reader.hpp"
#include "net/tls_context.hpp"

namespace kaito::net {

/// Where a client's connections go, and how.
struct Route {
  ClientOptions options;
  std::shared_ptr<const TlsContext> tls;        ///< for https servers
  std::shared_ptr<const TlsContext> proxy_tls;  ///< for proxies reached over TLS

  /// Requests carry the whole URL because a proxy reads them.
  [[nodiscard]] bool through_plain_proxy() const {
    return options.proxy && options.proxy->kind == Proxy::Kind::http && !options.server.tls;
  }
};

/// Connects: addresses, proxy, TLS. Errors: unreachable, unauthenticated, timeout, interrupted.
[[nodiscard]] Result<std::unique_ptr<ByteStream>> dial(const Route& route,
                                                       const CallLimits& limits);

/// "host:port" even where the port is the default: for messages and CONNECT.
[[nodiscard]] std::string host_and_port(const Url& url);

/// What a 407 of the proxy means.
[[nodiscard]] Error proxy_refused(const Proxy& proxy);

/// For a server that answers plain HTTP as TLS servers do.
[[nodiscard]] Error speaks_tls(const std::string& server);

/// An HTTP/1.1 connection of a client: one exchange at a time.
class Connection {
 public:
  Connection(std::unique_ptr<ByteStream> stream, std::string server);

  /// Sends head and body, reads the head of the answer (1xx are passed over). After an error the
  /// connection is of no use. Errors: unreachable, unauthenticated, timeout, interrupted, protocol.
  [[nodiscard]] Result<void> exchange(std::string_view message, ParserOptions answer,
                                      const CallLimits& limits);
  /// Reads more of the body into the parser. Errors: as of exchange; after timeout and interrupted
  /// it can be called again.
  [[nodiscard]] Result<void> read_body(const CallLimits& limits);
  [[nodiscard]] HttpParser& answer() { return *answer_; }

  /// The stream beneath, with what has arrived behind the answer's head: after a 101. The
  /// connection is of no use then.
  [[nodiscard]] std::unique_ptr<ByteStream> release();

  /// The whole answer was read and another request may follow.
  [[nodiscard]] bool reusable() const;
  /// Nothing has happened on it since the last exchange.
  [[nodiscard]] bool quiet() const { return !reader_.has_left_over() && stream_->quiet(); }
  /// Of the last exchange, for the decision whether to repeat it.
  [[nodiscard]] bool answer_started() const { return answer_started_; }
  [[nodiscard]] bool request_sent() const { return stream_->bytes_sent() != sent_before_; }

 private:
  Result<void> read_head(ParserOptions options, const CallLimits& limits);
  Result<void> read_one_head(const ParserOptions& options, const CallLimits& limits);
  tl::unexpected<Error> explained(Error error) const;

  std::unique_ptr<ByteStream> stream_;
  MessageReader reader_;
  std::string server_;
  std::optional<HttpParser> answer_;
  std::uint64_t sent_before_ = 0;
  std::uint64_t body_read_ = 0;
  bool answer_started_ = false;
  bool send_failed_ = false;
};

}  // namespace kaito::net
