// How many single-node Workspaces the library renders in a second of one core: by the time that the
// process computed, so that a busy machine does not count.
#include <algorithm>
#include <boost/json/value.hpp>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include "kaito/json/yaml.hpp"
#include "kaito/render/render.hpp"

namespace {

constexpr std::string_view text = R"(apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: workspace-phi-4-mini, namespace: default, uid: 11111111-2222-3333-4444-555555555555}
resource: {instanceType: Standard_NC24ads_A100_v4, labelSelector: {matchLabels: {apps: phi-4}}}
inference: {preset: {name: phi-4-mini-instruct}}
)";

constexpr int rounds = 5;

}  // namespace

// bench_render [RENDERS-A-ROUND]: few of them, for a profiler that counts instructions.
int main(int argc, char** argv) {
  const int batch = argc > 1 ? std::max(1, std::atoi(argv[1])) : 20000;
  const auto catalog = kaito::catalog::Catalog::builtin();
  const auto documents = kaito::json::load_yaml(text, "bench");
  if (!catalog || !documents) return 1;
  const auto workspace = kaito::api::decode_workspace(documents->front().value.value()).object;
  kaito::render::RenderInput input;
  input.catalog = *catalog;

  double best = 0;
  std::size_t objects = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::clock_t start = std::clock();
    for (int i = 0; i < batch; ++i) {
      const auto rendered = kaito::render::render(workspace, input);
      if (!rendered) return 1;
      objects += rendered->objects.size();
    }
    const auto took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    best = std::max(best, batch / took);
  }
  std::printf("%-44s %10.0f /s (%zu objects each)\n", "library, single-node Workspaces, one core",
              best, objects / static_cast<std::size_t>(rounds * batch));
  return 0;
}
