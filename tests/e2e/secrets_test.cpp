// Every kind of credential, with the loudest log: none is printed (Process::finish looks for it).
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "contains.hpp"
#include "kaito/base/text.hpp"
#include "kaito/net/server.hpp"
#include "scene.hpp"

namespace kaito::e2e {
namespace {

/// A kubeconfig for the target, or another server, with these members of a user and a cluster.
void use(Scene& scene, const std::string& user, const std::string& server = target().server(),
         const std::string& cluster = "") {
  const auto ca = scene.write("secrets-ca.pem", target().ca_pem());
  scene.set_variable(
      "KUBECONFIG",
      scene.write(
          "secrets-kubeconfig",
          fmt::format("{{apiVersion: v1, kind: Config, current-context: c, contexts: [{{name: "
                      "c, context: {{cluster: c, user: u, namespace: {}}}}}], clusters: [{{"
                      "name: c, cluster: {{server: \"{}\", certificate-authority: \"{}\"{}}}}}],"
                      " users: [{{name: u, user: {{{}}}}}]}}\n",
                      scene.namespace_(), server, ca, cluster, user)));
}

/// The lines of a PEM text that hold its key.
void keep_secret_key(const std::string& pem) {
  std::string_view rest = pem;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.size() > 20 && !line.starts_with("-----")) test::keep_secret(std::string(line));
  }
}

TEST_CASE("a password, a client key and a proxy's password are printed nowhere") {
  Scene scene;
  const auto made = net::make_self_signed({"client"}, 1);
  REQUIRE(made);
  test::keep_secret("pass-not-to-be-seen");
  test::keep_secret("ada:pass-not-to-be-seen");
  keep_secret_key(made->key_pem);
  const auto certificate = fmt::format("client-certificate-data: {}, client-key-data: {}",
                                       base64_encode(made->cert_pem), base64_encode(made->key_pem));
  const auto token = fmt::format("token: \"{}\"", target().token());
  struct Row {
    const char* what;
    std::string user;
    std::string server;
    std::string cluster;
  };
  const Row rows[] = {
      {"password", "username: ada, password: pass-not-to-be-seen", target().server(), ""},
      {"password, nobody there", "username: ada, password: pass-not-to-be-seen",
       "https://127.0.0.1:1", ""},
      {"client key", certificate, target().server(), ""},
      {"client key, nobody there", certificate, "https://127.0.0.1:1", ""},
      {"client key that is none",
       "client-certificate-data: eA==, client-key-data: " + base64_encode(made->key_pem),
       target().server(), ""},
      {"token, nobody there", token, "https://127.0.0.1:1", ""},
      {"token, another kind of server", token, "http://127.0.0.1:1", ""},
      {"proxy", token, target().server(),
       ", proxy-url: \"http://ada:pass-not-to-be-seen@127.0.0.1:1\""},
      {"proxy of a kind that is not known", token, target().server(),
       ", proxy-url: \"gopher://ada:pass-not-to-be-seen@127.0.0.1:1\""},
      {"server with a password", token, "https://ada:pass-not-to-be-seen@127.0.0.1:1", ""},
      {"token with a line break", "token: \"" + target().token() + "\\nX: y\"", target().server(),
       ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    use(scene, row.user, row.server, row.cluster);
    for (const char* level : {"0", "10"}) {
      const auto outcome = scene.run({"status", "-v", level});
      INFO(outcome.err);
      CHECK(outcome.exit_code != 99);
      CHECK(outcome.err != "");
    }
  }
}

TEST_CASE("what a Secret holds is printed nowhere, sent or read") {
  const Scene scene;
  test::keep_secret("stored-not-to-be-seen");
  scene.create(k8s::types::secret(),
               fmt::format("{{apiVersion: v1, kind: Secret, metadata: {{name: s, namespace: {}}}, "
                           "stringData: {{HF_TOKEN: stored-not-to-be-seen}}}}",
                           scene.namespace_()));
  const auto file = scene.write(
      "a.yaml",
      "{apiVersion: v1, kind: Secret, metadata: {name: t}, stringData: {k: "
      "stored-not-to-be-seen}}\n"
      "---\n"
      "apiVersion: kaito.sh/v1beta1\nkind: Workspace\nmetadata: {name: ws}\n"
      "resource: {instanceType: Standard_NC24ads_A100_v4, labelSelector: {matchLabels: {a: b}}}\n"
      "inference: {preset: {name: llama-3.1-8b-instruct, presetOptions: {modelAccessSecret: "
      "s}}}\n");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"deploy", "-f", file, "-v", "10"},
        {"status", "ws", "-v", "10"},
        {"deploy", "-f", file, "-v", "10", "--dry-run=server", "-o", "yaml"},
        {"delete", "ws", "-y", "-v", "10"}}) {
    const auto outcome = scene.run(words);
    INFO(outcome.err);
    CHECK(outcome.err == Contains("https://"));
  }
}

}  // namespace
}  // namespace kaito::e2e
