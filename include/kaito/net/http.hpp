#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"
#include "kaito/net/byte_stream.hpp"

namespace kaito::net {

/// Header fields in order; names compare ignoring case.
class Headers {
 public:
  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);  ///< all fields of that name
  /// The first field of that name, or "".
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const {
    return fields_;
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";  ///< path and query, encoded; the base URL's path is put before it
  Headers headers;           ///< Host, Content-Length and Connection are added
  std::string body;
};

struct HttpHead {
  int status = 0;
  std::string reason;
  Headers headers;
  /// The media type alone, lower case: "application/json".
  [[nodiscard]] std::string content_type() const;
};

struct HttpResponse {
  HttpHead head;
  std::string body;
};

/// An answer whose body arrives over time (watch, logs, server-sent events). Owns its connection;
/// destroying it closes the connection unless the body was read to its end.
/// One thread at a time.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  [[nodiscard]] virtual const HttpHead& head() const = 0;
  /// The next piece, at least one byte; "" at the end of the body.
  /// Errors: timeout, interrupted, unreachable (the connection broke inside the body), protocol.
  [[nodiscard]] virtual Result<std::string> read(const CallLimits& limits) = 0;
};

/// The answer to a request that asked for another protocol on its connection.
struct Upgraded {
  HttpHead head;
  std::string body;                    ///< of any answer but a 101
  std::unique_ptr<ByteStream> stream;  ///< of a 101: the connection, the caller's from here on
  std::string peer{};                  ///< whom it leads to, for messages: "https://10.0.0.1:6443"
};

/// The seam between those who speak HTTP and the wire. Safe to call from several threads.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Sends and reads the whole answer, whatever its status. A body in gzip comes inflated; whoever
  /// wants that asks with Accept-Encoding. Errors: unreachable, timeout, interrupted, protocol
  /// (also: a body over `max_body` bytes, before or after inflation, or in another coding).
  [[nodiscard]] virtual Result<HttpResponse> send(const HttpRequest& request,
                                                  const CallLimits& limits) = 0;
  /// Sends and reads the head; the body is the caller's to read, as it was sent: Accept-Encoding
  /// has no place on streams.
  [[nodiscard]] virtual Result<std::unique_ptr<BodyStream>> open(const HttpRequest& request,
                                                                 const CallLimits& limits) = 0;
  /// Sends with "Connection: Upgrade"; the request has the Upgrade header. Errors: as of send; also
  /// failed, for a transport that cannot give a connection away.
  [[nodiscard]] virtual Result<Upgraded> upgrade(const HttpRequest& request,
                                                 const CallLimits& limits);
};

}  // namespace kaito::net
