#include <fmt/format.h>

#include <tuple>

#include "kaito/base/text.hpp"
#include "kaito/catalog/catalog.hpp"

namespace kaito::catalog {

const Sku* Catalog::find_sku(std::string_view name, std::string_view cloud) const {
  // The lengths tell most names apart.
  for (const Sku& sku : skus_)
    if (sku.name.size() == name.size() && equals_ignoring_case(sku.name, name) &&
        (cloud.empty() || sku.cloud == cloud))
      return &sku;
  return nullptr;
}

Result<const Sku*> Catalog::resolve_sku(std::string_view typed, std::string_view cloud) const {
  typed = trim(typed);
  if (const Sku* sku = find_sku(typed, cloud)) return sku;
  const std::string shown = escape_controls(shorten(typed, 200));
  if (const Sku* elsewhere = find_sku(typed)) {
    return fail(ErrorCode::not_found, fmt::format("{} is a size of {}, not of {}", elsewhere->name,
                                                  elsewhere->cloud, cloud));
  }
  std::vector<std::string> known;
  for (const Sku& sku : skus_)
    if (cloud.empty() || sku.cloud == cloud) known.push_back(sku.name);
  return fail(ErrorCode::not_found,
              cloud.empty() ? fmt::format("no GPU node size is called \"{}\"", shown)
                            : fmt::format("no GPU node size of {} is called \"{}\"", cloud, shown),
              did_you_mean(typed, known));
}

const Sku* Catalog::smallest_sku_for(const Quantity& memory, std::string_view cloud) const {
  const auto rank = [](const Sku& sku) {
    return std::tuple(sku.gpu_count, sku.gpu_memory_gib, sku.name.size(),
                      std::string_view(sku.name));
  };
  const Sku* best = nullptr;
  for (const Sku& sku : skus_) {
    if (sku.lifecycle != Lifecycle::current || sku.cloud != cloud || sku.vendor != "nvidia")
      continue;
    if (sku.gpu_memory_gib << 30 < memory.value()) continue;
    if (best == nullptr || rank(sku) < rank(*best)) best = &sku;
  }
  return best;
}

const Sku* Catalog::replacement_for(const Sku& retired) const {
  return smallest_sku_for(Quantity::from_bytes(retired.gpu_memory_gib << 30), retired.cloud);
}

std::string Catalog::describe_retirement(const Sku& sku) const {
  if (sku.lifecycle == Lifecycle::current) return {};
  std::string out =
      fmt::format("{} is gone since {} ({})", sku.name, sku.retired_in, sku.retired_because);
  if (const Sku* instead = replacement_for(sku)) {
    out += fmt::format("; the smallest with as much GPU memory is {} ({} x {}, {} GiB)",
                       instead->name, instead->gpu_count, instead->gpu, instead->gpu_memory_gib);
  }
  return out;
}

}  // namespace kaito::catalog
