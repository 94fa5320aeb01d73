#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kaito/net/certificate.hpp"
#include "kaito/net/http.hpp"

namespace kaito::net {

/// A request as a server sees it.
struct ServerRequest {
  std::string method;
  std::string target;  ///< as sent: path and query, encoded
  std::string path;    ///< decoded path
  Headers headers;
  std::string body;
  std::string peer;  ///< "127.0.0.1"
  /// Of the certificate that the client has proved to own, where the server asks for one.
  std::optional<CertificateSubject> client;
  bool strange_certificate = false;  ///< it has given one that is not valid here, or no longer
};

/// What a handler answers with: either respond() once, or begin() then write() pieces; the piece is
/// flushed before write() returns. Errors of all: unreachable when the peer is gone, interrupted
/// when the server stops.
class Responder {
 public:
  virtual ~Responder() = default;
  [[nodiscard]] virtual Result<void> respond(int status, const Headers& headers,
                                             std::string_view body) = 0;
  [[nodiscard]] virtual Result<void> begin(int status,
                                           const Headers& headers) = 0;  ///< chunked from here on
  [[nodiscard]] virtual Result<void> write(std::string_view piece) = 0;
  /// True once the peer closed or the server stops; cheap, for handlers that wait for events.
  [[nodiscard]] virtual bool gone() = 0;
  /// Instead of respond or begin: answers 101 with these headers and "Connection: Upgrade", and
  /// gives the connection, which is the handler's until it returns and is closed then. Errors also:
  /// failed, where there is no connection to give.
  [[nodiscard]] virtual Result<ByteStream*> upgrade(const Headers& headers);
};

using Handler = std::function<void(const ServerRequest&, Responder&, std::stop_token)>;

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free one
  std::string cert_pem;    ///< both empty: plain HTTP
  std::string key_pem;
  /// Asks clients for a certificate that this authority has signed; one who has none, or another
  /// one, is served all the same. "": asks for none.
  std::string client_ca_pem;
  std::size_t max_connections = 256;  ///< a thread each; more are answered 503 and closed
  std::size_t max_body = std::size_t{3} << 20;
  std::chrono::seconds idle_timeout{90};
};

/// An HTTP/1.1 server, a bounded thread per connection, keep-alive. The handler runs on the
/// connection's thread; an exception from it answers 500.
class HttpServer {
 public:
  /// Binds and starts to serve. Errors: failed (address in use, bad certificate).
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(ServerOptions options,
                                                                 Handler handler);
  /// Stops: no new connections, handlers' stop tokens are triggered, threads joined.
  ~HttpServer();
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Serves HTTP on a connection that came about in another way, as HttpServer does on its own: until
/// the peer leaves, an error, or the stop. Of the options, idle_timeout and max_body count.
void serve_connection(ByteStream& stream, const std::string& peer, const ServerOptions& options,
                      const Handler& handler, std::stop_token stop);

}  // namespace kaito::net
