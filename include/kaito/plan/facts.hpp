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

/// A model from its config.json, as the operator reads it. What the file does not say is not
/// guessed: it is named in `unknown`.
struct ConfigFacts {
  ModelFacts model;
  std::vector<std::string> architectures;
  std::string attention;             ///< MHA, GQA, MQA, MLA, or "" when not known
  std::vector<std::string> unknown;  ///< "the KV cache per token (no num_hidden_layers)"
};
/// `weight_bytes`: size of the weight files. Errors: parse, "FILE:LINE:COLUMN: what". Source:
/// presets-skus-estimator 1.3.
[[nodiscard]] Result<ConfigFacts> model_facts_from_config(std::string_view config,
                                                          const std::string& file, std::string name,
                                                          std::int64_t weight_bytes);

/// An instance type with the numbers that release has for it; memory 0 when it has none.
[[nodiscard]] NodeGpus node_gpus(const catalog::Sku& sku,
                                 const Release& release = default_release());
/// Whether the release's table has the instance type.
[[nodiscard]] bool offered(const catalog::Sku& sku, const Release& release = default_release());

/// GPUs of a node from NVIDIA's labels. Errors: invalid, naming the label that is missing or no
/// number. Source: presets-skus-estimator 2.9.
[[nodiscard]] Result<NodeGpus> node_gpus(const std::map<std::string, std::string>& labels);
/// One slice. Errors: invalid, with the profiles there are.
[[nodiscard]] Result<NodeGpus> mig_slice(const catalog::Catalog& catalog, std::string_view profile);
/// `count` whole GPUs of a node (partition mode accelerator). Errors: invalid, when it has fewer.
[[nodiscard]] Result<NodeGpus> some_gpus(const NodeGpus& node, int count);

}  // namespace kaito::plan
