#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kaito/net/http.hpp"

namespace kaito::net {

/// Why a message was refused, for servers that answer each with a status of its own.
enum class Refusal : std::uint8_t { none, malformed, head_too_large, body_too_large };

/// The start line of a message; a request fills method and target, a response status and reason.
struct StartLine {
  std::string method;
  std::string target;
  int status = 0;
  std::string reason;
};

struct ParserOptions {
  bool request = false;       ///< else a response
  bool answers_head = false;  ///< the response to a HEAD request: no body follows
  std::size_t max_head = std::size_t{1} << 20;
  std::optional<std::size_t> max_body;  ///< nothing: no limit
};

/// One HTTP/1.x message out of bytes that arrive in any pieces; linear time, no I/O.
/// Source: RFC 9112.
class HttpParser {
 public:
  explicit HttpParser(ParserOptions options);
  ~HttpParser();
  HttpParser(HttpParser&&) noexcept;
  HttpParser& operator=(HttpParser&&) noexcept;

  /// Takes bytes and gives how many it used; the rest must be offered again, in front of newer
  /// ones. Errors: protocol; refusal() has the kind.
  [[nodiscard]] Result<std::size_t> put(std::string_view bytes);
  /// The peer closed. Fine where the close ends the body; else an error: protocol.
  [[nodiscard]] Result<void> put_end();

  [[nodiscard]] bool started() const;  ///< a byte was taken
  [[nodiscard]] bool head_done() const;
  [[nodiscard]] bool done() const;
  [[nodiscard]] bool keep_alive() const;  ///< of the message; meaningful once the head is done
  [[nodiscard]] bool http_1_0() const;
  [[nodiscard]] Refusal refusal() const;
  [[nodiscard]] StartLine& start_line();
  [[nodiscard]] Headers& headers();
  /// The part of the body that arrived since the last call.
  [[nodiscard]] std::string take_body();
  /// What take_body() would give.
  [[nodiscard]] const std::string& body() const;
  [[nodiscard]] std::size_t body_size() const { return body().size(); }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// "Not Found" for 404; "" for a number that has no name.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace kaito::net
