#include "validate/preset_history.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "validate/release.hpp"

namespace kaito::validate {

namespace {

bool flag(const json::Value& entry, std::string_view key, bool otherwise) {
  const json::Value* found = json::find(entry, {key});
  return found != nullptr && found->is_bool() ? found->get_bool() : otherwise;
}

std::optional<Quantity> quantity(const json::Value& entry, std::string_view key) {
  const auto parsed = Quantity::parse(json::string_at(entry, {key}));
  return parsed ? std::optional(*parsed) : std::nullopt;
}

PackageFacts facts_of(const json::Value& entry) {
  PackageFacts facts;
  facts.gpu_count = json::int_at(entry, {"gpuCount"}, 1);
  facts.total_gpu_memory = quantity(entry, "totalGpuMemory");
  facts.gpu_memory_each = quantity(entry, "perGpuMemory");
  facts.weights = quantity(entry, "weights");
  facts.download_at_runtime = flag(entry, "downloadAtRuntime", false);
  facts.needs_token = flag(entry, "gated", false);
  facts.private_image = json::string_at(entry, {"image", "access"}) == "private";
  facts.adapters = flag(entry, "lora", true);
  facts.distributed = flag(entry, "distributed", false);
  return facts;
}

}  // namespace

std::optional<PackageFacts> package_facts(const Context& context, const catalog::Preset* preset) {
  const auto release = parse_release(context.operator_release);
  if (!release || preset == nullptr || context.catalog == nullptr) return std::nullopt;
  const auto history = context.catalog->history(*preset);
  if (!history || !history->value().is_array()) return std::nullopt;
  for (const auto& entry : history->value().get_array()) {
    const auto since = parse_release(json::string_at(entry, {"since"}));
    const auto until = parse_release(json::string_at(entry, {"until"}));
    if (!since || !until || *release < *since || *until < *release) continue;
    if (flag(entry, "generated", false)) return std::nullopt;
    return facts_of(entry);
  }
  return std::nullopt;
}

}  // namespace kaito::validate
