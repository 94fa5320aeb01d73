// Whom the sandbox takes a client for: by certificate, by token, by neither.
#include <doctest/doctest.h>

#include "apiserver_fixture.hpp"
#include "kaito/net/client.hpp"
#include "kaito/sandbox/sandbox.hpp"

using namespace apiserver_test;

namespace {

struct SignIn {
  SignIn() {
    SandboxOptions options;
    options.run_actors = false;
    options.limited_token = "of-alice";
    auto started = Sandbox::start(std::move(options));
    REQUIRE(started);
    sandbox = std::move(*started);
  }
  [[nodiscard]] net::CertifiedKey certificate(const std::string& user,
                                              const std::vector<std::string>& groups) const {
    auto made = sandbox->client_certificate(user, groups);
    REQUIRE_MESSAGE(made.has_value(), made.error().describe());
    return std::move(*made);
  }
  /// "200", or the status with the message.
  [[nodiscard]] std::string list_nodes(const net::CertifiedKey& certificate,
                                       const std::string& token,
                                       const std::string& impersonated = {}) const {
    net::ClientOptions options;
    options.server = *net::parse_url(sandbox->server_url());
    options.tls.ca_pem = sandbox->ca_pem();
    options.tls.client_cert_pem = certificate.cert_pem;
    options.tls.client_key_pem = certificate.key_pem;
    const auto client = net::HttpClient::create(std::move(options));
    REQUIRE(client);
    net::HttpRequest request;
    request.target = "/api/v1/nodes";
    if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
    if (!impersonated.empty()) request.headers.add("Impersonate-User", impersonated);
    const auto answer = (*client)->send(request, {Deadline::after(std::chrono::seconds(30)), {}});
    REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
    std::string text = std::to_string(answer->head.status);
    const json::Value body = parsed(answer->body);
    if (answer->head.status != 200) text += " " + std::string(json::string_at(body, {"message"}));
    return text;
  }
  std::unique_ptr<Sandbox> sandbox;
};

std::string refused(const std::string& user) {
  return "403 nodes is forbidden: User \"" + user +
         "\" cannot list resource \"nodes\" in API group \"\" at the cluster scope";
}

}  // namespace

TEST_CASE("a certificate names user and groups, and beats a token") {
  const SignIn it;
  const auto master = it.certificate("ada", {"developers", "system:masters"});
  const auto bob = it.certificate("bob", {"developers"});
  for (const std::string& token :
       {std::string(), it.sandbox->bearer_token(), std::string("of-alice"), std::string("bad")}) {
    CAPTURE(token);
    CHECK(it.list_nodes(master, token) == "200");
    CHECK(it.list_nodes(bob, token) == refused("bob"));
  }
  CHECK(it.list_nodes(master, "", "carol") == refused("carol"));
  CHECK(it.list_nodes(bob, "", "carol")
            .starts_with("403 users \"carol\" is forbidden: User \"bob\""));
}

TEST_CASE("a certificate of somebody else's is no sign-in, and no obstacle to one") {
  const SignIn it;
  const auto elsewhere = net::ClientAuthority::make(1);
  REQUIRE(elsewhere);
  const auto strange = elsewhere->certify({"ada", {"system:masters"}}, 1);
  REQUIRE(strange);
  CHECK(it.list_nodes(*strange, "") == "401 Unauthorized");
  CHECK(it.list_nodes(*strange, "bad") == "401 Unauthorized");
  CHECK(it.list_nodes(*strange, it.sandbox->bearer_token()) == "200");
  CHECK(it.list_nodes(*strange, "of-alice") == refused("alice"));
  CHECK(it.list_nodes({}, "") == refused("system:anonymous"));
}
