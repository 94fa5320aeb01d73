#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "kaito/plan/facts.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"

/// What admission looks up on the cluster's own nodes, where they are known (Context::nodes).
namespace kaito::validate {

namespace {

constexpr std::string_view kProduct = "nvidia.com/gpu.product";
constexpr std::string_view kCount = "nvidia.com/gpu.count";
constexpr std::string_view kMemory = "nvidia.com/gpu.memory";

FieldPath selector() {
  return field("resource.labelSelector");
}

/// The nodes that matchLabels chooses; nothing where admission does not look, which it does for a
/// preset on whole nodes.
std::optional<std::vector<const Node*>> chosen(const Subject& subject) {
  const auto& resource = subject.workspace.resource;
  const auto& inference = subject.workspace.inference;
  if (!subject.context.own_nodes || subject.context.nodes == nullptr || !inference ||
      !inference->preset || (resource && resource->partition))
    return std::nullopt;
  std::vector<const Node*> nodes;
  for (const Node& node : *subject.context.nodes) {
    const auto carries = [&](const auto& label) {
      const auto found = node.labels.find(label.first);
      return is_reserved_label(label.first) ||
             (found != node.labels.end() && found->second == label.second);
    };
    if (!resource || !resource->label_selector ||
        std::all_of(resource->label_selector->match_labels.begin(),
                    resource->label_selector->match_labels.end(), carries))
      nodes.push_back(&node);
  }
  return nodes;
}

std::string_view label(const Node& node, std::string_view key) {
  const auto found = node.labels.find(std::string(key));
  return found == node.labels.end() ? std::string_view() : std::string_view(found->second);
}

bool is_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && stop == text.data() + text.size();
}

/// What is wrong with the node's GPU labels; "" when nothing is.
std::string label_problem(const Node& node) {
  if (label(node, kProduct).empty()) return fmt::format("has no label {}", kProduct);
  for (const std::string_view key : {kCount, kMemory}) {
    if (label(node, key).empty()) return fmt::format("has no label {}", key);
    if (!is_integer(label(node, key)))
      return fmt::format("has {}, which is no number, under {}", in_quotes(label(node, key)), key);
  }
  return {};
}

bool are_readable(const std::vector<const Node*>& nodes) {
  return std::all_of(nodes.begin(), nodes.end(),
                     [](const Node* node) { return label_problem(*node).empty(); });
}

void check_found(const Subject& subject, Report& report) {
  const auto nodes = chosen(subject);
  if (nodes && nodes->empty())
    report.add(selector(), "chooses none of the nodes that there are",
               "label the GPU nodes, or write labels that they carry");
}

void check_labels(const Subject& subject, Report& report) {
  const auto nodes = chosen(subject);
  if (!nodes) return;
  for (const Node* node : *nodes) {
    const std::string problem = label_problem(*node);
    if (problem.empty()) continue;
    report.add(selector(),
               fmt::format("chooses the node {}, which {}", in_quotes(node->name), problem),
               "choose GPU nodes alone, and let GPU feature discovery label them");
    return;
  }
}

/// Says the first two of the chosen nodes that differ in a label.
void check_same(const Subject& subject, std::string_view key, std::string_view what,
                Report& report) {
  const auto nodes = chosen(subject);
  if (!nodes || nodes->empty() || !are_readable(*nodes)) return;
  const Node& first = *nodes->front();
  for (const Node* node : *nodes)
    if (label(*node, key) != label(first, key)) {
      report.add(
          selector(),
          fmt::format("chooses nodes of different {}: {} on {}, {} on {}", what, label(first, key),
                      in_quotes(first.name), label(*node, key), in_quotes(node->name)),
          "add a label that only nodes of one kind carry");
      return;
    }
}

void check_same_product(const Subject& subject, Report& report) {
  check_same(subject, kProduct, "GPU models", report);
}
void check_same_count(const Subject& subject, Report& report) {
  check_same(subject, kCount, "GPU counts", report);
}
void check_same_memory(const Subject& subject, Report& report) {
  check_same(subject, kMemory, "GPU memory", report);
}

/// V034 and V035 for nodes that are there: all that match count, ready or not.
void check_memory(const Subject& subject, Report& report) {
  const auto nodes = chosen(subject);
  const auto* preset = subject.inference_preset;
  if (!nodes || nodes->empty() || !are_readable(*nodes) || preset == nullptr || !preset->weights)
    return;
  const auto node = plan::node_gpus(nodes->front()->labels);
  if (!node) return;
  const auto count = static_cast<std::int64_t>(nodes->size());
  const bool bypassed = annotation(subject.workspace, "kaito.sh/bypass-resource-checks") != nullptr;
  if (count * node->memory_bytes < preset->weights->value())
    report.add_as(bypassed ? Severity::warning : Severity::error, selector(),
                  fmt::format("chooses {} with {} GiB of GPU memory together; {} needs {}",
                              count == 1 ? "one node" : std::to_string(count) + " nodes",
                              count * (node->memory_bytes / plan::gibibyte), preset->name,
                              preset->weights->text()),
                  "choose larger or more nodes");
}

constexpr Rule kRules[] = {
    {"V024", Severity::error, "a selector that chooses none of the cluster's nodes", check_found},
    {"V025", Severity::error, "a chosen node without readable GPU labels", check_labels},
    {"V026", Severity::error, "chosen nodes of different GPU models", check_same_product},
    {"V027", Severity::error, "chosen nodes of different GPU counts", check_same_count},
    {"V028", Severity::error, "chosen nodes of different GPU memory", check_same_memory},
    {"V034", Severity::error, "too little GPU memory for the model, all nodes together",
     check_memory},
};

}  // namespace

Rules own_node_rules() {
  return kRules;
}

}  // namespace kaito::validate
