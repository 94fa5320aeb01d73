#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/quantity.hpp"
#include "kaito/base/result.hpp"
#include "kaito/json/document.hpp"

namespace kaito::catalog {

enum class Lifecycle : std::uint8_t { current, deprecated, retired };

/// One model that KAITO serves or has served. Numbers come from presets/models/*.yaml.
struct Preset {
  std::string name;  ///< preset name, or the Hugging Face id where the model has no short name
  std::string hugging_face;  ///< "microsoft/Phi-3-mini-4k-instruct", the hub's own letter case; ""
                             ///< when not there
  std::string family;        ///< "phi", "llama", ...
  Lifecycle lifecycle = Lifecycle::current;
  std::string first_release;  ///< "v0.3.0"
  std::string last_release;   ///< of a retired preset; "" while current
  std::string replaced_by;    ///< preset name, or ""
  bool alias = false;         ///< has a preset name of its own in the current release
  bool gated = false;         ///< the hub wants a token
  bool vllm = false;
  bool transformers = false;
  bool tunable = false;
  std::string license;
  std::optional<Quantity> weights;  ///< size of the weight files
  std::optional<Quantity> disk;
  std::optional<std::int64_t> bytes_per_token;  ///< KV cache
  std::optional<std::int64_t> context_limit;    ///< tokens
  std::vector<std::string> short_names;         ///< "phi-3-mini"
  json::Document record;                        ///< the whole entry, for what is not named here
};

/// A GPU instance type of a cloud. Numbers come from presets/skus/*.yaml.
struct Sku {
  std::string cloud;  ///< azure, aws, arc
  std::string name;   ///< the cloud's own letter case
  std::string gpu;    ///< "NVIDIA A100"
  int gpu_count = 0;
  std::int64_t gpu_memory_gib = 0;  ///< of all its GPUs together
  bool nvme = false;
  std::string compute_capability;  ///< "8.0", or ""
  Lifecycle lifecycle = Lifecycle::current;
  std::string first_release;
  std::string last_release;  ///< of a retired SKU
  std::string retired_because;
  json::Document record;
};

/// What a name stands for.
struct ResolvedPreset {
  const Preset* preset = nullptr;  ///< nullptr: a Hugging Face id that is not in the catalogue
  std::string name;                ///< what to write into a Workspace
  bool differs = false;            ///< from what was typed: say so
};

/// The built-in catalogue, immutable. Parsed from the embedded data at first use (under 2 ms).
class Catalog {
 public:
  /// Errors: internal, when the embedded data is damaged.
  [[nodiscard]] static Result<const Catalog*> builtin();

  [[nodiscard]] std::span<const Preset> presets() const { return presets_; }
  [[nodiscard]] std::span<const Sku> skus() const { return skus_; }

  /// A preset name (any letter case), an alias, a short name, a unique prefix, or a Hugging Face id
  /// (any "org/name": accepted even when unknown).
  /// Errors: not_found, with near names, or with the candidates when several presets match.
  [[nodiscard]] Result<ResolvedPreset> resolve(std::string_view typed) const;
  /// By its exact name, ignoring letter case; preset names and Hugging Face ids. nullptr when
  /// unknown.
  [[nodiscard]] const Preset* find_preset(std::string_view name) const;
  /// Ignoring letter case, current and retired. nullptr when unknown. An empty cloud looks in all.
  [[nodiscard]] const Sku* find_sku(std::string_view name, std::string_view cloud = {}) const;
  /// Errors: not_found, with near names.
  [[nodiscard]] Result<const Sku*> resolve_sku(std::string_view typed,
                                               std::string_view cloud = {}) const;
  /// The smallest current SKU of the cloud whose GPU memory holds `memory`; nullptr when none does.
  /// Fewest GPUs first, then least memory, then name.
  [[nodiscard]] const Sku* smallest_sku_for(const Quantity& memory, std::string_view cloud) const;

 private:
  std::vector<Preset> presets_;
  std::vector<Sku> skus_;
  friend struct CatalogLoader;
};

}  // namespace kaito::catalog
