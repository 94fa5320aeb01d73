#include "sandbox/apiserver/kubelet_log.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "kaito/net/client.hpp"
#include "kaito/net/url.hpp"

namespace kaito::sandbox {
namespace {

/// Where the node's kubelet listens, if that is on this machine.
[[nodiscard]] std::optional<net::Url> kubelet_of(const json::Value& node) {
  const std::int64_t port =
      json::int_at(node, {"status", "daemonEndpoints", "kubeletEndpoint", "Port"});
  const json::Value* addresses = json::find(node, {"status", "addresses"});
  if (port <= 0 || port > 65535 || addresses == nullptr || !addresses->is_array())
    return std::nullopt;
  for (const json::Value& each : addresses->get_array()) {
    const std::string address(json::string_at(each, {"address"}));
    if (json::string_at(each, {"type"}) == "InternalIP" && net::is_loopback(address))
      return net::Url{true, address, static_cast<std::uint16_t>(port), ""};
  }
  return std::nullopt;
}

}  // namespace

Result<bool> pass_kubelet_log(const Call& call, const json::Value& pod,
                              const ContainerRef& container, net::Responder& responder,
                              const std::stop_token& stop) {
  const std::string node_name(json::string_at(pod, {"spec", "nodeName"}));
  const auto node = call.store.get({k8s::types::node(), "", node_name});
  if (!node) return false;
  const auto kubelet = kubelet_of(**node);
  if (!kubelet) return false;

  net::ClientOptions options;
  options.server = *kubelet;
  options.tls.skip_verification = true;  // as a kube-apiserver does without a CA for kubelets
  KAITO_TRY(const auto client, net::HttpClient::create(std::move(options)));
  net::HttpRequest request;
  const std::string_view query = split_target(call.request.target).second;
  request.target = fmt::format("/containerLogs/{}/{}/{}{}{}", container.namespace_, container.pod,
                               container.container, query.empty() ? "" : "?", query);
  const CallLimits limits{Deadline::never(), stop};
  const auto stream = client->open(request, limits);
  if (!stream)
    return fail(internal_error(
        fmt::format("Get \"{}{}\": {}", kubelet->text(), request.target, stream.error().message)));
  net::Headers headers;
  headers.add("Content-Type", "text/plain");
  if (!responder.begin((*stream)->head().status, headers)) return true;
  for (;;) {
    const auto piece = (*stream)->read(limits);
    if (!piece || piece->empty() || !responder.write(*piece)) return true;
  }
}

}  // namespace kaito::sandbox
