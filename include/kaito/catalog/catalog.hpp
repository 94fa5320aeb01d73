#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kaito/base/quantity.hpp"
#include "kaito/base/result.hpp"
#include "kaito/json/document.hpp"

namespace kaito::catalog {

enum class Lifecycle : std::uint8_t { current, deprecated, retired };
[[nodiscard]] std::string_view to_string(Lifecycle lifecycle);

/// An entry of presets/ with the `family` or `cloud` of its file, whole but for a built-in preset's
/// history: kept as text, parsed when first asked for. Copies share the entry.
class Record {
 public:
  Record() = default;
  /// `text` is a JSON object that parses, and outlives the record.
  explicit Record(std::string_view text);
  explicit Record(json::Object entry);
  /// Lives as long as the record or a copy of it; `{}` of an empty record. From any thread.
  [[nodiscard]] const json::Value& value() const;

 private:
  struct Entry;
  std::shared_ptr<Entry> entry_;
};

/// The numbers of a transformer that decide how much memory its cache takes.
struct Architecture {
  std::vector<std::string> classes;  ///< "Phi3ForCausalLM"
  std::string attention;             ///< MHA, GQA, MQA or MLA
  std::int64_t hidden_size = 0;
  std::int64_t layers = 0;
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_dim = 0;
  std::int64_t kv_lora_rank = 0;  ///< MLA only, else 0
  std::int64_t qk_rope_head_dim = 0;
};

/// One model that KAITO serves or has served. Numbers come from presets/models/*.yaml.
struct Preset {
  std::string name;  ///< preset name, or the Hugging Face id where the model has no short name
  std::string hugging_face;  ///< "microsoft/Phi-3-mini-4k-instruct", the hub's own letter case; ""
                             ///< when not there
  std::string family;        ///< "phi", "llama", ...
  Lifecycle lifecycle = Lifecycle::current;
  std::string first_release;  ///< "v0.3.0"
  std::string last_release;   ///< of a retired preset; "" while current
  std::string retired_in;     ///< the first release without it; "" while current
  std::string retired_because;
  std::string replaced_by;   ///< preset name, or ""
  std::string reachable_as;  ///< the id that still loads a retired model, or ""
  bool alias = false;        ///< has a preset name of its own in the current release
  bool gated = false;        ///< the hub wants a token
  bool vllm = false;
  bool transformers = false;
  bool tunable = false;
  bool distributed = false;  ///< may span nodes
  std::string license;
  std::optional<Quantity> weights;  ///< size of the weight files
  std::optional<Quantity> disk;
  std::optional<std::int64_t> bytes_per_token;  ///< KV cache
  std::optional<std::int64_t> context_limit;    ///< tokens
  Architecture architecture;
  std::vector<std::string> short_names;  ///< "phi-3-mini"
  Record record;                         ///< for what is not named here
  std::string source;  ///< "FILE:LINE:COLUMN" of a user's own entry; "" when built in
};

/// A GPU instance type of a cloud. Numbers come from presets/skus/*.yaml.
struct Sku {
  std::string cloud;   ///< azure, aws, arc
  std::string name;    ///< the cloud's own letter case
  std::string gpu;     ///< "NVIDIA A100"
  std::string vendor;  ///< nvidia, amd, aws
  int gpu_count = 0;
  std::int64_t gpu_memory_gib = 0;  ///< of all its GPUs together
  bool nvme = false;
  std::string compute_capability;  ///< "8.0", or ""
  Lifecycle lifecycle = Lifecycle::current;
  std::string first_release;
  std::string last_release;  ///< of a retired SKU
  std::string retired_in;    ///< the first release without it; "" while current
  std::string retired_because;
  Record record;
  std::string source;  ///< "FILE:LINE:COLUMN" of a user's own entry; "" when built in

  [[nodiscard]] std::int64_t gpu_memory_gib_each() const {
    return gpu_count > 0 ? gpu_memory_gib / gpu_count : 0;
  }
};

/// A part of a GPU that the operator accepts as a partition.
struct MigProfile {
  std::string name;  ///< "1g.10gb"
  int slices = 0;
  std::int64_t memory_gib = 0;
};

/// A file of the user's own, in the form of presets/models/*.yaml or presets/skus/*.yaml.
struct CatalogFile {
  std::string name;  ///< for messages
  std::string text;
};

/// What a name stands for.
struct ResolvedPreset {
  const Preset* preset = nullptr;  ///< nullptr: a Hugging Face id that is not in the catalogue
  std::string name;                ///< what to write into a Workspace
  bool differs = false;            ///< from what was typed: say so
};

/// Models and GPU instance types; immutable, but for what with() adds to a copy.
class Catalog {
 public:
  /// What is compiled in: constants, from which the first call makes the typed entries (0.4 ms).
  /// Errors: internal, when the embedded data is damaged.
  [[nodiscard]] static Result<const Catalog*> builtin();

  /// This one with the entries of the files in place of those of the same name (a SKU: of the same
  /// cloud), later files over earlier ones. Errors: parse, as json::load_yaml; invalid, one line
  /// "FILE:LINE:COLUMN: PATH: what" for each way in which a file breaks presets/schema, or for an
  /// id or short name that another model has.
  [[nodiscard]] Result<Catalog> with(std::span<const CatalogFile> files) const;
  /// This one with the preset in place of that of the same name or id.
  [[nodiscard]] Catalog with(Preset preset) const;

  [[nodiscard]] std::span<const Preset> presets() const { return presets_; }
  [[nodiscard]] std::span<const Sku> skus() const { return skus_; }

  /// A preset name (any letter case), an alias, a short name, the name that the server gives the
  /// model (the last part of its id), a unique prefix of any of these, or a Hugging Face id (any
  /// "org/name": accepted even when unknown). A prefix that fits one current preset means that one,
  /// whatever retired ones it fits. Errors: not_found, with near names, or with the candidates when
  /// several presets match.
  [[nodiscard]] Result<ResolvedPreset> resolve(std::string_view typed) const;
  /// By its exact name, ignoring letter case; preset names and Hugging Face ids. nullptr when
  /// unknown.
  [[nodiscard]] const Preset* find_preset(std::string_view name) const;
  /// Ignoring letter case, current and retired. nullptr when unknown. An empty cloud looks in all.
  [[nodiscard]] const Sku* find_sku(std::string_view name, std::string_view cloud = {}) const;
  /// Errors: not_found, with near names.
  [[nodiscard]] Result<const Sku*> resolve_sku(std::string_view typed,
                                               std::string_view cloud = {}) const;
  /// The smallest current NVIDIA SKU (the images are built for CUDA) of the cloud whose GPU memory
  /// holds `memory`; nullptr when none does. Fewest GPUs first, then least memory, then shortest
  /// name.
  [[nodiscard]] const Sku* smallest_sku_for(const Quantity& memory, std::string_view cloud) const;
  /// What to use instead of a retired SKU: the smallest of its cloud with as much memory, or
  /// nullptr.
  [[nodiscard]] const Sku* replacement_for(const Sku& retired) const;
  /// Since when a retired one is gone, why, and what to use instead, as one sentence or two for
  /// people;
  /// "" for a current one.
  [[nodiscard]] std::string describe_retirement(const Sku& sku) const;
  [[nodiscard]] std::string describe_retirement(const Preset& preset) const;

  /// The values of a preset per release range up to v0.10.0, oldest first: the `history` list of
  /// presets/README.md; an empty list where there is none. Parsed on each call. A user's own entry
  /// has its own.
  /// Errors: internal, when the embedded data is damaged.
  [[nodiscard]] Result<json::Document> history(const Preset& preset) const;
  [[nodiscard]] std::span<const MigProfile> mig_profiles() const { return mig_profiles_; }
  /// presets/base-image.yaml without its provenance.
  [[nodiscard]] const Record& base_image() const;

 private:
  std::vector<Preset> presets_;
  std::vector<Sku> skus_;
  std::vector<MigProfile> mig_profiles_;
  friend struct CatalogLoader;
};

}  // namespace kaito::catalog
