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

/// "TP2 PP5"; "-" for one GPU.
[[nodiscard]] std::string parallel_text(const Parallelism& parallel) {
  std::vector<std::string> parts;
  if (parallel.data > 1) parts.push_back(fmt::format("DP{}", parallel.data));
  if (parallel.tensor > 1) parts.push_back(fmt::format("TP{}", parallel.tensor));
  if (parallel.pipeline > 1) parts.push_back(fmt::format("PP{}", parallel.pipeline));
  return parts.empty() ? "-" : kaito::join(parts, " ");
}

/// Whether the numbers have to do with the verdict.
[[nodiscard]] bool is_about_memory(const Candidate& subject) {
  return subject.obstacle != Obstacle::retired && subject.obstacle != Obstacle::not_yet_offered &&
         subject.obstacle != Obstacle::no_cuda;
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
    if (const Candidate* subject = answer_.subject();
        subject != nullptr && is_about_memory(*subject)) {
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
  void cheaper(const Candidate& subject);
  void working(const Candidate& subject);
  void memory(const Candidate& subject);
  void served(const Candidate& subject);
  void ranking();
  void rejected();

  const PlanAnswer& answer_;
  const TextStyle& style_;
  std::size_t columns_;
  std::string text_;
};

/// "1 x NVIDIA A10, 24 GiB"; "24 GiB" for a slice.
[[nodiscard]] std::string gpu_text(const kaito::plan::NodeGpus& node) {
  const std::string memory = whole_gib(node.memory_bytes);
  if (node.gpu_model.empty()) return memory;
  return fmt::format("{} x {}, {}", node.count, node.gpu_model, memory);
}

void Page::verdict() {
  const ModelFacts& model = answer_.question.model;
  const Candidate* subject = answer_.subject();
  const std::string on = subject == nullptr ? answer_.where : subject->node.name;
  line(painted(fmt::format("{} on {}", model.name, on), Paint::bold, style_.color));
  std::string gpus;
  if (subject != nullptr)
    gpus = gpu_text(subject->node) + (subject->node.slice ? " a MIG slice; " : " a node; ");
  paragraph(gpus + "KAITO " + answer_.question.release.name);
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
  if (subject != nullptr) cheaper(*subject);
  for (const std::string& fact : answer_.unknown) {
    text_ += "  " + painted("Not known: ", Paint::yellow, style_.color);
    text_ += wrapped(fact + ".", columns_, 2, 13);
  }
}

/// What the first of the ranking saves against what was asked for.
void Page::cheaper(const Candidate& subject) {
  const auto& fitting = answer_.ranking.fitting;
  if (!answer_.asked || fitting.empty() || subject.sku == nullptr) return;
  const Candidate& best = fitting.front();
  if (best.sku == subject.sku) return;
  const std::string nodes =
      fmt::format("{} on {}", counted(best.estimate.nodes, "node", "nodes"), best.node.name);
  std::string label = "Instead: ";
  std::string text =
      fmt::format("{}, {} of GPU memory", nodes, whole_gib(best.total_memory_bytes()));
  if (subject.fits() && best.price_per_hour && subject.price_per_hour) {
    if (*best.price_per_hour >= *subject.price_per_hour) return;
    label = "Cheaper: ";
    text = fmt::format("{}, {:.2f} an hour instead of {:.2f}", nodes, *best.price_per_hour,
                       *subject.price_per_hour);
  } else if (subject.fits()) {
    if (best.total_memory_bytes() >= subject.total_memory_bytes()) return;
    label = "Cheaper, by GPU memory: ";
    text += fmt::format(" instead of {}", whole_gib(subject.total_memory_bytes()));
  }
  text_ += "  " + painted(label, Paint::cyan, style_.color);
  text_ += wrapped(text + ".", columns_, 2, 2 + label.size());
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
  if (!subject.estimate.estimated || answer_.question.runtime != kaito::plan::Runtime::vllm) {
    heading("How many nodes");
    paragraph(fmt::format(
        "Nothing is estimated here: the Workspace has to ask for them, with resource.count: {}.{}",
        subject.estimate.nodes,
        answer_.question.nodes ? "" : " That is the smallest count that is admitted."));
  }
  if (!subject.longest_context && !subject.memory) return;
  heading("Context");
  const std::int64_t tokens = subject.estimate.context_tokens;
  const bool asked = answer_.question.context_tokens.has_value();
  if (subject.longest_context) {
    std::string most = fmt::format("Up to {} tokens fit on {}", *subject.longest_context,
                                   counted(subject.estimate.nodes, "node", "nodes"));
    if (model.context_limit) {
      most += *subject.longest_context >= *model.context_limit
                  ? ", and that is all the model takes"
                  : fmt::format("; the model takes {}", *model.context_limit);
    }
    paragraph(fmt::format("Counted for requests of {} tokens{}. {}.", tokens,
                          asked ? "" : ", the operator's default (--context-length)", most));
  }
  if (subject.memory && subject.memory->cache_tokens) {
    paragraph(*subject.memory->cache_tokens <= 0
                  ? std::string("The server on these GPUs has no room for a cache.")
                  : fmt::format("The server on these GPUs has cache for {} {} tokens{}.",
                                model.cache_is_upper_bound ? "more than" : "about",
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

/// A column of the ranking and whether a narrow terminal can do without it.
struct Column {
  std::string_view title;
  bool droppable;
  std::string (*cell)(const Candidate&);
};

[[nodiscard]] std::string gpus_cell(const Candidate& candidate) {
  std::string_view gpu = candidate.node.gpu_model;
  if (gpu.starts_with("NVIDIA ")) gpu.remove_prefix(7);
  return gpu.empty() ? std::string("a slice") : fmt::format("{} x {}", candidate.node.count, gpu);
}

[[nodiscard]] std::vector<Column> columns_of(const PlanAnswer& answer) {
  std::vector<Column> out{
      {"NODES OF", false, [](const Candidate& c) { return c.node.name; }},
      {"GPUS", true, gpus_cell},
      {"NODES", false, [](const Candidate& c) { return std::to_string(c.estimate.nodes); }},
      {"MEMORY", false, [](const Candidate& c) { return whole_gib(c.total_memory_bytes()); }},
      {"SPLIT", true, [](const Candidate& c) { return parallel_text(c.server.parallel); }},
      {"CONTEXT", false, [](const Candidate& c) {
         return c.longest_context ? std::to_string(*c.longest_context) : std::string("-");
       }}};
  if (answer.ranking.by_price) {
    out.push_back({"PER HOUR", false, [](const Candidate& c) {
                     return c.price_per_hour ? fmt::format("{:.2f}", *c.price_per_hour)
                                             : std::string("-");
                   }});
  }
  return out;
}

/// The rows in as many columns as the width holds; the first always says what was asked for.
[[nodiscard]] std::string table_text(const std::vector<const Candidate*>& rows,
                                     const PlanAnswer& answer, std::size_t width) {
  std::vector<Column> columns = columns_of(answer);
  for (;;) {
    Table table;
    for (const Column& column : columns)
      table.header.emplace_back(column.title);
    for (const Candidate* candidate : rows) {
      std::vector<std::string> cells;
      cells.reserve(columns.size());
      for (const Column& column : columns)
        cells.push_back(column.cell(*candidate));
      table.rows.push_back(std::move(cells));
    }
    std::string text = table.text();
    std::size_t widest = 0;
    for (const std::string_view line : kaito::split(text, '\n'))
      widest = std::max(widest, display_width(line));
    const auto victim = std::find_if(columns.rbegin(), columns.rend(),
                                     [](const Column& column) { return column.droppable; });
    if (widest <= width || victim == columns.rend()) return text;
    columns.erase(std::next(victim).base());
  }
}

void Page::ranking() {
  constexpr std::size_t most_rows = 12;
  const auto& fitting = answer_.ranking.fitting;
  if (fitting.empty()) return;
  std::vector<const Candidate*> rows;
  for (const Candidate& candidate : fitting) {
    const bool asked = answer_.asked && candidate.node.name == answer_.asked->node.name;
    if (style_.wide || rows.size() < most_rows || asked) rows.push_back(&candidate);
  }
  std::string order = "least GPU memory first";
  if (answer_.ranking.by_price) {
    order = "lowest price first";
    if (!answer_.prices->currency.empty()) order += " (" + answer_.prices->currency + ")";
    if (!answer_.prices->date.empty()) order += ", of " + answer_.prices->date;
  } else if (!answer_.own_nodes && answer_.where != "MIG") {
    order += "; prices are not known (--prices)";
  }
  heading(
      fmt::format("What fits on {}, {}", answer_.own_nodes ? "your nodes" : answer_.where, order));
  const std::string lines = table_text(rows, answer_, columns_ - 2);
  for (const std::string_view row : kaito::split(lines, '\n')) {
    if (row.empty()) continue;
    const bool asked = answer_.asked && row.starts_with(answer_.asked->node.name + " ");
    line(painted(fmt::format("{} {}", asked ? "*" : " ", row), asked ? Paint::bold : Paint::none,
                 style_.color));
  }
  if (rows.size() < fitting.size())
    paragraph(fmt::format("and {} more (-o wide)", fitting.size() - rows.size()));
  paragraph(
      "CONTEXT: the longest request without another node. DP: a copy of the model on each "
      "GPU; TP: split over a node's GPUs; PP: split over nodes.");
}

void Page::rejected() {
  // Of slices, all that are smaller.
  if (answer_.where == "MIG" && !style_.wide) return;
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
  heading("What does not fit");
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
