#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/net/websocket.hpp"
#include "sandbox/apiserver/call.hpp"
#include "sandbox/apiserver/node_kubelet.hpp"
#include "sandbox/apiserver/pod_container.hpp"
#include "sandbox/apiserver/port_channels.hpp"

namespace kaito::sandbox {
namespace {

constexpr const char* kNewer = "v5.channel.k8s.io";
constexpr const char* kOlder = "v4.channel.k8s.io";
constexpr char kStatusChannel = 3;
/// Each of the forwarded ports has two channels and a thread.
constexpr std::size_t kMostPorts = 16;
constexpr std::chrono::seconds kPatience{10};

[[nodiscard]] bool wants_upgrade(const net::ServerRequest& request) {
  return to_lower(request.headers.get("Connection")).find("upgrade") != std::string::npos;
}

/// What the kubelet is asked for: the command and the streams of an exec or attach.
[[nodiscard]] std::string command_target(const Call& call, const ContainerRef& container) {
  std::string query;
  const auto add = [&](std::string_view key, std::string_view value) {
    query += fmt::format("{}{}={}", query.empty() ? "?" : "&", key, k8s::percent_encode(value));
  };
  for (const std::string& word : call.query.all("command"))
    add("command", word);
  for (const auto& [ours, theirs] :
       {std::pair("stderr", "error"), {"stdin", "input"}, {"stdout", "output"}, {"tty", "tty"}}) {
    if (call.query.flag(ours)) add(theirs, "1");
  }
  return fmt::format("/{}/{}/{}/{}{}", call.path.subresource, container.namespace_, container.pod,
                     container.container, query);
}

/// Errors: invalid as a BadRequest, for what is no number of 16 bits.
[[nodiscard]] Result<std::vector<int>> ports_of(const Call& call) {
  std::vector<int> ports;
  for (const std::string& text : call.query.all("ports")) {
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, port);
    const bool too_large = parsed.ec == std::errc::result_out_of_range;
    if (parsed.ec != std::errc() || parsed.ptr != end)
      return fail(bad_request(
          fmt::format("cannot convert to []int32: strconv.ParseUint: parsing {}: {}",
                      json::quoted(text), too_large ? "value out of range" : "invalid syntax")));
    ports.push_back(port);
  }
  return ports;
}

[[nodiscard]] std::string ports_target(const Call& call, const std::vector<int>& ports) {
  return fmt::format("/portForward/{}/{}{}{}", call.path.namespace_, call.path.name,
                     ports.empty() ? "" : "?port=", fmt::join(ports, "%2C"));
}

/// What a node says of a command that it cannot run.
void refuse_command(const Call& call, const ContainerRef& container, net::Responder& responder,
                    const std::stop_token& stop) {
  const auto socket = net::WebSocket::accept(call.request, responder, {kNewer, kOlder});
  if (!socket) return;  // it has been answered
  const Error error = internal_error(fmt::format(
      "Internal error occurred: container \"{}\" in pod \"{}\" is simulated: there is no process "
      "in it, and it runs no commands",
      container.container, container.pod));
  const CallLimits limits{Deadline::after(kPatience), stop};
  // A peer that has gone gets no answer: there is nobody to tell.
  if ((*socket)->send(kStatusChannel + json::write(error_json(error)), limits))
    static_cast<void>((*socket)->close(limits));
}

/// What a node says of the ports before it forwards any.
[[nodiscard]] Result<void> check_ports(const std::vector<int>& ports) {
  if (ports.empty()) return fail(bad_request("query parameter \"port\" is required"));
  if (std::ranges::find(ports, 0) != ports.end())
    return fail(bad_request("port \"0\" must be > 0"));
  if (ports.size() > kMostPorts)
    return fail(bad_request(fmt::format("more than {} ports at once", kMostPorts)));
  return {};
}

[[nodiscard]] Result<void> forward(const Call& call, const json::Value& pod,
                                   const std::vector<int>& ports, net::Responder& responder,
                                   const std::stop_token& stop) {
  KAITO_CHECK(check_ports(ports));
  const auto socket = net::WebSocket::accept(call.request, responder, {kOlder});
  if (!socket) return {};  // it has been answered
  const std::string ip(json::string_at(pod, {"status", "podIP"}));
  const ServePort serve = [&](int port, net::ByteStream& connection, const std::stop_token& ends) {
    return call.options.connect &&
           call.options.connect({call.path.namespace_, "", call.path.name, ip, port}, connection,
                                ends);
  };
  const std::string name = fmt::format("{}, uid {}", call.path.name, meta_string(pod, "uid"));
  forward_ports(**socket, ports, serve, name, stop);
  return {};
}

}  // namespace

Result<void> stream_pod(const Call& call, net::Responder& responder, const std::stop_token& stop) {
  KAITO_TRY(const std::vector<int> ports, ports_of(call));
  KAITO_TRY(const ObjectPtr pod, call.store.get(call.ref()));
  const bool forwards = call.path.subresource == "portforward";
  ContainerRef container;
  if (!forwards) {
    KAITO_TRY(container, choose_container(call, *pod));
  }
  if (json::string_at(*pod, {"spec", "nodeName"}).empty())
    return fail(bad_request(fmt::format("pod {} does not have a host assigned", call.path.name)));
  if (!wants_upgrade(call.request)) return fail(bad_request("Upgrade request required"));
  if (const auto kubelet = NodeKubelet::of(call.store, *pod))
    return kubelet->tunnel(call.request,
                           forwards ? ports_target(call, ports) : command_target(call, container),
                           responder, stop);
  if (forwards) return forward(call, *pod, ports, responder, stop);
  refuse_command(call, container, responder, stop);
  return {};
}

}  // namespace kaito::sandbox
