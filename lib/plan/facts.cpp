#include "kaito/plan/facts.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "plan/architectures.hpp"
#include "plan/history.hpp"

namespace kaito::plan {

namespace {

using catalog::Lifecycle;

/// Two bytes per number of the cache, whatever its type: so the operator counts.
constexpr std::int64_t cache_number_bytes = 2;

/// Source: presets-skus-estimator 1.3, step 6.
[[nodiscard]] std::int64_t generated_bytes_per_token(const catalog::Architecture& shape) {
  if (shape.kv_lora_rank > 0)
    return (shape.kv_lora_rank + shape.qk_rope_head_dim) * shape.layers * cache_number_bytes;
  return 2 * shape.kv_heads * shape.head_dim * shape.layers * cache_number_bytes;
}

[[nodiscard]] ModelFacts generated_facts(const catalog::Preset& preset) {
  ModelFacts out;
  out.name = preset.name;
  if (preset.weights) out.weight_bytes = preset.weights->value();
  out.bytes_per_token = preset.bytes_per_token.value_or(0);
  // What a retired preset's package said is not what would be generated for its id.
  if (preset.lifecycle == Lifecycle::retired && preset.architecture.layers > 0)
    out.bytes_per_token = generated_bytes_per_token(preset.architecture);
  out.context_limit = preset.context_limit;
  out.heads = preset.architecture.heads;
  out.kv_heads = preset.architecture.kv_heads;
  out.latent_cache = preset.architecture.kv_lora_rank > 0;
  out.cache_is_upper_bound = keeps_less_in_some_layers(preset.architecture.classes);
  return out;
}

/// A whole number from a label.
[[nodiscard]] Result<std::int64_t> number_from(const std::map<std::string, std::string>& labels,
                                               const std::string& key) {
  const auto found = labels.find(key);
  if (found == labels.end()) {
    return fail(ErrorCode::invalid, "has no label " + key,
                "the NVIDIA GPU feature discovery sets it");
  }
  std::int64_t number = 0;
  const char* const end = found->second.data() + found->second.size();
  const auto [stop, error] = std::from_chars(found->second.data(), end, number);
  if (error != std::errc() || stop != end || number <= 0 || number > (std::int64_t{1} << 31)) {
    return fail(ErrorCode::invalid, "label " + key + " is \"" +
                                        escape_controls(shorten(found->second, 60)) +
                                        "\", not a number above 0");
  }
  return number;
}

[[nodiscard]] bool is_cut_into_slices(const std::map<std::string, std::string>& labels) {
  const auto config = labels.find("nvidia.com/mig.config");
  const auto state = labels.find("nvidia.com/mig.config.state");
  return config != labels.end() && !config->second.empty() && config->second != "all-disabled" &&
         state != labels.end() && state->second == "success";
}

}  // namespace

Result<ModelFacts> model_facts(const catalog::Catalog& catalog, const catalog::Preset& preset,
                               const Release& release) {
  KAITO_TRY(const json::Document built_in, built_in_values(catalog, preset, release));
  ModelFacts out = generated_facts(preset);
  if (built_in) {
    const json::Object& entry = built_in.value().as_object();
    // Before v0.7.0 a package says nothing of the files: theirs have not changed since.
    if (const auto bytes = bytes_at(entry, "weights"); bytes > 0) out.weight_bytes = bytes;
    if (entry.contains("bytesPerToken")) out.bytes_per_token = integer_at(entry, "bytesPerToken");
    if (entry.contains("tokenLimit")) out.context_limit = integer_at(entry, "tokenLimit");
    const auto* distributed = entry.if_contains("distributed");
    out.distributed = distributed != nullptr && distributed->is_bool() && distributed->get_bool();
    const auto* splits = entry.if_contains("tensorParallel");
    out.tensor_parallel = splits == nullptr || !splits->is_bool() || splits->get_bool();
  }
  const bool counts_weights = release.profile->sizing != Sizing::requested;
  if (counts_weights && out.weight_bytes <= 0) {
    return fail(ErrorCode::invalid, "the size of the weights of " + preset.name + " is not known",
                "give it: --weights SIZE");
  }
  return out;
}

NodeGpus node_gpus(const catalog::Sku& sku, const Release& release) {
  NodeGpus out;
  out.name = sku.name;
  out.gpu_model = sku.gpu;
  out.count = sku.gpu_count;
  out.memory_bytes = sku.gpu_memory_gib * gibibyte;
  if (release.number >= default_release().number) return out;
  const json::Value& record = sku.record.value();
  const auto* history = json::find(record, {"history"});
  const std::string_view table = is_at_least(release, 0, 4, 0) ? "cloud" : "webhook";
  const auto* entry = history == nullptr ? nullptr : entry_of(*history, release, table);
  if (entry != nullptr) {
    out.count = static_cast<int>(integer_at(*entry, "gpuCount"));
    out.memory_bytes = bytes_at(*entry, "memory");
  }
  return out;
}

bool offered(const catalog::Sku& sku, const Release& release) {
  if (release.number >= default_release().number) return sku.lifecycle != Lifecycle::retired;
  // v0.0.1 had no table and took any.
  if (!is_at_least(release, 0, 1, 0)) return true;
  const json::Value& record = sku.record.value();
  const auto* history = json::find(record, {"history"});
  const std::string_view table = is_at_least(release, 0, 4, 0) ? "cloud" : "webhook";
  return history != nullptr && entry_of(*history, release, table) != nullptr;
}

Result<NodeGpus> node_gpus(const std::map<std::string, std::string>& labels) {
  NodeGpus out;
  const auto product = labels.find("nvidia.com/gpu.product");
  if (product == labels.end() || product->second.empty()) {
    return fail(ErrorCode::invalid, "has no label nvidia.com/gpu.product",
                "the NVIDIA GPU feature discovery sets it");
  }
  KAITO_TRY(const std::int64_t count, number_from(labels, "nvidia.com/gpu.count"));
  KAITO_TRY(const std::int64_t mebibytes, number_from(labels, "nvidia.com/gpu.memory"));
  if (count > 1024) return fail(ErrorCode::invalid, "label nvidia.com/gpu.count is more than 1024");
  out.gpu_model = product->second;
  out.name = product->second;
  out.count = static_cast<int>(count);
  // int(MiB/1024 + 0.5) GiB each
  out.memory_bytes = (mebibytes + 512) / 1024 * count * gibibyte;
  out.slice = is_cut_into_slices(labels);
  return out;
}

NodeGpus mig_slice(const catalog::MigProfile& profile) {
  NodeGpus out;
  out.name = profile.name;
  out.count = 1;
  out.memory_bytes = profile.memory_gib * gibibyte;
  out.slice = true;
  return out;
}

Result<NodeGpus> mig_slice(const catalog::Catalog& catalog, std::string_view profile) {
  std::vector<std::string> names;
  for (const auto& known : catalog.mig_profiles()) {
    if (equals_ignoring_case(known.name, profile)) return mig_slice(known);
    names.push_back(known.name);
  }
  std::string hint = did_you_mean(profile, names);
  if (hint.empty()) hint = "the operator knows " + join(names, ", ");
  return fail(ErrorCode::usage,
              "no MIG profile is called \"" + escape_controls(shorten(profile, 60)) + "\"",
              std::move(hint));
}

Result<NodeGpus> some_gpus(const NodeGpus& node, int count) {
  if (count <= 0 || count > node.count) {
    return fail(ErrorCode::usage, std::to_string(count) + " GPUs of a node of " + node.name +
                                      ", which has " + std::to_string(node.count));
  }
  NodeGpus out = node;
  out.memory_bytes = node.bytes_per_gpu() * count;
  out.count = count;
  return out;
}

}  // namespace kaito::plan
