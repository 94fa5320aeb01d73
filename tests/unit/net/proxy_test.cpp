#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <thread>

#include "net/tcp.hpp"
#include "net/tls_stream.hpp"
#include "unit/net/scripted_peer.hpp"

namespace kaito::net::test {
namespace {

constexpr std::string_view credentials = "dTpw";

ClientOptions through(std::uint16_t proxy_port, Url server) {
  ClientOptions options;
  options.server = std::move(server);
  options.proxy = Proxy{Proxy::Kind::http, loopback(proxy_port), "u", "p"};
  options.user_agent = "kaito/test";
  return options;
}

/// The head of a request, byte by byte.
std::string head_from(ByteStream& stream, const CallLimits& limits) {
  std::string head;
  std::array<char, 1> byte{};
  while (!head.ends_with("\r\n\r\n")) {
    const auto count = stream.read_some(byte, limits);
    if (!count || *count == 0) break;
    head += byte[0];
  }
  return head;
}

/// A proxy that itself speaks TLS, for one connection: `greet` does what comes first and gives the
/// port that the rest is carried to.
class TlsTunnel {
 public:
  using Greet = std::function<std::uint16_t(ByteStream&, const CallLimits&)>;
  TlsTunnel(const SelfSigned& identity, Greet greet) {
    auto context = TlsContext::for_server(identity.cert_pem, identity.key_pem);
    auto listener = TcpListener::bind("127.0.0.1", 0);
    REQUIRE((context.has_value() && listener.has_value()));
    context_ = *context;
    listener_ = std::move(*listener);
    thread_ = std::jthread([this, greet = std::move(greet)](const std::stop_token& stop) {
      const CallLimits limits{Deadline::after(std::chrono::seconds(20)), stop};
      auto tcp = listener_->accept(limits);
      if (!tcp) return;
      auto tls = TlsStream::accept(std::move(*tcp), context_, limits);
      if (!tls) return;
      const auto port = greet(**tls, limits);
      auto addresses = resolve("127.0.0.1", port, limits);
      if (!addresses) return;
      auto server = TcpStream::connect(*addresses, limits);
      if (server) carry(**tls, **server, stop);
    });
  }
  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }

 private:
  /// Both ways on one thread: each side is looked at for a moment in turn.
  static void carry(ByteStream& a, ByteStream& b, const std::stop_token& stop) {
    std::array<char, 16384> buffer{};
    while (!stop.stop_requested()) {
      for (auto [from, to] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
        const auto count =
            from->read_some(buffer, {Deadline::after(std::chrono::milliseconds(2)), stop});
        if (!count && count.error().code == ErrorCode::timeout) continue;
        if (!count || *count == 0) return;
        if (!to->write({buffer.data(), *count}, within(std::chrono::seconds(20)))) return;
      }
    }
  }

  std::shared_ptr<const TlsContext> context_;
  std::unique_ptr<TcpListener> listener_;
  std::jthread thread_;
};

}  // namespace

TEST_CASE("a plain server is asked for through the proxy with its whole URL") {
  Noted<std::string> seen;
  const ScriptedPeer proxy([&](PeerSocket& socket, int) {
    seen.set(socket.read_head());
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  // The name need not resolve here: that is the proxy's business.
  const auto client = client_of(through(proxy.port(), {false, "no.such.host.test", 8080, "/base"}));
  const auto answer = client->send(get("/x?y"), patient());
  REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
  CHECK(answer->body == "ok");
  CHECK(seen.get() ==
        "GET http://no.such.host.test:8080/base/x?y HTTP/1.1\r\nHost: no.such.host.test:8080\r\n"
        "User-Agent: kaito/test\r\nProxy-Authorization: Basic dTpw\r\n\r\n");
}

TEST_CASE("a TLS server is reached through a tunnel, and the credentials stay with the proxy") {
  const auto identity = make_self_signed({"kubernetes.test"}, 1);
  REQUIRE(identity.has_value());
  ServerOptions server_options;
  server_options.cert_pem = identity->cert_pem;
  server_options.key_pem = identity->key_pem;
  std::atomic<bool> leaked = false;
  const auto server = serve(
      [&](const ServerRequest& request, Responder& responder, const std::stop_token&) {
        leaked = request.headers.has("Proxy-Authorization");
        CHECK(responder.respond(200, {}, "behind the proxy"));
      },
      server_options);

  Noted<std::string> seen;
  const ScriptedPeer proxy([&](PeerSocket& socket, int) {
    seen.set(socket.read_head());
    socket.send("HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n");
    socket.relay_to(server->port());
  });
  ClientOptions options = through(proxy.port(), {true, "kubernetes.test", 443, ""});
  options.tls.ca_pem = identity->ca_pem;
  const auto client = client_of(std::move(options));
  for (int i = 0; i < 2; ++i) {
    const auto answer = client->send(get("/"), patient());
    REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
    CHECK(answer->body == "behind the proxy");
  }
  CHECK(proxy.connections() == 1);
  CHECK_FALSE(leaked);
  CHECK(seen.get() ==
        "CONNECT kubernetes.test:443 HTTP/1.1\r\nHost: kubernetes.test:443\r\n"
        "User-Agent: kaito/test\r\nProxy-Authorization: Basic dTpw\r\n\r\n");
}

TEST_CASE("a proxy that itself speaks TLS carries TLS inside TLS") {
  const auto outer = make_self_signed({"127.0.0.1"}, 1);
  const auto inner = make_self_signed({"kubernetes.test"}, 1);
  REQUIRE((outer.has_value() && inner.has_value()));
  // The proxy's TLS end is our own server; what matters here is that the proxy's certificate is
  // checked and that its refusal is understood inside TLS.
  ServerOptions proxy_options;
  proxy_options.cert_pem = outer->cert_pem;
  proxy_options.key_pem = outer->key_pem;
  ServerOptions server_options;
  server_options.cert_pem = inner->cert_pem;
  server_options.key_pem = inner->key_pem;
  const auto server =
      serve([](const ServerRequest&, Responder& responder,
               const std::stop_token&) { CHECK(responder.respond(200, {}, "TLS inside TLS")); },
            server_options);
  Noted<std::string> asked;
  const auto proxy = serve(
      [&](const ServerRequest& request, Responder& responder, const std::stop_token&) {
        asked.set(request.method + " " + request.target);
        CHECK(responder.respond(403, {}, "no"));
      },
      proxy_options);
  ClientOptions options = through(proxy->port(), {true, "kubernetes.test", 443, ""});
  options.proxy->url.tls = true;
  options.tls.ca_pem = outer->ca_pem + inner->ca_pem;
  const auto refused = client_of(options)->send(get("/"), patient());
  REQUIRE_FALSE(refused.has_value());
  CHECK(asked.get() == "CONNECT kubernetes.test:443");
  CHECK(refused.error().describe().find("403 Forbidden") != std::string::npos);

  Noted<std::string> tunnel;
  const TlsTunnel carries(*outer, [&](ByteStream& stream, const CallLimits& limits) {
    tunnel.set(head_from(stream, limits));
    (void)stream.write("HTTP/1.1 200 OK\r\n\r\n", limits);
    return server->port();
  });
  options.proxy->url.port = carries.port();
  const auto through_both = client_of(options)->send(get("/"), patient());
  REQUIRE_MESSAGE(through_both.has_value(), through_both.error().describe());
  CHECK(through_both->body == "TLS inside TLS");
  CHECK(tunnel.get().starts_with("CONNECT kubernetes.test:443 HTTP/1.1\r\n"));

  options.proxy->url.port = proxy->port();
  options.tls.ca_pem = inner->ca_pem;
  const auto untrusted = client_of(options)->send(get("/"), patient());
  REQUIRE_FALSE(untrusted.has_value());
  CHECK(untrusted.error().describe().find("is signed by") != std::string::npos);
}

TEST_CASE("proxies that do not connect") {
  struct Case {
    const char* answer;
    const char* says;
  };
  const std::vector<Case> cases = {
      {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
       "does not accept its user name and password (407)"},
      {"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 3\r\n\r\nabc",
       "503 Service Unavailable"},
      {"HTTP/1.1 502 Bad\x1b[31m\r\n\r\n", "bad reason"},
      {"SSH-2.0-OpenSSH\r\n\r\n", "the proxy 127.0.0.1"},
      {"", "closed the connection"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.answer);
    const ScriptedPeer proxy([&](PeerSocket& socket, int) {
      (void)socket.read_head();
      socket.send(test.answer);
    });
    const auto client = client_of(through(proxy.port(), {true, "kubernetes.test", 443, ""}));
    const auto answer = client->send(get("/"), patient());
    REQUIRE_FALSE(answer.has_value());
    const std::string text = answer.error().describe();
    CHECK_MESSAGE(text.find(test.says) != std::string::npos, text);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find(credentials) == std::string::npos);
  }
}

TEST_CASE("a 407 to a plain request is the proxy's, not the server's") {
  const ScriptedPeer proxy([](PeerSocket& socket, int) {
    (void)socket.read_head();
    socket.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  });
  const auto answer =
      client_of(through(proxy.port(), {false, "server.test", 80, ""}))->send(get("/"), patient());
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == ErrorCode::unreachable);
  CHECK(answer.error().describe().find("407") != std::string::npos);
}

}  // namespace kaito::net::test
