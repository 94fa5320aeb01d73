// Which server certificates are trusted, where real clusters differ from a plain chain.
#include <doctest/doctest.h>

#include "kaito/net/failure.hpp"
#include "unit/net/made_certificate.hpp"
#include "unit/net/scripted_peer.hpp"

namespace kaito::net::test {
namespace {

struct Authorities {
  MadeCertificate root = make_certificate({.common_name = "root", .authority = true});
  MadeCertificate middle = make_certificate({.common_name = "middle", .authority = true}, &root);
  MadeCertificate other = make_certificate({.common_name = "other", .authority = true});
};

TEST_CASE("trust anchors, names, dates and purposes") {
  const Authorities by;
  const CertificateWish good{.common_name = "leaf", .alternatives = "IP:127.0.0.1,DNS:kubernetes"};
  auto wish = [&good](auto change) {
    CertificateWish wished = good;
    change(wished);
    return wished;
  };
  const auto leaf = make_certificate(good, &by.middle);
  const auto of = [&by](const CertificateWish& wished) {
    return make_certificate(wished, &by.root);
  };
  const auto nameless =
      of(wish([](auto& w) { w.common_name = "kubernetes", w.alternatives = ""; }));
  const auto half_wild = of(wish([](auto& w) { w.alternatives = "DNS:kube*"; }));
  const auto wild = of(wish([](auto& w) { w.alternatives = "DNS:*.example.com"; }));
  const auto future = of(wish([](auto& w) { w.valid_from = 3000; }));
  const auto client = of(wish([](auto& w) { w.usage = "clientAuth"; }));
  const auto name_as_address = of(wish([](auto& w) { w.alternatives = "DNS:127.0.0.1"; }));

  struct Row {
    const char* what;
    std::string sent;  ///< by the server
    const MadeCertificate& key_of;
    std::string anchors;
    std::string name;     ///< tls-server-name; "" = the address
    const char* refusal;  ///< "" = trusted
  };
  const auto root = by.root.cert_pem;
  const Row rows[] = {
      {"the whole chain", leaf.cert_pem + by.middle.cert_pem, leaf, root, "", ""},
      {"the issuing intermediate alone is an anchor", leaf.cert_pem, leaf, by.middle.cert_pem, "",
       ""},
      {"twice in the bundle, with text between", leaf.cert_pem + by.middle.cert_pem, leaf,
       root + "# the same again\n" + root + by.other.cert_pem, "", ""},
      {"the intermediate is not sent", leaf.cert_pem, leaf, root, "",
       "is signed by \"CN=middle\", which the CA of the test does not vouch for"},
      {"another authority", leaf.cert_pem + by.middle.cert_pem, leaf, by.other.cert_pem, "",
       "does not vouch for"},
      {"by name", leaf.cert_pem + by.middle.cert_pem, leaf, root, "kubernetes", ""},
      {"a common name is no name", nameless.cert_pem, nameless, root, "kubernetes",
       "is valid for no host name or address at all, not for kubernetes"},
      {"a wildcard of one label", wild.cert_pem, wild, root, "api.example.com", ""},
      {"not of two", wild.cert_pem, wild, root, "a.b.example.com", "not for a.b.example.com"},
      {"nor of half a label", half_wild.cert_pem, half_wild, root, "kubernetes",
       "not for kubernetes"},
      {"an address among the names does not count", name_as_address.cert_pem, name_as_address, root,
       "", "not for 127.0.0.1"},
      {"not yet", future.cert_pem, future, root, "", "is valid only from 20"},
      {"for clients", client.cert_pem, client, root, "", "is not a server certificate"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ServerOptions serving;
    serving.cert_pem = row.sent;
    serving.key_pem = row.key_of.key_pem;
    const auto server = serve(
        [](const ServerRequest&, Responder& responder, std::stop_token) {
          // A client that does not trust us never gets here.
          (void)responder.respond(200, {}, "hello");
        },
        std::move(serving));
    ClientOptions options;
    options.server = loopback(server->port(), true);
    options.tls.ca_pem = row.anchors;
    options.tls.ca_source = "the CA of the test";
    options.tls.server_name = row.name;
    const auto answer = client_of(std::move(options))->send(get("/"), patient());
    CHECK(answer.has_value() == (*row.refusal == '\0'));
    if (answer) continue;
    CAPTURE(answer.error().describe());
    CHECK(answer.error().code == ErrorCode::unreachable);
    CHECK(stage_of(answer.error()) == Stage::handshake);
    CHECK(answer.error().describe().find(row.refusal) != std::string::npos);
  }
}

}  // namespace
}  // namespace kaito::net::test
