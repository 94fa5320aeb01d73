// What the kubeconfigs of the clouds and of local clusters come to: golden files, credentials left
// out. The plugins are ours; what they are handed is a part of the golden.
#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "kaito/base/text.hpp"
#include "mutual_tls.hpp"
#include "plugin_folder.hpp"
#include "support/repository.hpp"
#include "world.hpp"

namespace kaito::kube::test {
namespace {

const std::string home_file = "/home/ada/.kube/config";

std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string with(std::string text, const std::string& mark, const std::string& value) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
    text.replace(at, mark.size(), value);
  return text;
}

/// A plugin of each provider's name that writes down what it was handed.
void add_plugins(const PluginFolder& folder) {
  for (const char* name : {"kubelogin", "aws", "gke-gcloud-auth-plugin"})
    folder.plugin(name,
                  "{ for a in \"$@\"; do echo \"plugin argument: $a\"; done\n"
                  "[ -z \"$AWS_PROFILE\" ] || echo \"plugin variable: AWS_PROFILE=$AWS_PROFILE\"\n"
                  "echo \"plugin info: $KUBERNETES_EXEC_INFO\"; } > \"$here/handed\"\necho '" +
                      PluginFolder::credential(R"("token":"SECRET-TOKEN")", "v1beta1") + "'");
}

std::string described(const ClusterConfig& config, const PluginFolder& folder,
                      const std::string& ca) {
  std::string text;
  const auto line = [&text](const std::string& name, const std::string& value) {
    text += name + ": " + (value.empty() ? "-" : value) + "\n";
  };
  line("server", config.server.text());
  line("verified for",
       config.tls.server_name.empty() ? config.server.host : config.tls.server_name);
  line("trusted", config.tls.ca_pem.empty() ? "the system's authorities" : config.tls.ca_source);
  line("context", config.context);
  line("cluster", config.cluster);
  line("user", config.user);
  line("namespace", config.namespace_);
  line("origin", config.origin);
  line("client certificate", config.tls.client_cert_pem.empty() ? "" : "<redacted>");
  line("credentials", config.credentials == nullptr ? "" : config.credentials->name());
  if (config.credentials != nullptr) {
    const auto credential =
        config.credentials->credential({Deadline::after(std::chrono::seconds(60)), {}});
    REQUIRE_MESSAGE(credential, credential.error().describe());
    line("token", (*credential)->token.empty() ? "" : "<redacted>");
    text += with(folder.read("handed"), base64_encode(ca), "@CA@");
  }
  for (const auto& warning : config.warnings)
    line("warning", warning);
  return text;
}

TEST_CASE("providers' kubeconfigs") {
  const auto goldens = kaito::test::repository() / "tests" / "golden" / "kubeconfig";
  const bool update =
      std::getenv("KAITO_UPDATE_GOLDEN") != nullptr;  // NOLINT(concurrency-mt-unsafe)
  const auto identity = make_identity("masterclient", true);
  const auto ca = ca_text();
  PluginFolder folder;
  add_plugins(folder);
  for (const char* name : {"aks-entra", "aks-admin", "eks", "gke", "kind", "rancher", "minikube"}) {
    CAPTURE(name);
    auto text = file_text(goldens / (std::string(name) + ".yaml"));
    REQUIRE_FALSE(text.empty());
    text = with(text, "@CA@", base64_encode(ca));
    text = with(text, "@CERT@", base64_encode(identity.cert_pem));
    text = with(text, "@KEY@", base64_encode(identity.key_pem));
    World world;
    world.environment = {"PATH=" + folder.path() + ":/usr/bin:/bin"};
    world.files = {{home_file, text},
                   {"/home/ada/.minikube/ca.crt", ca},
                   {"/home/ada/.minikube/profiles/minikube/client.crt", identity.cert_pem},
                   {"/home/ada/.minikube/profiles/minikube/client.key", identity.key_pem}};
    std::filesystem::remove(folder.path("handed"));
    const auto config = world.load();
    REQUIRE_MESSAGE(config, config.error().describe());
    const auto shown = described(*config, folder, ca);
    CHECK(shown.find("SECRET") == std::string::npos);
    const auto golden = goldens / (std::string(name) + ".txt");
    if (update) std::ofstream(golden, std::ios::binary) << shown;
    CHECK(shown == file_text(golden));
  }
}

}  // namespace
}  // namespace kaito::kube::test
