#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/call.hpp"

namespace kaito::sandbox {
namespace {

/// "[scheme:]name[:port]" taken apart.
struct Addressed {
  std::string name;
  std::string port;
};

[[nodiscard]] Addressed parse_address(const std::string& text) {
  const std::vector<std::string_view> parts = split(text, ':');
  if (parts.size() == 1) return {text, ""};
  if (parts.size() == 2) return {std::string(parts[0]), std::string(parts[1])};
  return {std::string(parts[1]), std::string(parts[2])};
}

[[nodiscard]] std::optional<int> port_number(std::string_view text) {
  int number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
    return std::nullopt;
  return number;
}

/// The name of the service's port, by which its endpoints know it. Errors: unavailable.
[[nodiscard]] Result<std::string> port_name(const json::Value& service, const Addressed& address) {
  const std::optional<int> number = port_number(address.port);
  if (!number) return address.port;
  for (const json::Value& port : list_at(service, {"spec", "ports"})) {
    if (json::int_at(port, {"port"}) == *number)
      return std::string(json::string_at(port, {"name"}));
  }
  return fail(service_unavailable(
      fmt::format("no service port {} found for service \"{}\"", *number, address.name)));
}

/// The pod behind an endpoint address, if it is one of this namespace that has this address now.
[[nodiscard]] std::optional<std::string> pod_behind(const Call& call, const json::Value& endpoint) {
  if (json::string_at(endpoint, {"targetRef", "kind"}) != "Pod") return std::nullopt;
  const std::string pod(json::string_at(endpoint, {"targetRef", "name"}));
  const auto object = call.store.get({k8s::types::pod(), call.path.namespace_, pod});
  if (!object) return std::nullopt;
  const std::string_view ip = json::string_at(**object, {"status", "podIP"});
  if (ip.empty() || ip != json::string_at(endpoint, {"ip"})) return std::nullopt;
  return pod;
}

[[nodiscard]] Result<ProxyTarget> service_target(const Call& call) {
  const Addressed address = parse_address(call.path.name);
  KAITO_TRY(const ObjectPtr service,
            call.store.get({k8s::types::service(), call.path.namespace_, address.name}));
  KAITO_TRY(const std::string port, port_name(*service, address));
  const auto endpoints =
      call.store.get({k8s::types::endpoints(), call.path.namespace_, address.name});
  if (!endpoints) return fail(not_found(*call.resource, address.name));
  for (const json::Value& subset : list_at(**endpoints, {"subsets"})) {
    for (const json::Value& each : list_at(subset, {"ports"})) {
      if (json::string_at(each, {"name"}) != port) continue;
      for (const json::Value& endpoint : list_at(subset, {"addresses"})) {
        if (const auto pod = pod_behind(call, endpoint))
          return ProxyTarget{call.path.namespace_, address.name, *pod,
                             std::string(json::string_at(endpoint, {"ip"})),
                             static_cast<int>(json::int_at(each, {"port"}))};
      }
    }
  }
  return fail(service_unavailable(
      fmt::format("no endpoints available for service \"{}\"", call.path.name)));
}

[[nodiscard]] Result<ProxyTarget> pod_target(const Call& call) {
  const Addressed address = parse_address(call.path.name);
  KAITO_TRY(const ObjectPtr pod,
            call.store.get({k8s::types::pod(), call.path.namespace_, address.name}));
  const std::string ip(json::string_at(*pod, {"status", "podIP"}));
  if (ip.empty()) return fail(bad_request("address not allowed"));
  ProxyTarget target{call.path.namespace_, "", address.name, ip, 80};
  if (!address.port.empty()) {
    const std::optional<int> number = port_number(address.port);
    if (!number) return fail(bad_request("invalid port " + address.port));
    target.port = *number;
    return target;
  }
  for (const json::Value& container : list_at(*pod, {"spec", "containers"})) {
    for (const json::Value& port : list_at(container, {"ports"})) {
      target.port = static_cast<int>(json::int_at(port, {"containerPort"}, 80));
      return target;
    }
  }
  return target;
}

/// The request as the pod sees it.
[[nodiscard]] net::ServerRequest forwarded(const Call& call) {
  net::ServerRequest request = call.request;
  const auto [path, query] = split_target(call.request.target);
  request.target = call.path.rest;
  request.path = percent_decode(call.path.rest);
  if (!query.empty()) request.target += "?" + std::string(query);
  net::Headers headers;
  for (const auto& [name, value] : call.request.headers.all()) {
    if (!equals_ignoring_case(name, "Authorization")) headers.add(name, value);
  }
  headers.set("X-Forwarded-For", call.request.peer);
  headers.set("X-Forwarded-Uri", percent_decode(path));
  request.headers = std::move(headers);
  return request;
}

}  // namespace

Result<void> proxy(const Call& call, net::Responder& responder, const std::stop_token& stop) {
  if (call.path.rest.empty()) {
    const auto [path, query] = split_target(call.request.target);
    net::Headers headers;
    headers.add("Location",
                std::string(path) + "/" + (query.empty() ? "" : "?" + std::string(query)));
    static_cast<void>(responder.respond(301, headers, ""));  // a peer that is gone wants nothing
    return {};
  }
  KAITO_TRY(const ProxyTarget target,
            call.resource->type.plural == "services" ? service_target(call) : pod_target(call));
  if (call.options.proxy && call.options.proxy(target, forwarded(call), responder, stop)) return {};
  return fail(service_unavailable(
      fmt::format("error trying to reach service: dial tcp {}:{}: connect: connection refused",
                  target.pod_ip, target.port)));
}

}  // namespace kaito::sandbox
