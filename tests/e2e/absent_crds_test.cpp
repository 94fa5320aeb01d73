// A cluster in which KAITO is not installed. Comes first of all files, while a new server has no
// CRDs yet.
#include <doctest/doctest.h>

#include <boost/json/value.hpp>

#include "contains.hpp"
#include "scene.hpp"

namespace kaito::e2e {
namespace {

TEST_CASE("without KAITO's CRDs") {
  target().remove_crds();
  const Scene scene(Scene::Kaito::as_it_is);
  const auto file = scene.write("ws.yaml", R"(apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: ws}
resource: {instanceType: Standard_NC24ads_A100_v4, labelSelector: {matchLabels: {apps: phi-3}}}
inference: {preset: {name: phi-3-mini-4k-instruct}}
)");
  const auto with_config_map = scene.write("two.yaml", read_file(file) + R"(---
apiVersion: v1
kind: ConfigMap
metadata: {name: params}
)");
  const std::vector<std::vector<std::string>> rows{{"deploy", "-f", file},
                                                   {"deploy", "-f", with_config_map},
                                                   {"deploy", "phi-3-mini"},
                                                   {"deploy", "-f", file, "--dry-run=server"},
                                                   {"status"},
                                                   {"status", "ws"},
                                                   {"status", "-A", "-w"},
                                                   {"chat", "ws", "hi"},
                                                   {"endpoint", "ws"},
                                                   {"delete", "ws", "-y"}};
  for (const auto& arguments : rows) {
    std::string line;
    for (const auto& argument : arguments)
      line += argument + " ";
    CAPTURE(line);
    const auto outcome = scene.run(arguments);
    INFO(outcome.err);
    CHECK(outcome.exit_code == 6);
    CHECK(outcome.out == "");
    CHECK(outcome.err ==
          Contains("this cluster does not serve the kind Workspace of KAITO (kaito.sh)"));
    CHECK(outcome.err == Contains("hint: install KAITO"));
  }
  CHECK_FALSE(scene.exists(scene.ref(k8s::types::config_map(), "params")));
  target().install_crds();
  CHECK(scene.run({"status"}).exit_code == 0);
}

}  // namespace
}  // namespace kaito::e2e
