#include <doctest/doctest.h>

#include <utility>

#include "kaito/net/failure.hpp"
#include "net/certificate_text.hpp"
#include "net/tcp.hpp"
#include "net/tls_context.hpp"
#include "net/tls_stream.hpp"
#include "unit/net/scripted_peer.hpp"

namespace kaito::net::test {
namespace {

SelfSigned certificates(const std::vector<std::string>& names, int days = 1) {
  auto made = make_self_signed(names, days);
  REQUIRE_MESSAGE(made.has_value(), made.error().describe());
  return std::move(*made);
}

void say_hello(const ServerRequest& /*request*/, Responder& responder,
               const std::stop_token& /*stop*/) {
  // A client that does not trust us never gets here; one that left is not this handler's trouble.
  (void)responder.respond(200, {}, "hello");
}

std::unique_ptr<HttpServer> serve_tls(const SelfSigned& identity, Handler handler = say_hello) {
  ServerOptions options;
  options.cert_pem = identity.cert_pem;
  options.key_pem = identity.key_pem;
  return serve(std::move(handler), std::move(options));
}

ClientOptions trusting(const std::string& ca_pem, std::uint16_t port) {
  ClientOptions options;
  options.server = loopback(port, true);
  options.tls.ca_pem = ca_pem;
  options.tls.ca_source = "the CA of the test";
  return options;
}

Error error_of(ClientOptions options) {
  const auto answer = client_of(std::move(options))->send(get("/"), patient());
  REQUIRE_FALSE(answer.has_value());
  return answer.error();
}

bool mentions(const Error& error, std::string_view text) {
  return (error.describe() + " | " + error.hint).find(text) != std::string::npos;
}

/// A TLS server of one connection that asks for a client certificate.
class CertificateAsker {
 public:
  enum class Accepts { any, signed_by_ca };
  CertificateAsker(const SelfSigned& identity, Accepts accepts) {
    auto context = TlsContext::for_server(identity.cert_pem, identity.key_pem);
    REQUIRE(context.has_value());
    SSL_CTX_set_verify((*context)->native(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       accepts == Accepts::any ? +[](int, X509_STORE_CTX*) { return 1; } : nullptr);
    auto listener = TcpListener::bind("127.0.0.1", 0);
    REQUIRE(listener.has_value());
    listener_ = std::move(*listener);
    thread_ = std::jthread([this, tls = *context] {
      auto tcp = listener_->accept(patient());
      if (!tcp) return;
      auto stream = TlsStream::accept(std::move(*tcp), tls, patient());
      if (!stream) return;
      std::array<char, 4096> request{};
      if (!(*stream)->read_some(request, patient())) return;
      CHECK((*stream)->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", patient()));
    });
  }
  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }

 private:
  std::unique_ptr<TcpListener> listener_;
  std::jthread thread_;
};

}  // namespace

TEST_CASE("a server is reached over TLS by address and by name") {
  const auto identity = certificates({"127.0.0.1", "localhost", "::1"});
  const auto server = serve_tls(identity);
  for (const char* host : {"127.0.0.1", "localhost"}) {
    CAPTURE(host);
    ClientOptions options = trusting(identity.ca_pem, server->port());
    options.server.host = host;
    const auto client = client_of(std::move(options));
    for (int i = 0; i < 3; ++i) {
      const auto answer = client->send(get("/"), patient());
      REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
      CHECK(answer->body == "hello");
    }
  }
}

TEST_CASE("a large answer and a large request pass through TLS unchanged") {
  std::string large(3'000'000, 'x');
  for (std::size_t i = 0; i < large.size(); i += 7)
    large[i] = static_cast<char>('a' + i % 26);
  const auto identity = certificates({"127.0.0.1"});
  const auto server =
      serve_tls(identity, [&](const ServerRequest& request, Responder& responder, std::stop_token) {
        CHECK(request.body == large);
        CHECK(responder.respond(200, {}, request.body));
      });
  const auto client = client_of(trusting(identity.ca_pem, server->port()));
  const auto answer = client->send(post("/", large), patient());
  REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
  CHECK(answer->body == large);
}

TEST_CASE("the server's own certificate alone is an anchor too") {
  const auto identity = certificates({"127.0.0.1"});
  const auto server = serve_tls(identity);
  const auto client = client_of(trusting("comment\n" + identity.cert_pem, server->port()));
  const auto answer = client->send(get("/"), patient());
  REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
}

TEST_CASE("certificates that prove nothing are refused, and the message says why") {
  const auto identity = certificates({"127.0.0.1", "kubernetes"});
  const auto stranger = certificates({"127.0.0.1"});
  const auto server = serve_tls(identity);

  SUBCASE("another CA") {
    const Error error = error_of(trusting(stranger.ca_pem, server->port()));
    CHECK(error.code == ErrorCode::unreachable);
    CHECK(mentions(error, "is signed by \"CN=kaito sandbox CA\""));
    CHECK(mentions(error, "the CA of the test"));
    CHECK(stage_of(error) == Stage::handshake);
  }
  SUBCASE("the system's CAs") {
    const Error error = error_of(trusting("", server->port()));
    CHECK(error.code == ErrorCode::unreachable);
    CHECK(mentions(error, "the system's list"));
  }
  SUBCASE("a name that is not in it") {
    ClientOptions options = trusting(identity.ca_pem, server->port());
    options.server.host = "localhost";
    const Error error = error_of(options);
    CHECK(error.code == ErrorCode::unreachable);
    CHECK(mentions(error, "is valid for 127.0.0.1, kubernetes, not for localhost"));
    CHECK(mentions(error, "tls-server-name"));
    options.tls.server_name = "kubernetes";
    CHECK(client_of(std::move(options))->send(get("/"), patient()).has_value());
  }
  SUBCASE("an address that is not in it") {
    const auto elsewhere = certificates({"10.0.0.1", "localhost"});
    const auto other = serve_tls(elsewhere);
    const Error error = error_of(trusting(elsewhere.ca_pem, other->port()));
    CHECK(mentions(error, "is valid for 10.0.0.1, localhost, not for 127.0.0.1"));
  }
  SUBCASE("expired") {
    const auto old = certificates({"127.0.0.1"}, -1);
    const auto other = serve_tls(old);
    const Error error = error_of(trusting(old.ca_pem, other->port()));
    CHECK(error.code == ErrorCode::unreachable);
    CHECK(mentions(error, "expired at 20"));
    CHECK(mentions(error, "the clock here says 20"));
  }
  SUBCASE("none of it matters when verification is off") {
    ClientOptions options = trusting(stranger.ca_pem, server->port());
    options.tls.skip_verification = true;
    CHECK(client_of(std::move(options))->send(get("/"), patient()).has_value());
  }
}

TEST_CASE("the name is sent for the server to choose by, but never an address") {
  for (const auto& [host, expected] :
       {std::pair{"127.0.0.1", ""}, std::pair{"localhost", "localhost"}}) {
    CAPTURE(host);
    const auto identity = certificates({"127.0.0.1", "localhost"});
    auto context = TlsContext::for_server(identity.cert_pem, identity.key_pem);
    REQUIRE(context.has_value());
    std::string seen = "nothing yet";
    SSL_CTX_set_tlsext_servername_arg((*context)->native(), &seen);
    SSL_CTX_set_tlsext_servername_callback((*context)->native(), +[](SSL* ssl, int*, void* into) {
      const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
      *static_cast<std::string*>(into) = name == nullptr ? "" : name;
      return SSL_TLSEXT_ERR_OK;
    });
    auto listener = TcpListener::bind("127.0.0.1", 0);
    REQUIRE(listener.has_value());
    std::jthread accepting([&] {
      auto tcp = (*listener)->accept(patient());
      REQUIRE(tcp.has_value());
      auto stream = TlsStream::accept(std::move(*tcp), *context, patient());
      CHECK(stream.has_value());
    });
    ClientOptions options = trusting(identity.ca_pem, (*listener)->port());
    options.server.host = host;
    CHECK_FALSE(client_of(std::move(options))->send(get("/"), patient()).has_value());
    accepting.join();
    CHECK(seen == expected);
  }
}

TEST_CASE("TLS below 1.2 is refused by the client") {
  const auto identity = certificates({"127.0.0.1"});
  auto context = TlsContext::for_server(identity.cert_pem, identity.key_pem);
  REQUIRE(context.has_value());
  SSL_CTX_set_min_proto_version((*context)->native(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version((*context)->native(), TLS1_1_VERSION);
  SSL_CTX_set_security_level((*context)->native(), 0);
  auto listener = TcpListener::bind("127.0.0.1", 0);
  REQUIRE(listener.has_value());
  std::jthread accepting([&] {
    auto tcp = (*listener)->accept(patient());
    REQUIRE(tcp.has_value());
    CHECK_FALSE(TlsStream::accept(std::move(*tcp), *context, patient()).has_value());
  });
  const Error error = error_of(trusting(identity.ca_pem, (*listener)->port()));
  CHECK(error.code == ErrorCode::unreachable);
  CHECK(mentions(error, "TLS"));
}

TEST_CASE("client certificates") {
  const auto identity = certificates({"127.0.0.1"});
  const auto mine = certificates({"me"});

  SUBCASE("one is sent when the server asks") {
    const CertificateAsker asker(identity, CertificateAsker::Accepts::any);
    ClientOptions options = trusting(identity.ca_pem, asker.port());
    options.tls.client_cert_pem = mine.cert_pem;
    options.tls.client_key_pem = mine.key_pem;
    const auto answer = client_of(std::move(options))->send(get("/"), patient());
    REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
    CHECK(answer->body == "ok");
  }
  SUBCASE("a rejected one is named") {
    const CertificateAsker asker(identity, CertificateAsker::Accepts::signed_by_ca);
    ClientOptions options = trusting(identity.ca_pem, asker.port());
    options.tls.client_cert_pem = mine.cert_pem;
    options.tls.client_key_pem = mine.key_pem;
    const Error error = error_of(std::move(options));
    CHECK(error.code == ErrorCode::unauthenticated);
    CHECK(mentions(error, "rejected the client certificate (CN=me, valid until 20"));
  }
  SUBCASE("a missing one is asked for") {
    const CertificateAsker asker(identity, CertificateAsker::Accepts::any);
    const Error error = error_of(trusting(identity.ca_pem, asker.port()));
    CHECK(error.code == ErrorCode::unauthenticated);
    CHECK(mentions(error, "wants a client certificate"));
  }
}

TEST_CASE("PEM texts that cannot be used are refused before any connection") {
  const auto one = certificates({"127.0.0.1"});
  const auto other = certificates({"127.0.0.1"});
  std::string damaged = one.cert_pem;
  damaged.replace(damaged.find('\n') + 10, 20, "AAAAAAAAAAAAAAAAAAAA");
  struct Case {
    const char* what;
    std::string ca, cert, key;
    const char* says;
  };
  const std::vector<Case> cases = {
      {"garbage", "garbage", "", "", "no PEM certificate"},
      {"a key as CA", one.key_pem, "", "", "no PEM certificate"},
      {"damaged", one.ca_pem + damaged, "", "", "damaged"},
      {"certificate alone", "", one.cert_pem, "", "no client key"},
      {"key alone", "", "", one.key_pem, "no client certificate"},
      {"another's key", "", one.cert_pem, other.key_pem, "does not belong to"},
      {"a key that is none", "", one.cert_pem, "garbage", "not a PEM private key"},
      {"an encrypted key", "", one.cert_pem,
       "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
       "encrypted with a password"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.what);
    ClientOptions options = trusting(test.ca, 1);
    options.tls.client_cert_pem = test.cert;
    options.tls.client_key_pem = test.key;
    const auto client = HttpClient::create(std::move(options));
    REQUIRE_FALSE(client.has_value());
    CHECK(client.error().code == ErrorCode::invalid);
    CHECK_MESSAGE(mentions(client.error(), test.says), client.error().describe());
    CHECK_FALSE(mentions(client.error(), one.key_pem.substr(30, 20)));
  }
}

TEST_CASE("https to a plain port and http to a TLS port are told apart from other failures") {
  SUBCASE("https to plain") {
    const auto server = serve(say_hello);
    ClientOptions options = trusting(certificates({"127.0.0.1"}).ca_pem, server->port());
    const Error error = error_of(std::move(options));
    CHECK(error.code == ErrorCode::unreachable);
    CHECK(mentions(error, "does not speak TLS"));
    CHECK(stage_of(error) == Stage::handshake);
    CHECK(mentions(error, "http://"));
  }
  SUBCASE("http to TLS") {
    const auto server = serve_tls(certificates({"127.0.0.1"}));
    const Error error = error_of([&] {
      ClientOptions options;
      options.server = loopback(server->port());
      return options;
    }());
    CHECK(error.code == ErrorCode::unreachable);
    CHECK(mentions(error, "speaks TLS, not plain HTTP"));
    CHECK(stage_of(error) == Stage::handshake);
    CHECK(mentions(error, "https://"));
  }
  SUBCASE("http to a TLS port that answers with an alert") {
    const ScriptedPeer peer([](PeerSocket& socket, int) {
      (void)socket.read_head();
      socket.send({"\x15\x03\x01\x00\x02\x02\x46", 7});
    });
    const auto answer = client_of(peer.port())->send(get("/"), patient());
    REQUIRE_FALSE(answer.has_value());
    CHECK(mentions(answer.error(), "speaks TLS, not plain HTTP"));
  }
}

TEST_CASE("a stop ends a TLS handshake that hangs") {
  const ScriptedPeer peer([](PeerSocket& socket, int) { socket.wait_for_close(); });
  std::stop_source source;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    source.request_stop();
  });
  const Stopwatch watch;
  const auto client = client_of(trusting(certificates({"x"}).ca_pem, peer.port()));
  const auto answer = client->send(get("/"), {Deadline::never(), source.get_token()});
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == ErrorCode::interrupted);
  CHECK(watch.elapsed() < std::chrono::milliseconds(400));
}

TEST_CASE("a read that timed out over TLS loses nothing") {
  const auto identity = certificates({"127.0.0.1"});
  std::atomic<bool> go = false;
  const auto server =
      serve_tls(identity, [&](const ServerRequest&, Responder& responder, std::stop_token) {
        REQUIRE(responder.begin(200, {}));
        while (!go)
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        REQUIRE(responder.write("late"));
      });
  const auto client = client_of(trusting(identity.ca_pem, server->port()));
  auto stream = client->open(get("/"), patient());
  REQUIRE(stream.has_value());
  const auto early = (*stream)->read(within(std::chrono::milliseconds(50)));
  REQUIRE_FALSE(early.has_value());
  CHECK(early.error().code == ErrorCode::timeout);
  go = true;
  CHECK((*stream)->read(patient()) == std::string("late"));
  CHECK((*stream)->read(patient()) == std::string());
}

TEST_CASE("certificates need names that can be written into them") {
  for (const std::vector<std::string>& names :
       {std::vector<std::string>{}, {""}, {"a,IP:1.2.3.4"}, {"a b"}}) {
    const auto made = make_self_signed(names, 1);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().code == ErrorCode::internal);
  }
}

TEST_CASE("the client offers HTTP/1.1 and nothing else") {
  Noted<std::string> hello;
  const ScriptedPeer peer([&hello](PeerSocket& socket, int) {
    const std::string head = socket.read_exactly(5);
    if (head.size() != 5) return;
    const auto byte = [&head](std::size_t at) {
      return std::size_t{static_cast<unsigned char>(head[at])};
    };
    hello.set(socket.read_exactly(byte(3) << 8U | byte(4)));
  });
  ClientOptions options = trusting(certificates({"127.0.0.1"}).cert_pem, peer.port());
  CHECK_FALSE(client_of(std::move(options))->send(get("/"), patient()).has_value());
  // Extension 16 of 11 bytes: a list of 9, one name of 8. Source: RFC 7301 section 3.1.
  const std::string offer("\x00\x10\x00\x0b\x00\x09\x08http/1.1", 15);
  CHECK(hello.get().find(offer) != std::string::npos);
}

}  // namespace kaito::net::test
