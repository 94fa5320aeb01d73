#include <doctest/doctest.h>

#include <thread>

#include "unit/net/scripted_peer.hpp"

namespace kaito::net::test {
namespace {

using std::chrono::milliseconds;

/// Answers with the method, the target and the body that arrived.
void echo(const ServerRequest& request, Responder& responder, const std::stop_token& /*stop*/) {
  Headers headers;
  headers.add("Content-Type", "text/plain; charset=utf-8");
  headers.add("X-Host", std::string(request.headers.get("host")));
  CHECK(
      responder.respond(200, headers, request.method + " " + request.target + " " + request.body));
}

std::string whole(BodyStream& stream) {
  std::string text;
  for (;;) {
    auto piece = stream.read(patient());
    REQUIRE_MESSAGE(piece.has_value(), piece.error().describe());
    if (piece->empty()) return text;
    text += *piece;
  }
}

}  // namespace

TEST_CASE("a request arrives as it was given, and its answer comes back whole") {
  const auto server = serve(echo);
  const auto client = client_of(server->port());
  const auto answer = client->send(post("/a%20b?c=d", "hello"), patient());
  REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
  CHECK(answer->head.status == 200);
  CHECK(answer->head.reason == "OK");
  CHECK(answer->body == "POST /a%20b?c=d hello");
  CHECK(answer->head.content_type() == "text/plain");
  CHECK(answer->head.headers.get("x-host") == "127.0.0.1:" + std::to_string(server->port()));
}

TEST_CASE("the path of the server's URL comes before each target") {
  const auto server = serve(echo);
  ClientOptions options;
  options.server = loopback(server->port());
  options.server.path = "/k8s/clusters/c-1";
  const auto answer = client_of(std::move(options))->send(get("/version"), patient());
  REQUIRE(answer.has_value());
  CHECK(answer->body == "GET /k8s/clusters/c-1/version ");
}

TEST_CASE("many requests, large ones too, use one connection") {
  ScriptedPeer peer([](PeerSocket& socket, int /*connection*/) {
    while (!socket.read_head().empty()) {
      socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  const auto client = client_of(peer.port());
  for (int i = 0; i < 20; ++i) {
    const auto answer = client->send(get("/"), patient());
    REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
    CHECK(answer->body == "ok");
  }
  CHECK(peer.connections() == 1);
}

TEST_CASE("a streamed answer arrives piece by piece, and its connection is used again") {
  std::atomic<int> step = 0;
  const auto server = serve([&](const ServerRequest&, Responder& responder, std::stop_token) {
    REQUIRE(responder.begin(200, {}));
    for (int i = 0; i < 3; ++i) {
      REQUIRE(responder.write("piece " + std::to_string(i)));
      // The next piece only leaves after this one was seen.
      while (step == i)
        std::this_thread::sleep_for(milliseconds(1));
    }
  });
  const auto client = client_of(server->port());
  for (int round = 0; round < 2; ++round) {
    step = 0;
    auto stream = client->open(get("/watch"), patient());
    REQUIRE_MESSAGE(stream.has_value(), stream.error().describe());
    for (int i = 0; i < 3; ++i) {
      const auto piece = (*stream)->read(patient());
      REQUIRE(piece.has_value());
      CHECK(*piece == "piece " + std::to_string(i));
      ++step;
    }
    CHECK(whole(**stream).empty());
  }
}

TEST_CASE("a deadline ends a wait for a server that never answers") {
  ScriptedPeer peer([](PeerSocket& socket, int) { socket.wait_for_close(); });
  const auto client = client_of(peer.port());
  const Stopwatch watch;
  const auto answer = client->send(get("/slow"), within(milliseconds(150)));
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == ErrorCode::timeout);
  CHECK(answer.error().describe().find("GET http://127.0.0.1:") == 0);
  CHECK(watch.elapsed() >= milliseconds(150));
  CHECK(watch.elapsed() < milliseconds(1000));
}

TEST_CASE("a stop ends a blocked read within 100 ms") {
  ScriptedPeer peer([](PeerSocket& socket, int) {
    (void)socket.read_head();
    socket.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    socket.wait_for_close();
  });
  const auto client = client_of(peer.port());
  std::stop_source source;
  auto stream = client->open(get("/"), {Deadline::never(), source.get_token()});
  REQUIRE(stream.has_value());
  REQUIRE((*stream)->read(patient()) == std::string("abc"));
  std::chrono::steady_clock::time_point stopped;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(100));
    stopped = std::chrono::steady_clock::now();
    source.request_stop();
  });
  const auto piece = (*stream)->read({Deadline::never(), source.get_token()});
  const auto ended = std::chrono::steady_clock::now();
  stopper.join();
  REQUIRE_FALSE(piece.has_value());
  CHECK(piece.error().code == ErrorCode::interrupted);
  CHECK(ended - stopped < milliseconds(100));
}

}  // namespace kaito::net::test
