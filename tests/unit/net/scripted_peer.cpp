#include "unit/net/scripted_peer.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace kaito::net::test {
namespace {

constexpr int patience_ms = 5000;

bool readable(int handle, int milliseconds) {
  pollfd wanted{handle, POLLIN, 0};
  return ::poll(&wanted, 1, milliseconds) > 0;
}

sockaddr_in loopback_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

PeerSocket::~PeerSocket() {
  close();
}

void PeerSocket::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the peer left; the test sees it on its side
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void PeerSocket::send_bytewise(std::string_view bytes) const {
  const int one = 1;
  REQUIRE(::setsockopt(handle_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0);
  for (const char& byte : bytes)
    send({&byte, 1});
}

std::string PeerSocket::read_until(std::string_view end) const {
  std::string text;
  std::array<char, 1> byte{};
  while (!text.ends_with(end)) {
    if (!readable(handle_, patience_ms)) break;
    if (::recv(handle_, byte.data(), 1, 0) != 1) break;
    text += byte[0];
  }
  return text;
}

std::string PeerSocket::read_exactly(std::size_t size) const {
  std::string text(size, '\0');
  std::size_t have = 0;
  while (have < size && readable(handle_, patience_ms)) {
    const ssize_t count = ::recv(handle_, text.data() + have, size - have, 0);
    if (count <= 0) break;
    have += static_cast<std::size_t>(count);
  }
  text.resize(have);
  return text;
}

void PeerSocket::wait_for_close() const {
  std::array<char, 4096> ignored{};
  while (readable(handle_, patience_ms)) {
    if (::recv(handle_, ignored.data(), ignored.size(), 0) <= 0) return;
  }
}

void PeerSocket::relay_to(std::uint16_t port) const {
  const PeerSocket other(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback_address(port);
  REQUIRE(::connect(other.handle_, reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
          0);
  std::array<char, 16384> buffer{};
  std::array<pollfd, 2> wanted{pollfd{handle_, POLLIN, 0}, pollfd{other.handle_, POLLIN, 0}};
  while (::poll(wanted.data(), wanted.size(), patience_ms) > 0) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i].revents == 0) continue;
      const ssize_t count = ::recv(wanted[i].fd, buffer.data(), buffer.size(), 0);
      if (count <= 0) return;
      (i == 0 ? other : *this).send({buffer.data(), static_cast<std::size_t>(count)});
    }
  }
}

void PeerSocket::close() {
  if (handle_ >= 0) ::close(std::exchange(handle_, -1));
}

void PeerSocket::reset() {
  const linger now{1, 0};
  REQUIRE(::setsockopt(handle_, SOL_SOCKET, SO_LINGER, &now, sizeof now) == 0);
  close();
}

ScriptedPeer::ScriptedPeer(Script script) : script_(std::move(script)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(listener_ >= 0);
  sockaddr_in address = loopback_address(0);
  REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener_, 128) == 0);
  socklen_t size = sizeof address;
  REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!readable(listener_, 20)) continue;
      const int handle = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (handle < 0) continue;
      PeerSocket socket(handle);
      script_(socket, ++connections_);
    }
  });
}

ScriptedPeer::~ScriptedPeer() {
  thread_.request_stop();
  thread_.join();
  ::close(listener_);
}

Url loopback(std::uint16_t port, bool tls) {
  return {tls, "127.0.0.1", port, ""};
}

std::unique_ptr<HttpClient> client_of(ClientOptions options) {
  auto client = HttpClient::create(std::move(options));
  REQUIRE_MESSAGE(client.has_value(), client.error().describe());
  return std::move(*client);
}

std::unique_ptr<HttpClient> client_of(std::uint16_t port) {
  ClientOptions options;
  options.server = loopback(port);
  return client_of(std::move(options));
}

std::unique_ptr<HttpServer> serve(Handler handler, ServerOptions options) {
  auto server = HttpServer::start(std::move(options), std::move(handler));
  REQUIRE_MESSAGE(server.has_value(), server.error().describe());
  return std::move(*server);
}

CallLimits patient() {
  return within(std::chrono::seconds(20));
}

CallLimits within(std::chrono::milliseconds time) {
  return {Deadline::after(time), {}};
}

HttpRequest get(std::string target) {
  HttpRequest request;
  request.target = std::move(target);
  return request;
}

HttpRequest post(std::string target, std::string body) {
  HttpRequest request;
  request.method = "POST";
  request.target = std::move(target);
  request.body = std::move(body);
  return request;
}

}  // namespace kaito::net::test
