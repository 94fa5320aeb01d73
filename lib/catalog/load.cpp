#include <boost/json/value.hpp>

#include "catalog/embedded.hpp"
#include "catalog/entries.hpp"
#include "kaito/base/text.hpp"
#include "kaito/catalog/catalog.hpp"
#include "kaito/json/json.hpp"

namespace kaito::catalog {

// The embedded entries passed the schema check of the build; what is wrong here is a bug of ours.
struct CatalogLoader {
  static Result<Catalog> load();
};

namespace {

[[nodiscard]] std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  if (!text.empty()) {
    for (const std::string_view word : split(text, ' '))
      out.emplace_back(word);
  }
  return out;
}

[[nodiscard]] Result<std::optional<Quantity>> quantity(std::string_view written) {
  if (written.empty()) return std::optional<Quantity>();
  KAITO_TRY(Quantity parsed, Quantity::parse(written));
  return std::optional<Quantity>(std::move(parsed));
}

[[nodiscard]] std::optional<std::int64_t> unless_absent(std::int64_t number) {
  return number == 0 ? std::nullopt : std::optional(number);
}

[[nodiscard]] Architecture architecture_of(const embedded::Model& model) {
  Architecture out;
  out.classes = words(model.classes);
  out.attention = model.attention;
  out.hidden_size = model.hidden_size;
  out.layers = model.layers;
  out.heads = model.heads;
  out.kv_heads = model.kv_heads;
  out.head_dim = model.head_dim;
  out.kv_lora_rank = model.kv_lora_rank;
  out.qk_rope_head_dim = model.qk_rope_head_dim;
  return out;
}

[[nodiscard]] Result<Preset> preset_of(const embedded::Model& model) {
  Preset out;
  out.name = model.name;
  const bool named_by_id = out.name.find('/') != std::string::npos;
  out.hugging_face = named_by_id ? model.name : model.hugging_face;
  out.family = model.family;
  out.lifecycle = lifecycle_of(model.status);
  out.first_release = model.since;
  out.last_release = model.until;
  out.retired_in = model.retired_in;
  out.retired_because = model.retired_because;
  out.replaced_by = model.replaced_by;
  out.reachable_as = model.reachable_as;
  out.alias = out.lifecycle == Lifecycle::current && !named_by_id;
  out.gated = model.gated;
  for (const std::string_view runtime : split(model.runtimes, ' ')) {
    out.vllm = out.vllm || runtime == "vllm";
    out.transformers = out.transformers || runtime == "transformers";
  }
  out.tunable = model.tunable;
  out.distributed = model.distributed;
  out.license = model.license;
  KAITO_TRY(out.weights, quantity(model.weights));
  KAITO_TRY(out.disk, quantity(model.disk));
  out.bytes_per_token = unless_absent(model.bytes_per_token);
  out.context_limit = unless_absent(model.token_limit);
  out.architecture = architecture_of(model);
  out.short_names = words(model.short_names);
  out.record = Record(model.entry);
  return out;
}

[[nodiscard]] Result<Sku> sku_of(const embedded::Sku& sku) {
  Sku out;
  out.cloud = sku.cloud;
  out.name = sku.name;
  out.gpu = sku.gpu_model;
  out.vendor = sku.vendor;
  out.gpu_count = static_cast<int>(sku.gpu_count);
  KAITO_TRY(out.gpu_memory_gib, gibibytes(sku.memory));
  out.nvme = sku.nvme;
  out.compute_capability = sku.compute_capability;
  out.lifecycle = lifecycle_of(sku.status);
  out.first_release = sku.since;
  out.last_release = sku.until;
  out.retired_in = sku.retired_in;
  out.retired_because = sku.retired_because;
  out.record = Record(sku.entry);
  return out;
}

[[nodiscard]] tl::unexpected<Error> damaged(Error error) {
  error.code = ErrorCode::internal;
  return fail(std::move(error).in("reading the built-in catalogue"));
}

}  // namespace

Result<Catalog> CatalogLoader::load() {
  Catalog out;
  out.presets_.reserve(embedded::models.size());
  for (const embedded::Model& model : embedded::models) {
    KAITO_TRY(Preset preset, preset_of(model));
    out.presets_.push_back(std::move(preset));
  }
  out.skus_.reserve(embedded::skus.size());
  for (const embedded::Sku& entry : embedded::skus) {
    KAITO_TRY(Sku sku, sku_of(entry));
    out.skus_.push_back(std::move(sku));
  }
  for (const embedded::MigProfile& entry : embedded::mig_profiles) {
    KAITO_TRY(const std::int64_t memory, gibibytes(entry.memory));
    out.mig_profiles_.push_back({std::string(entry.name), static_cast<int>(entry.slices), memory});
  }
  return out;
}

Result<const Catalog*> Catalog::builtin() {
  static const Result<Catalog> loaded = CatalogLoader::load();
  if (!loaded) return damaged(loaded.error());
  return &*loaded;
}

const Record& Catalog::base_image() const {
  static const Record image(embedded::base_image);
  return image;
}

Result<json::Document> Catalog::history(const Preset& preset) const {
  if (!preset.source.empty()) {
    const json::Value entry = preset.record.value();
    const auto* own = json::find(entry, {"history"});
    return json::Document(own != nullptr ? *own : json::Value(boost::json::array_kind));
  }
  std::string_view history = "[]";
  for (const embedded::Model& model : embedded::models)
    if (model.name == preset.name) history = model.history;
  auto parsed = json::parse(history);
  if (!parsed) return damaged(std::move(parsed.error()));
  return json::Document(std::move(*parsed));
}

}  // namespace kaito::catalog
