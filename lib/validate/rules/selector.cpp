#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "validate/rule.hpp"

namespace kaito::validate {

namespace {

const api::LabelSelector* selector_of(const Subject& subject) {
  const auto& resource = subject.workspace.resource;
  return resource && resource->label_selector ? &*resource->label_selector : nullptr;
}

FieldPath labels_path() {
  return field("resource.labelSelector.matchLabels");
}

const json::Array* expressions_of(const api::LabelSelector& selector) {
  return selector.match_expressions ? selector.match_expressions.value().if_array() : nullptr;
}

void check_expressible(const Subject& subject, Report& report) {
  const auto* selector = selector_of(subject);
  const auto* expressions = selector != nullptr ? expressions_of(*selector) : nullptr;
  if (expressions == nullptr) return;
  for (std::size_t i = 0; i < expressions->size(); ++i) {
    const json::Value& expression = (*expressions)[i];
    const FieldPath path = field("resource.labelSelector.matchExpressions").index(i);
    const std::string_view op = json::string_at(expression, {"operator"});
    if (op.empty()) continue;  // S01
    const json::Value* values = json::find(expression, {"values"});
    const std::size_t count =
        values != nullptr && values->is_array() ? values->get_array().size() : 0;
    if (op != "In")
      report.add(path.key("operator"),
                 fmt::format("{} cannot choose nodes: only key = value can", in_quotes(op)),
                 "use matchLabels");
    else if (count != 1)
      report.add(path.key("values"),
                 fmt::format("In with {} values cannot choose nodes: only key = value can", count),
                 "use matchLabels");
  }
}

void check_own_label(const Subject& subject, Report& report) {
  const auto* selector = selector_of(subject);
  if (selector == nullptr || selector->match_labels.empty()) return;
  const auto& labels = selector->match_labels;
  if (std::all_of(labels.begin(), labels.end(),
                  [](const auto& label) { return is_reserved_label(label.first); }))
    report.add(labels_path(), "has no label but those that KAITO reserves for itself",
               "add a label of your own, such as apps: NAME");
}

void check_reserved(const Subject& subject, Report& report) {
  const auto* selector = selector_of(subject);
  if (selector == nullptr) return;
  const auto& labels = selector->match_labels;
  if (std::all_of(labels.begin(), labels.end(),
                  [](const auto& label) { return is_reserved_label(label.first); }))
    return;  // V013
  for (const auto& [key, value] : labels)
    if (is_reserved_label(key))
      report.add(labels_path().key(key), "is reserved by KAITO, which ignores it here",
                 "remove it");
}

void check_expressions_ignored(const Subject& subject, Report& report) {
  const auto* selector = selector_of(subject);
  const auto* expressions = selector != nullptr ? expressions_of(*selector) : nullptr;
  if (expressions != nullptr && !expressions->empty())
    report.add(field("resource.labelSelector.matchExpressions"),
               "is ignored when nodes are chosen: only matchLabels counts",
               "write key: value pairs under matchLabels");
}

void check_empty(const Subject& subject, Report& report) {
  const auto* selector = selector_of(subject);
  if (selector == nullptr || !selector->match_labels.empty()) return;
  // One whose values are of the wrong type (S07) is not empty.
  const bool unread =
      std::any_of(subject.problems.begin(), subject.problems.end(), [](const auto& problem) {
        return problem.path.text().find("matchLabels") != std::string::npos;
      });
  if (unread) return;
  report.add(labels_path(),
             subject.context.own_nodes
                 ? "is empty, which chooses every node of the cluster, those without a GPU too"
                 : "is empty, which chooses every node of the instance type, other Workspaces' too",
             "add a label of your own, such as apps: NAME");
}

void check_label_syntax(const Subject& subject, Report& report) {
  const auto* selector = selector_of(subject);
  if (selector == nullptr) return;
  for (const auto& [key, value] : selector->match_labels) {
    const std::string key_problem = label_key_problem(key);
    const std::string value_problem = label_value_problem(value);
    if (!key_problem.empty())
      report.add(labels_path().key(key), fmt::format("cannot be a label: it {}", key_problem));
    else if (!value_problem.empty())
      report.add(labels_path().key(key), fmt::format("{} cannot be the value of a label: it {}",
                                                     in_quotes(value), value_problem));
  }
}

constexpr Rule kRules[] = {
    {"V012", Severity::error, "a selector that cannot be written as key = value pairs",
     check_expressible},
    {"V013", Severity::error, "a selector of nothing but reserved labels", check_own_label},
    {"K030", Severity::warning, "matchExpressions is given, which does not choose nodes",
     check_expressions_ignored},
    {"K031", Severity::warning, "a selector without matchLabels, which chooses every node",
     check_empty},
    {"K032", Severity::warning, "a reserved label in a selector, which is ignored", check_reserved},
    {"K033", Severity::error, "a selector label that no node can carry", check_label_syntax},
};

}  // namespace

Rules selector_rules() {
  return kRules;
}

}  // namespace kaito::validate
