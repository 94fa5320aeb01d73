// The four Workspaces of the quickstart, from their files.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "contains.hpp"
#include "kaito/json/json.hpp"
#include "scene.hpp"
#include "stored_object.hpp"
#include "support/repository.hpp"

namespace kaito::e2e {
namespace {

std::string quickstart(const std::string& name) {
  const auto text = read_file(test::repository() / "tests/e2e/data/quickstart" / name);
  REQUIRE_FALSE(text.empty());
  return text;
}

TEST_CASE("inference.yaml, as it stands, becomes just what it says") {
  const Scene scene;
  const auto text = quickstart("inference.yaml");
  const auto file = scene.write("inference.yaml", text);
  const auto outcome = scene.run({"deploy", "-f", file});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "workspace.kaito.sh/workspace-phi-3-mini created\n");
  // Said on stderr: its instance type is of the past, where that stands, and the version.
  CHECK(outcome.err == Contains("Warning: " + file +
                                ":6:3: resource.instanceType: "
                                "Standard_NC6s_v3 was dropped in "));
  CHECK(outcome.err == Contains("is written in v1alpha1; sent as v1beta1"));
  CHECK(differences_from_file(value_of(text), scene.stored_workspace("workspace-phi-3-mini"),
                              "v1beta1") == "");
}

TEST_CASE("--api-version keeps the version of the file") {
  const Scene scene;
  const auto text = quickstart("inference.yaml");
  const auto file = scene.write("inference.yaml", text);
  const auto outcome = scene.run({"deploy", "-f", file, "--api-version", "v1alpha1"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.find("sent as") == std::string::npos);
  const auto stored =
      scene.stored(scene.ref(k8s::types::workspace("v1alpha1"), "workspace-phi-3-mini"));
  CHECK(differences_from_file(value_of(text), stored, "v1alpha1") == "");
}

TEST_CASE("inference.yaml is refused where an operator runs that dropped its instance type") {
  const Scene scene;
  scene.create(k8s::types::deployment(), R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: kaito-workspace, labels: {app.kubernetes.io/name: workspace}}
spec:
  replicas: 0
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: workspace, image: "mcr.microsoft.com/aks/kaito/workspace:0.12.0"}]}
)");
  const auto file = scene.write("inference.yaml", quickstart("inference.yaml"));
  const auto outcome = scene.run({"deploy", "-f", file});
  // It is looked for in all namespaces: it must not be found by other cases.
  const auto gone =
      target().client().remove(scene.ref(k8s::types::deployment(), "kaito-workspace"), {}, soon());
  CHECK(gone);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err == Contains(file + ":6:3: error: resource.instanceType: "));
  CHECK(outcome.err == Contains("the operator here is v0.12.0"));
  CHECK(scene.objects() == 0);
}

TEST_CASE("a file with placeholders is refused until they are filled in") {
  struct Row {
    std::string file;
    const char* name;
    std::vector<std::string> places;
  };
  const Row rows[] = {
      {"adapters.yaml", "workspace-phi-3-mini-adapter", {"16:9"}},
      {"tuning-128k.yaml", "workspace-phi-3-mini-adapter", {"18:5", "19:5"}},
      {"tuning-4k.yaml", "workspace-phi-3-mini", {"18:5", "19:5"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.file);
    const Scene scene;
    const auto text = quickstart(row.file);
    REQUIRE(placeholder_places(text) == row.places);
    const auto file = scene.write(row.file, text);
    const auto refused = scene.run({"deploy", "-f", file});
    INFO(refused.err);
    CHECK(refused.exit_code == 1);
    CHECK(refused.out == "");
    for (const auto& place : row.places)
      CHECK(refused.err == Contains(file + ":" + place + ": error: "));
    CHECK(refused.err == Contains("still holds the placeholder"));
    CHECK(refused.err == Contains("nothing was sent"));
    CHECK(scene.objects() == 0);

    const auto filled = filled_in(text);
    const auto outcome = scene.run({"deploy", "-f", scene.write("filled.yaml", filled)});
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out == fmt::format("workspace.kaito.sh/{} created\n", row.name));
    CHECK(differences_from_file(value_of(filled), scene.stored_workspace(row.name), "v1beta1") ==
          "");
  }
}

TEST_CASE("a tuning Workspace over an inference one of its name is refused, not merged") {
  const Scene scene;
  const auto first =
      scene.run({"deploy", "-f", scene.write("inference.yaml", quickstart("inference.yaml"))});
  REQUIRE(first.exit_code == 0);
  const auto before = scene.stored_workspace("workspace-phi-3-mini");

  const auto file = scene.write("tuning-4k.yaml", filled_in(quickstart("tuning-4k.yaml")));
  for (const bool force : {false, true}) {
    CAPTURE(force);
    std::vector<std::string> arguments{"deploy", "-f", file};
    if (force) arguments.emplace_back("--force-conflicts");
    const auto outcome = scene.run(arguments);
    INFO(outcome.err);
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.out == "");
    CHECK(outcome.err == Contains("Workspace \"workspace-phi-3-mini\" exists in namespace"));
    CHECK(outcome.err == Contains(file + ":10:1: error: tuning"));
    CHECK(outcome.err == Contains("kaitoctl delete workspace-phi-3-mini"));
  }
  CHECK(json::write(scene.stored_workspace("workspace-phi-3-mini")) == json::write(before));
}

}  // namespace
}  // namespace kaito::e2e
