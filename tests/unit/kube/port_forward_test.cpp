// Port-forwards against a server that plays the API server and the node behind it.
#include <doctest/doctest.h>

#include "kaito/net/failure.hpp"
#include "kaito/net/websocket.hpp"
#include "scripted_server.hpp"

namespace kaito::kube::test {
namespace {

const std::string forward_path = "/api/v1/namespaces/ns/pods/p-0/portforward?ports=5000";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values)
    text += static_cast<char>(value);
  return text;
}

const std::string data_port = bytes({0, 0x88, 0x13});
const std::string error_port = bytes({1, 0x88, 0x13});

using Talk = std::function<void(net::WebSocket&, const CallLimits&)>;

net::Handler node(Talk talk) {
  return [talk = std::move(talk)](const net::ServerRequest& request, net::Responder& out,
                                  const std::stop_token& stop) {
    auto socket = net::WebSocket::accept(request, out, {"v4.channel.k8s.io"});
    if (socket) talk(**socket, {Deadline::after(std::chrono::seconds(20)), stop});
  };
}

void greet(net::WebSocket& socket, const CallLimits& limits) {
  CHECK(socket.send(data_port, limits));
  CHECK(socket.send(error_port, limits));
}

void echo(net::WebSocket& socket, const CallLimits& limits) {
  greet(socket, limits);
  for (;;) {
    auto message = socket.receive(limits);
    if (!message || !*message) return;
    if (!socket.send(**message, limits)) return;
  }
}

/// A model server in a pod: answers each request with its target and Host.
void speak_http(net::WebSocket& socket, const CallLimits& limits) {
  greet(socket, limits);
  std::string request;
  for (;;) {
    auto message = socket.receive(limits);
    if (!message || !*message) return;
    request += (*message)->substr(1);
    if (!has(request, "\r\n\r\n")) continue;
    const auto body = request.substr(0, request.find("\r\n\r\n"));
    request.clear();
    if (!socket.send(bytes({0}) + "HTTP/1.1 200 OK\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n",
                     limits) ||
        !socket.send(bytes({0}), limits) || !socket.send(bytes({0}) + body, limits))
      return;
  }
}

net::HttpRequest get(const std::string& target) {
  net::HttpRequest request;
  request.target = target;
  return request;
}

std::string read_exactly(net::ByteStream& stream, std::size_t size) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (text.size() < size) {
    const auto count = stream.read_some(buffer, soon());
    REQUIRE_MESSAGE(count.has_value(), count.error().describe());
    if (*count == 0) break;
    text.append(buffer.data(), *count);
  }
  return text;
}

TEST_CASE("a port-forward carries bytes both ways, and each is a WebSocket of its own") {
  ScriptedServer server(node(echo));
  auto config = server.config();
  config.credentials = fixed_token("abcdef123");
  const auto client = ScriptedServer::client(config);
  for (int i = 0; i < 2; ++i) {
    auto stream = client->port_forward("ns", "p-0", 5000, soon());
    REQUIRE_MESSAGE(stream.has_value(), stream.error().describe());
    for (const std::size_t size : {1U, 5U, 32768U, 100000U}) {
      CAPTURE(size);
      std::string text(size, '\0');
      for (std::size_t at = 0; at < size; ++at)
        text[at] = static_cast<char>(at * 31);
      REQUIRE((*stream)->write(text, soon()));
      CHECK(read_exactly(**stream, size) == text);
    }
  }
  const auto asked = server.requests();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].method == "GET");
  CHECK(asked[0].target == forward_path);
  CHECK(asked[0].headers.get("Sec-WebSocket-Protocol") == "v4.channel.k8s.io");
  CHECK(asked[0].headers.get("Authorization") == "Bearer abcdef123");
  CHECK(asked[0].headers.get("User-Agent").starts_with("kaitoctl/"));
  CHECK_FALSE(asked[0].headers.has("Accept-Encoding"));
}

TEST_CASE("a port-forward that goes wrong on the way") {
  struct Row {
    const char* what;
    std::vector<std::string> messages;
    ErrorCode code;
    const char* says;
  };
  const Row rows[] = {
      {"nothing listens there",
       {data_port, error_port, bytes({1}) + "dial tcp4: connect: connection\x1b refused\n"},
       ErrorCode::unreachable,
       "the node says: dial tcp4: connect: connection\\x1b refused"},
      {"another port", {bytes({0, 0x13, 0x88})}, ErrorCode::protocol, "does not name the port"},
      {"no port", {bytes({0}) + "hello"}, ErrorCode::protocol, "does not name the port"},
      {"a channel of nobody's", {bytes({2, 1})}, ErrorCode::protocol, "was not opened"},
      {"no channel", {""}, ErrorCode::protocol, "without a channel"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ScriptedServer server(node([&](net::WebSocket& socket, const CallLimits& limits) {
      for (const auto& message : row.messages)
        CHECK(socket.send(message, limits));
      (void)socket.receive(limits);
    }));
    auto stream = server.client()->port_forward("ns", "p-0", 5000, soon());
    REQUIRE(stream);
    std::array<char, 10> buffer{};
    const auto count = (*stream)->read_some(buffer, soon());
    REQUIRE_FALSE(count);
    CHECK(count.error().code == row.code);
    CHECK_MESSAGE(has(count.error().describe(), row.says), count.error().describe());
    CHECK(has(count.error().describe(), "port 5000 of pod \"p-0\""));
  }
}

TEST_CASE("the end of a port-forward: in good order and not") {
  for (const bool orderly : {true, false}) {
    ScriptedServer server(node([&](net::WebSocket& socket, const CallLimits& limits) {
      greet(socket, limits);
      CHECK(socket.send(bytes({0}) + "last words", limits));
      if (orderly) CHECK(socket.close(limits));
    }));
    auto stream = server.client()->port_forward("ns", "p-0", 5000, soon());
    REQUIRE(stream);
    CHECK(read_exactly(**stream, 10) == "last words");
    std::array<char, 10> buffer{};
    const auto end = (*stream)->read_some(buffer, soon());
    CHECK(end.has_value() == orderly);
    if (orderly)
      CHECK(*end == 0);
    else
      CHECK(end.error().code == ErrorCode::unreachable);
  }
}

TEST_CASE("port-forwards that are declined say why") {
  struct Row {
    Reply reply;
    ErrorCode code;
    const char* says;
  };
  const Row rows[] = {
      {{403, failure(403, "Forbidden", "pods \\\"p-0\\\" is forbidden"), {}},
       ErrorCode::forbidden,
       "is forbidden"},
      {{404, failure(404, "NotFound", "pods \\\"p-0\\\" not found"), {}},
       ErrorCode::not_found,
       "not found"},
      {{400, failure(400, "BadRequest", "unable to upgrade: missing upgrade headers"), {}},
       ErrorCode::invalid,
       "unable to upgrade"},
      {{200, "<html>", {}, "text/html"}, ErrorCode::protocol, "200"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.says);
    ScriptedServer server({row.reply});
    const auto stream = server.client()->port_forward("ns", "p-0", 5000, soon());
    REQUIRE_FALSE(stream);
    CHECK(stream.error().code == row.code);
    CHECK_MESSAGE(has(stream.error().describe(), row.says), stream.error().describe());
    CHECK(has(stream.error().describe(), "forwarding to port 5000 of pod \"p-0\""));
    CHECK(server.requests().size() == 1);
  }
  ScriptedServer none({Reply{}});
  CHECK(none.client()->port_forward("ns", "p-0", 0, soon()).error().code == ErrorCode::usage);
  CHECK(none.requests().empty());
}

TEST_CASE("HTTP to a pod over a port-forward, several requests on one") {
  ScriptedServer server(node(speak_http));
  const auto client = server.client();
  const auto pod = client->pod_transport("ns", "p-0", 5000);
  REQUIRE(pod);
  for (const char* target : {"/metrics", "/v1/models?x=1"}) {
    auto request = get(target);
    request.headers.add("Authorization", "Bearer key-of-the-pod");
    const auto answer = (*pod)->send(request, soon());
    REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
    CHECK(answer->body.starts_with(std::string("GET ") + target +
                                   " HTTP/1.1\r\nHost: localhost:5000"));
    CHECK(has(answer->body, "Bearer key-of-the-pod"));
  }
  CHECK(server.requests().size() == 1);
}

TEST_CASE("HTTP to a pod where port-forwards are refused goes through the proxy, and stays there") {
  ScriptedServer server(
      [](const net::ServerRequest& request, net::Responder& out, const std::stop_token&) {
        net::Headers headers;
        headers.add("Content-Type", "application/json");
        if (has(request.target, "/portforward"))
          static_cast<void>(out.respond(400, headers, failure(400, "BadRequest", "SPDY only")));
        else
          static_cast<void>(out.respond(200, headers, request.target));
      });
  const auto client = server.client();
  const auto pod = client->pod_transport("ns", "p-0", 5000);
  REQUIRE(pod);
  for (int i = 0; i < 2; ++i) {
    const auto answer = (*pod)->send(get("/metrics?a"), soon());
    REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
    CHECK(answer->body == "/api/v1/namespaces/ns/pods/p-0:5000/proxy/metrics?a");
  }
  const auto stream = (*pod)->open(get("/events"), soon());
  REQUIRE(stream);
  CHECK((*stream)->read(soon()).value() == "/api/v1/namespaces/ns/pods/p-0:5000/proxy/events");
  CHECK(server.requests().size() == 4);

  auto with_key = get("/metrics");
  with_key.headers.add("Authorization", "Bearer key-of-the-pod");
  const auto refused = (*pod)->send(with_key, soon());
  REQUIRE_FALSE(refused);
  CHECK(has(refused.error().describe(), "SPDY only"));
  for (const auto& request : server.requests())
    CHECK_FALSE(has(std::string(request.headers.get("Authorization")), "key-of-the-pod"));
}

TEST_CASE("HTTP to a pod that is not there is an error, not another road") {
  ScriptedServer server({{404, failure(404, "NotFound", "pods \\\"p-0\\\" not found"), {}}});
  const auto pod = server.client()->pod_transport("ns", "p-0", 5000);
  REQUIRE(pod);
  const auto answer = (*pod)->send(get("/"), soon());
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::not_found);
  CHECK(server.requests().size() == 1);
}

}  // namespace
}  // namespace kaito::kube::test
