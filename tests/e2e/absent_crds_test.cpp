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

/// Workspaces as a release of KAITO had them whose adapters knew no strength; put right at the end.
class OlderCrd {
 public:
  OlderCrd() { change(false); }
  ~OlderCrd() { change(true); }
  OlderCrd(const OlderCrd&) = delete;
  OlderCrd& operator=(const OlderCrd&) = delete;

 private:
  static void change(bool knows_strength) {
    const k8s::ObjectRef ref{k8s::types::custom_resource_definition(), "", "workspaces.kaito.sh"};
    const auto updated = target().client().update(
        ref,
        [&](json::Value& crd) -> Result<void> {
          for (auto& version : crd.at("spec").at("versions").as_array()) {
            auto& adapter = version.at("schema")
                                .at("openAPIV3Schema")
                                .at("properties")
                                .at("inference")
                                .at("properties")
                                .at("adapters")
                                .at("items")
                                .at("properties")
                                .as_object();
            adapter.erase("strength");
            if (knows_strength) adapter["strength"] = value_of("{type: string}");
          }
          return {};
        },
        {}, soon());
    CHECK_MESSAGE(updated, updated.error().describe());
    // The server takes a moment to know it.
    CHECK(test::comes_true([&] { return accepts_strength() == knows_strength; }));
  }
  static bool accepts_strength() {
    k8s::WriteOptions rehearsal;
    rehearsal.dry_run = k8s::DryRun::server;
    return target()
        .client()
        .apply({k8s::types::workspace(), "default", "probe"}, value_of(R"(
apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: probe}
resource: {labelSelector: {matchLabels: {apps: a}}}
inference: {adapters: [{source: {name: a, image: i}, strength: "1.0"}]}
)"),
               rehearsal, soon())
        .has_value();
  }
};

TEST_CASE(
    "KAITO's CRDs are older than the file: the fields that they do not have are said, and "
    "nothing is created") {
  const Scene scene;
  const std::string workspace = R"(apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: ws}
resource: {instanceType: Standard_NC24ads_A100_v4, labelSelector: {matchLabels: {apps: phi-3}}}
inference:
  preset: {name: phi-3-mini-4k-instruct}
  adapters:
    - source: {name: a, image: registry.example.com/a:1}
      strength: "0.5"
)";
  const auto alone = scene.write("ws.yaml", workspace);
  const auto beside = scene.write(
      "two.yaml", workspace + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: params}\n");
  {
    const OlderCrd older;
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"deploy", "-f", alone},
                                               {"deploy", "-f", alone, "--dry-run=server"},
                                               {"deploy", "-f", beside}}) {
      const auto& file = arguments[2];
      CAPTURE(file);
      const auto outcome = scene.run(arguments);
      INFO(outcome.err);
      CHECK(outcome.exit_code == 1);
      CHECK(outcome.out == "");
      CHECK(outcome.err == Contains("Workspace \"ws\": this cluster does not know a field of it:"));
      CHECK(outcome.err == Contains(file + ":9:7: inference.adapters[0].strength"));
      CHECK(outcome.err == Contains("hint: its KAITO is older than that"));
    }
    CHECK(scene.objects() == 0);
  }
  CHECK(scene.run({"deploy", "-f", beside}).exit_code == 0);
}

}  // namespace
}  // namespace kaito::e2e
