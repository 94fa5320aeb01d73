#include <fmt/format.h>

#include "kaito/base/text.hpp"
#include "kaito/net/client.hpp"
#include "net/connection.hpp"

namespace kaito::net {

std::string Proxy::authorization() const {
  if (!has_credentials()) return {};
  return "Basic " + base64_encode(user + ":" + password);
}

std::string Proxy::text() const {
  if (kind == Kind::socks5) return "socks5://" + host_and_port(url);
  return url.text();
}

}  // namespace kaito::net
