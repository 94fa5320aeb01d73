// How many single-node Workspaces the library renders in a second of one core: by the time that the
// process computed, so that a busy machine does not count.
#include <algorithm>
#include <boost/json/value.hpp>
#include <cstddef>
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

/// Renders a second in the best round, each followed by `use`, whose sums keep it from being left
/// out.
template <class Use>
double best_rate(const kaito::api::Workspace& workspace, const kaito::render::RenderInput& input,
                 int batch, Use use) {
  double best = 0;
  std::size_t used = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::clock_t start = std::clock();
    for (int i = 0; i < batch; ++i) {
      const auto rendered = kaito::render::render(workspace, input);
      if (!rendered) std::exit(1);
      used += rendered->objects.size() + use(*rendered);
    }
    const auto took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    best = std::max(best, batch / took);
  }
  if (used == 0) std::exit(1);
  return best;
}

}  // namespace

// bench_render [RENDERS-A-ROUND]: few of them and without their text, for a profiler that counts
// instructions.
int main(int argc, char** argv) {
  const int batch = argc > 1 ? std::max(1, std::atoi(argv[1])) : 20000;
  const auto catalog = kaito::catalog::Catalog::builtin();
  const auto documents = kaito::json::load_yaml(text, "bench");
  if (!catalog || !documents) return 1;
  const auto workspace = kaito::api::decode_workspace(documents->front().value.value()).object;
  kaito::render::RenderInput input;
  input.catalog = *catalog;

  using kaito::render::Rendered;
  const double made = best_rate(workspace, input, batch, [](const Rendered&) { return 0U; });
  const auto once = kaito::render::render(workspace, input);
  std::printf("%-44s %10.0f /s (%zu objects each)\n", "library, single-node Workspaces, one core",
              made, once ? once->objects.size() : 0);
  if (argc > 1) return 0;
  const double written = best_rate(workspace, input, batch, [](const Rendered& rendered) {
    std::size_t bytes = 0;
    for (const auto& object : rendered.objects)
      bytes += kaito::json::write(object).size();
    return bytes;
  });
  std::printf("%-44s %10.0f /s\n", "the same with their JSON text", written);
  return 0;
}
