#include "sandbox/apiserver/node_kubelet.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/net/client.hpp"
#include "kaito/net/relay.hpp"
#include "sandbox/apiserver/api_error.hpp"

namespace kaito::sandbox {
namespace {

/// For the answer to an upgrade; what comes behind it may take as long as it likes.
constexpr std::chrono::seconds kAnswerTime{30};

[[nodiscard]] Result<std::unique_ptr<net::HttpClient>> client_of(const net::Url& kubelet) {
  net::ClientOptions options;
  options.server = kubelet;
  options.tls.skip_verification = true;  // as a kube-apiserver does without a CA for kubelets
  return net::HttpClient::create(std::move(options));
}

/// The request as the kubelet gets it: whoever asks is the API server's to know, not the node's.
[[nodiscard]] net::HttpRequest handed_on(const net::ServerRequest& request,
                                         const std::string& target) {
  net::HttpRequest out;
  out.method = request.method;
  out.target = target;
  out.body = request.body;
  for (const auto& [name, value] : request.headers.all()) {
    if (!equals_ignoring_case(name, "Authorization")) out.headers.add(name, value);
  }
  out.headers.set("X-Forwarded-For", request.peer);
  return out;
}

}  // namespace

std::optional<NodeKubelet> NodeKubelet::of(const Store& store, const json::Value& pod) {
  const std::string name(json::string_at(pod, {"spec", "nodeName"}));
  const auto node = store.get({k8s::types::node(), "", name});
  if (!node) return std::nullopt;
  const std::int64_t port =
      json::int_at(**node, {"status", "daemonEndpoints", "kubeletEndpoint", "Port"});
  if (port <= 0 || port > 65535) return std::nullopt;
  for (const json::Value& each : list_at(**node, {"status", "addresses"})) {
    const std::string address(json::string_at(each, {"address"}));
    if (json::string_at(each, {"type"}) == "InternalIP" && net::is_loopback(address))
      return NodeKubelet({true, address, static_cast<std::uint16_t>(port), ""});
  }
  return std::nullopt;
}

Result<void> NodeKubelet::pass(const std::string& target, net::Responder& responder,
                               const std::stop_token& stop) const {
  KAITO_TRY(const auto client, client_of(url_));
  net::HttpRequest request;
  request.target = target;
  const CallLimits limits{Deadline::never(), stop};
  const auto stream = client->open(request, limits);
  if (!stream)
    return fail(internal_error(
        fmt::format("Get \"{}{}\": {}", url_.text(), target, stream.error().message)));
  net::Headers headers;
  headers.add("Content-Type", "text/plain");
  if (!responder.begin((*stream)->head().status, headers)) return {};
  for (;;) {
    const auto piece = (*stream)->read(limits);
    if (!piece || piece->empty() || !responder.write(*piece)) return {};
  }
}

Result<void> NodeKubelet::tunnel(const net::ServerRequest& request, const std::string& target,
                                 net::Responder& responder, const std::stop_token& stop) const {
  KAITO_TRY(const auto client, client_of(url_));
  auto answer = client->upgrade(handed_on(request, target), {Deadline::after(kAnswerTime), stop});
  if (!answer)
    return fail(unnamed_error(fmt::format("error dialing backend: {}", answer.error().message)));
  if (answer->stream == nullptr) {
    const int status = answer->head.status;
    if (status < 400)
      return fail(unnamed_error(fmt::format("invalid upgrade response: status code {}", status)));
    // A peer that has gone gets no answer: there is nobody to tell.
    static_cast<void>(responder.respond(status, answer->head.headers, answer->body));
    return {};
  }
  const auto accepted = responder.upgrade(answer->head.headers);
  // Whoever ends it, and how, both ends see for themselves.
  if (accepted)
    static_cast<void>(net::relay(**accepted, *answer->stream, {Deadline::never(), stop}));
  return {};
}

}  // namespace kaito::sandbox
