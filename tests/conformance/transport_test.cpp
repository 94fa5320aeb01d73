// kubernetes-client.md 8.2: TLS, identity, connections.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "session.hpp"

namespace kaito::conformance {
namespace {

Result<std::string> version_by(kube::ClusterConfig config) {
  auto client = kube::Client::create(std::move(config));
  REQUIRE(client);
  return (*client)->server_version(soon());
}

TEST_CASE("T02 by an address that the certificate names") {
  kube::ClusterConfig config = target().client().config();
  REQUIRE(net::is_ip_literal(config.server.host));
  CHECK(version_by(std::move(config)));
}

TEST_CASE(
    "T03 a name that the certificate has not is refused with those it has; one it has passes") {
  kube::ClusterConfig wrong = target().client().config();
  wrong.tls.server_name = "elsewhere.example.com";
  const auto refused = version_by(std::move(wrong));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::unreachable);
  const std::string message = refused.error().describe();
  CHECK_MESSAGE(message.find("localhost") != std::string::npos, message);
  kube::ClusterConfig right = target().client().config();
  right.tls.server_name = "localhost";
  CHECK(version_by(std::move(right)));
}

TEST_CASE("T06 http:// to a TLS port: the error says https") {
  kube::ClusterConfig config = target().client().config();
  config.server.tls = false;
  const auto refused = version_by(std::move(config));
  REQUIRE_FALSE(refused);
  const std::string all = refused.error().describe() + " " + refused.error().hint;
  CHECK_MESSAGE(all.find("https") != std::string::npos, all);
}

TEST_CASE("T16 HEAD of an object: 200, a length, no body") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const Reply reply = session.send("HEAD", session.workspaces("a"));
  CHECK(reply.status == 200);
  CHECK(reply.text.empty());
  CHECK(session.get(session.workspaces("a")).status == 200);  // the connection is still good
}

/// The answer to a list of namespaces, over a connection with this certificate; "" as the token:
/// none.
int status_with(const net::CertifiedKey& certificate, const std::string& token) {
  net::ClientOptions options;
  options.server = target().client().config().server;
  options.tls.ca_pem = target().ca_pem();
  options.tls.client_cert_pem = certificate.cert_pem;
  options.tls.client_key_pem = certificate.key_pem;
  const auto http = net::HttpClient::create(std::move(options));
  REQUIRE(http);
  net::HttpRequest request;
  request.target = "/api/v1/namespaces";
  if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
  const auto answer = (*http)->send(request, soon());
  REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
  return answer->head.status;
}

TEST_CASE("T17 a client certificate wins over somebody else's token") {
  for (const std::string& token :
       {std::string(), target().limited_token(), std::string("a-bad-one")}) {
    CAPTURE(token);
    CHECK(status_with(target().client_certificate(), token) == 200);
  }
  // One that somebody else has signed is none, and alone it is a mistake.
  const auto stranger = net::ClientAuthority::make(1);
  REQUIRE(stranger);
  const auto strange = stranger->certify({"an-admin", {"system:masters"}}, 1);
  REQUIRE(strange);
  CHECK(status_with(*strange, "") == 401);
  CHECK(status_with(*strange, target().token()) == 200);
  CHECK(status_with(*strange, target().limited_token()) == 403);
}

TEST_CASE("T18 an unknown token: 401") {
  Wire stranger("not-the-right-one");
  const Reply reply = stranger.get("/api/v1/namespaces");
  CHECK(reply.status == 401);
  CHECK(reply.reason() == "Unauthorized");
  CHECK(reply.message() == "Unauthorized");
}

TEST_CASE("T19 no credentials: 403 of system:anonymous") {
  Wire nobody("");
  const Reply reply = nobody.get("/api/v1/namespaces");
  CHECK(reply.status == 403);
  CHECK(reply.reason() == "Forbidden");
  CHECK(reply.message() ==
        "namespaces is forbidden: User \"system:anonymous\" cannot list resource \"namespaces\" in "
        "API group \"\" at the cluster scope");
  CHECK(nobody.get("/apis").message() ==
        "forbidden: User \"system:anonymous\" cannot get path \"/apis\"");
  CHECK(nobody.get("/version").status == 200);
}

TEST_CASE("T20 a user without rights: 403 that names verb, resource, group and namespace") {
  Session session;
  Wire alice(target().limited_token());
  CHECK(alice.post(session.workspaces(), workspace("a")).message() ==
        fmt::format("workspaces.kaito.sh is forbidden: User \"alice\" cannot create resource "
                    "\"workspaces\" in API group \"kaito.sh\" in the namespace \"{}\"",
                    session.space()));
  CHECK(alice.get(session.workspaces("a")).message() ==
        fmt::format("workspaces.kaito.sh \"a\" is forbidden: User \"alice\" cannot get resource "
                    "\"workspaces\" in API group \"kaito.sh\" in the namespace \"{}\"",
                    session.space()));
  CHECK(alice.get(session.workspaces() + "?watch=1").message().find("cannot watch resource") !=
        std::string::npos);
  CHECK(alice.send("PATCH", session.workspaces("a") + "/status", "{}", kMergePatch)
            .message()
            .find("cannot patch resource \"workspaces/status\"") != std::string::npos);
  // What everybody who has logged in may ask.
  CHECK(alice.get("/apis").status == 200);
  CHECK(alice.get("/apis/kaito.sh/v1beta1").status == 200);
  const Reply may = alice.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", R"({
    "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec":
    {"resourceAttributes": {"group": "kaito.sh", "resource": "workspaces", "verb": "create",
     "namespace": "default"}}})");
  CHECK(may.status == 201);
  CHECK(may.at({"status", "allowed"}) == "false");
  CHECK(session
            .post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", R"({
    "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec":
    {"resourceAttributes": {"group": "kaito.sh", "resource": "workspaces", "verb": "create"}}})")
            .at({"status", "allowed"}) == "true");
}

TEST_CASE("T21 impersonation: the other user's rights; without the right to it 403") {
  Session session;
  const Reply as_alice = session.get(session.workspaces(), {{"Impersonate-User", "alice"}});
  CHECK(as_alice.status == 403);
  CHECK(as_alice.message().find("User \"alice\" cannot list resource") != std::string::npos);
  const Reply as_admin = session.get(
      session.workspaces(), {{"Impersonate-User", "bob"}, {"Impersonate-Group", "system:masters"}});
  CHECK(as_admin.status == 200);
  Wire alice(target().limited_token());
  const Reply refused = alice.get(session.workspaces(), {{"Impersonate-User", "bob"}});
  CHECK(refused.status == 403);
  CHECK(refused.message() ==
        "users \"bob\" is forbidden: User \"alice\" cannot impersonate resource \"users\" in API "
        "group \"\" at the cluster scope");
}

}  // namespace
}  // namespace kaito::conformance
