// Which files are read, how they are merged, and what is said when they are wrong.
#include <doctest/doctest.h>

#include "kube/kubeconfig.hpp"
#include "world.hpp"

namespace kaito::kube::test {
namespace {

const std::string context_file =
    "current-context: work\ncontexts:\n- name: work\n  context: {cluster: far, user: ada, "
    "namespace: models}\n";
const std::string cluster_file =
    "current-context: other\nclusters:\n- name: far\n  cluster:\n    server: "
    "https://far.example:6443\n    certificate-authority: pki/ca.crt\nusers:\n- name: ada\n  "
    "user: {tokenFile: ada.token}\ncontexts:\n- name: other\n  context: {cluster: far, user: "
    "ada}\n";

World two_files() {
  World world;
  world.files = {{"/a/config", context_file},
                 {"/b/config", cluster_file},
                 {"/b/pki/ca.crt", ca_text()},
                 {"/b/ada.token", "b-token\n"}};
  world.variables["KUBECONFIG"] = "/a/config:/b/config";
  return world;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("context, cluster and user may come from different files, paths from their own") {
  auto world = two_files();
  const auto config = world.load();
  REQUIRE(config);
  CHECK(config->context == "work");  // both files set current-context: the first counts
  CHECK(config->server.text() == "https://far.example:6443");
  CHECK(config->namespace_ == "models");
  CHECK(config->tls.ca_pem == ca_text());
  CHECK(config->tls.ca_source == "/b/pki/ca.crt");
  CHECK(token_of(*config) == "b-token");
  CHECK(config->origin == "/a/config, /b/config");
  CHECK(config->warnings.empty());
}

TEST_CASE("an entry is taken whole from the first file that has it") {
  World world;
  world.files = {{"/a", one_user("token: from-a")},
                 {"/b", one_user("client-certificate: c.pem, client-key: k.pem")}};
  world.variables["KUBECONFIG"] = "/a:/b";
  const auto config = world.load();
  REQUIRE(config);
  CHECK(token_of(*config) == "from-a");
  CHECK(config->tls.client_cert_pem.empty());
}

TEST_CASE("KUBECONFIG's list: empty elements, repetitions, relative and missing files") {
  World world;
  world.files = {{"/work/here/config", one_user("token: t")}};
  world.variables["KUBECONFIG"] = "/nowhere::here/config:here/config";
  const auto config = world.load();
  REQUIRE(config);
  CHECK(config->origin == "/work/here/config");
  CHECK(config->warnings.empty());
}

TEST_CASE("all of KUBECONFIG missing is one warning, and flags still make a cluster") {
  World world;
  world.variables["KUBECONFIG"] = "/x:/y";
  ConfigOverrides flags;
  flags.server = "https://s.example";
  flags.token = "t";
  const auto config = world.load(flags);
  REQUIRE(config);
  CHECK(config->origin == "flags");
  REQUIRE(config->warnings.size() == 1);
  CHECK(config->warnings[0] == "no file that KUBECONFIG names exists: /x, /y");
}

TEST_CASE("nothing at all says what was tried and what to do") {
  World world;
  const auto none = world.load();
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::unreachable);
  CHECK(none.error().message ==
        "no cluster configuration found: KUBECONFIG is not set; /home/ada/.kube/config does not "
        "exist; this is not a pod with a service account");
  CHECK(has(none.error().hint, "kaitoctl sandbox up"));

  world.variables["KUBECONFIG"] = "/empty";
  world.files["/empty"] = "";
  const auto empty = world.load();
  REQUIRE_FALSE(empty);
  CHECK(empty.error().code == ErrorCode::unreachable);
  CHECK(has(empty.error().message, "KUBECONFIG names /empty, which defines no cluster"));
}

TEST_CASE("the home file is used when KUBECONFIG is unset or empty") {
  World world;
  world.files["/home/ada/.kube/config"] = one_user("token: home");
  world.variables["KUBECONFIG"] = "";
  const auto config = world.load();
  REQUIRE(config);
  CHECK(token_of(*config) == "home");
}

TEST_CASE("--kubeconfig is one file that must exist") {
  auto world = two_files();
  world.files["/work/only"] = one_user("token: only");
  ConfigOverrides flags;
  flags.kubeconfig = "only";
  const auto config = world.load(flags);
  REQUIRE(config);
  CHECK(token_of(*config) == "only");

  flags.kubeconfig = "missing";
  const auto missing = world.load(flags);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::parse);
  CHECK(missing.error().message == "kubeconfig /work/missing does not exist");
}

TEST_CASE("what is wrong in a file is said with its place, for all files together") {
  World world;
  world.files = {{"/a", "clusters:\n- name: c\n  cluster: {server: 7}\n"},
                 {"/b", "users:\n- name: [\n"},
                 {"/c", one_user("token: fine")}};
  world.unreadable = {{"/d", "Is a directory"}};
  world.variables["KUBECONFIG"] = "/a:/b:/c:/d";
  const auto config = world.load();
  REQUIRE_FALSE(config);
  CHECK(config.error().code == ErrorCode::parse);
  const auto& message = config.error().message;
  CHECK(has(message, "/a:3:13: clusters[0].cluster.server must be a string, not a number"));
  CHECK(has(message, "/b:"));
  CHECK(has(message, "cannot read kubeconfig /d: Is a directory"));
  CHECK_FALSE(has(message, "/c"));
}

TEST_CASE("texts that are no kubeconfig") {
  struct Row {
    std::string what;
    const char* text;
    const char* message;
  };
  const Row rows[] = {
      {"a name twice", "users:\n- name: red\n  user: {}\n- name: red\n  user: {token: t}\n",
       "f:4:3: users[1].name user \"red\" is defined twice in this file"},
      {"not base64", "users:\n- name: u\n  user:\n    client-key-data: '***'\n",
       "f:4:5: users[0].user.client-key-data must be base64"},
      {"another kind", "apiVersion: v1\nkind: Pod\n",
       "f:2:1: kind must be Config in a kubeconfig, not \"Pod\""},
      {"another version", "apiVersion: v2\n",
       "f:1:1: apiVersion must be v1 in a kubeconfig, not \"v2\""},
      {"a word for a boolean",
       "clusters:\n- name: c\n  cluster: {insecure-skip-tls-verify: 'true'}\n",
       "must be a boolean"},
      {"a list", "- a\n", "must be an object"},
      {"no name", "contexts:\n- context: {}\n", "contexts[0].name"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto config = read_kubeconfig(row.text, "f");
    REQUIRE_FALSE(config);
    CHECK(config.error().code == ErrorCode::parse);
    CAPTURE(config.error().message);
    CHECK(has(config.error().message, row.message));
  }
}

TEST_CASE("null is absent everywhere, unknown fields are passed over, JSON is YAML") {
  const auto config = read_kubeconfig(
      R"({"apiVersion":"v1","kind":"Config","preferences":{},"extensions":null,"current-context":null,
          "clusters":[{"name":"c","cluster":{"server":"https://h","proxy-url":null,"new":1}}],
          "users":[{"name":"u","user":{"exec":{"command":"gke-gcloud-auth-plugin","args":null,
                    "env":null,"apiVersion":"client.authentication.k8s.io/v1beta1"}}}],
          "contexts":null})",
      "f");
  REQUIRE(config);
  CHECK(config->current_context.empty());
  CHECK(config->contexts.empty());
  REQUIRE(config->users.size() == 1);
  REQUIRE(config->users[0].exec);
  CHECK(config->users[0].exec->command == "gke-gcloud-auth-plugin");
}

TEST_CASE("a file with secrets that everybody can read is a warning") {
  struct Row {
    std::string user;
    unsigned mode;
    bool warned;
  };
  const Row rows[] = {
      {"token: t", 0644, true}, {"token: t", 0600, false}, {"tokenFile: /t", 0644, false}};
  for (const auto& row : rows) {
    CAPTURE(row.user);
    CAPTURE(row.mode);
    World world;
    world.files = {{"/home/ada/.kube/config", one_user(row.user)}, {"/t", "t"}};
    world.modes["/home/ada/.kube/config"] = row.mode;
    const auto config = world.load();
    REQUIRE(config);
    CHECK(config->warnings.size() == (row.warned ? 1 : 0));
    if (row.warned) CHECK(has(config->warnings[0], "chmod 600 /home/ada/.kube/config"));
  }
}

}  // namespace
}  // namespace kaito::kube::test
