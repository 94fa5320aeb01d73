#include "kaito/plan/admission.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/plan/facts.hpp"
#include "plan/history.hpp"

namespace kaito::plan {

namespace {

[[nodiscard]] std::string in_gib(std::int64_t bytes) {
  return fmt::format("{:.4g} GiB", static_cast<double>(bytes) / static_cast<double>(gibibyte));
}

/// What v0.1.0 to v0.3.0 compared: plain numbers of a table in GB against a requirement in
/// decimal gigabytes, rounded up (v0.1.0: the requirement's own number).
struct PlainNumbers {
  std::int64_t sku = 0;
  std::int64_t per_gpu = 0;
  std::int64_t total = 0;
};

[[nodiscard]] std::int64_t in_decimal_gigabytes(std::int64_t bytes) {
  constexpr std::int64_t giga = 1'000'000'000;
  return (bytes + giga - 1) / giga;
}

[[nodiscard]] std::vector<std::string> plain_shortfalls(const Requirement& wanted,
                                                        const NodeGpus& node, std::int64_t nodes,
                                                        const Release& release) {
  const bool first = !is_at_least(release, 0, 2, 0);
  PlainNumbers numbers;
  numbers.sku = node.memory_bytes / gibibyte;
  numbers.per_gpu =
      first ? wanted.per_gpu_bytes / gibibyte : in_decimal_gigabytes(wanted.per_gpu_bytes);
  numbers.total = first ? wanted.total_bytes / gibibyte : in_decimal_gigabytes(wanted.total_bytes);
  const std::int64_t each = first ? numbers.sku : numbers.sku / node.count;
  // The table's memory is that of all GPUs already: these releases multiply once too often.
  const std::int64_t all = nodes * numbers.sku * node.count;
  std::vector<std::string> out;
  if (each < numbers.per_gpu)
    out.push_back(fmt::format("counts {} per GPU, {} are required", each, numbers.per_gpu));
  if (all < numbers.total)
    out.push_back(fmt::format("counts {} in all, {} are required", all, numbers.total));
  return out;
}

[[nodiscard]] std::vector<std::string> memory_shortfalls(const Requirement& wanted,
                                                         const NodeGpus& node, std::int64_t nodes) {
  std::vector<std::string> out;
  // Whole GiB of each GPU.
  const std::int64_t each = node.memory_bytes / gibibyte / node.count * gibibyte;
  if (each < wanted.per_gpu_bytes) {
    out.push_back(
        fmt::format("{} per GPU, {} are required", in_gib(each), in_gib(wanted.per_gpu_bytes)));
  }
  if (nodes * node.memory_bytes < wanted.total_bytes) {
    out.push_back(fmt::format("{} of GPU memory on {} node{}, {} are required",
                              in_gib(nodes * node.memory_bytes), nodes, nodes == 1 ? "" : "s",
                              in_gib(wanted.total_bytes)));
  }
  return out;
}

void check_weights(const Requirement& wanted, const NodeGpus& node, std::int64_t nodes,
                   std::vector<std::string>& out) {
  if (nodes * node.memory_bytes < wanted.weight_bytes) {
    out.push_back(fmt::format("{} of GPU memory on {} node{} for {} of weights",
                              in_gib(nodes * node.memory_bytes), nodes, nodes == 1 ? "" : "s",
                              in_gib(wanted.weight_bytes)));
  }
}

}  // namespace

Result<Requirement> requirement(const catalog::Catalog& catalog, const catalog::Preset& preset,
                                const Release& release) {
  Requirement out;
  KAITO_TRY(const json::Document built_in, built_in_values(catalog, preset, release));
  if (is_at_least(release, 0, 7, 0)) {
    KAITO_TRY(const ModelFacts facts, model_facts(catalog, preset, release));
    out.weight_bytes = facts.weight_bytes;
    out.distributed = facts.distributed;
  }
  if (!built_in) return out;
  const json::Object& entry = built_in.value().as_object();
  if (!is_at_least(release, 0, 9, 1)) out.gpus = integer_at(entry, "gpuCount");
  out.per_gpu_bytes = bytes_at(entry, "perGpuMemory");
  out.total_bytes = bytes_at(entry, "totalGpuMemory");
  const auto* distributed = entry.if_contains("distributed");
  out.distributed = distributed != nullptr && distributed->is_bool() && distributed->get_bool();
  return out;
}

std::vector<std::string> admission_shortfalls(const Requirement& wanted, const NodeGpus& node,
                                              std::int64_t nodes, Runtime runtime, bool own_nodes,
                                              const Release& release) {
  std::vector<std::string> out;
  if (!is_at_least(release, 0, 1, 0) || node.count <= 0) return out;
  const bool estimates = release.profile->sizing != Sizing::requested;
  const bool compares_weights =
      runtime == Runtime::transformers || (own_nodes && is_at_least(release, 0, 8, 0));
  if (estimates && !compares_weights) return out;
  if (nodes * node.count < wanted.gpus) {
    out.push_back(fmt::format("{} GPU{} on {} node{}, {} are required", nodes * node.count,
                              nodes * node.count == 1 ? "" : "s", nodes, nodes == 1 ? "" : "s",
                              wanted.gpus));
  }
  if (estimates) {
    check_weights(wanted, node, nodes, out);
  } else {
    const auto rest = is_at_least(release, 0, 3, 1)
                          ? memory_shortfalls(wanted, node, nodes)
                          : plain_shortfalls(wanted, node, nodes, release);
    out.insert(out.end(), rest.begin(), rest.end());
  }
  const std::int64_t whole = estimates ? wanted.weight_bytes : wanted.total_bytes;
  if (runtime == Runtime::transformers && is_at_least(release, 0, 5, 0) && wanted.distributed &&
      whole > node.memory_bytes) {
    out.push_back(fmt::format("the transformers runtime has to fit one node: {} of {}",
                              in_gib(whole), in_gib(node.memory_bytes)));
  }
  return out;
}

std::optional<std::int64_t> smallest_admitted_count(const Requirement& wanted, const NodeGpus& node,
                                                    Runtime runtime, bool own_nodes,
                                                    const Release& release, std::int64_t most) {
  for (std::int64_t nodes = 1; nodes <= most; ++nodes) {
    if (admission_shortfalls(wanted, node, nodes, runtime, own_nodes, release).empty())
      return nodes;
  }
  return std::nullopt;
}

}  // namespace kaito::plan
