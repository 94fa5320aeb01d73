#include "sandbox/models/pod_proxy.hpp"

#include <algorithm>
#include <array>

#include "kaito/base/text.hpp"
#include "kaito/net/client.hpp"

namespace kaito::sandbox {

namespace {

/// Headers that belong to one connection, not to the message.
bool is_hop_header(std::string_view name) {
  static constexpr std::array names{
      "connection", "keep-alive", "transfer-encoding", "content-length",      "host",  "upgrade",
      "te",         "trailer",    "authorization",     "proxy-authorization", "expect"};
  return std::any_of(names.begin(), names.end(),
                     [&](const char* known) { return equals_ignoring_case(known, name); });
}

}  // namespace

bool pass_to_listener(const ProxyTarget& target, const net::ServerRequest& request,
                      net::Responder& responder, const std::stop_token& stop) {
  if (!net::is_loopback(target.pod_ip)) return false;
  net::ClientOptions options;
  options.server = {false, target.pod_ip, static_cast<std::uint16_t>(target.port), ""};
  options.connect_timeout = std::chrono::seconds(5);
  auto client = net::HttpClient::create(std::move(options));
  if (!client) return false;
  net::HttpRequest forwarded;
  forwarded.method = request.method;
  forwarded.target = request.target;
  forwarded.body = request.body;
  for (const auto& [name, value] : request.headers.all()) {
    if (!is_hop_header(name)) forwarded.headers.add(name, value);
  }
  const CallLimits limits{Deadline::never(), stop};
  const auto stream = (*client)->open(forwarded, limits);
  if (!stream) return false;
  net::Headers headers;
  for (const auto& [name, value] : (*stream)->head().headers.all()) {
    if (!is_hop_header(name)) headers.add(name, value);
  }
  if (!responder.begin((*stream)->head().status, headers)) return true;
  for (;;) {
    const auto piece = (*stream)->read(limits);
    if (!piece || piece->empty() || !responder.write(*piece)) return true;
  }
}

}  // namespace kaito::sandbox
