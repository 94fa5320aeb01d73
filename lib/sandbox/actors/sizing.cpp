#include "sandbox/actors/sizing.hpp"

#include "kaito/base/rounding.hpp"

namespace kaito::sandbox {

namespace {

constexpr double gib = 1024.0 * 1024.0 * 1024.0;
constexpr double usable = 0.84;
constexpr double reserve = 2.3 * gib;
constexpr double context_tokens = 2048;
constexpr double weight_factor = 1.02;
constexpr double headroom = 1.05;

}  // namespace

Sizing size_workspace(const api::Workspace& workspace, const catalog::Catalog& catalog) {
  if (workspace.tuning) return {1, ""};
  const auto count = workspace.resource ? workspace.resource->count.value_or(1) : 1;
  if (!workspace.inference || !workspace.inference->preset) return {count, ""};
  const auto annotation = workspace.meta.annotations.find("kaito.sh/runtime");
  if (annotation != workspace.meta.annotations.end() && annotation->second == "transformers")
    return {count, ""};

  const std::string sku_name =
      workspace.resource ? workspace.resource->instance_type.value_or("") : "";
  if (sku_name.empty()) return {count, ""};
  const auto* sku = catalog.find_sku(sku_name);
  if (sku == nullptr || sku->gpu_count == 0)
    return {0, "instance type " + sku_name + " has no GPU that the operator knows"};
  const auto* preset = catalog.find_preset(workspace.inference->preset->name);
  if (preset == nullptr || !preset->weights) return {count, ""};

  const double per_gpu = static_cast<double>(sku->gpu_memory_gib) * gib / sku->gpu_count;
  const double cache =
      context_tokens * static_cast<double>(preset->bytes_per_token.value_or(0)) / sku->gpu_count;
  const double available = (per_gpu * usable - reserve - cache) / headroom;
  if (available <= 0)
    return {0, "a GPU of " + sku_name + " is too small for any part of " + preset->name};
  const double weights = static_cast<double>(preset->weights->value()) * weight_factor;
  const double gpus = static_cast<double>(whole_below(weights / available) + 1);
  return {whole_above(gpus / sku->gpu_count), ""};
}

}  // namespace kaito::sandbox
