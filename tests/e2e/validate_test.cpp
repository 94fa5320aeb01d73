// validate with a cluster named: what the files name is looked for there, and what is stored under
// the same name decides what may change.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "contains.hpp"
#include "scene.hpp"

namespace kaito::e2e {
namespace {

std::string workspace(const std::string& model, const std::string& rest = "") {
  return fmt::format(
      "apiVersion: kaito.sh/v1beta1\n"
      "kind: Workspace\n"
      "metadata:\n"
      "  name: ws\n"
      "resource:\n"
      "  instanceType: Standard_NC24ads_A100_v4\n"
      "  labelSelector:\n"
      "    matchLabels:\n"
      "      apps: phi-3\n"
      "inference:\n"
      "  preset:\n"
      "    name: {}\n"
      "{}",
      model, rest);
}

TEST_CASE("validate finds out what a stored Workspace does not become") {
  const Scene scene;
  scene.create_workspace("ws");
  const auto same = scene.write("same.yaml", workspace("phi-3-mini-4k-instruct"));
  const auto other = scene.write("other.yaml", workspace("phi-4"));

  auto outcome = scene.run({"validate", "--context", "e2e", "-f", same});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "");
  outcome = scene.run({"validate", "--context", "e2e", "-f", other});
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.out == Contains(other + ":12:5: error: inference.preset.name: cannot change"));
  CHECK(outcome.out == Contains("[V108]"));
  // Nobody asked the cluster here.
  outcome = scene.run({"validate", "-f", other});
  CHECK(outcome.exit_code == 0);
  CHECK(scene.objects() == 1);
}

TEST_CASE("validate reads the ConfigMap that only the cluster has") {
  const Scene scene;
  const auto file = scene.write("ws.yaml", workspace("phi-4", "  config: settings\n"));
  auto outcome = scene.run({"validate", "--context", "e2e", "-f", file});
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.out == Contains(file + ":13:3: error: inference.config: there is no ConfigMap"));
  CHECK(outcome.out == Contains("[V059]"));

  scene.create(k8s::types::config_map(), R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {inference_config.yaml: "vllm: {max-model-len: 16385}"}
)");
  outcome = scene.run({"validate", "--context", "e2e", "-f", file});
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.out == Contains(file + ":13:3: error: inference.config: ConfigMap \"settings\""));
  CHECK(outcome.out == Contains("[V065]"));
}

TEST_CASE("validate follows no link in a circle") {
  const Scene scene;
  const auto file = scene.write("ws.yaml", workspace("nope"));
  const auto folder = std::filesystem::path(file).parent_path();
  std::filesystem::create_directory(folder / "below");
  std::filesystem::create_directory_symlink("..", folder / "below" / "again");
  const auto outcome = scene.run({"validate", "-R", "-f", folder.string()});
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err == Contains("in 1 object"));
}

}  // namespace
}  // namespace kaito::e2e
