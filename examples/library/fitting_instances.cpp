// fitting_instances MODEL CLOUD: the instance types that hold the model on one node.
#include <kaito/catalog/catalog.hpp>
#include <kaito/plan/facts.hpp>

#include <iostream>

namespace {

kaito::Result<void> print_fitting(std::string_view model, std::string_view cloud) {
  KAITO_TRY(const auto* catalog, kaito::catalog::Catalog::builtin());
  KAITO_TRY(const auto resolved, catalog->resolve(model));
  if (resolved.preset == nullptr)
    return kaito::fail(kaito::ErrorCode::not_found, resolved.name + " is not in the catalogue");
  KAITO_TRY(const auto facts, kaito::plan::model_facts(*catalog, *resolved.preset));
  for (const auto& sku : catalog->skus()) {
    if (sku.cloud != cloud || !kaito::plan::offered(sku)) continue;
    const auto node = kaito::plan::node_gpus(sku);
    const auto estimate = kaito::plan::estimate(facts, node, {});
    if (estimate.nodes == 1)
      std::cout << sku.name << ": " << node.count << " x " << node.gpu_model << ", "
                << sku.gpu_memory_gib << " GiB\n";
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: fitting_instances MODEL azure|aws|arc\n";
    return 2;
  }
  const auto done = print_fitting(argv[1], argv[2]);
  if (done) return 0;
  std::cerr << done.error().describe() << '\n' << done.error().hint << '\n';
  return 1;
}
