// Servers that ask their clients for certificates.
#include <doctest/doctest.h>

#include "kaito/base/text.hpp"
#include "unit/net/made_certificate.hpp"
#include "unit/net/scripted_peer.hpp"

namespace kaito::net::test {
namespace {

/// Says whom the client's certificate names.
void name_client(const ServerRequest& request, Responder& responder, const std::stop_token&) {
  std::string text = request.strange_certificate ? "strange" : "nobody";
  if (request.client)
    text = request.client->common_name + " of [" + join(request.client->organizations, ", ") + "]";
  // A client that left is not this handler's trouble.
  (void)responder.respond(200, {}, text);
}

struct AskingServer {
  explicit AskingServer(const std::string& client_ca_pem) {
    const auto identity = make_self_signed({"127.0.0.1"}, 1);
    REQUIRE(identity);
    ca_pem = identity->ca_pem;
    ServerOptions options;
    options.cert_pem = identity->cert_pem;
    options.key_pem = identity->key_pem;
    options.client_ca_pem = client_ca_pem;
    server = serve(name_client, std::move(options));
  }
  /// What it says to a client that has this certificate, on one connection again and again.
  [[nodiscard]] std::string answer_to(const CertifiedKey& certificate) const {
    ClientOptions options;
    options.server = loopback(server->port(), true);
    options.tls.ca_pem = ca_pem;
    options.tls.client_cert_pem = certificate.cert_pem;
    options.tls.client_key_pem = certificate.key_pem;
    const auto client = client_of(std::move(options));
    const auto first = client->send(get("/"), patient());
    REQUIRE_MESSAGE(first.has_value(), first.error().describe());
    const auto second = client->send(get("/"), patient());
    REQUIRE(second);
    CHECK(first->body == second->body);
    return first->body;
  }
  std::string ca_pem;
  std::unique_ptr<HttpServer> server;
};

}  // namespace

TEST_CASE("a client's certificate tells the server who it is") {
  const auto authority = ClientAuthority::make(1);
  REQUIRE(authority);
  const AskingServer server(authority->ca_pem());
  const auto answer_to = [&](const CertificateSubject& subject) {
    const auto certificate = authority->certify(subject, 1);
    REQUIRE_MESSAGE(certificate.has_value(), certificate.error().describe());
    return server.answer_to(*certificate);
  };
  CHECK(answer_to({"ada", {}}) == "ada of []");
  CHECK(answer_to({"ada", {"system:masters", "a, b"}}) == "ada of [system:masters, a, b]");
  CHECK(answer_to({"\u00c4da\"\n", {"g"}}) == "\u00c4da\"\n of [g]");
  CHECK(server.answer_to({}) == "nobody");
}

TEST_CASE("certificates that do not count leave the client nameless, and are told from none") {
  const auto authority = make_certificate({.common_name = "clients", .authority = true});
  const auto other = make_certificate({.common_name = "clients", .authority = true});
  const AskingServer server(authority.cert_pem);
  struct Row {
    const char* what;
    CertificateWish wish;
    const MadeCertificate* issuer;
    const char* answer;
  };
  const Row rows[] = {
      {"a good one", {.common_name = "ada", .usage = "clientAuth"}, &authority, "ada of []"},
      {"of somebody else", {.common_name = "ada", .usage = "clientAuth"}, &other, "strange"},
      {"signed by itself", {.common_name = "ada", .usage = "clientAuth"}, nullptr, "strange"},
      {"a server's", {.common_name = "ada"}, &authority, "strange"},
      {"too old",
       {.common_name = "ada", .usage = "clientAuth", .valid_from = -60, .valid_until = -30},
       &authority,
       "strange"},
      {"too young",
       {.common_name = "ada", .usage = "clientAuth", .valid_from = 3000, .valid_until = 3600},
       &authority,
       "strange"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto made = make_certificate(row.wish, row.issuer);
    CHECK(server.answer_to({made.cert_pem, made.key_pem}) == row.answer);
  }
}

TEST_CASE("a server that asks for nothing learns nothing; one that cannot ask does not start") {
  const auto authority = ClientAuthority::make(1);
  REQUIRE(authority);
  const auto certificate = authority->certify({"ada", {}}, 1);
  REQUIRE(certificate);
  CHECK(AskingServer("").answer_to(*certificate) == "nobody");

  ServerOptions plain;
  plain.client_ca_pem = authority->ca_pem();
  CHECK(HttpServer::start(plain, name_client).error().code == ErrorCode::failed);
  const auto identity = make_self_signed({"127.0.0.1"}, 1);
  REQUIRE(identity);
  ServerOptions damaged;
  damaged.cert_pem = identity->cert_pem;
  damaged.key_pem = identity->key_pem;
  damaged.client_ca_pem = "rubbish";
  CHECK(HttpServer::start(damaged, name_client).error().code == ErrorCode::failed);
  for (const std::string& name : {std::string(), std::string(65, 'x')})
    CHECK(authority->certify({name, {}}, 1).error().code == ErrorCode::internal);
}

}  // namespace kaito::net::test
