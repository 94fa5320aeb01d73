#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "kaito/net/byte_stream.hpp"
#include "kaito/net/server.hpp"
#include "net/http_parser.hpp"
#include "net/message_reader.hpp"

namespace kaito::net {

/// Who is at the other end.
struct ConnectionPeer {
  std::string address;
  std::optional<CertificateSubject> certificate;  ///< one that counts
  bool strange_certificate = false;
};

/// Serves one connection, request after request, until the peer leaves, an error, or the stop.
class ServerConnection {
 public:
  /// `stream` must outlive it. `refuse`: answer 503 to the first request and end.
  ServerConnection(ByteStream& stream, ConnectionPeer peer, const ServerOptions& options,
                   const Handler& handler, std::stop_token stop, bool refuse);
  void run();

 private:
  /// Reads a request and answers it; false when the connection has to end.
  bool serve_one();
  /// Reads the whole request; false, with the error answered, when there is none.
  bool read_request(HttpParser& parser);
  bool read_head(HttpParser& parser);
  bool read_body(HttpParser& parser);
  /// Answers without the handler, and ends in a way that lets the peer read the answer.
  void refuse(int status, std::string_view why);
  [[nodiscard]] CallLimits limits() const;

  ByteStream& stream_;
  MessageReader reader_;
  ConnectionPeer peer_;
  const ServerOptions& options_;
  const Handler& handler_;
  std::stop_token stop_;
  bool refuse_;
};

}  // namespace kaito::net
