#include <algorithm>
#include <charconv>

#include "kaito/base/rounding.hpp"
#include "kaito/base/text.hpp"
#include "kaito/plan/estimate.hpp"

namespace kaito::plan {

namespace {

constexpr double gib = static_cast<double>(gibibyte);

/// A copy of the model on each GPU: when twice the files of all copies are less than the node's
/// memory (weights * GPUs * 2 < memory, without its overflow).
[[nodiscard]] bool is_copied(const ModelFacts& model, const NodeGpus& node, std::int64_t nodes,
                             const Profile& profile) {
  return profile.data_parallel && nodes <= 1 && node.count > 1 && node.memory_bytes > 0 &&
         model.weight_bytes <= (node.memory_bytes - 1) / 2 / node.count;
}

[[nodiscard]] std::optional<double> utilization(const NodeGpus& node, const Profile& profile) {
  switch (profile.utilization) {
    case Utilization::server_default:
      return std::nullopt;
    case Utilization::by_gpu_memory: {
      if (node.count <= 0 || node.memory_bytes <= 0) return 0.9;
      const double gpu = static_cast<double>(node.bytes_per_gpu());
      return std::min(0.95,
                      static_cast<double>(whole_below((1.0 - 1.5 * gib / gpu) * 100.0)) / 100.0);
    }
    case Utilization::fixed:
      return 0.84;
    case Utilization::fixed_but_a10:
      return node.gpu_model == "NVIDIA A10" ? 0.82 : 0.84;
  }
  return std::nullopt;
}

}  // namespace

Parallelism parallelism(const ModelFacts& model, const NodeGpus& node, std::int64_t nodes,
                        const Profile& profile) {
  if (!profile.vllm || !model.tensor_parallel || node.count <= 0) return {};
  if (is_copied(model, node, nodes, profile)) return {node.count, 1, 1};
  return {1, node.count, profile.pipeline ? std::max<std::int64_t>(1, nodes) : 1};
}

ServerSettings server_settings(const ModelFacts& model, const NodeGpus& node, std::int64_t nodes,
                               const Profile& profile) {
  ServerSettings out;
  if (!profile.vllm) return out;
  out.parallel = parallelism(model, node, nodes, profile);
  out.data_parallel_flags = out.parallel.data > 1;
  out.ray = profile.ray_flag && out.parallel.pipeline > 1;
  out.no_cpu_cache = profile.data_parallel && (out.data_parallel_flags || nodes > 1);
  out.gpu_memory_utilization = utilization(node, profile);
  out.max_model_len_auto = profile.context_limit == ContextLimit::automatic;
  if (profile.context_limit == ContextLimit::computed) {
    if (const auto length = computed_max_model_len(model, node, nodes, profile); length > 0)
      out.max_model_len = length;
  }
  return out;
}

std::int64_t computed_max_model_len(const ModelFacts& model, const NodeGpus& node,
                                    std::int64_t nodes, const Profile& profile) {
  if (model.weight_bytes <= 0 || model.bytes_per_token <= 0 || !model.context_limit ||
      node.count <= 0 || node.memory_bytes <= 0 || nodes <= 0)
    return 0;
  // Upstream multiplies the cache by the nodes although it divides the weights by them.
  const double gpus = model.tensor_parallel ? static_cast<double>(node.count) : 1.0;
  const double spread = model.tensor_parallel ? gpus * static_cast<double>(nodes) : 1.0;
  const double weights = static_cast<double>(model.weight_bytes) / gib * profile.weight_factor;
  const double free = static_cast<double>(node.memory_bytes) / gib * profile.usable_share /
                          static_cast<double>(node.count) -
                      weights / spread - profile.base_overhead_gib;
  if (free <= 0) return 0;
  const double per_token = model.tensor_parallel ? static_cast<double>(model.bytes_per_token) /
                                                       gpus * static_cast<double>(nodes)
                                                 : static_cast<double>(model.bytes_per_token);
  return std::min(whole_below(free * gib / per_token), *model.context_limit) / 256 * 256;
}

namespace {

[[nodiscard]] std::size_t indent_of(std::string_view line) {
  const auto first = line.find_first_not_of(" \t");
  return first == std::string_view::npos ? line.size() : first;
}

[[nodiscard]] std::optional<std::int64_t> positive(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number <= 0) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::int64_t> scanned_max_model_len(std::string_view config) {
  constexpr std::string_view key = "max-model-len:";
  std::optional<std::size_t> least_indent;
  for (const std::string_view line : split(config, '\n')) {
    const std::string_view text = trim(line);
    if (!least_indent) {
      if (text.starts_with("vllm:")) least_indent = indent_of(line) + 2;
      continue;
    }
    const bool says_something = !text.empty() && !text.starts_with('#');
    if (says_something && indent_of(line) < *least_indent) return std::nullopt;
    if (text.starts_with(key)) return positive(trim(text.substr(key.size())));
  }
  return std::nullopt;
}

}  // namespace kaito::plan
