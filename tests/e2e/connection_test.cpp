// The ways to a cluster beside a kubeconfig's token.
#include <doctest/doctest.h>

#include <filesystem>

#include "contains.hpp"
#include "scene.hpp"

namespace kaito::e2e {
namespace {

using Arguments = std::vector<std::string>;

Arguments joined(Arguments first, const Arguments& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

TEST_CASE("flags alone, without a kubeconfig") {
  Scene scene;
  scene.create_workspace("ws");
  scene.unset_variable("KUBECONFIG");
  const auto ca = scene.write("flags-ca.pem", target().ca_pem());
  const Arguments server{"status", "-n",       scene.namespace_(), "-o",
                         "name",   "--server", target().server(),  "--certificate-authority",
                         ca};
  const auto outcome = scene.run(joined(server, {"--token", target().token()}));
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "workspace.kaito.sh/ws\n");
  // Without credentials one is a stranger.
  const auto nobody = scene.run(server);
  INFO(nobody.err);
  CHECK(nobody.exit_code == 4);
  CHECK(nobody.err == Contains("hint: "));
}

TEST_CASE("a server that is not the one it should be") {
  const Scene scene;
  const auto outcome = scene.run({"status", "--tls-server-name", "other.example.com"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 6);
  CHECK(outcome.err == Contains("other.example.com"));
  const auto unchecked = scene.run({"status", "--server", target().server(), "--token",
                                    target().token(), "--insecure-skip-tls-verify", "--kubeconfig",
                                    scene.write("empty", "apiVersion: v1\n")});
  INFO(unchecked.err);
  CHECK(unchecked.exit_code == 0);
}

TEST_CASE("credentials are never logged") {
  const Scene scene;
  for (const std::string level : {"4", "6", "8"}) {
    CAPTURE(level);
    const auto outcome = scene.run({"status", "-v", level});
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.err == Contains("GET "));
    CHECK(outcome.err.find(target().token()) == std::string::npos);
  }
}

TEST_CASE("an exec plugin gives the credentials; what it says is seen, what it knows is not") {
  const Scene scene;
  const auto plugin = scene.write("plugin",
                                  "#!/bin/sh\n"
                                  "echo 'signing in' >&2\n"
                                  "printf '{\"kind\":\"ExecCredential\",\"apiVersion\":"
                                  "\"client.authentication.k8s.io/v1\",\"status\":{\"token\":"
                                  "\"%s\"}}' \"$TOKEN\"\n");
  std::filesystem::permissions(plugin, std::filesystem::perms::owner_all);
  const auto ca = scene.write("exec-ca.pem", target().ca_pem());
  const auto config_with = [&](const std::string& token) {
    return scene.write(
        "exec-config",
        "current-context: c\ncontexts: [{name: c, context: {cluster: c, user: u, namespace: " +
            scene.namespace_() + "}}]\nclusters: [{name: c, cluster: {server: '" +
            target().server() + "', certificate-authority: '" + ca +
            "'}}]\nusers: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, "
            "command: ./plugin, interactiveMode: Never, args: [argument-of-the-test], env: [{name: "
            "TOKEN, value: '" +
            token + "'}]}}}]\n");
  };
  const auto good = scene.run({"status", "-v", "8", "--kubeconfig", config_with(target().token())});
  INFO(good.err);
  CHECK(good.exit_code == 0);
  CHECK(good.err == Contains("signing in\n"));
  CHECK(good.err == Contains("> Authorization: <redacted>"));
  CHECK(good.err.find(target().token()) == std::string::npos);
  CHECK(good.err.find("argument-of-the-test") == std::string::npos);

  const auto bad = scene.run({"status", "--kubeconfig", config_with("no-such-token")});
  INFO(bad.err);
  CHECK(bad.exit_code == 4);
  CHECK(bad.err.find("no-such-token") == std::string::npos);
}

/// The sandbox takes a bearer token and nothing else.
const bool no_certificates = environment("KAITO_TEST_CLIENT_CERT").empty();

TEST_CASE("a client certificate" * doctest::skip(no_certificates)) {
  Scene scene;
  scene.create_workspace("ws");
  scene.unset_variable("KUBECONFIG");
  const auto ca = scene.write("flags-ca.pem", target().ca_pem());
  const auto outcome = scene.run({"status", "-n", scene.namespace_(), "-o", "name", "--server",
                                  target().server(), "--certificate-authority", ca,
                                  "--client-certificate", environment("KAITO_TEST_CLIENT_CERT"),
                                  "--client-key", environment("KAITO_TEST_CLIENT_KEY")});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "workspace.kaito.sh/ws\n");
}

TEST_CASE("acting as somebody else") {
  const Scene scene;
  const auto outcome = scene.run({"status", "--as", "alice"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 4);
  CHECK(outcome.err == Contains("alice"));
}

}  // namespace
}  // namespace kaito::e2e
