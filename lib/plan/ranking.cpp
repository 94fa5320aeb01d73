#include "kaito/plan/ranking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "kaito/plan/facts.hpp"
#include "plan/history.hpp"

namespace kaito::plan {

namespace {

using catalog::Sku;

[[nodiscard]] double gib(double bytes) {
  return bytes / static_cast<double>(gibibyte);
}

[[nodiscard]] std::string count_of_nodes(std::int64_t nodes) {
  return nodes == 1 ? "1 node" : fmt::format("{} nodes", nodes);
}

[[nodiscard]] Obstacle obstacle_of(Fit fit) {
  switch (fit) {
    case Fit::fits:
      return Obstacle::none;
    case Fit::gpu_too_small:
      return Obstacle::gpu_too_small;
    case Fit::slice_too_small:
      return Obstacle::slice_too_small;
    case Fit::not_distributable:
      return Obstacle::not_distributable;
    case Fit::not_splittable:
      return Obstacle::not_splittable;
  }
  return Obstacle::none;
}

[[nodiscard]] std::string reason_of(const Estimate& found, const Question& question) {
  const Profile& profile = *question.release.profile;
  switch (found.fit) {
    case Fit::fits:
      break;
    case Fit::gpu_too_small:
      return fmt::format(
          "{:.1f} of a GPU's {:.0f} GiB are usable, and {:.1f} go to overhead and the cache for {} "
          "tokens before any weights",
          gib(found.usable_bytes), gib(found.gpu_bytes), gib(found.reserve_bytes),
          found.context_tokens);
    case Fit::slice_too_small:
      return fmt::format(
          "needs {:.2f} GiB (weights {:.2f}, overhead and cache {:.2f}); one slice has {:.1f} "
          "usable, and slices cannot be joined",
          gib(found.model_bytes * (1 + profile.weight_overhead) + found.reserve_bytes),
          gib(found.model_bytes),
          gib(found.reserve_bytes + profile.weight_overhead * found.model_bytes),
          gib(found.usable_bytes));
    case Fit::not_distributable:
      return fmt::format("needs more than one node, and {} cannot spread this model",
                         question.release.name);
    case Fit::not_splittable:
      return "the model cannot be split over GPUs, and one of these does not hold it";
  }
  return {};
}

void refuse(Candidate& out, Obstacle obstacle, std::string reason) {
  if (out.obstacle != Obstacle::none) return;
  out.obstacle = obstacle;
  out.reason = std::move(reason);
}

/// Releases and runtimes that do not estimate run on as many nodes as are asked for: the smallest
/// count that admission lets pass.
void count_by_admission(const Question& question, Candidate& out) {
  const auto shortfalls = [&](std::int64_t nodes) {
    return admission_shortfalls(question.required, out.node, nodes, question.runtime, false,
                                question.release);
  };
  const auto count = question.nodes
                         ? question.nodes
                         : smallest_admitted_count(question.required, out.node, question.runtime,
                                                   false, question.release);
  const auto problems = shortfalls(count.value_or(1));
  out.estimate.nodes = problems.empty() ? count.value_or(1) : 0;
  if (!problems.empty()) {
    refuse(out, Obstacle::admission, "refused on creation: " + problems.front());
  } else if (out.estimate.nodes > 1 && !question.required.distributed) {
    refuse(out, Obstacle::not_distributable,
           fmt::format("needs {}, and {} cannot spread this model",
                       count_of_nodes(out.estimate.nodes), question.release.name));
    out.estimate.nodes = 0;
  }
}

[[nodiscard]] bool is_estimated(const Question& question) {
  return question.runtime == Runtime::vllm && question.release.profile->sizing != Sizing::requested;
}

/// What vLLM itself would refuse or regret.
void look_at_server(const Question& question, Candidate& out) {
  const Profile& profile = *question.release.profile;
  if (question.runtime != Runtime::vllm || !profile.vllm || out.estimate.nodes <= 0) return;
  out.server = server_settings(question.model, out.node, out.estimate.nodes, profile);
  const std::int64_t tensor = out.server.parallel.tensor;
  if (question.model.heads > 0 && question.model.heads % tensor != 0) {
    refuse(
        out, Obstacle::heads,
        fmt::format("the server would not start: {} attention heads cannot be split over {} GPUs",
                    question.model.heads, tensor));
  }
  out.memory = gpu_memory(question.model, out.node, out.estimate.nodes, out.estimate.context_tokens,
                          profile);
  if (out.memory->spare < 0 && !question.model.cache_is_upper_bound) {
    out.cautions.push_back(fmt::format(
        "a GPU lacks {:.1f} GiB for {} tokens{}; the operator does not notice",
        gib(-out.memory->spare), out.estimate.context_tokens,
        out.server.parallel.data > 1 ? " (each keeps a whole copy of the model and its own cache)"
                                     : ""));
  }
}

void look_at_bounds(const Question& question, Candidate& out) {
  const std::int64_t nodes = out.estimate.nodes;
  if (nodes <= 0) return;
  if (question.nodes && nodes > *question.nodes) {
    refuse(out, Obstacle::too_many_nodes,
           fmt::format("needs {}, more than the {} asked for", count_of_nodes(nodes),
                       *question.nodes));
  }
  if (question.max_nodes && nodes > *question.max_nodes) {
    refuse(out, Obstacle::too_many_nodes,
           fmt::format("needs {}, more than {}", count_of_nodes(nodes), *question.max_nodes));
  }
  if (!question.max_price || out.sku == nullptr) return;
  if (!out.price_per_hour)
    refuse(out, Obstacle::no_price, "has no price in the file, so the limit cannot be judged");
  else if (*out.price_per_hour > *question.max_price)
    refuse(out, Obstacle::too_expensive,
           fmt::format("costs {:.2f} an hour on {}, more than {:.2f}", *out.price_per_hour,
                       count_of_nodes(nodes), *question.max_price));
}

void price(const Question& question, Candidate& out) {
  if (question.prices == nullptr || out.sku == nullptr || out.estimate.nodes <= 0) return;
  if (const auto each = question.prices->of(out.sku->name))
    out.price_per_hour = *each * static_cast<double>(out.estimate.nodes);
}

[[nodiscard]] Candidate judged(Candidate out, const Question& question) {
  out.estimate =
      estimate(question.model, out.node, {question.context_tokens, question.nodes.value_or(1)},
               *question.release.profile);
  if (is_estimated(question))
    refuse(out, obstacle_of(out.estimate.fit), reason_of(out.estimate, question));
  else
    count_by_admission(question, out);
  price(question, out);
  look_at_server(question, out);
  look_at_bounds(question, out);
  if (out.estimate.nodes > 0 && is_estimated(question)) {
    out.longest_context =
        longest_context(question.model, out.node, out.estimate.nodes, *question.release.profile);
    // The operator's count is not all: the cache has to have room, too.
    if (out.longest_context && out.memory && out.memory->cache_tokens &&
        !question.model.cache_is_upper_bound)
      out.longest_context = std::min(*out.longest_context, *out.memory->cache_tokens);
  }
  return out;
}

/// Nothing is known of it but its name in this release.
void look_at_offer(const catalog::Catalog& catalog, const Question& question, Candidate& out) {
  const Sku& sku = *out.sku;
  if (offered(sku, question.release)) return;
  const auto since = release_number(sku.first_release);
  if (since && question.release.number < *since) {
    refuse(out, Obstacle::not_yet_offered,
           fmt::format("KAITO {} does not have it: it came in {}", question.release.name,
                       sku.first_release));
  } else if (sku.lifecycle == catalog::Lifecycle::retired) {
    refuse(out, Obstacle::retired, catalog.describe_retirement(sku));
  } else {
    refuse(out, Obstacle::not_yet_offered,
           fmt::format("KAITO {} does not have it", question.release.name));
  }
}

[[nodiscard]] bool is_better(const Candidate& a, const Candidate& b) {
  const auto rank = [](const Candidate& c) {
    return std::tuple(!c.cautions.empty(), !c.price_per_hour, c.price_per_hour.value_or(0),
                      c.total_memory_bytes(), c.estimate.nodes, c.node.count, c.node.name.size(),
                      std::string_view(c.node.name));
  };
  return rank(a) < rank(b);
}

[[nodiscard]] Ranking sorted(std::vector<Candidate> candidates) {
  Ranking out;
  for (Candidate& candidate : candidates)
    (candidate.fits() ? out.fitting : out.rejected).push_back(std::move(candidate));
  std::stable_sort(out.fitting.begin(), out.fitting.end(), is_better);
  out.by_price = std::any_of(out.fitting.begin(), out.fitting.end(),
                             [](const Candidate& c) { return c.price_per_hour.has_value(); });
  return out;
}

}  // namespace

std::string_view to_string(Obstacle obstacle) {
  switch (obstacle) {
    case Obstacle::none:
      return "none";
    case Obstacle::retired:
      return "retired";
    case Obstacle::not_yet_offered:
      return "not-yet-offered";
    case Obstacle::no_cuda:
      return "no-cuda";
    case Obstacle::gpu_too_small:
      return "gpu-too-small";
    case Obstacle::slice_too_small:
      return "slice-too-small";
    case Obstacle::not_distributable:
      return "not-distributable";
    case Obstacle::not_splittable:
      return "not-splittable";
    case Obstacle::heads:
      return "heads";
    case Obstacle::admission:
      return "admission";
    case Obstacle::too_many_nodes:
      return "too-many-nodes";
    case Obstacle::too_expensive:
      return "too-expensive";
    case Obstacle::no_price:
      return "no-price";
  }
  return "";
}

Candidate judge(const NodeGpus& node, const Question& question) {
  Candidate out;
  out.node = node;
  return judged(std::move(out), question);
}

Candidate judge(const catalog::Catalog& catalog, const Sku& sku, const Question& question) {
  Candidate out;
  out.sku = &sku;
  out.node = node_gpus(sku, question.release);
  look_at_offer(catalog, question, out);
  if (sku.vendor != "nvidia")
    refuse(out, Obstacle::no_cuda,
           fmt::format("{}: KAITO's images need an NVIDIA GPU (CUDA)", sku.gpu));
  return judged(std::move(out), question);
}

Candidate judge(const NodeGroup& group, const Question& question) {
  Candidate out = judge(group.gpus, question);
  const auto ready = static_cast<std::int64_t>(group.ready.size());
  if (out.estimate.nodes > ready)
    refuse(out, Obstacle::too_many_nodes,
           fmt::format("needs {}, and {} {} ready: the Workspace would wait",
                       count_of_nodes(out.estimate.nodes), ready, ready == 1 ? "is" : "are"));
  return out;
}

Ranking rank(const catalog::Catalog& catalog, std::string_view cloud, const Question& question) {
  std::vector<Candidate> candidates;
  for (const Sku& sku : catalog.skus())
    if (sku.cloud == cloud) candidates.push_back(judge(catalog, sku, question));
  return sorted(std::move(candidates));
}

Ranking rank(const std::vector<NodeGroup>& groups, const Question& question) {
  std::vector<Candidate> candidates;
  candidates.reserve(groups.size());
  for (const NodeGroup& group : groups)
    candidates.push_back(judge(group, question));
  return sorted(std::move(candidates));
}

Ranking rank_slices(const catalog::Catalog& catalog, const Question& question) {
  std::vector<Candidate> candidates;
  candidates.reserve(catalog.mig_profiles().size());
  for (const auto& profile : catalog.mig_profiles())
    candidates.push_back(judge(mig_slice(profile), question));
  return sorted(std::move(candidates));
}

}  // namespace kaito::plan
