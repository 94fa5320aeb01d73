// What a kubeconfig says about an exec plugin, and what the plugin is handed.
#include "kube/auth/exec_plugin.hpp"

#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <set>

#include "kaito/json/json.hpp"

namespace kaito::kube::auth {
namespace {

UserEntry user_with(ExecPlugin plugin) {
  UserEntry user;
  user.name = "u";
  user.file = "/home/ada/.kube/config";
  user.exec = std::move(plugin);
  return user;
}

ExecPlugin plugin(const std::string& version = "client.authentication.k8s.io/v1beta1",
                  const std::string& mode = "") {
  ExecPlugin made;
  made.command = "plug";
  made.api_version = version;
  made.interactive_mode = mode;
  return made;
}

TEST_CASE("entries that cannot be used") {
  struct Row {
    std::string what;
    ExecPlugin plugin;
    std::string message;  ///< "" = good
    std::string hint;
  };
  const std::string v1 = "client.authentication.k8s.io/v1";
  auto nul = plugin();
  nul.arguments = {std::string("SECRET\0", 7)};
  auto nameless = plugin();
  nameless.environment = {{"", "SECRET"}};
  auto equals = plugin();
  equals.environment = {{"A=B", "SECRET"}};
  auto commandless = plugin();
  commandless.command.clear();
  const Row rows[] = {
      {"v1beta1 has a default", plugin(), "", ""},
      {"v1", plugin(v1, "Never"), "", ""},
      {"v1, if there is one", plugin(v1, "IfAvailable"), "", ""},
      {"v1, always", plugin(v1, "Always"), "", ""},
      {"v1 without a mode", plugin(v1), "interactiveMode is required with client.authentication",
       "Never, IfAvailable or Always"},
      {"a mode that is none", plugin(v1, "never"), "interactiveMode \"never\" is none", "Never"},
      {"v1alpha1", plugin("client.authentication.k8s.io/v1alpha1"),
       "v1alpha1 is not supported any more", "aws eks update-kubeconfig"},
      {"another version", plugin("v1"), "apiVersion \"v1\" is not supported", "v1beta1"},
      {"no version", plugin(""), "apiVersion is missing", "client.authentication.k8s.io/v1"},
      {"no command", commandless,
       "exec plugin of user \"u\" (from /home/ada/.kube/config): command is missing", ""},
      {"NUL in an argument", nul, "one of its args holds a NUL", ""},
      {"a variable without a name", nameless, "one of its env entries has no name", ""},
      {"a variable with = in its name", equals, "cannot be an environment variable", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto problems = exec_problems(user_with(row.plugin));
    CHECK(problems.empty() == row.message.empty());
    if (problems.empty()) continue;
    CHECK(problems.size() == 1);
    CAPTURE(problems[0].message);
    CHECK(problems[0].code == ErrorCode::invalid);
    CHECK(problems[0].message.find(row.message) != std::string::npos);
    CHECK(problems[0].hint.find(row.hint) != std::string::npos);
    CHECK(problems[0].message.find("SECRET") == std::string::npos);
  }
  CHECK(interaction_of(plugin()) == Interaction::if_available);
}

TEST_CASE("KUBERNETES_EXEC_INFO") {
  CHECK(exec_info(plugin(), false, nullptr) ==
        R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1",)"
        R"("spec":{"interactive":false}})");

  ClusterEntry entry;
  ClusterConfig resolved;
  resolved.server = {true, "10.1.2.3", 443, "/k8s/clusters/c-1"};
  auto bare = exec_cluster(entry, resolved);
  CHECK(exec_info(plugin(), true, &bare) ==
        R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1",)"
        R"("spec":{"cluster":{"server":"https://10.1.2.3/k8s/clusters/c-1"},"interactive":true}})");

  entry.proxy_url = "http://proxy:3128";
  entry.exec_config = json::Document(*json::parse(R"({"audience":["a"]})"));
  resolved.tls.server_name = "kubernetes";
  resolved.tls.ca_pem = "PEM";
  resolved.disable_compression = true;
  CHECK(json::write(exec_cluster(entry, resolved)) ==
        R"({"server":"https://10.1.2.3/k8s/clusters/c-1","tls-server-name":"kubernetes",)"
        R"("certificate-authority-data":"UEVN","proxy-url":"http://proxy:3128",)"
        R"("disable-compression":true,"config":{"audience":["a"]}})");
  resolved.tls.skip_verification = true;
  resolved.tls.ca_pem.clear();
  CHECK(json::write(exec_cluster(entry, resolved)).find(R"("insecure-skip-tls-verify":true)") !=
        std::string::npos);
}

TEST_CASE("the environment: the parent's, the entry's, KUBERNETES_EXEC_INFO; later ones win") {
  auto with = plugin();
  with.environment = {
      {"A", "1"}, {"B", "x=y"}, {"A", "2"}, {"KUBERNETES_EXEC_INFO", "mine"}, {"AB", ""}};
  const auto made = exec_environment({"PATH=/bin", "A=0", "no variable", "AA=3"}, with, "{}");
  CHECK(
      std::set<std::string>(made.begin(), made.end()) ==
      std::set<std::string>{"PATH=/bin", "A=2", "AA=3", "B=x=y", "AB=", "KUBERNETES_EXEC_INFO={}"});
  CHECK(made.size() == 6);
  CHECK(variable_in(made, "A") == "2");
  CHECK(variable_in(made, "P").empty());
}

TEST_CASE("where a command is looked for") {
  struct Row {
    std::string command;
    std::string path;
    std::string found;  ///< "" = not
  };
  const std::set<std::string> programs{"/usr/bin/plug", "/opt/plug", "/home/ada/.kube/plug",
                                       "/home/ada/.kube/bin/plug", "/home/ada/plug"};
  const Row rows[] = {
      {"plug", "/usr/bin:/opt", "/usr/bin/plug"},
      {"plug", "/none:/opt:/usr/bin", "/opt/plug"},
      {"plug", ".:bin::/opt", "/opt/plug"},  // relative folders are passed over
      {"plug", ".", ""},
      {"plug", "", ""},
      {"./plug", "/usr/bin", "/home/ada/.kube/plug"},
      {"bin/plug", "", "/home/ada/.kube/bin/plug"},
      {"../plug", "", "/home/ada/plug"},
      {"/opt/plug", "", "/opt/plug"},
      {"/opt/other", "/usr/bin", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.command);
    CAPTURE(row.path);
    const auto found =
        find_plugin(row.command, "/home/ada/.kube/config", row.path,
                    [&](const std::string& file) { return programs.count(file) != 0; });
    CHECK(found.value_or("") == row.found);
  }
}

TEST_CASE("an install hint is shown without what moves a terminal") {
  CHECK(shown_hint("\x1b[31mred\x1b[0m\r\n\tuse brew\x07\x7f\n") == "[31mred[0m\nuse brew");
  CHECK(shown_hint("  ") == "");
  CHECK(shown_hint(std::string(100'000, 'x')).size() < 5000);
}

}  // namespace
}  // namespace kaito::kube::auth
