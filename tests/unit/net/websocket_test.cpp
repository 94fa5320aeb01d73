#include "kaito/net/websocket.hpp"

#include <doctest/doctest.h>

#include <openssl/evp.h>

#include <array>
#include <functional>
#include <random>

#include "kaito/base/text.hpp"
#include "net/tcp.hpp"
#include "net/websocket_frame.hpp"
#include "unit/net/scripted_peer.hpp"

namespace kaito::net::test {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values)
    text += static_cast<char>(value);
  return text;
}

/// All frames in the bytes, fed in pieces of that size.
Result<std::vector<Frame>> frames_of(std::string_view text, bool masked, std::size_t piece,
                                     std::size_t max = 100000) {
  FrameReader reader(masked, max);
  std::vector<Frame> frames;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    reader.feed(text.substr(at, piece));
    for (;;) {
      KAITO_TRY(auto frame, reader.next());
      if (!frame) break;
      frames.push_back(std::move(*frame));
    }
  }
  return frames;
}

/// A server that hands its end of each WebSocket to `talk`.
std::unique_ptr<HttpServer> socket_server(std::function<void(WebSocket&, const CallLimits&)> talk,
                                          ServerOptions options = {}) {
  return serve(
      [talk = std::move(talk)](const ServerRequest& request, Responder& responder,
                               const std::stop_token& stop) {
        auto socket = WebSocket::accept(request, responder, {"b", "a"});
        if (socket) talk(**socket, {Deadline::after(std::chrono::seconds(20)), stop});
      },
      std::move(options));
}

Result<std::unique_ptr<WebSocket>> open_socket(HttpClient& client) {
  const WebSocketHandshake handshake({"a", "b"});
  auto request = get("/socket");
  handshake.add_to(request);
  KAITO_TRY(auto answer, client.upgrade(request, patient()));
  return handshake.finish(std::move(answer), 200000);
}

/// Source: RFC 6455 4.2.2.
std::string accept_for(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> digest{};
  REQUIRE(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr) == 1);
  return base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

void echo(WebSocket& socket, const CallLimits& limits) {
  for (;;) {
    auto message = socket.receive(limits);
    if (!message || !*message) return;
    if (!socket.send(**message, limits)) return;
  }
}

}  // namespace

TEST_CASE("frames come out as they went in, however they are cut") {
  std::minstd_rand random(11);
  const Opcode kinds[] = {Opcode::continuation, Opcode::text, Opcode::binary,
                          Opcode::close,        Opcode::ping, Opcode::pong};
  const std::size_t sizes[] = {0, 1, 2, 125, 126, 127, 65535, 65536, 70000};
  for (const bool masked : {false, true}) {
    std::vector<Frame> sent;
    std::string wire;
    for (int i = 0; i < 40; ++i) {
      Frame frame;
      frame.opcode = kinds[random() % 6];
      const bool control = frame.opcode >= Opcode::close;
      frame.last = control || random() % 2 == 0;
      frame.payload.resize(control ? random() % 126 : sizes[random() % 9]);
      for (char& c : frame.payload)
        c = static_cast<char>(random() % 256);
      std::optional<Mask> mask;
      if (masked) mask = Mask{1, 0, 0xff, static_cast<unsigned char>(random() % 256)};
      wire += frame_bytes(frame.last, frame.opcode, frame.payload, mask);
      sent.push_back(std::move(frame));
    }
    for (const std::size_t piece :
         {std::size_t{1}, std::size_t{7}, std::size_t{4096}, wire.size()}) {
      CAPTURE(piece);
      const auto got = frames_of(wire, masked, piece);
      REQUIRE_MESSAGE(got.has_value(), got.error().describe());
      CHECK(*got == sent);
    }
  }
}

TEST_CASE("the frames of RFC 6455 5.7") {
  CHECK(frame_bytes(true, Opcode::text, "Hello", std::nullopt) ==
        bytes({0x81, 5, 0x48, 0x65, 0x6c, 0x6c, 0x6f}));
  CHECK(frame_bytes(true, Opcode::text, "Hello", Mask{0x37, 0xfa, 0x21, 0x3d}) ==
        bytes({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}));
  CHECK(frame_bytes(false, Opcode::text, "Hel", std::nullopt) ==
        bytes({0x01, 3, 0x48, 0x65, 0x6c}));
  CHECK(frame_bytes(true, Opcode::binary, std::string(256, 'x'), std::nullopt).substr(0, 4) ==
        bytes({0x82, 126, 1, 0}));
  CHECK(frame_bytes(true, Opcode::binary, std::string(65536, 'x'), std::nullopt).substr(0, 10) ==
        bytes({0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0}));
}

TEST_CASE("frames that are refused, and before their payload is there") {
  struct Case {
    const char* what;
    std::string wire;
    bool masked;
  };
  const std::vector<Case> cases = {
      {"reserved bits", bytes({0xc2, 0}), false},
      {"unknown kind", bytes({0x83, 0}), false},
      {"unknown control", bytes({0x8b, 0}), false},
      {"a mask from a server", bytes({0x82, 0x80, 1, 2, 3, 4}), false},
      {"no mask from a client", bytes({0x82, 0}), true},
      {"a long ping", bytes({0x89, 126, 0, 126}), false},
      {"a ping in parts", bytes({0x09, 0}), false},
      {"too long", bytes({0x82, 126, 0xff, 0xff}), false},
      {"endless", bytes({0x82, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), false},
  };
  for (const auto& test : cases) {
    CAPTURE(test.what);
    const auto got = frames_of(test.wire, test.masked, 1, 1000);
    REQUIRE_FALSE(got.has_value());
    CHECK(got.error().code == ErrorCode::protocol);
  }
}

TEST_CASE("messages go both ways, large ones too, in the clear and over TLS") {
  const auto identity = make_self_signed({"127.0.0.1"}, 1);
  REQUIRE(identity.has_value());
  for (const bool tls : {false, true}) {
    CAPTURE(tls);
    ServerOptions server_options;
    if (tls) {
      server_options.cert_pem = identity->cert_pem;
      server_options.key_pem = identity->key_pem;
    }
    const auto server = socket_server(echo, server_options);
    ClientOptions options;
    options.server = loopback(server->port(), tls);
    options.tls.ca_pem = identity->ca_pem;
    const auto client = client_of(std::move(options));
    auto socket = open_socket(*client);
    REQUIRE_MESSAGE(socket.has_value(), socket.error().describe());
    CHECK((*socket)->protocol() == "b");  // the server's choice
    for (const std::size_t size : {0U, 1U, 126U, 100000U}) {
      CAPTURE(size);
      std::string message(size, '\0');
      for (std::size_t i = 0; i < size; ++i)
        message[i] = static_cast<char>(i * 7);
      REQUIRE((*socket)->send(message, patient()));
      const auto back = (*socket)->receive(patient());
      REQUIRE_MESSAGE(back.has_value(), back.error().describe());
      CHECK(**back == message);
    }
    CHECK((*socket)->quiet());
    REQUIRE((*socket)->close(patient()));
    CHECK_FALSE((*socket)->send("late", patient()));
    const auto end = (*socket)->receive(patient());
    REQUIRE_MESSAGE(end.has_value(), end.error().describe());
    CHECK_FALSE(end->has_value());
  }
}

TEST_CASE("what a client makes of a server's frames") {
  struct Case {
    const char* what;
    std::string frames;
    std::vector<std::string> messages;
    std::string ends;  // "" = in good order
  };
  const std::string hello = frame_bytes(true, Opcode::binary, "hello", std::nullopt);
  const auto close = [](int code, const std::string& why) {
    return frame_bytes(true, Opcode::close, bytes({code >> 8, code & 0xff}) + why, std::nullopt);
  };
  const std::vector<Case> cases = {
      {"parts, with a ping between them",
       frame_bytes(false, Opcode::binary, "a", std::nullopt) +
           frame_bytes(true, Opcode::ping, "?", std::nullopt) +
           frame_bytes(false, Opcode::continuation, "b", std::nullopt) +
           frame_bytes(true, Opcode::continuation, "c", std::nullopt) + close(1000, ""),
       {"abc"},
       ""},
      {"a goodbye without a code",
       hello + frame_bytes(true, Opcode::close, "", std::nullopt),
       {"hello"},
       ""},
      {"going away", hello + close(1001, "restart"), {"hello"}, ""},
      {"closed for a reason",
       hello + close(1011, "dial\x1b[31m failed"),
       {"hello"},
       "1011 dial\\x1b[31m failed"},
      {"no goodbye", hello, {"hello"}, "without a word"},
      {"cut in a frame", hello.substr(0, 4), {}, "without a word"},
      {"a part of nothing",
       frame_bytes(true, Opcode::continuation, "x", std::nullopt),
       {},
       "out of order"},
      {"a message in a message",
       frame_bytes(false, Opcode::binary, "x", std::nullopt) + hello,
       {},
       "out of order"},
      {"parts that grow too long",
       frame_bytes(false, Opcode::binary, std::string(150000, 'x'), std::nullopt) +
           frame_bytes(true, Opcode::continuation, std::string(60000, 'x'), std::nullopt),
       {},
       "longer than allowed"},
      {"not frames", "HTTP/1.1 200 OK\r\n\r\n", {}, "not a proper"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.what);
    Noted<std::string> pong;
    std::optional<ScriptedPeer> peer;
    peer.emplace([&](PeerSocket& socket, int) {
      const auto head = socket.read_head();
      const auto at = head.find("Sec-WebSocket-Key: ") + 19;
      const auto key = head.substr(at, head.find('\r', at) - at);
      socket.send(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n"
          "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Accept: " +
          accept_for(key) + "\r\n\r\n" + test.frames);
      if (test.ends.find("without a word") != std::string::npos) return;
      pong.set(socket.read_exactly(1));
      socket.wait_for_close();
    });
    const auto client = client_of(peer->port());
    auto socket = open_socket(*client);
    REQUIRE_MESSAGE(socket.has_value(), socket.error().describe());
    std::vector<std::string> messages;
    std::string ends;
    for (;;) {
      auto message = (*socket)->receive(patient());
      if (!message) ends = message.error().describe();
      if (!message || !*message) break;
      messages.push_back(**message);
    }
    CHECK(messages == test.messages);
    if (test.ends.empty())
      CHECK(ends.empty());
    else
      CHECK_MESSAGE(ends.find(test.ends) != std::string::npos, ends);
    socket->reset();
    peer.reset();  // whatever it was to note is noted
    if (std::string_view(test.what).find("ping") != std::string_view::npos)
      CHECK(pong.get() == bytes({0x8a}));
  }
}

TEST_CASE("handshakes that go wrong") {
  const std::string good = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  struct Case {
    const char* what;
    std::string answer;
    ErrorCode code;
  };
  const std::vector<Case> cases = {
      {"declined", "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", ErrorCode::invalid},
      {"another protocol", "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n",
       ErrorCode::protocol},
      {"another key",
       "HTTP/1.1 101 x\r\n" + good +
           "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\nSec-WebSocket-Protocol: "
           "a\r\n\r\n",
       ErrorCode::protocol},
      {"a page", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", ErrorCode::invalid},
      {"closed", "", ErrorCode::unreachable},
  };
  for (const auto& test : cases) {
    CAPTURE(test.what);
    const ScriptedPeer peer([&](PeerSocket& socket, int) {
      (void)socket.read_head();
      socket.send(test.answer);
    });
    const auto client = client_of(peer.port());
    const auto socket = open_socket(*client);
    REQUIRE_FALSE(socket.has_value());
    CHECK(socket.error().code == test.code);
  }
}

TEST_CASE("what a server makes of requests that are no WebSocket's") {
  const auto server = socket_server(echo);
  const auto client = client_of(server->port());
  struct Case {
    std::vector<std::pair<const char*, const char*>> headers;
    const char* says;
  };
  const std::vector<Case> cases = {
      {{}, "Upgrade request required"},
      {{{"Upgrade", "SPDY/3.1"}}, "Upgrade request required"},
      {{{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}}, "Upgrade request required"},
      {{{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "8"}, {"Sec-WebSocket-Key", "k"}},
       "Upgrade request required"},
      {{{"Upgrade", "websocket"},
        {"Sec-WebSocket-Version", "13"},
        {"Sec-WebSocket-Key", "k"},
        {"Sec-WebSocket-Protocol", "c, d"}},
       "no WebSocket protocol in common"},
  };
  for (const auto& test : cases) {
    auto request = get("/");
    for (const auto& [name, value] : test.headers)
      request.headers.add(name, value);
    const auto answer = client->upgrade(request, patient());
    REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
    CHECK(answer->stream == nullptr);
    CHECK(answer->head.status == 400);
    CHECK(answer->body.find(test.says) != std::string::npos);
  }
  // The refusal leaves a connection that can be used.
  CHECK(client->send(get("/"), patient())->head.status == 400);
}

TEST_CASE("a stop ends a wait for a message, and nothing is lost") {
  const auto server = socket_server([](WebSocket& socket, const CallLimits& limits) {
    if (socket.receive(limits)) CHECK(socket.send("later", limits));
    (void)socket.receive(limits);
  });
  const auto client = client_of(server->port());
  auto socket = open_socket(*client);
  REQUIRE(socket.has_value());
  const auto late = (*socket)->receive(within(std::chrono::milliseconds(30)));
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == ErrorCode::timeout);
  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });
  const auto stopped = (*socket)->receive({Deadline::never(), stop.get_token()});
  REQUIRE_FALSE(stopped.has_value());
  CHECK(stopped.error().code == ErrorCode::interrupted);
  REQUIRE((*socket)->send("now", patient()));
  CHECK(**(*socket)->receive(patient()) == "later");
}

TEST_CASE("connections that somebody else makes") {
  const auto server =
      serve([](const ServerRequest& request, Responder& responder, const std::stop_token&) {
        CHECK(responder.respond(
            200, {}, request.target + " for " + std::string(request.headers.get("Host"))));
      });
  int dialled = 0;
  ClientOptions options;
  options.server = {false, "pod.test", 5000, "/base"};
  options.dial = [&](const CallLimits& limits) -> Result<std::unique_ptr<ByteStream>> {
    ++dialled;
    KAITO_TRY(const auto addresses, resolve("127.0.0.1", server->port(), limits));
    return TcpStream::connect(addresses, limits);
  };
  const auto client = client_of(std::move(options));
  for (int i = 0; i < 2; ++i)
    CHECK(client->send(get("/x"), patient())->body == "/base/x for pod.test:5000");
  CHECK(dialled == 1);
}

}  // namespace kaito::net::test
