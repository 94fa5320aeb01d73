// From entries and flags to one resolved cluster.
#include <doctest/doctest.h>

#include <functional>

#include "world.hpp"

namespace kaito::kube::test {
namespace {

const std::string home_file = "/home/ada/.kube/config";

World with(const std::string& text) {
  World world;
  world.files[home_file] = text;
  world.files["/home/ada/.kube/ca.crt"] = ca_text();
  world.files["/home/ada/.kube/c.pem"] = some_identity().cert_pem;
  world.files["/home/ada/.kube/k.pem"] = some_identity().key_pem;
  return world;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("refusals name the file and what there is") {
  struct Row {
    std::string what;
    std::string text;
    std::function<void(ConfigOverrides&)> flags;
    std::string message;
  };
  const auto none = [](ConfigOverrides&) {};
  const auto certificate = one_user("client-certificate: c.pem, client-key: k.pem");
  const Row rows[] = {
      {"unknown context", one_user("token: t"), [](auto& f) { f.context = "ctz"; },
       "context \"ctz\" not found in /home/ada/.kube/config (available: ctx)"},
      {"unknown --cluster", one_user("token: t"), [](auto& f) { f.cluster = "x"; },
       "cluster \"x\" not found in /home/ada/.kube/config (available: c)"},
      {"unknown --user", one_user("token: t"), [](auto& f) { f.user = "x"; },
       "user \"x\" not found in /home/ada/.kube/config (available: u)"},
      {"context names a missing cluster",
       "current-context: a\ncontexts:\n- name: a\n  context: {cluster: gone, user: u}\n", none,
       "cluster \"gone\" (named by context \"a\") not found in /home/ada/.kube/config (available: "
       "none)"},
      {"context names a missing user",
       "current-context: a\ncontexts:\n- name: a\n  context: {cluster: c, user: gone}\nclusters:\n"
       "- name: c\n  cluster: {server: https://h}\n",
       none, "user \"gone\" (named by context \"a\") not found"},
      {"no current context", "contexts:\n- name: a\n  context: {}\n- name: b\n  context: {}\n",
       none, "no current context set in /home/ada/.kube/config (available: a, b)"},
      {"no server", one_user("token: t", ""), none,
       "no server for cluster \"c\" (from /home/ada/.kube/config)"},
      {"unreadable CA", one_user("token: t", "server: https://h, certificate-authority: gone.crt"),
       none,
       "cannot read certificate-authority /home/ada/.kube/gone.crt (from /home/ada/.kube/config): "
       "No such file or directory"},
      {"CA without a certificate",
       one_user("token: t", "server: https://h, certificate-authority: k.pem"), none,
       "/home/ada/.kube/k.pem: there is no PEM certificate in it"},
      {"CA and insecure",
       one_user("token: t",
                "server: https://h, certificate-authority: ca.crt, insecure-skip-tls-verify: true"),
       none, "cluster \"c\" (from /home/ada/.kube/config) has a certificate authority and"},
      {"CA twice",
       one_user("token: t",
                "server: https://h, certificate-authority: ca.crt, certificate-authority-data: "
                "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"),
       none, "are both specified for cluster \"c\""},
      {"certificate without key", one_user("client-certificate: c.pem"), none,
       "client key missing for user \"u\""},
      {"key without certificate", one_user("client-key: k.pem"), none,
       "client certificate missing for user \"u\""},
      {"certificate twice",
       one_user("client-certificate: c.pem, client-certificate-data: QQ==, client-key: k.pem"),
       none, "client-certificate and client-certificate-data are both specified for user \"u\""},
      {"token and password", one_user("token: t, username: a, password: b"), none,
       "more than one authentication method for user \"u\""},
      {"groups without a user", one_user("token: t, as-groups: [g]"), none,
       "impersonation without user"},
      {"--as-group without --as", one_user("token: t"), [](auto& f) { f.as_groups = {"g"}; },
       "impersonation without user"},
      {"header in impersonation", one_user("token: t"), [](auto& f) { f.as = "a\r\nX: y"; },
       "control characters"},
      {"namespace is no label", one_user("token: t"), [](auto& f) { f.namespace_ = "A_b"; },
       "namespace \"A_b\" (from --namespace)"},
      {"proxy of a wrong kind", one_user("token: t", "server: https://h, proxy-url: 'ftp://p'"),
       none, "invalid proxy-url of cluster \"c\" (from /home/ada/.kube/config)"},
      {"server is no URL", one_user("token: t", "server: 'ftp://h'"), none,
       "server of cluster \"c\" (from /home/ada/.kube/config)"},
      {"CA and insecure by flags", certificate,
       [](auto& f) {
         f.insecure_skip_tls_verify = true;
         f.certificate_authority = "/x";
       },
       "exclude each other"},
      {"token with a line break", one_user("token: \"a\\nb\""), none, "is no token"},
      {"no token file", one_user("tokenFile: gone"), none,
       "cannot read tokenFile /home/ada/.kube/gone"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    auto world = with(row.text);
    ConfigOverrides flags;
    row.flags(flags);
    const auto config = world.load(flags);
    REQUIRE_FALSE(config);
    CHECK(config.error().code == ErrorCode::invalid);
    CAPTURE(config.error().describe());
    CHECK(has(config.error().describe(), row.message));
  }
}

TEST_CASE("all problems are listed together, a line each") {
  auto world = with(one_user("client-key: k.pem", "certificate-authority: gone"));
  ConfigOverrides flags;
  flags.namespace_ = "-";
  const auto config = world.load(flags);
  REQUIRE_FALSE(config);
  const auto& message = config.error().message;
  CHECK(std::count(message.begin(), message.end(), '\n') == 3);
}

TEST_CASE("auth-providers are refused with what to do, unless something else is configured") {
  struct Row {
    std::string user;
    const char* message;
    const char* hint;
  };
  const Row rows[] = {
      {"auth-provider: {name: azure}", "auth-provider \"azure\", which is not supported",
       "kubelogin convert-kubeconfig"},
      {"auth-provider: {name: gcp}", "auth-provider \"gcp\"", "gke-gcloud-auth-plugin"},
      {"auth-provider: {name: oidc}", "auth-provider \"oidc\"", "exec plugin"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.user);
    auto world = with(one_user(row.user));
    const auto config = world.load();
    REQUIRE_FALSE(config);
    CHECK(config.error().code == ErrorCode::unauthenticated);
    CHECK(has(config.error().message, row.message));
    CHECK(has(config.error().hint, row.hint));

    ConfigOverrides flags;
    flags.token = "by-flag";
    const auto over = world.load(flags);
    REQUIRE(over);
    CHECK(token_of(*over) == "by-flag");
  }
  auto both = with(one_user("auth-provider: {name: oidc}, token: t"));
  CHECK(both.load());
}

TEST_CASE("--token drops every credential of the file, but not who is impersonated") {
  auto world = with(one_user("client-certificate: c.pem, client-key: k.pem, as: eve"));
  auto config = world.load();
  REQUIRE(config);
  CHECK(config->tls.client_cert_pem == some_identity().cert_pem);
  CHECK(config->tls.client_key_pem == some_identity().key_pem);

  ConfigOverrides flags;
  flags.token = "by-flag";
  config = world.load(flags);
  REQUIRE(config);
  CHECK(token_of(*config) == "by-flag");
  CHECK(config->tls.client_cert_pem.empty());
  CHECK(config->tls.client_key_pem.empty());
  CHECK(config->impersonate_user == "eve");
  CHECK(config->user.empty());
}

TEST_CASE("certificate and token may both be there") {
  auto world = with(one_user("client-certificate: c.pem, client-key: k.pem, token: t"));
  const auto config = world.load();
  REQUIRE(config);
  CHECK(config->tls.client_cert_pem == some_identity().cert_pem);
  CHECK(token_of(*config) == "t");
}

TEST_CASE("what flags replace in the cluster") {
  const auto file =
      one_user("token: t",
               "server: https://file.example/k8s/clusters/c-1/, certificate-authority: ca.crt, "
               "tls-server-name: name.example");
  auto world = with(file);
  world.files["/work/other.crt"] = "other\n" + ca_text();

  auto config = world.load();
  REQUIRE(config);
  CHECK(config->server.path == "/k8s/clusters/c-1");
  CHECK(config->tls.server_name == "name.example");

  ConfigOverrides server;
  server.server = "https://flag.example";
  config = world.load(server);
  REQUIRE(config);
  CHECK(config->server.text() == "https://flag.example");
  CHECK(config->tls.server_name.empty());  // it belonged to the file's server
  CHECK(config->tls.ca_pem == ca_text());

  server.tls_server_name = "flag-name.example";
  config = world.load(server);
  REQUIRE(config);
  CHECK(config->tls.server_name == "flag-name.example");

  ConfigOverrides insecure;
  insecure.insecure_skip_tls_verify = true;
  config = world.load(insecure);
  REQUIRE(config);
  CHECK(config->tls.skip_verification);
  CHECK(config->tls.ca_pem.empty());
  REQUIRE(config->warnings.size() == 1);
  CHECK(has(config->warnings[0], "is not verified"));

  ConfigOverrides road;
  road.proxy_url = "http://proxy.example:3128";
  road.disable_compression = true;
  config = world.load(road);
  REQUIRE(config);
  REQUIRE(config->proxy);
  CHECK(config->proxy->text() == "http://proxy.example:3128");
  CHECK(config->disable_compression);
  road.proxy_url = "ftp://proxy.example";
  config = world.load(road);
  REQUIRE_FALSE(config);
  CHECK(has(config.error().describe(), "invalid proxy-url of cluster \"c\""));

  ConfigOverrides authority;
  authority.certificate_authority = "other.crt";  // seen from the working directory
  config = world.load(authority);
  REQUIRE(config);
  CHECK(config->tls.ca_source == "/work/other.crt");
}

TEST_CASE("--server alone goes over a file that has no current context") {
  auto world = with("clusters:\n- name: c\n  cluster: {server: https://h}\n");
  ConfigOverrides flags;
  flags.server = "https://flag.example";
  const auto config = world.load(flags);
  REQUIRE(config);
  CHECK(config->server.text() == "https://flag.example");
  CHECK(config->credentials == nullptr);
}

TEST_CASE("the scheme that a server without one gets") {
  struct Row {
    std::string user;
    std::string cluster;
    const char* url;
  };
  const Row rows[] = {
      {"", "server: h.example", "http://h.example"},
      {"", "server: 'h.example:8080'", "http://h.example:8080"},
      {"", "server: h.example, certificate-authority: ca.crt", "https://h.example"},
      {"", "server: h.example, insecure-skip-tls-verify: true", "https://h.example"},
      {"client-certificate: c.pem, client-key: k.pem", "server: h.example", "https://h.example"},
      {"", "server: '[::1]:6443'", "http://[::1]:6443"},
      {"", "server: 'https://h.example/base/?a=b#c'", "https://h.example/base"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.cluster);
    auto world = with(one_user(row.user, row.cluster));
    const auto config = world.load();
    REQUIRE(config);
    CHECK(config->server.text() == row.url);
  }
}

TEST_CASE("credentials over plain http are warned about, to this machine they are not") {
  auto away = with(one_user("token: t", "server: 'http://h.example'")).load();
  REQUIRE(away);
  REQUIRE(away->warnings.size() == 1);
  CHECK(has(away->warnings[0], "no credentials are sent"));
  auto here = with(one_user("token: t", "server: 'http://127.0.0.1:8080'")).load();
  REQUIRE(here);
  CHECK(here->warnings.empty());
}

TEST_CASE("namespaces: flag, context, pod, default") {
  auto plain = with(one_user("token: t"));
  CHECK(plain.load()->namespace_ == "default");
  struct Row {
    std::string flag;
    const char* namespace_;
  };
  const Row rows[] = {
      {"foo", "foo"}, {"ns/foo", "foo"}, {"Namespace/foo", "foo"}, {"namespaces/foo", "foo"}};
  for (const auto& row : rows) {
    CAPTURE(row.flag);
    ConfigOverrides flags;
    flags.namespace_ = row.flag;
    CHECK(plain.load(flags)->namespace_ == row.namespace_);
  }
  // In a pod, a context that names no namespace means the pod's own.
  plain.variables = {{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}, {"KUBERNETES_SERVICE_PORT", "443"}};
  plain.files["/pod/token"] = "pod-token";
  plain.files["/pod/namespace"] = " pods-own\n";
  CHECK(plain.load()->namespace_ == "pods-own");
  plain.variables["POD_NAMESPACE"] = "from-variable";
  CHECK(plain.load()->namespace_ == "from-variable");
}

TEST_CASE("the pod's service account, with flags over it") {
  World world;
  world.variables = {{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "443"}};
  world.files = {
      {"/pod/token", "pod-token\n"}, {"/pod/ca.crt", ca_text()}, {"/pod/namespace", "kaito"}};
  auto config = world.load();
  REQUIRE(config);
  CHECK(config->server.text() == "https://[fd00::1]");
  CHECK(token_of(*config) == "pod-token");
  CHECK(config->tls.ca_pem == ca_text());
  CHECK(config->namespace_ == "kaito");
  CHECK(config->origin == "in-cluster");
  CHECK(config->context.empty());

  ConfigOverrides flags;
  flags.server = "https://other.example";
  flags.token = "by-flag";
  config = world.load(flags);
  REQUIRE(config);
  CHECK(config->server.text() == "https://other.example");
  CHECK(token_of(*config) == "by-flag");

  world.files.erase("/pod/ca.crt");
  config = world.load();
  REQUIRE(config);
  CHECK(config->tls.ca_pem.empty());
  REQUIRE(config->warnings.size() == 1);
  CHECK(has(config->warnings[0], "/pod/ca.crt"));

  // A kubeconfig goes before it; for a controller only one that is named does.
  world.files[home_file] = one_user("token: file");
  CHECK(token_of(*world.load()) == "file");
  ConfigOverrides controller;
  controller.pod_before_home = true;
  CHECK(token_of(*world.load(controller)) == "pod-token");
  world.variables["KUBECONFIG"] = home_file;
  CHECK(token_of(*world.load(controller)) == "file");
  world.variables.erase("KUBERNETES_SERVICE_HOST");
  world.variables.erase("KUBECONFIG");
  CHECK(token_of(*world.load(controller)) == "file");
}

TEST_CASE("impersonation from the file, replaced by flags") {
  auto world = with(one_user(
      "token: t, as: eve, as-uid: '7', as-groups: [a, b], as-user-extra: {scopes: [x, z]}"));
  auto config = world.load();
  REQUIRE(config);
  CHECK(config->impersonate_user == "eve");
  CHECK(config->impersonate_uid == "7");
  CHECK(config->impersonate_groups == std::vector<std::string>{"a", "b"});
  CHECK(config->impersonate_extra.at("scopes") == std::vector<std::string>{"x", "z"});
  ConfigOverrides flags;
  flags.as = "bob";
  flags.as_groups = {"c"};
  config = world.load(flags);
  REQUIRE(config);
  CHECK(config->impersonate_user == "bob");
  CHECK(config->impersonate_groups == std::vector<std::string>{"c"});
}

}  // namespace
}  // namespace kaito::kube::test
