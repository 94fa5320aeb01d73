// TLS and plain HTTP taken for one another, and connections that idled to death.
#include <doctest/doctest.h>

#include "exchange.hpp"
#include "gate.hpp"
#include "kaito/net/failure.hpp"
#include "unit/kube/scripted_server.hpp"

namespace kaito::fault {
namespace {

using kube::test::ScriptedServer;
using kube::test::soon;
using kube::test::workspace_x;

bool mentions(const Error& error, std::string_view text) {
  return (error.describe() + " | " + error.hint).find(text) != std::string::npos;
}

Error error_of(kube::ClusterConfig config) {
  const auto object = ScriptedServer::client(std::move(config))->get(workspace_x, soon());
  REQUIRE_FALSE(object);
  return object.error();
}

net::SelfSigned identity() {
  auto made = net::make_self_signed({"127.0.0.1", "kubernetes"}, 1);
  REQUIRE(made);
  return std::move(*made);
}

ScriptedServer* serve(std::unique_ptr<ScriptedServer>& into, const net::SelfSigned& identity) {
  net::ServerOptions options;
  options.cert_pem = identity.cert_pem;
  options.key_pem = identity.key_pem;
  into = std::make_unique<ScriptedServer>(std::vector<kube::test::Reply>{{}}, std::move(options));
  return into.get();
}

}  // namespace

TEST_CASE("T02 T03 a server is believed by address and by name, or the names are told") {
  const auto made = identity();
  std::unique_ptr<ScriptedServer> server;
  serve(server, made);
  auto config = server->config();
  config.tls.ca_pem = made.ca_pem;
  CHECK(ScriptedServer::client(config)->get(workspace_x, soon()));
  config.server.host = "localhost";
  const auto error = error_of(config);
  CHECK(error.code == ErrorCode::unreachable);
  CHECK(mentions(error, "127.0.0.1, kubernetes"));
  CHECK(mentions(error, "tls-server-name"));
  config.tls.server_name = "kubernetes";
  CHECK(ScriptedServer::client(config)->get(workspace_x, soon()));
}

TEST_CASE(
    "T06 T07 http to a TLS port and https to a plain one: the error says which it should be") {
  const auto made = identity();
  std::unique_ptr<ScriptedServer> secure;
  serve(secure, made);
  auto config = secure->config();
  config.server.tls = false;
  CHECK(mentions(error_of(config), "https://"));

  const ScriptedServer plain(std::vector<kube::test::Reply>{{}});
  config = plain.config();
  config.server.tls = true;
  CHECK(mentions(error_of(config), "http://"));
}

TEST_CASE("T12 a connection that the server closed while it idled is replaced without a word") {
  const CountingServer server(true);
  Gate gate(server.port());
  gate.expect({Fault{}});
  const auto client = server.client_through(gate.port());
  const k8s::ObjectRef ref{workspace_x.type, "idle", "x"};
  REQUIRE(client->get(ref, soon()));
  gate.expect({Fault{}});  // closes what is open
  REQUIRE(client->get(ref, soon()));
  gate.expect({Fault{}});
  // The close was seen before anything was sent: also a write is safe.
  const auto removed = client->remove(ref, {}, soon());
  if (removed) {
    CHECK(server.writes("idle") == 1);
  } else {
    CHECK(removed.error().code == ErrorCode::unreachable);
    CHECK(server.writes("idle") == 0);
  }
}

TEST_CASE("a handshake that is cut, stalls or is answered with nonsense") {
  const CountingServer server(true);
  Gate gate(server.port());
  const k8s::ObjectRef ref{workspace_x.type, "hello", "x"};
  for (const std::size_t at : {std::size_t{0}, std::size_t{3}, std::size_t{60}, std::size_t{300}}) {
    CAPTURE(at);
    gate.expect({Fault{Fault::Kind::close, Way::to_client, at, ""}});
    const auto cut = server.client_through(gate.port())->remove(ref, {}, soon());
    REQUIRE_FALSE(cut);
    CHECK(cut.error().code == ErrorCode::unreachable);
    CHECK(mentions(cut.error(), "TLS handshake"));

    gate.expect({Fault{Fault::Kind::stall, Way::to_client, at, ""}});
    const auto stalled =
        server.client_through(gate.port())->remove(ref, {}, within(std::chrono::milliseconds(200)));
    REQUIRE_FALSE(stalled);
    CHECK(stalled.error().code == ErrorCode::timeout);

    gate.expect({Fault{Fault::Kind::garbage, Way::to_client, at, "SSH-2.0-x\r\n"}});
    const auto nonsense = server.client_through(gate.port())
                              ->remove(ref, {}, within(std::chrono::milliseconds(3000)));
    REQUIRE_FALSE(nonsense);
    CHECK_FALSE(nonsense.error().message.empty());
  }
  CHECK(server.writes("hello") == 0);
}

}  // namespace kaito::fault
