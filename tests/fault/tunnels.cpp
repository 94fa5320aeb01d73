#include "tunnels.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "kaito/net/byte_stream.hpp"
#include "kaito/net/websocket.hpp"

namespace kaito::fault {
namespace {

using Repeats = Exchange::Repeats;

constexpr std::string_view text = "first, second and third\n";

std::string on(int channel, std::string_view bytes) {
  return std::string(1, static_cast<char>(channel)).append(bytes);
}

// A peer that left is what these cases are about: nothing is to be done about it here.
void run_command(net::WebSocket& socket, const CallLimits& limits) {
  const std::string end_of_input("\xff\0", 2);
  for (;;) {
    const auto message = socket.receive(limits);
    if (!message || !*message) return;
    if (**message == end_of_input) break;
    if (!socket.send(on(1, std::string_view(**message).substr(1)), limits)) return;
  }
  if (socket.send(on(3, R"({"kind":"Status","status":"Success"})"), limits))
    static_cast<void>(socket.close(limits));
}

void serve_port(net::WebSocket& socket, const CallLimits& limits) {
  const std::string_view port("\x88\x13", 2);  // 5000, as both channels say it first
  if (!socket.send(on(0, port), limits) || !socket.send(on(1, port), limits)) return;
  for (;;) {
    const auto message = socket.receive(limits);
    if (!message || !*message || !socket.send(**message, limits)) return;
  }
}

bool is_exec(const net::ServerRequest& request) {
  return request.path.ends_with("/exec");
}

Outcome failed(Error error, std::string seen = {}) {
  return {false, std::move(seen), std::move(error)};
}

/// In two pieces, with its input ended; done when the command says that it went well.
Outcome command(kube::Client& client, const std::string& namespace_, const CallLimits& limits) {
  k8s::ExecOptions options;
  options.command = {"cat"};
  options.input = true;
  auto exec = client.exec(namespace_, "p", options, limits);
  if (!exec) return failed(std::move(exec).error());
  for (const auto piece : {text.substr(0, 7), text.substr(7)})
    if (auto sent = (*exec)->write(piece, limits); !sent) return failed(std::move(sent).error());
  if (auto sent = (*exec)->finish_writing(limits); !sent) return failed(std::move(sent).error());
  std::string seen;
  for (;;) {
    auto piece = (*exec)->next(limits);
    if (!piece) return failed(std::move(piece).error(), std::move(seen));
    if (!*piece) break;
    seen += (*piece)->bytes;
  }
  auto code = (*exec)->exit_code();
  if (!code) return failed(std::move(code).error(), std::move(seen));
  return {*code == 0, std::move(seen), {}};
}

Outcome forward(kube::Client& client, const std::string& namespace_, const CallLimits& limits) {
  auto port = client.port_forward(namespace_, "p", 5000, limits);
  if (!port) return failed(std::move(port).error());
  if (auto sent = (*port)->write(text, limits); !sent) return failed(std::move(sent).error());
  std::string seen;
  std::array<char, 10> buffer{};
  while (seen.size() < text.size()) {
    auto count = (*port)->read_some(buffer, limits);
    if (!count) return failed(std::move(count).error(), std::move(seen));
    if (*count == 0) return failed({ErrorCode::unreachable, "closed", {}, {}, nullptr}, seen);
    seen.append(buffer.data(), *count);
  }
  return {true, std::move(seen), {}};
}

}  // namespace

const std::vector<Exchange>& tunnels() {
  static const std::vector<Exchange> all{
      {"exec", "GET", Repeats::never, true, text.data(), command},
      {"port-forward", "GET", Repeats::never, true, text.data(), forward},
  };
  return all;
}

bool is_tunnel(const net::ServerRequest& request) {
  return is_exec(request) || request.path.ends_with("/portforward");
}

void serve_tunnel(const net::ServerRequest& request, net::Responder& out,
                  const std::stop_token& stop) {
  const bool exec = is_exec(request);
  const auto socket =
      net::WebSocket::accept(request, out, {exec ? "v5.channel.k8s.io" : "v4.channel.k8s.io"});
  if (!socket) return;
  const CallLimits limits{Deadline::after(std::chrono::minutes(2)), stop};
  exec ? run_command(**socket, limits) : serve_port(**socket, limits);
}

}  // namespace kaito::fault
