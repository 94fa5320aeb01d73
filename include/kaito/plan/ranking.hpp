#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kaito/catalog/catalog.hpp"
#include "kaito/plan/admission.hpp"
#include "kaito/plan/estimate.hpp"
#include "kaito/plan/memory.hpp"
#include "kaito/plan/own_nodes.hpp"
#include "kaito/plan/prices.hpp"

namespace kaito::plan {

/// What is to be served, and within which bounds.
struct Question {
  ModelFacts model;
  Requirement required;  ///< as requirement(); left empty for a model of the user's own
  Release release = default_release();
  Runtime runtime = Runtime::vllm;
  std::optional<std::int64_t> context_tokens;
  std::optional<std::int64_t> nodes;  ///< the count that the Workspace asks for: no more
  std::optional<std::int64_t> max_nodes;
  std::optional<double> max_price;    ///< per hour, all nodes
  const PriceList* prices = nullptr;  ///< outlives the question
};

/// Why nodes are no answer; none: they are one.
enum class Obstacle : std::uint8_t {
  none,
  retired,            ///< the release does not have the instance type any more
  not_yet_offered,    ///< or not yet
  no_cuda,            ///< the images need an NVIDIA GPU
  gpu_too_small,      ///< as Fit
  slice_too_small,    ///< as Fit
  not_distributable,  ///< as Fit
  not_splittable,     ///< as Fit
  heads,              ///< tensor parallelism has to divide the attention heads
  admission,          ///< refused on creation
  too_many_nodes,     ///< than the question allows, or than there are
  too_expensive,
  no_price,  ///< of this one, and the question has a limit
};
[[nodiscard]] std::string_view to_string(Obstacle obstacle);

/// One instance type, slice or group of own nodes, judged.
struct Candidate {
  const catalog::Sku* sku = nullptr;  ///< nullptr: own nodes or a slice
  NodeGpus node;
  Obstacle obstacle = Obstacle::none;
  std::string reason;  ///< one sentence; "" when it fits
  Estimate estimate;
  ServerSettings server;            ///< valid when estimate.nodes > 0
  std::optional<GpuMemory> memory;  ///< nothing without vLLM or nodes
  /// As longest_context() on estimate.nodes, and no more than the cache has room for.
  std::optional<std::int64_t> longest_context;
  std::optional<double> price_per_hour;  ///< of all nodes
  std::vector<std::string> cautions;     ///< what may still go wrong, a sentence each

  [[nodiscard]] bool fits() const { return obstacle == Obstacle::none; }
  /// GPU memory of all nodes.
  [[nodiscard]] std::int64_t total_memory_bytes() const {
    return node.memory_bytes * estimate.nodes;
  }
};

/// Whether the model runs on such nodes, and how.
[[nodiscard]] Candidate judge(const NodeGpus& node, const Question& question);
[[nodiscard]] Candidate judge(const catalog::Catalog& catalog, const catalog::Sku& sku,
                              const Question& question);
/// Nodes that are there: no more than the ready ones.
[[nodiscard]] Candidate judge(const NodeGroup& group, const Question& question);

/// Those that fit, best first: lowest price where known, then least GPU memory, fewest nodes,
/// fewest GPUs, shortest name; those with cautions after those without. Then those that do not, in
/// the catalogue's order.
struct Ranking {
  std::vector<Candidate> fitting;
  std::vector<Candidate> rejected;
  bool by_price = false;  ///< at least one of the fitting has a price
};
[[nodiscard]] Ranking rank(const catalog::Catalog& catalog, std::string_view cloud,
                           const Question& question);
[[nodiscard]] Ranking rank(const std::vector<NodeGroup>& groups, const Question& question);
/// Every MIG profile that the operator knows.
[[nodiscard]] Ranking rank_slices(const catalog::Catalog& catalog, const Question& question);

}  // namespace kaito::plan
