#include "catalog/entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"

namespace kaito::catalog {
namespace {

/// What every entry begins with, whatever it is of.
template <class Entry>
void read_release(const json::Value& entry, Entry& out) {
  out.name = json::string_at(entry, {"name"});
  out.lifecycle = lifecycle_of(json::string_at(entry, {"status"}));
  out.first_release = json::string_at(entry, {"since"});
  out.last_release = json::string_at(entry, {"until"});
  out.retired_in = json::string_at(entry, {"retiredIn"});
  out.retired_because = json::string_at(entry, {"retiredBecause"});
}

[[nodiscard]] std::vector<std::string> strings(const json::Value& entry,
                                               std::initializer_list<std::string_view> keys) {
  std::vector<std::string> out;
  if (const auto* list = json::find(entry, keys))
    for (const json::Value& item : list->as_array())
      out.emplace_back(std::string_view(item.as_string()));
  return out;
}

[[nodiscard]] bool flag(const json::Value& entry, std::string_view key) {
  const auto* value = json::find(entry, {key});
  return value != nullptr && value->as_bool();
}

[[nodiscard]] std::optional<std::int64_t> number(const json::Value& entry, std::string_view key) {
  const std::int64_t value = json::int_at(entry, {key});
  return value == 0 ? std::nullopt : std::optional(value);
}

[[nodiscard]] Result<std::optional<Quantity>> quantity(const json::Value& entry,
                                                       std::string_view key) {
  const std::string_view written = json::string_at(entry, {key});
  if (written.empty()) return std::optional<Quantity>();
  KAITO_TRY(Quantity parsed, Quantity::parse(written));
  return std::optional<Quantity>(std::move(parsed));
}

[[nodiscard]] Architecture architecture_of(const json::Value& entry) {
  Architecture out;
  out.classes = strings(entry, {"architecture", "classes"});
  out.attention = json::string_at(entry, {"architecture", "attention"});
  const auto size = [&entry](std::string_view key) {
    return json::int_at(entry, {"architecture", key});
  };
  out.hidden_size = size("hiddenSize");
  out.layers = size("layers");
  out.heads = size("heads");
  out.kv_heads = size("kvHeads");
  out.head_dim = size("headDim");
  out.kv_lora_rank = size("kvLoraRank");
  out.qk_rope_head_dim = size("qkRopeHeadDim");
  return out;
}

[[nodiscard]] Record record_of(const json::Value& entry, std::string_view key,
                               std::string_view value) {
  json::Object whole = entry.as_object();
  whole[key] = value;
  return Record(std::move(whole));
}

}  // namespace

Lifecycle lifecycle_of(std::string_view status) {
  if (status == "deprecated") return Lifecycle::deprecated;
  return status == "retired" ? Lifecycle::retired : Lifecycle::current;
}

Result<std::int64_t> gibibytes(std::string_view written) {
  KAITO_TRY(const Quantity parsed, Quantity::parse(written));
  return parsed.value() >> 30;
}

bool is_hub_id(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size() ||
      text.size() > 200)
    return false;
  return std::all_of(text.begin(), text.end(), [&text, slash](const char& c) {
    const bool is_slash = static_cast<std::size_t>(&c - text.data()) == slash;
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return is_slash || plain || c == '-' || c == '_' || c == '.';
  });
}

Result<Preset> preset_from_entry(const json::Value& entry, std::string_view family) {
  Preset out;
  read_release(entry, out);
  const bool named_by_id = out.name.find('/') != std::string::npos;
  out.hugging_face =
      named_by_id ? std::string_view(out.name) : json::string_at(entry, {"huggingFace"});
  out.family = family;
  out.replaced_by = json::string_at(entry, {"replacedBy"});
  out.reachable_as = json::string_at(entry, {"reachableAs"});
  out.alias = out.lifecycle == Lifecycle::current && !named_by_id;
  out.gated = flag(entry, "gated");
  for (const std::string& runtime : strings(entry, {"runtimes"})) {
    out.vllm = out.vllm || runtime == "vllm";
    out.transformers = out.transformers || runtime == "transformers";
  }
  out.tunable = flag(entry, "tunable");
  out.distributed = flag(entry, "distributed");
  out.license = json::string_at(entry, {"license"});
  KAITO_TRY(out.weights, quantity(entry, "weights"));
  KAITO_TRY(out.disk, quantity(entry, "disk"));
  out.bytes_per_token = number(entry, "bytesPerToken");
  out.context_limit = number(entry, "tokenLimit");
  out.architecture = architecture_of(entry);
  out.short_names = strings(entry, {"shortNames"});
  out.record = record_of(entry, "family", family);
  return out;
}

Result<Sku> sku_from_entry(const json::Value& entry, std::string_view cloud) {
  Sku out;
  read_release(entry, out);
  out.cloud = cloud;
  out.gpu = json::string_at(entry, {"gpuModel"});
  out.vendor = json::string_at(entry, {"vendor"});
  out.gpu_count = static_cast<int>(
      std::min<std::int64_t>(json::int_at(entry, {"gpuCount"}), std::int64_t{1} << 20));
  KAITO_TRY(out.gpu_memory_gib, gibibytes(json::string_at(entry, {"memory"})));
  out.nvme = flag(entry, "nvme");
  if (const auto* capability = json::find(entry, {"cudaComputeCapability"}))
    out.compute_capability = fmt::format("{:.1f}", capability->to_number<double>());
  out.record = record_of(entry, "cloud", cloud);
  return out;
}

}  // namespace kaito::catalog
