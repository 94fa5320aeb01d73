#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kaito/net/http.hpp"

namespace kaito::net {

/// The head of a request, blank line included. Headers of the caller come after ours; Host,
/// Content-Length, Connection, Transfer-Encoding and Proxy-Authorization of the caller's are left
/// out, because a second one would let two readers disagree. Errors: invalid (a line break or
/// another control character in method, target or header).
struct RequestHead {
  std::string_view method;
  std::string_view target;
  std::string_view host;
  std::string_view user_agent;           ///< unless the headers have one; "" = none
  std::string_view proxy_authorization;  ///< "" = none
  std::optional<std::size_t> content_length;
  bool upgrade = false;  ///< adds "Connection: Upgrade"
};
[[nodiscard]] Result<std::string> write_head(const RequestHead& head, const Headers& headers);

/// How a response's body is delimited.
enum class BodyFraming : std::uint8_t { length, chunked, until_close, none };
struct ResponseHead {
  int status = 200;
  BodyFraming framing = BodyFraming::length;
  std::size_t length = 0;
  bool close = false;
};
/// The head of a response. Errors: internal (a control character in a header).
[[nodiscard]] Result<std::string> write_head(const ResponseHead& head, const Headers& headers);

/// A piece of a chunked body, and the end of one.
[[nodiscard]] std::string chunk(std::string_view piece);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// "%2F" -> "/". Nothing when an escape is broken.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// The URL for logs and errors: values of query parameters that carry secrets become "...".
[[nodiscard]] std::string without_secrets(std::string_view url);

}  // namespace kaito::net
