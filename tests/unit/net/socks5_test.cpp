#include <doctest/doctest.h>

#include "kaito/net/failure.hpp"
#include "unit/net/scripted_peer.hpp"

namespace kaito::net::test {
namespace {

using namespace std::string_literals;

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values)
    text += static_cast<char>(value);
  return text;
}

ClientOptions through(std::uint16_t port, Url server, std::string user = {},
                      std::string password = {}) {
  ClientOptions options;
  options.server = std::move(server);
  options.proxy = Proxy{Proxy::Kind::socks5, loopback(port), std::move(user), std::move(password)};
  return options;
}

const std::string connected = bytes({5, 0, 0, 1, 10, 0, 0, 1, 0x1f, 0x90});
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace

TEST_CASE("socks5: the proxy gets the server's name, and requests go to the server as they are") {
  Noted<std::string> greeting;
  Noted<std::string> asked;
  Noted<std::string> head;
  const ScriptedPeer proxy([&](PeerSocket& socket, int) {
    greeting.set(socket.read_exactly(3));
    socket.send_bytewise(bytes({5, 0}));
    asked.set(socket.read_exactly(4 + 1 + 12 + 2));
    socket.send_bytewise(connected);
    head.set(socket.read_head());
    socket.send(ok);
  });
  const auto client = client_of(through(proxy.port(), {false, "no.such.host", 8080, "/base"}));
  const auto answer = client->send(get("/x"), patient());
  REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
  CHECK(answer->body == "ok");
  CHECK(greeting.get() == bytes({5, 1, 0}));
  CHECK(asked.get() == bytes({5, 1, 0, 3, 12}) + "no.such.host" + bytes({0x1f, 0x90}));
  CHECK(head.get() == "GET /base/x HTTP/1.1\r\nHost: no.such.host:8080\r\n\r\n");
}

TEST_CASE("socks5: addresses are sent as addresses, and any bound address is passed over") {
  struct Case {
    const char* host;
    std::string address;
    std::string bound;
  };
  const std::vector<Case> cases = {
      {"10.1.2.3", bytes({1, 10, 1, 2, 3}), bytes({1, 0, 0, 0, 0, 0, 0})},
      {"fd00::1", bytes({4, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
       bytes({3, 2}) + "ab" + bytes({0, 1})},
      {"10.1.2.3", bytes({1, 10, 1, 2, 3}), bytes({4}) + std::string(18, '\x01')},
  };
  for (const Case& test : cases) {
    CAPTURE(test.host);
    Noted<std::string> asked;
    const ScriptedPeer proxy([&](PeerSocket& socket, int) {
      (void)socket.read_exactly(3);
      socket.send(bytes({5, 0}));
      asked.set(socket.read_exactly(3 + test.address.size() + 2));
      socket.send(bytes({5, 0, 0}) + test.bound);
      (void)socket.read_head();
      socket.send(ok);
    });
    const auto answer =
        client_of(through(proxy.port(), {false, test.host, 80, ""}))->send(get("/"), patient());
    REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
    CHECK(asked.get() == bytes({5, 1, 0}) + test.address + bytes({0, 80}));
  }
}

TEST_CASE("socks5: user and password, and TLS to the server inside") {
  const auto identity = make_self_signed({"kubernetes.test"}, 1);
  REQUIRE(identity.has_value());
  ServerOptions server_options;
  server_options.cert_pem = identity->cert_pem;
  server_options.key_pem = identity->key_pem;
  const auto server =
      serve([](const ServerRequest&, Responder& responder,
               const std::stop_token&) { CHECK(responder.respond(200, {}, "behind the proxy")); },
            server_options);
  Noted<std::string> logged_in;
  const ScriptedPeer proxy([&](PeerSocket& socket, int) {
    CHECK(socket.read_exactly(4) == bytes({5, 2, 0, 2}));
    socket.send(bytes({5, 2}));
    logged_in.set(socket.read_exactly(1 + 1 + 3 + 1 + 4));
    socket.send(bytes({1, 0}));
    (void)socket.read_exactly(4 + 1 + 15 + 2);
    socket.send(connected);
    socket.relay_to(server->port());
  });
  auto options = through(proxy.port(), {true, "kubernetes.test", 443, ""}, "ada", "p@ss");
  options.tls.ca_pem = identity->ca_pem;
  const auto client = client_of(std::move(options));
  for (int i = 0; i < 2; ++i) {
    const auto answer = client->send(get("/"), patient());
    REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
    CHECK(answer->body == "behind the proxy");
  }
  CHECK(proxy.connections() == 1);
  CHECK(logged_in.get() == bytes({1, 3}) + "ada" + bytes({4}) + "p@ss");
}

TEST_CASE("socks5: proxies that do not connect") {
  struct Case {
    const char* what;
    const char* user;
    std::string method;  // the answer to the greeting
    std::string login;
    std::string reply;
    const char* says;
    Stage stage;
  };
  const std::vector<Case> cases = {
      {"wants credentials", "", bytes({5, 0xff}), "", "", "wants a user name", Stage::handshake},
      {"wants others", "ada", bytes({5, 0xff}), "", "", "does not accept", Stage::handshake},
      {"refuses them", "ada", bytes({5, 2}), bytes({1, 1}), "", "does not accept",
       Stage::handshake},
      {"a method not offered", "", bytes({5, 2}), "", "", "was not offered", Stage::exchange},
      {"not SOCKS", "", "HT", "", "", "does not speak SOCKS5", Stage::exchange},
      {"SOCKS4", "", bytes({4, 0}), "", "", "does not speak SOCKS5", Stage::exchange},
      {"closes", "", "", "", "", "closed the connection", Stage::handshake},
      {"closes in the reply", "", bytes({5, 0}), "", bytes({5, 0}), "closed", Stage::handshake},
      {"connection refused", "", bytes({5, 0}), "", bytes({5, 5, 0, 1}), "connection refused",
       Stage::connect},
      {"host unreachable", "", bytes({5, 0}), "", bytes({5, 4, 0, 1}), "host unreachable",
       Stage::connect},
      {"not allowed", "", bytes({5, 0}), "", bytes({5, 2, 0, 1}), "not allowed", Stage::handshake},
      {"an unknown reply", "", bytes({5, 0}), "", bytes({5, 99, 0, 1}), ": 99", Stage::handshake},
      {"an unknown address", "", bytes({5, 0}), "", bytes({5, 0, 0, 9}), "unknown kind",
       Stage::exchange},
  };
  for (const Case& test : cases) {
    CAPTURE(test.what);
    const ScriptedPeer proxy([&](PeerSocket& socket, int) {
      (void)socket.read_exactly(*test.user == '\0' ? 3 : 4);
      socket.send(test.method);
      if (!test.login.empty()) {
        (void)socket.read_exactly(2 + std::string_view(test.user).size() + 1 + 7);
        socket.send(test.login);
      }
      if (test.reply.empty()) return;
      (void)socket.read_exactly(4 + 1 + 4 + 2);
      socket.send(test.reply);
    });
    const std::string password = *test.user == '\0' ? "" : "hunter2";
    auto options = through(proxy.port(), {true, "host", 443, ""}, test.user, password);
    const auto answer = client_of(std::move(options))->send(get("/"), patient());
    REQUIRE_FALSE(answer.has_value());
    const std::string text = answer.error().describe();
    CHECK_MESSAGE(text.find(test.says) != std::string::npos, text);
    CHECK(text.find("the proxy 127.0.0.1:") != std::string::npos);
    CHECK(text.find("hunter2") == std::string::npos);
    CHECK(stage_of(answer.error()) == test.stage);
  }
}

TEST_CASE("socks5: what does not fit is not sent") {
  const ScriptedPeer proxy([](PeerSocket& socket, int) {
    (void)socket.read_exactly(4);
    socket.send(bytes({5, 2}));
    socket.wait_for_close();
  });
  auto options = through(proxy.port(), {true, "host", 443, ""}, std::string(256, 'u'), "p");
  const auto answer = client_of(std::move(options))->send(get("/"), patient());
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == ErrorCode::invalid);
  CHECK(answer.error().message.find("255 bytes") != std::string::npos);
}

TEST_CASE("socks5: a proxy that does not answer ends with the deadline") {
  const ScriptedPeer proxy([](PeerSocket& socket, int) { socket.wait_for_close(); });
  const auto answer = client_of(through(proxy.port(), {true, "host", 443, ""}))
                          ->send(get("/"), within(std::chrono::milliseconds(100)));
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == ErrorCode::timeout);
}

}  // namespace kaito::net::test
