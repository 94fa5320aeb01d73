#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// The files of presets/ as constants: what every lookup needs as typed fields, so that loading the
/// catalogue parses nothing, and the rest as compact JSON. Defined in a source that
/// tools/embed-catalog writes at build time (cmake/EmbedCatalog.cmake), checked against
/// presets/schema. Absent texts are "", absent numbers 0, absent flags false.
namespace kaito::catalog::embedded {

struct Model {
  std::string_view family;
  std::string_view name;
  std::string_view hugging_face;
  std::string_view status;
  std::string_view since;
  std::string_view until;
  std::string_view retired_in;
  std::string_view retired_because;
  std::string_view replaced_by;
  std::string_view reachable_as;
  std::string_view license;
  std::string_view weights;
  std::string_view disk;
  std::string_view runtimes;     ///< words
  std::string_view short_names;  ///< words
  std::string_view classes;      ///< words
  std::string_view attention;
  bool gated;
  bool tunable;
  bool distributed;
  std::int64_t bytes_per_token;
  std::int64_t token_limit;
  std::int64_t hidden_size;
  std::int64_t layers;
  std::int64_t heads;
  std::int64_t kv_heads;
  std::int64_t head_dim;
  std::int64_t kv_lora_rank;
  std::int64_t qk_rope_head_dim;
  std::string_view entry;    ///< JSON object, the whole entry but its history
  std::string_view history;  ///< JSON array
};

struct Sku {
  std::string_view cloud;
  std::string_view name;
  std::string_view status;
  std::string_view since;
  std::string_view until;
  std::string_view retired_in;
  std::string_view retired_because;
  std::string_view gpu_model;
  std::string_view vendor;
  std::string_view memory;
  std::string_view compute_capability;  ///< "8.0"
  bool nvme;
  std::int64_t gpu_count;
  std::string_view entry;  ///< JSON object
};

struct MigProfile {
  std::string_view name;
  std::string_view memory;
  std::int64_t slices;
};

/// A rule of presets/generator.yaml, in its order.
struct FlagRule {
  enum class By : std::uint8_t { name, architecture, never };  ///< never: the name gets none
  std::string_view flag;
  By by;
  std::string_view match;  ///< beginning of a name; a class; a whole name
  std::string_view value;
};

struct MemoryShare {
  std::string_view gpu_model;  ///< "": all others
  double share;
};

using Names = std::span<const std::string_view>;

extern const std::span<const Model> models;
extern const std::span<const Sku> skus;
extern const std::span<const MigProfile> mig_profiles;
extern const std::string_view base_image;  ///< JSON object
extern const std::span<const FlagRule> flag_rules;
extern const std::span<const MemoryShare> memory_shares;
extern const Names served_classes;  ///< sorted
extern const Names hybrid_cache_classes;
extern const Names no_cpu_cache_classes;
extern const Names deep_gemm_classes;
extern const Names flash_infer_models;
extern const std::string_view models_schema;  ///< JSON, presets/schema/models.schema.json
extern const std::string_view skus_schema;

}  // namespace kaito::catalog::embedded
