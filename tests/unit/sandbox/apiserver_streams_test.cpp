// exec, attach and portforward of pods whose node is no machine; those that a kubelet answers are
// rows of the conformance suite.
#include <doctest/doctest.h>

#include <map>

#include "apiserver_fixture.hpp"
#include "kaito/net/client.hpp"
#include "kaito/net/framing.hpp"
#include "kaito/net/websocket.hpp"
#include "kaito/sandbox/sandbox.hpp"
#include "sandbox/actors/world.hpp"

using namespace apiserver_test;

namespace {

constexpr const char* kNewer = "v5.channel.k8s.io";
constexpr const char* kOlder = "v4.channel.k8s.io";
constexpr const char* kPods = "/api/v1/namespaces/default/pods";

CallLimits soon() {
  return {Deadline::after(std::chrono::seconds(30)), {}};
}

std::string on(int channel, std::string_view text) {
  return std::string(1, static_cast<char>(channel)) + std::string(text);
}

std::unique_ptr<net::HttpClient> client_of(const std::string& url, const std::string& ca_pem = {}) {
  net::ClientOptions options;
  options.server = *net::parse_url(url);
  options.tls.ca_pem = ca_pem;
  auto client = net::HttpClient::create(std::move(options));
  REQUIRE(client);
  return std::move(*client);
}

/// The answer to a request for a WebSocket, and the WebSocket if it was opened.
struct Opened {
  int status = 0;
  std::string body;
  std::unique_ptr<net::WebSocket> socket;
};

Opened open_socket(net::HttpClient& client, const std::string& target,
                   const std::string& protocol = kOlder, const std::string& token = {}) {
  net::HttpRequest request;
  request.target = target;
  if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
  const net::WebSocketHandshake handshake({protocol});
  handshake.add_to(request);
  auto answer = client.upgrade(request, soon());
  REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
  Opened opened{answer->head.status, answer->body, nullptr};
  if (answer->stream == nullptr) return opened;
  auto socket = handshake.finish(std::move(*answer));
  REQUIRE_MESSAGE(socket.has_value(), socket.error().describe());
  opened.socket = std::move(*socket);
  return opened;
}

/// What comes on each channel until the other end says goodbye.
std::map<int, std::string> read_channels(net::WebSocket& socket) {
  std::map<int, std::string> channels;
  for (;;) {
    const auto message = socket.receive(soon());
    REQUIRE_MESSAGE(message.has_value(), message.error().describe());
    if (!*message) return channels;
    REQUIRE_FALSE((*message)->empty());
    channels[static_cast<unsigned char>((*message)->front())] += (*message)->substr(1);
  }
}

/// A cluster whose pod "p" listens on port 5000 and answers each request with its body.
struct StreamCluster {
  StreamCluster() : cluster({}, options()) {
    cluster.post(kPods, R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
        "spec": {"nodeName": "n", "containers": [{"name": "c"}]}})");
    auto started = net::HttpServer::start(
        {}, [this](const net::ServerRequest& request, net::Responder& responder,
                   std::stop_token stop) { cluster.server.handle(request, responder, stop); });
    REQUIRE(started);
    server = std::move(*started);
    client = client_of("http://127.0.0.1:" + std::to_string(server->port()));
  }
  static ApiServerOptions options() {
    ApiServerOptions out;
    out.connect = [](const ProxyTarget& target, net::ByteStream& connection,
                     const std::stop_token& stop) {
      if (target.port != 5000) return false;
      net::serve_connection(
          connection, "127.0.0.1", {},
          [&](const net::ServerRequest& request, net::Responder& responder,
              const std::stop_token&) {
            CHECK(responder.respond(200, {}, target.pod + ": " + request.body));
          },
          stop);
      return true;
    };
    return out;
  }
  Cluster cluster;
  std::unique_ptr<net::HttpServer> server;
  std::unique_ptr<net::HttpClient> client;
};

std::string post_of(const std::string& body, bool last) {
  return "POST / HTTP/1.1\r\nHost: x\r\n" + std::string(last ? "Connection: close\r\n" : "") +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("a port-forward: HTTP to what listens, request after request, also large ones") {
  StreamCluster it;
  auto opened = open_socket(*it.client, std::string(kPods) + "/p/portforward?ports=5000");
  REQUIRE_MESSAGE(opened.socket, opened.body);
  const std::string large(2'000'000, 'x');
  REQUIRE(opened.socket->send(on(0, post_of("one", false)), soon()));
  const std::string second = post_of(large, true);
  for (std::size_t at = 0; at < second.size(); at += 30'000)
    REQUIRE(opened.socket->send(on(0, second.substr(at, 30'000)), soon()));
  const auto channels = read_channels(*opened.socket);
  REQUIRE(channels.size() == 2);
  CHECK(channels.at(1) == "\x88\x13");
  const std::string& data = channels.at(0);
  CHECK(data.starts_with("\x88\x13HTTP/1.1 200"));
  CHECK(data.find("\r\n\r\np: one") != std::string::npos);
  CHECK(data.ends_with("\r\n\r\np: " + large));
}

TEST_CASE("a port where nothing listens: the error on its channel, and the others go on") {
  StreamCluster it;
  auto opened = open_socket(*it.client, std::string(kPods) + "/p/portforward?ports=81&ports=5000");
  REQUIRE_MESSAGE(opened.socket, opened.body);
  REQUIRE(opened.socket->send(on(2, post_of("two", true)), soon()));
  const auto channels = read_channels(*opened.socket);
  CHECK(channels.at(0) == std::string("\x51\0", 2));
  CHECK_MESSAGE(channels.at(1).starts_with(std::string("\x51\0", 2) +
                                           "error forwarding port 81 to pod p, uid"),
                channels.at(1));
  CHECK(channels.at(1).ends_with("connection refused"));
  CHECK(channels.at(2).ends_with("\r\n\r\np: two"));
  CHECK(channels.at(3) == "\x88\x13");
}

TEST_CASE("a port-forward ends with its client, and with the server") {
  StreamCluster it;
  const std::string target = std::string(kPods) + "/p/portforward?ports=5000";
  auto leaves = open_socket(*it.client, target);
  REQUIRE(leaves.socket);
  REQUIRE(leaves.socket->close(soon()));
  CHECK_FALSE(read_channels(*leaves.socket).empty());
  auto stays = open_socket(*it.client, target);
  REQUIRE(stays.socket);
  it.server.reset();  // returns only when the connection's thread has
  for (auto message = stays.socket->receive(soon()); message && *message;)
    message = stays.socket->receive(soon());
  CHECK(stays.socket->peer_closed());
}

TEST_CASE("a simulated container runs no commands, and says so") {
  StreamCluster it;
  for (const char* protocol : {kNewer, kOlder}) {
    for (const char* sub : {"/p/exec?command=ls&stdout=true", "/p/attach?container=c"}) {
      CAPTURE(protocol);
      CAPTURE(sub);
      auto opened = open_socket(*it.client, kPods + std::string(sub), protocol);
      REQUIRE_MESSAGE(opened.socket, opened.body);
      const auto channels = read_channels(*opened.socket);
      REQUIRE(channels.size() == 1);
      const json::Value status = parsed(channels.at(3));
      CHECK(json::string_at(status, {"status"}) == "Failure");
      CHECK(json::string_at(status, {"reason"}) == "InternalError");
      const std::string message(json::string_at(status, {"message"}));
      CHECK_MESSAGE(message.find("container \"c\" in pod \"p\" is simulated") != std::string::npos,
                    message);
    }
  }
}

TEST_CASE("upgrades that a simulated node declines") {
  StreamCluster it;
  struct Row {
    const char* target;
    const char* protocol;
    int status;
    const char* says;
  };
  const Row rows[] = {
      {"/p/portforward", kOlder, 400, "query parameter \\\"port\\\" is required"},
      {"/p/portforward?ports=0", kOlder, 400, "must be > 0"},
      {"/p/portforward?ports=x", kOlder, 400, "cannot convert to []int32"},
      {"/p/portforward?ports=5000", "SPDY/3.1+portforward.k8s.io", 400, "no WebSocket protocol"},
      {"/p/exec?command=a", "channel.k8s.io", 400, "no WebSocket protocol"},
      {"/p/exec?command=a&container=x", kOlder, 400, "container x is not valid for pod p"},
      {"/none/exec?command=a", kOlder, 404, "not found"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.target);
    const auto opened = open_socket(*it.client, kPods + std::string(row.target), row.protocol);
    CHECK(opened.status == row.status);
    CHECK_MESSAGE(opened.body.find(row.says) != std::string::npos, opened.body);
  }
  std::string many = "/p/portforward?ports=1";
  for (int i = 0; i < 16; ++i)
    many += "&ports=1";
  CHECK(open_socket(*it.client, kPods + many).body.find("more than 16 ports") != std::string::npos);
}

TEST_CASE("a port-forward reaches the simulated model server") {
  SandboxOptions options;
  options.speed = 0;
  auto sandbox = Sandbox::start(std::move(options));
  REQUIRE(sandbox);
  const auto client = client_of((*sandbox)->server_url(), (*sandbox)->ca_pem());
  const auto send = [&](const std::string& method, const std::string& target,
                        const std::string& body) {
    net::HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.headers.add("Authorization", "Bearer " + (*sandbox)->bearer_token());
    if (!body.empty()) request.headers.add("Content-Type", "application/json");
    auto answer = client->send(request, soon());
    REQUIRE(answer);
    return std::move(*answer);
  };
  REQUIRE(send("POST", std::string(kWorkspaces), workspace("w")).head.status == 201);
  // The pod that is ready, out of a watch of all pods.
  std::string name;
  net::HttpRequest watch;
  watch.target = std::string(kPods) + "?watch=true";
  watch.headers.add("Authorization", "Bearer " + (*sandbox)->bearer_token());
  const auto events = client->open(watch, soon());
  REQUIRE(events);
  net::LineSplitter lines(1 << 20);
  while (name.empty()) {
    auto line = lines.next();
    REQUIRE(line);
    if (!*line) {
      const auto piece = (*events)->read(soon());
      REQUIRE(piece);
      lines.feed(*piece);
      continue;
    }
    const json::Value event = parsed(**line);
    const json::Value* pod = json::find(event, {"object"});
    REQUIRE(pod != nullptr);
    if (has_condition(*pod, "Ready")) name = meta_string(*pod, "name");
  }

  auto opened = open_socket(*client, kPods + ("/" + name) + "/portforward?ports=5000", kOlder,
                            (*sandbox)->bearer_token());
  REQUIRE_MESSAGE(opened.socket, opened.body);
  REQUIRE(opened.socket->send(
      on(0, "GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), soon()));
  const auto channels = read_channels(*opened.socket);
  CHECK_MESSAGE(channels.at(0).find("phi-3-mini-4k-instruct") != std::string::npos, channels.at(0));
  auto other = open_socket(*client, kPods + ("/" + name) + "/portforward?ports=22", kOlder,
                           (*sandbox)->bearer_token());
  REQUIRE(other.socket);
  CHECK(read_channels(*other.socket).at(1).ends_with("connection refused"));
}
