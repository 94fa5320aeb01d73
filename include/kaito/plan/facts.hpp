#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/catalog/catalog.hpp"
#include "kaito/json/yaml.hpp"
#include "kaito/plan/estimate.hpp"

namespace kaito::plan {

/// A catalogue model as that release knows it (up to v0.10.0 the built-in packages' own numbers).
/// Errors: not_found, when the release does not have it; invalid, when the catalogue does not know
/// its size.
[[nodiscard]] Result<ModelFacts> model_facts(const catalog::Catalog& catalog,
                                             const catalog::Preset& preset,
                                             const Release& release = default_release());

/// An instance type with the numbers that release has for it; memory 0 when it has none.
[[nodiscard]] NodeGpus node_gpus(const catalog::Sku& sku,
                                 const Release& release = default_release());
/// Whether the release's table has the instance type.
[[nodiscard]] bool offered(const catalog::Sku& sku, const Release& release = default_release());

/// GPUs of a node from NVIDIA's labels. Errors: invalid, naming the label that is missing or no
/// number. Source: presets-skus-estimator 2.9.
[[nodiscard]] Result<NodeGpus> node_gpus(const std::map<std::string, std::string>& labels);
[[nodiscard]] NodeGpus mig_slice(const catalog::MigProfile& profile);
/// One slice. Errors: usage, with the profiles there are.
[[nodiscard]] Result<NodeGpus> mig_slice(const catalog::Catalog& catalog, std::string_view profile);
/// `count` whole GPUs of a node (partition mode accelerator). Errors: usage, when it has fewer.
[[nodiscard]] Result<NodeGpus> some_gpus(const NodeGpus& node, int count);

}  // namespace kaito::plan
