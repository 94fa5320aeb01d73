#include "kube/proxy_environment.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include "kaito/base/text.hpp"

namespace kaito::kube {
namespace {

constexpr std::uint16_t socks_port = 1080;

using Variable = std::function<std::optional<std::string>(const std::string&)>;

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const auto* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// An address as bytes, IPv4 as 4 and IPv6 as 16; nothing for a name.
std::optional<std::string> address_bytes(std::string_view host) {
  const std::string text(host);
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return std::string(bytes.data(), 4);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return std::string(bytes.data(), 16);
  return std::nullopt;
}

std::optional<unsigned> small_number(std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end || value > most) return std::nullopt;
  return value;
}

/// "010.001.0.0" as "10.1.0.0": older Go read such networks, and lists have kept them.
std::string without_leading_zeros(std::string_view network) {
  if (network.find(':') != std::string_view::npos) return std::string(network);
  std::string out;
  for (auto part : split(network, '.')) {
    while (part.size() > 1 && part.front() == '0')
      part.remove_prefix(1);
    if (!out.empty()) out += '.';
    out += part;
  }
  return out;
}

bool in_network(const std::string& address, std::string_view network, std::string_view length) {
  const auto base = address_bytes(without_leading_zeros(network));
  if (!base || base->size() != address.size()) return false;
  const auto bits = small_number(length, static_cast<unsigned>(address.size() * 8));
  if (!bits) return false;
  for (unsigned bit = 0; bit < *bits; ++bit) {
    const auto mask = static_cast<unsigned char>(0x80U >> (bit % 8));
    const auto difference = static_cast<unsigned char>(address[bit / 8] ^ (*base)[bit / 8]);
    if ((difference & mask) != 0) return false;
  }
  return true;
}

/// "host", "host:port", "[v6]:port" taken apart; a bare IPv6 address is a host.
std::pair<std::string_view, std::string_view> split_port(std::string_view entry) {
  if (entry.starts_with('[')) {
    const auto close = entry.find(']');
    if (close == std::string_view::npos) return {entry, {}};
    auto rest = entry.substr(close + 1);
    if (rest.starts_with(':')) rest.remove_prefix(1);
    return {entry.substr(1, close - 1), rest};
  }
  const auto colon = entry.find(':');
  if (colon == std::string_view::npos || colon != entry.rfind(':')) return {entry, {}};
  return {entry.substr(0, colon), entry.substr(colon + 1)};
}

bool entry_matches(std::string_view entry, const std::string& host,
                   const std::optional<std::string>& address, std::uint16_t port) {
  if (const auto slash = entry.find('/'); slash != std::string_view::npos)
    return address && in_network(*address, entry.substr(0, slash), entry.substr(slash + 1));
  auto [name, entry_port] = split_port(entry);
  if (!entry_port.empty() && small_number(entry_port, 65535) != std::optional<unsigned>(port))
    return false;
  if (const auto entry_address = address_bytes(name)) return entry_address == address;
  if (address) return false;
  if (name.starts_with("*.")) name.remove_prefix(1);
  if (name.starts_with('.')) return host.size() > name.size() && host.ends_with(name);
  return !name.empty() && (host == name || host.ends_with(fmt::format(".{}", name)));
}

std::string first_set(const Variable& variable, const char* large, const char* small) {
  auto value = variable(large).value_or("");
  return value.empty() ? variable(small).value_or("") : value;
}

}  // namespace

Result<net::Proxy> parse_proxy(std::string_view text) {
  text = trim(text);
  std::string_view scheme = "http";
  auto rest = text;
  if (const auto colon = text.find("://"); colon != std::string_view::npos) {
    scheme = text.substr(0, colon);
    rest = text.substr(colon + 3);
  }
  const auto scheme_name = to_lower(scheme);
  const bool socks = scheme_name == "socks5" || scheme_name == "socks5h";
  if (!socks && scheme_name != "http" && scheme_name != "https")
    return fail(ErrorCode::invalid,
                fmt::format("a proxy URL starts with http://, https:// or socks5://, not {}://",
                            escape_controls(shorten(scheme, 32))));

  net::Proxy proxy;
  const auto authority = rest.substr(0, rest.find('/'));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const auto pair = authority.substr(0, at);
    const auto colon = std::min(pair.find(':'), pair.size());
    proxy.user = percent_decode(pair.substr(0, colon));
    if (colon < pair.size()) proxy.password = percent_decode(pair.substr(colon + 1));
    rest.remove_prefix(at + 1);
  }
  KAITO_TRY(proxy.url, net::parse_url(fmt::format(
                           "{}://{}", scheme_name == "https" ? "https" : "http", rest)));
  if (!socks) return proxy;
  proxy.kind = net::Proxy::Kind::socks5;
  proxy.url.path.clear();
  // A port that depends on the scheme was not written.
  KAITO_TRY(const auto as_https, net::parse_url(fmt::format("https://{}", rest)));
  if (as_https.port != proxy.url.port) proxy.url.port = socks_port;
  return proxy;
}

bool no_proxy_excepts(std::string_view list, const net::Url& target) {
  const auto host = to_lower(target.host);
  const auto address = address_bytes(host);
  for (const auto part : split(list, ',')) {
    const auto entry = to_lower(trim(part));
    if (entry.empty()) continue;
    if (entry == "*" || entry_matches(entry, host, address, target.port)) return true;
  }
  return false;
}

Result<std::optional<net::Proxy>> proxy_from_environment(const net::Url& target,
                                                         const Variable& variable) {
  if (net::is_loopback(target.host)) return std::nullopt;
  const char* name = target.tls ? "HTTPS_PROXY" : "HTTP_PROXY";
  const auto text = first_set(variable, name, target.tls ? "https_proxy" : "http_proxy");
  if (text.empty()) return std::nullopt;
  if (no_proxy_excepts(first_set(variable, "NO_PROXY", "no_proxy"), target)) return std::nullopt;
  auto proxy = parse_proxy(text);
  if (!proxy) return fail(std::move(proxy).error().in(fmt::format("the proxy in {}", name)));
  return std::optional<net::Proxy>(std::move(*proxy));
}

}  // namespace kaito::kube
