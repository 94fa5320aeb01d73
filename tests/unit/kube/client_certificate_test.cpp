// Client certificates: their forms, what is wrong with them, and how they change.
#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <thread>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "mutual_tls.hpp"
#include "plugin_folder.hpp"
#include "scripted_server.hpp"
#include "world.hpp"

namespace kaito::kube::test {
namespace {

using std::chrono::seconds;

const std::string home_file = "/home/ada/.kube/config";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string cluster_of(const MutualTlsServer& server) {
  return "server: 'https://127.0.0.1:" + std::to_string(server.port()) +
         "', certificate-authority-data: " + base64_encode(server.ca_pem());
}

/// What the server says: "NAME NUMBER-OF-THE-CONNECTION".
std::string asked(Client& client) {
  k8s::Request request;
  request.method = "GET";
  request.path = "/version";
  request.doing = "asking who I am";
  const auto answer = client.request(request, soon());
  return answer ? std::string(answer->value().as_string()) : "error: " + answer.error().describe();
}

TEST_CASE("keys of every kind are used: RSA and EC, PKCS#8 and the older forms") {
  struct Row {
    const char* what;
    bool rsa;
    KeyForm form;
    const char* begin;
  };
  const Row rows[] = {
      {"rsa, PKCS#8", true, KeyForm::pkcs8, "-----BEGIN PRIVATE KEY-----"},
      {"rsa, PKCS#1", true, KeyForm::traditional, "-----BEGIN RSA PRIVATE KEY-----"},
      {"ec, PKCS#8", false, KeyForm::pkcs8, "-----BEGIN PRIVATE KEY-----"},
      {"ec, SEC1", false, KeyForm::traditional, "-----BEGIN EC PRIVATE KEY-----"},
  };
  MutualTlsServer server;
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto identity = make_identity("ada", row.rsa, row.form);
    REQUIRE(identity.key_pem.starts_with(row.begin));
    World world;
    world.files[home_file] =
        one_user("client-certificate-data: " + base64_encode(identity.cert_pem) +
                     ", client-key-data: " + base64_encode(identity.key_pem),
                 cluster_of(server));
    const auto config = world.load();
    REQUIRE_MESSAGE(config, config.error().describe());
    CHECK(asked(*ScriptedServer::client(*config)).starts_with("ada "));
  }
}

TEST_CASE("what is wrong with a certificate or its key is said at the start") {
  const auto mine = make_identity("ada");
  const auto other = make_identity("eve");
  const auto locked = make_identity("ada", false, KeyForm::encrypted);
  struct Row {
    const char* what;
    std::string certificate;
    std::string key;
    const char* message;
  };
  const Row rows[] = {
      {"of somebody else", mine.cert_pem, other.key_pem,
       "user \"u\" (from /home/ada/.kube/config): the client key does not belong to the client "
       "certificate (CN=ada)"},
      {"encrypted", locked.cert_pem, locked.key_pem, "the client key is encrypted with a password"},
      {"no key", mine.cert_pem, "rubbish", "the client key is not a PEM private key"},
      {"no certificate", "rubbish", mine.key_pem, "the client certificate has no PEM certificate"},
      {"damaged", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", mine.key_pem,
       "the client certificate is damaged"},
      {"swapped", mine.key_pem, mine.cert_pem, "the client certificate has no PEM certificate"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    World world;
    world.files = {{home_file, one_user("client-certificate: c.pem, client-key: k.pem")},
                   {"/home/ada/.kube/c.pem", row.certificate},
                   {"/home/ada/.kube/k.pem", row.key}};
    const auto config = world.load();
    REQUIRE_FALSE(config);
    CHECK(config.error().code == ErrorCode::invalid);
    CAPTURE(config.error().describe());
    CHECK(has(config.error().describe(), row.message));
  }
}

TEST_CASE("replaced certificate files are used within a minute, as a whole pair only") {
  MutualTlsServer server;
  const auto old_one = make_identity("old");
  const auto new_one = make_identity("new");
  World world;
  world.files = {{home_file, one_user("client-certificate: c.pem, client-key: k.pem, token: t",
                                      cluster_of(server))},
                 {"/home/ada/.kube/c.pem", old_one.cert_pem},
                 {"/home/ada/.kube/k.pem", old_one.key_pem}};
  const auto config = world.load();
  REQUIRE(config);
  const auto client = ScriptedServer::client(*config);
  CHECK(asked(*client) == "old 1");
  CHECK(asked(*client) == "old 1");  // the same connection

  world.files["/home/ada/.kube/c.pem"] = new_one.cert_pem;
  world.time += seconds(61);
  CHECK(asked(*client) == "old 1");
  CHECK(has(config->credentials->problem(), "/home/ada/.kube/c.pem cannot be used yet"));
  world.files["/home/ada/.kube/k.pem"] = new_one.key_pem;
  CHECK(asked(*client) == "old 1");
  world.time += seconds(61);
  CHECK(asked(*client) == "new 2");
  CHECK(config->credentials->problem().empty());
  CHECK((*config->credentials->credential({}))->token == "t");

  world.files.erase("/home/ada/.kube/k.pem");
  world.time += seconds(61);
  CHECK(asked(*client) == "new 2");
  CHECK(has(config->credentials->problem(), "cannot read /home/ada/.kube/k.pem again"));
}

TEST_CASE("a certificate from a plugin: a new one means new connections, and watches end") {
  MutualTlsServer server;
  PluginFolder folder;
  const auto with = [&](const std::string& name) {
    const auto identity = make_identity(name);
    json::Object status;
    status["clientCertificateData"] = identity.cert_pem;
    status["clientKeyData"] = identity.key_pem;
    status["expirationTimestamp"] = "1970-01-01T00:05:00Z";
    const auto text = json::write(status);
    folder.printing("plug", text.substr(1, text.size() - 2));
  };
  with("first");
  World world;
  world.environment = {"PATH=" + folder.path() + ":/usr/bin:/bin"};
  world.files[home_file] = one_user(
      "exec: {command: plug, apiVersion: client.authentication.k8s.io/v1, interactiveMode: "
      "Never}",
      cluster_of(server));
  const auto config = world.load();
  REQUIRE(config);
  const auto client = ScriptedServer::client(*config);
  CHECK(asked(*client) == "first 1");
  CHECK(asked(*client) == "first 1");
  auto watch = client->watch(workspace_x.type, "default", {}, soon());
  REQUIRE_MESSAGE(watch, watch.error().describe());

  with("second");
  std::jthread renews([&] {
    world.wall_time += std::chrono::minutes(5);
    CHECK(asked(*client) == "second 2");
  });
  // Nothing would ever come over it; it ends because its certificate did.
  const auto event = (*watch)->next(soon());
  REQUIRE_MESSAGE(event, event.error().describe());
  CHECK_FALSE(*event);
  renews.join();
  CHECK(folder.runs("plug") == 2);
  const auto until = std::chrono::steady_clock::now() + seconds(20);
  while (server.closed() == 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  CHECK(server.closed() == 1);
}

}  // namespace
}  // namespace kaito::kube::test
