#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <optional>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"

/// What cannot change once a Workspace is stored. Both sides have the schema's defaults filled in.
namespace kaito::validate {

namespace {

constexpr std::string_view kRecreate =
    "take another name, or delete the stored Workspace first (its nodes go with it)";

void immutable(Report& report, const FieldPath& path, std::string_view before,
               std::string_view after) {
  report.add(path, fmt::format("cannot change from {} to {}", before, after),
             std::string(kRecreate));
}

std::string_view purpose(const api::Workspace& workspace) {
  if (workspace.inference) return "an inference Workspace";
  return workspace.tuning ? "a tuning Workspace" : "neither inference nor tuning";
}

void check_purpose(const Subject& subject, bool was, bool is, std::string_view name,
                   Report& report) {
  if (was == is) return;
  report.add(field(name),
             fmt::format("cannot be {}: the stored Workspace {} is {}, and stays that",
                         is ? "added" : "removed", in_quotes(subject.stored->meta.name),
                         purpose(*subject.stored)),
             std::string(kRecreate));
}

void check_inference_stays(const Subject& subject, Report& report) {
  check_purpose(subject, subject.stored->inference.has_value(),
                subject.workspace.inference.has_value(), "inference", report);
}

void check_tuning_stays(const Subject& subject, Report& report) {
  check_purpose(subject, subject.stored->tuning.has_value(), subject.workspace.tuning.has_value(),
                "tuning", report);
}

/// The resource of both sides, where both have one.
struct Resources {
  const api::ResourceSpec* stored = nullptr;
  const api::ResourceSpec* wanted = nullptr;
  explicit operator bool() const { return stored != nullptr && wanted != nullptr; }
};

Resources resources_of(const Subject& subject) {
  const auto& stored = subject.stored->resource;
  const auto& wanted = subject.workspace.resource;
  return {stored ? &*stored : nullptr, wanted ? &*wanted : nullptr};
}

void check_count(const Subject& subject, Report& report) {
  const Resources both = resources_of(subject);
  if (both && both.stored->count && both.wanted->count &&
      *both.stored->count != *both.wanted->count)
    immutable(report, field("resource.count"), std::to_string(*both.stored->count),
              std::to_string(*both.wanted->count));
}

std::string describe(const std::optional<api::GpuPartition>& partition) {
  if (!partition) return "none";
  std::string text = partition->mode;
  if (!partition->profile.empty()) text += " " + partition->profile;
  if (partition->count) text += fmt::format(" x{}", *partition->count);
  return escape_controls(text);
}

void check_partition(const Subject& subject, Report& report) {
  const Resources both = resources_of(subject);
  if (both && both.stored->partition != both.wanted->partition)
    immutable(report, field("resource.partition"), describe(both.stored->partition),
              describe(both.wanted->partition));
}

/// The instance types of both sides, "" where there is none.
struct InstanceTypes {
  std::string stored;
  std::string wanted;
};

InstanceTypes instance_types(const Subject& subject) {
  const Resources both = resources_of(subject);
  if (!both) return {};
  return {both.stored->instance_type.value_or(""), both.wanted->instance_type.value_or("")};
}

bool is_v1alpha1(const Subject& subject) {
  return subject.workspace.version == api::ApiVersion::v1alpha1;
}

std::string shown(const std::string& instance_type) {
  return instance_type.empty() ? "none" : in_quotes(instance_type);
}

/// v1alpha1 in every release, and v1beta1 before v0.8.1: without regard to the mode.
bool compares_plainly(const Subject& subject) {
  return is_v1alpha1(subject) || is_before(subject.context, "v0.8.1");
}

void check_instance_type_plainly(const Subject& subject, Report& report) {
  const auto [stored, wanted] = instance_types(subject);
  if (compares_plainly(subject) && stored != wanted)
    immutable(report, field("resource.instanceType"), shown(stored), shown(wanted));
}

void check_instance_type_stays_empty(const Subject& subject, Report& report) {
  const auto [stored, wanted] = instance_types(subject);
  if (!compares_plainly(subject) && subject.context.own_nodes && stored.empty() && !wanted.empty())
    immutable(report, field("resource.instanceType"), "none", shown(wanted));
}

void check_instance_type_own_nodes(const Subject& subject, Report& report) {
  const auto [stored, wanted] = instance_types(subject);
  if (!compares_plainly(subject) && subject.context.own_nodes && !stored.empty() &&
      !wanted.empty() && stored != wanted)
    immutable(report, field("resource.instanceType"), shown(stored), shown(wanted));
}

void check_instance_type_kept(const Subject& subject, Report& report) {
  const auto [stored, wanted] = instance_types(subject);
  if (!compares_plainly(subject) && !subject.context.own_nodes && !stored.empty() && wanted.empty())
    report.add_as(unless_own_nodes(subject.context), field("resource.instanceType"),
                  fmt::format("cannot be removed: the stored one is {}", shown(stored)),
                  "keep " + shown(stored));
}

void check_instance_type_same(const Subject& subject, Report& report) {
  const auto [stored, wanted] = instance_types(subject);
  if (!compares_plainly(subject) && !subject.context.own_nodes && !stored.empty() &&
      !wanted.empty() && stored != wanted)
    immutable(report, field("resource.instanceType"), shown(stored), shown(wanted));
}

/// The pairs that a selector stands for: matchLabels and In with one value. Nothing for no
/// selector.
using Pairs = std::optional<std::map<std::string, std::string>>;

Pairs pairs_of(const std::optional<api::LabelSelector>& selector) {
  if (!selector) return std::nullopt;
  auto pairs = selector->match_labels;
  const auto* expressions =
      selector->match_expressions ? selector->match_expressions.value().if_array() : nullptr;
  if (expressions == nullptr) return pairs;
  for (const auto& expression : *expressions) {
    const auto* values = json::find(expression, {"values"});
    if (values != nullptr && values->is_array() && values->get_array().size() == 1 &&
        values->get_array()[0].is_string())
      pairs[std::string(json::string_at(expression, {"key"}))] =
          std::string_view(values->get_array()[0].get_string());
  }
  return pairs;
}

std::string describe(const Pairs& pairs) {
  if (!pairs) return "none";
  if (pairs->empty()) return "an empty one";
  std::vector<std::string> texts;
  for (const auto& [key, value] : *pairs)
    texts.push_back(fmt::format("{}={}", key, value));
  return in_quotes(join(texts, ","));
}

/// Whether the selector stands for key = value pairs alone, as V012 has it.
bool is_expressible(const std::optional<api::LabelSelector>& selector) {
  const auto* expressions = selector && selector->match_expressions
                                ? selector->match_expressions.value().if_array()
                                : nullptr;
  return expressions == nullptr ||
         std::all_of(expressions->begin(), expressions->end(), [](const json::Value& expression) {
           const auto* values = json::find(expression, {"values"});
           return json::string_at(expression, {"operator"}) == "In" && values != nullptr &&
                  values->is_array() && values->get_array().size() == 1;
         });
}

void check_selector(const Subject& subject, Report& report) {
  const Resources both = resources_of(subject);
  if (!both) return;
  if (!is_expressible(both.stored->label_selector) || !is_expressible(both.wanted->label_selector))
    return;  // V106
  const Pairs stored = pairs_of(both.stored->label_selector);
  const Pairs wanted = pairs_of(both.wanted->label_selector);
  if (stored != wanted)
    immutable(report, field("resource.labelSelector"), describe(stored), describe(wanted));
}

void check_selector_expressible(const Subject& subject, Report& report) {
  const Resources both = resources_of(subject);
  if (!both) return;
  if (!is_expressible(both.stored->label_selector) || !is_expressible(both.wanted->label_selector))
    report.add(field("resource.labelSelector"),
               fmt::format("{} is more than key = value pairs, so that no update is taken",
                           is_expressible(both.stored->label_selector) ? "what is asked for"
                                                                       : "the stored one"),
               std::string(kRecreate));
}

/// Says for a preset which of its fields differs.
void check_preset(const std::optional<api::PresetSpec>& stored,
                  const std::optional<api::PresetSpec>& wanted, const FieldPath& path,
                  Report& report) {
  if (stored == wanted) return;
  if (!stored || !wanted) {
    report.add(path, fmt::format("cannot be {}", wanted ? "added" : "removed"),
               std::string(kRecreate));
  } else if (stored->name != wanted->name) {
    immutable(report, path.key("name"), in_quotes(stored->name), in_quotes(wanted->name));
  } else if (stored->access_mode != wanted->access_mode) {
    immutable(report, path.key("accessMode"), in_quotes(stored->access_mode.value_or("")),
              in_quotes(wanted->access_mode.value_or("")));
  } else {
    report.add(path.key("presetOptions"), "cannot change in any way, an empty list included",
               std::string(kRecreate));
  }
}

void check_inference_preset(const Subject& subject, Report& report) {
  if (subject.stored->inference && subject.workspace.inference)
    check_preset(subject.stored->inference->preset, subject.workspace.inference->preset,
                 field("inference.preset"), report);
}

void check_template(const Subject& subject, Report& report) {
  const auto& stored = subject.stored->inference;
  const auto& wanted = subject.workspace.inference;
  if (stored && wanted && stored->pod_template.has_value() != wanted->pod_template.has_value())
    report.add(field("inference.template"),
               fmt::format("cannot be {}", wanted->pod_template ? "added" : "removed"),
               std::string(kRecreate));
}

/// The tuning of both sides, where both have it.
template <class Check>
void with_tuning(const Subject& subject, Check check) {
  if (subject.stored->tuning && subject.workspace.tuning)
    check(*subject.stored->tuning, *subject.workspace.tuning);
}

void check_input_name(const Subject& subject, Report& report) {
  with_tuning(subject, [&](const api::TuningSpec& stored, const api::TuningSpec& wanted) {
    const std::string before = stored.input ? stored.input->name.value_or("") : "";
    const std::string after = wanted.input ? wanted.input->name.value_or("") : "";
    if (stored.input && wanted.input && before != after)
      immutable(report, field("tuning.input.name"), in_quotes(before), in_quotes(after));
  });
}

void check_tuning_preset(const Subject& subject, Report& report) {
  with_tuning(subject, [&](const api::TuningSpec& stored, const api::TuningSpec& wanted) {
    check_preset(stored.preset, wanted.preset, field("tuning.preset"), report);
  });
}

void check_method(const Subject& subject, Report& report) {
  with_tuning(subject, [&](const api::TuningSpec& stored, const api::TuningSpec& wanted) {
    const std::string before = stored.method.value_or("");
    const std::string after = wanted.method.value_or("");
    if (!equals_ignoring_case(before, after))
      immutable(report, field("tuning.method"), in_quotes(before), in_quotes(after));
  });
}

/// v0.3.0 alone fixed where the data comes from and goes to.
void check_tuning_data(const Subject& subject, Report& report) {
  if (!is_at_least(subject.context, "v0.3.0") || !is_before(subject.context, "v0.3.1")) return;
  with_tuning(subject, [&](const api::TuningSpec& stored, const api::TuningSpec& wanted) {
    const auto sorted = [](std::optional<std::vector<std::string>> list) {
      if (list) std::sort(list->begin(), list->end());
      return list.value_or(std::vector<std::string>());
    };
    if (stored.input && wanted.input &&
        (sorted(stored.input->urls) != sorted(wanted.input->urls) ||
         sorted(stored.input->image_pull_secrets) != sorted(wanted.input->image_pull_secrets) ||
         stored.input->image.value_or("") != wanted.input->image.value_or("")))
      report.add(field("tuning.input"), "cannot change in v0.3.0", std::string(kRecreate));
    if (stored.output && wanted.output &&
        (stored.output->image.value_or("") != wanted.output->image.value_or("") ||
         stored.output->image_push_secret.value_or("") !=
             wanted.output->image_push_secret.value_or("")))
      report.add(field("tuning.output"), "cannot change in v0.3.0", std::string(kRecreate));
  });
}

void check_streaming(const Subject& subject, Report& report) {
  constexpr std::string_view kKey = "kaito.sh/model-streaming";
  const auto gate = subject.context.feature_gates.find("ModelStreaming");
  const bool known = gate != subject.context.feature_gates.end();
  if (known && !gate->second) return;
  const std::string* stored = annotation(*subject.stored, kKey);
  const std::string* wanted = annotation(subject.workspace, kKey);
  const std::string before = stored != nullptr ? *stored : "";
  const std::string after = wanted != nullptr ? *wanted : "";
  if (before != after)
    report.add_as(known ? Severity::error : Severity::warning, annotation_path(kKey),
                  fmt::format("changes from {} to {}, which is refused where the operator streams "
                              "models",
                              in_quotes(before), in_quotes(after)));
}

constexpr Rule kRules[] = {
    {"V097", Severity::error, "inference is added to or removed from a stored Workspace",
     check_inference_stays},
    {"V098", Severity::error, "tuning is added to or removed from a stored Workspace",
     check_tuning_stays},
    {"V099", Severity::error, "resource.count changes", check_count},
    {"V100", Severity::error, "the partition changes", check_partition},
    {"V101", Severity::error, "the instance type changes (v1alpha1; v1beta1 before v0.8.1)",
     check_instance_type_plainly},
    {"V102", Severity::error, "an instance type is added on the cluster's own nodes",
     check_instance_type_stays_empty},
    {"V103", Severity::error, "the instance type changes on the cluster's own nodes",
     check_instance_type_own_nodes},
    {"V104", Severity::error, "the instance type is removed where the operator creates nodes",
     check_instance_type_kept},
    {"V105", Severity::error, "the instance type changes where the operator creates nodes",
     check_instance_type_same},
    {"V106", Severity::error, "an update of a selector that is more than key = value pairs",
     check_selector_expressible},
    {"V107", Severity::error, "the label selector changes", check_selector},
    {"V108", Severity::error, "the inference preset changes", check_inference_preset},
    {"V109", Severity::error, "the pod template is added or removed", check_template},
    {"L12", Severity::error, "the tuning input or output changes, in v0.3.0", check_tuning_data},
    {"V111", Severity::error, "the name of the tuning input changes", check_input_name},
    {"V114", Severity::error, "the tuning preset changes", check_tuning_preset},
    {"V115", Severity::error, "the tuning method changes", check_method},
    {"V116", Severity::warning, "the annotation kaito.sh/model-streaming changes", check_streaming},
};

}  // namespace

Rules update_rules() {
  return kRules;
}

}  // namespace kaito::validate
