#include "onlooker.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "kaito/base/text.hpp"
#include "support/api_target.hpp"

namespace kaito::e2e {

using test::soon;
using test::target;

namespace {

constexpr int look_every_ms = 100;  // at the stop token, while nothing happens

sockaddr_in socket_address(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  REQUIRE(::inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1);
  return address;
}

/// Takes what is there on `from` and writes all of it to `to`; false at the end.
bool copy_some(int from, int to) {
  std::array<char, 65536> buffer{};
  const ssize_t count = ::read(from, buffer.data(), buffer.size());
  for (ssize_t written = 0; written < count;) {
    const ssize_t more =
        ::write(to, buffer.data() + written, static_cast<std::size_t>(count - written));
    if (more <= 0) return false;
    written += more;
  }
  return count > 0;
}

/// Carries bytes both ways until one side closes.
void relay(int client, const sockaddr_in& server, const std::stop_token& stop) {
  const int upstream = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto* address = reinterpret_cast<const sockaddr*>(&server);
  bool open = ::connect(upstream, address, sizeof server) == 0;
  while (open && !stop.stop_requested()) {
    std::array<pollfd, 2> waits{pollfd{client, POLLIN, 0}, pollfd{upstream, POLLIN, 0}};
    if (::poll(waits.data(), waits.size(), look_every_ms) <= 0) continue;
    if (waits[0].revents != 0) open = copy_some(client, upstream);
    if (open && waits[1].revents != 0) open = copy_some(upstream, client);
  }
  ::close(upstream);
  ::close(client);
}

bool belongs_to_connection(const std::string& name) {
  for (const char* header : {"Host", "Connection", "Content-Length", "Transfer-Encoding"})
    if (equals_ignoring_case(name, header)) return true;
  return false;
}

}  // namespace

ConnectionCounter::ConnectionCounter() {
  auto address = socket_address(target().address(), 0);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(listener_, any, size) == 0);
  REQUIRE(::listen(listener_, 16) == 0);
  REQUIRE(::getsockname(listener_, any, &size) == 0);
  url_ = fmt::format("https://{}:{}", target().address(), ntohs(address.sin_port));
  thread_ = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
}

ConnectionCounter::~ConnectionCounter() {
  thread_.request_stop();
  thread_.join();
  ::close(listener_);
}

void ConnectionCounter::accept_all(const std::stop_token& stop) {
  const auto url = net::parse_url(target().server());
  const auto server = socket_address(url->host, url->port);
  std::vector<std::jthread> relays;
  while (!stop.stop_requested()) {
    pollfd wait{listener_, POLLIN, 0};
    if (::poll(&wait, 1, look_every_ms) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    ++connections_;
    relays.emplace_back(
        [client, server](const std::stop_token& end) { relay(client, server, end); });
  }
}

RequestRecorder::RequestRecorder() {
  auto certificate = net::make_self_signed({target().address()}, 1);
  REQUIRE(certificate);
  certificate_ = std::move(*certificate);
  net::ClientOptions upstream;
  upstream.server = *net::parse_url(target().server());
  upstream.tls.ca_pem = target().ca_pem();
  auto client = net::HttpClient::create(std::move(upstream));
  REQUIRE(client);
  client_ = std::move(*client);
  net::ServerOptions options;
  options.address = target().address();
  options.cert_pem = certificate_.cert_pem;
  options.key_pem = certificate_.key_pem;
  auto server = net::HttpServer::start(
      std::move(options),
      [this](const net::ServerRequest& request, net::Responder& responder,
             const std::stop_token& stop) { pass_on(request, responder, stop); });
  REQUIRE(server);
  server_ = std::move(*server);
}

std::string RequestRecorder::url() const {
  return fmt::format("https://{}:{}", target().address(), server_->port());
}

std::vector<std::string> RequestRecorder::requests() {
  const std::lock_guard hold(mutex_);
  return requests_;
}

void RequestRecorder::pass_on(const net::ServerRequest& request, net::Responder& responder,
                              const std::stop_token& stop) {
  {
    const std::lock_guard hold(mutex_);
    requests_.push_back(request.method + " " + request.target);
  }
  net::HttpRequest onward;
  onward.method = request.method;
  onward.target = request.target;
  onward.body = request.body;
  for (const auto& [name, value] : request.headers.all())
    if (!belongs_to_connection(name)) onward.headers.add(name, value);
  const auto answer = client_->send(onward, {soon().deadline, stop});
  net::Headers headers;
  if (!answer) {
    static_cast<void>(responder.respond(502, headers, answer.error().message));
    return;
  }
  for (const auto& [name, value] : answer->head.headers.all())
    if (!belongs_to_connection(name)) headers.add(name, value);
  // A peer that has gone away shows in what it has not printed.
  static_cast<void>(responder.respond(answer->head.status, headers, answer->body));
}

}  // namespace kaito::e2e
