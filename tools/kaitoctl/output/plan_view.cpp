#include "output/plan_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "kaito/base/text.hpp"
#include "output/format.hpp"
#include "output/style.hpp"
#include "output/wrap.hpp"

namespace kaitoctl {

namespace {

using kaito::plan::Candidate;
using kaito::plan::ContextLimit;
using kaito::plan::Estimate;
using kaito::plan::ModelFacts;
using kaito::plan::Obstacle;
using kaito::plan::Parallelism;
using kaito::plan::Profile;

[[nodiscard]] double gib(double bytes) {
  return bytes / static_cast<double>(kaito::plan::gibibyte);
}

[[nodiscard]] std::string counted(std::int64_t number, std::string_view one,
                                  std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

[[nodiscard]] std::string whole_gib(std::int64_t bytes) {
  return fmt::format("{:g} GiB", gib(static_cast<double>(bytes)));
}

[[nodiscard]] std::string parallel_text(const Parallelism& parallel) {
  std::vector<std::string> parts;
  if (parallel.data > 1) parts.push_back(fmt::format("{} copies", parallel.data));
  if (parallel.tensor > 1) parts.push_back(fmt::format("tensor {}", parallel.tensor));
  if (parallel.pipeline > 1) parts.push_back(fmt::format("pipeline {}", parallel.pipeline));
  return parts.empty() ? "-" : kaito::join(parts, " x ");
}

/// Appends to the text, in the style.
class Page {
 public:
  Page(const PlanAnswer& answer, const TextStyle& style)
      : answer_(answer),
        style_(style),
        columns_(static_cast<std::size_t>(std::max(40, style.width))) {}

  [[nodiscard]] std::string text() {
    verdict();
    if (const Candidate* subject = answer_.subject()) {
      if (subject->estimate.estimated && answer_.question.runtime == kaito::plan::Runtime::vllm)
        working(*subject);
      if (subject->memory) memory(*subject);
      if (subject->fits()) served(*subject);
    }
    ranking();
    rejected();
    return std::move(text_);
  }

 private:
  void line(std::string_view text) { text_.append(text).append("\n"); }
  void heading(std::string_view text) {
    text_ += '\n';
    line(painted(text, Paint::bold, style_.color));
  }
  /// "  text", wrapped.
  void paragraph(std::string_view text) {
    text_.append("  ").append(wrapped(text, columns_, 2, 2));
  }

  void verdict();
  void working(const Candidate& subject);
  void memory(const Candidate& subject);
  void served(const Candidate& subject);
  void ranking();
  void rejected();
  [[nodiscard]] Table table(const std::vector<const Candidate*>& rows) const;
  [[nodiscard]] std::vector<std::string> row(const Candidate& candidate, bool priced) const;

  const PlanAnswer& answer_;
  const TextStyle& style_;
  std::size_t columns_;
  std::string text_;
};

[[nodiscard]] std::string node_text(const Candidate& candidate) {
  const auto& node = candidate.node;
  std::string out = node.name;
  if (node.slice && candidate.sku == nullptr && node.count == 1)
    return fmt::format("{} MIG slice ({})", out, whole_gib(node.memory_bytes));
  out += fmt::format(" ({} x {}, {})", node.count, node.gpu_model, whole_gib(node.memory_bytes));
  return out;
}

void Page::verdict() {
  const ModelFacts& model = answer_.question.model;
  const Candidate* subject = answer_.subject();
  const std::string on = subject == nullptr ? answer_.where : node_text(*subject);
  text_ += wrapped(fmt::format("{} on {}, KAITO {}", model.name, on, answer_.question.release.name),
                   columns_, 2, 0);
  text_ += '\n';
  if (subject == nullptr) {
    line(painted("  Nothing fits.", Paint::red, style_.color));
  } else if (!subject->fits()) {
    text_ += "  " + painted("Does not fit: ", Paint::red, style_.color);
    text_ += wrapped(subject->reason + ".", columns_, 2, 16);
  } else {
    std::string what = counted(subject->estimate.nodes, "node", "nodes");
    what += fmt::format(", {} of GPU memory", whole_gib(subject->total_memory_bytes()));
    const auto& parallel = subject->server.parallel;
    if (parallel.data > 1)
      what += fmt::format("; a copy of the model on each of the {} GPUs", parallel.data);
    else if (parallel.tensor * parallel.pipeline > 1)
      what += fmt::format("; the model split over {} GPUs", parallel.tensor * parallel.pipeline);
    text_ += "  " + painted("Fits: ", Paint::green, style_.color);
    text_ += wrapped(what + ".", columns_, 2, 8);
    for (const std::string& caution : subject->cautions) {
      text_ += "  " + painted("But: ", Paint::yellow, style_.color);
      text_ += wrapped(caution + ".", columns_, 2, 7);
    }
  }
  for (const std::string& fact : answer_.unknown) {
    text_ += "  " + painted("Not known: ", Paint::yellow, style_.color);
    text_ += wrapped(fact + ".", columns_, 2, 13);
  }
}

void Page::working(const Candidate& subject) {
  const Estimate& e = subject.estimate;
  const ModelFacts& model = answer_.question.model;
  const Profile& profile = *answer_.question.release.profile;
  const int gpus = subject.node.count;
  heading("How the operator counts (GiB)");
  const auto step = [this](std::string_view what, const std::string& how,
                           const std::string& gives) {
    line(fmt::format("  {:<21} {:<36} = {:>8}", what, how, gives));
  };
  const auto number = [](double bytes) { return fmt::format("{:.2f}", gib(bytes)); };
  step("model, loaded",
       fmt::format("{} of files x {:g}", number(static_cast<double>(model.weight_bytes)),
                   profile.weight_factor),
       number(e.model_bytes));
  step("usable of a GPU", fmt::format("{} x {:g}", number(e.gpu_bytes), profile.usable_share),
       number(e.usable_bytes));
  std::string cache = "not known, counted as nothing";
  if (model.bytes_per_token > 0) {
    cache = fmt::format("{} tokens x {:g} KiB", e.context_tokens,
                        static_cast<double>(model.bytes_per_token) / 1024.0);
    if (gpus > 1) cache += fmt::format(" / {} GPUs", gpus);
  }
  step("cache per GPU", cache, number(e.kv_bytes));
  step("reserve per GPU", fmt::format("{:g} + {}", profile.base_overhead_gib, number(e.kv_bytes)),
       number(e.reserve_bytes));
  if (e.budget_bytes <= 0) return;
  step("weights per GPU",
       profile.weight_overhead > 0
           ? fmt::format("({} - {}) / {:g}", number(e.usable_bytes), number(e.reserve_bytes),
                         1 + profile.weight_overhead)
           : fmt::format("{} - {}", number(e.usable_bytes), number(e.reserve_bytes)),
       number(e.budget_bytes));
  step("GPUs needed",
       fmt::format("whole part of {} / {}, + 1", number(e.model_bytes), number(e.budget_bytes)),
       std::to_string(e.min_gpus));
  step("nodes", fmt::format("{} / {} per node, rounded up", e.min_gpus, gpus),
       std::to_string((e.min_gpus + gpus - 1) / gpus));
}

void Page::memory(const Candidate& subject) {
  const std::int64_t gpus = subject.estimate.nodes * subject.node.count;
  heading(gpus == 1 ? fmt::format("The GPU's {:g} GiB", gib(subject.memory->total))
                    : fmt::format("The {:g} GiB of each of the {} GPUs", gib(subject.memory->total),
                                  gpus));
  text_ += memory_bar(*subject.memory, style_);
}

void Page::served(const Candidate& subject) {
  const Profile& profile = *answer_.question.release.profile;
  const ModelFacts& model = answer_.question.model;
  heading("Context");
  const std::int64_t tokens = subject.estimate.context_tokens;
  const bool asked = answer_.question.context_tokens.has_value();
  if (subject.longest_context) {
    const bool whole = model.context_limit && *subject.longest_context >= *model.context_limit;
    paragraph(fmt::format(
        "Counted for {} tokens{}. {}", tokens,
        asked ? "" : fmt::format(", what the operator takes when nobody says (--context-length)"),
        whole
            ? fmt::format("The model's whole {} tokens fit on the same {}.", *model.context_limit,
                          subject.estimate.nodes == 1 ? "node" : "nodes")
            : fmt::format(
                  "Up to {} tokens the count of nodes stays the same{}.", *subject.longest_context,
                  model.context_limit ? fmt::format("; the model takes {}", *model.context_limit)
                                      : "")));
  }
  if (subject.memory && subject.memory->cache_tokens) {
    paragraph(fmt::format("The server's cache then has room for {}{} tokens at a time{}.",
                          model.cache_is_upper_bound ? "more than " : "about ",
                          *subject.memory->cache_tokens,
                          subject.server.parallel.data > 1 ? " in each copy" : ""));
  }
  const auto& server = subject.server;
  std::vector<std::string> flags;
  if (server.data_parallel_flags)
    flags.push_back(fmt::format("--data-parallel-size={}", server.parallel.data));
  if (model.tensor_parallel && profile.vllm)
    flags.push_back(fmt::format("--tensor-parallel-size={}", server.parallel.tensor));
  if (server.parallel.pipeline > 1)
    flags.push_back(fmt::format("--pipeline-parallel-size={}", server.parallel.pipeline));
  if (server.max_model_len_auto) flags.emplace_back("--max-model-len=auto");
  if (server.max_model_len)
    flags.push_back(fmt::format("--max-model-len={}", *server.max_model_len));
  if (server.gpu_memory_utilization)
    flags.push_back(fmt::format("--gpu-memory-utilization={:g}", *server.gpu_memory_utilization));
  if (!flags.empty() && subject.memory) paragraph("Server flags: " + kaito::join(flags, " "));
  if (asked && server.max_model_len_auto) {
    paragraph(
        fmt::format("To be counted so, the Workspace's inference config has to say "
                    "vllm.max-model-len: {}.",
                    tokens));
  }
}

std::vector<std::string> Page::row(const Candidate& candidate, bool priced) const {
  std::vector<std::string> cells{
      candidate.node.name,
      fmt::format("{} x {}", candidate.node.count, candidate.node.gpu_model),
      std::to_string(candidate.estimate.nodes),
      whole_gib(candidate.total_memory_bytes()),
      parallel_text(candidate.server.parallel),
      candidate.longest_context ? std::to_string(*candidate.longest_context) : "-"};
  if (priced) {
    cells.push_back(candidate.price_per_hour ? fmt::format("{:.2f}", *candidate.price_per_hour)
                                             : "-");
  }
  return cells;
}

Table Page::table(const std::vector<const Candidate*>& rows) const {
  const bool priced = answer_.ranking.by_price;
  Table out{{"NODE SIZE", "GPUS", "NODES", "MEMORY", "SPLIT", "CONTEXT"}, {}};
  if (priced) out.header.emplace_back("PER HOUR");
  for (const Candidate* candidate : rows)
    out.rows.push_back(row(*candidate, priced));
  return out;
}

void Page::ranking() {
  const auto& fitting = answer_.ranking.fitting;
  if (fitting.empty() || (answer_.asked && answer_.asked->sku == nullptr)) return;
  std::vector<const Candidate*> rows;
  for (const Candidate& candidate : fitting)
    rows.push_back(&candidate);
  std::string order = "least GPU memory first; prices are not known (--prices FILE)";
  if (answer_.ranking.by_price) {
    order = "lowest price first";
    if (!answer_.prices->currency.empty()) order += ", in " + answer_.prices->currency;
    if (!answer_.prices->date.empty()) order += ", of " + answer_.prices->date;
  }
  heading(
      fmt::format("What fits on {}, {}", answer_.own_nodes ? "your nodes" : answer_.where, order));
  for (const std::string_view row : kaito::split(table(rows).text(), '\n'))
    if (!row.empty()) line(fmt::format("  {}", row));
}

void Page::rejected() {
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  std::size_t retired = 0;
  for (const Candidate& candidate : answer_.ranking.rejected) {
    if (!style_.wide && (candidate.obstacle == Obstacle::retired ||
                         candidate.obstacle == Obstacle::not_yet_offered)) {
      ++retired;
      continue;
    }
    auto group = std::find_if(groups.begin(), groups.end(), [&candidate](const auto& other) {
      return other.first == candidate.reason;
    });
    if (group == groups.end()) group = groups.insert(groups.end(), {candidate.reason, {}});
    group->second.push_back(candidate.node.name);
  }
  if (groups.empty() && retired == 0) return;
  heading("What does not");
  for (const auto& [reason, names] : groups) {
    paragraph(kaito::join(names, ", ") + ":");
    text_.append("    ").append(wrapped(reason, columns_, 4, 4));
  }
  if (retired > 0) {
    paragraph(fmt::format("{} that this release does not have (-o wide names them)",
                          counted(static_cast<std::int64_t>(retired), "size", "sizes")));
  }
}

}  // namespace

const Candidate* PlanAnswer::subject() const {
  if (asked) return &*asked;
  return ranking.fitting.empty() ? nullptr : &ranking.fitting.front();
}

std::string plan_text(const PlanAnswer& answer, const TextStyle& style) {
  return Page(answer, style).text();
}

}  // namespace kaitoctl
