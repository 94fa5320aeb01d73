#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/duration.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "validate/cron.hpp"
#include "validate/rule.hpp"

/// About the set itself; its template is checked as the Workspace that it makes.
namespace kaito::validate {

namespace {

/// A child is called SET-xxxxx, and its Service SET-xxxxx-headless has to be a DNS label.
constexpr std::size_t kLongestName = 63 - std::string_view("-xxxxx-headless").size();

void check_label(const Subject& subject, Report& report) {
  const std::string& name = subject.set->meta.name;
  if (name.empty() && !subject.set->meta.generate_name.empty()) return;
  const std::string problem = name.empty() ? "is missing" : dns_label_problem(name);
  if (!problem.empty())
    report.add(field("metadata.name"), name.empty() ? problem : in_quotes(name) + " " + problem);
}

void check_replicas(const Subject& subject, Report& report) {
  if (subject.set->replicas.value_or(1) < 0)
    report.add(field("spec.replicas"), fmt::format("is {}", *subject.set->replicas),
               "write 0 or more");
}

void check_room_for_suffix(const Subject& subject, Report& report) {
  const std::string& name = subject.set->meta.name;
  if (name.size() > kLongestName && dns_label_problem(name).empty())
    report.add(field("metadata.name"),
               fmt::format("has {} characters: the Services of its Workspaces would have more than "
                           "63",
                           name.size()),
               fmt::format("take a name of at most {} characters", kLongestName));
}

/// spec.autoUpgrade, or null.
const json::Value& auto_upgrade(const Subject& subject) {
  static const json::Value none;
  return subject.set->auto_upgrade ? subject.set->auto_upgrade.value() : none;
}

const json::Value* maintenance_window(const Subject& subject) {
  return json::find(auto_upgrade(subject), {"maintenanceWindow"});
}

FieldPath window_path() {
  return field("spec.autoUpgrade.maintenanceWindow");
}

void check_auto_upgrade_shape(const Subject& subject, Report& report) {
  const auto& upgrade = auto_upgrade(subject);
  const auto* strategy = json::find(upgrade, {"strategy"});
  if (strategy != nullptr && (!strategy->is_string() || (strategy->get_string() != "InPlace" &&
                                                         strategy->get_string() != "Surge")))
    report.add(field("spec.autoUpgrade.strategy"), "must be InPlace or Surge");
  const auto* enabled = json::find(upgrade, {"enabled"});
  if (enabled != nullptr && !enabled->is_bool())
    report.add(field("spec.autoUpgrade.enabled"), "must be true or false");
  const auto* window = maintenance_window(subject);
  const auto* schedule = window != nullptr ? json::find(*window, {"schedule"}) : nullptr;
  if (window != nullptr && (schedule == nullptr || !schedule->is_string()))
    report.add(window_path().key("schedule"), "is required: five fields of cron, as text");
}

void check_schedule_given(const Subject& subject, Report& report) {
  const auto* window = maintenance_window(subject);
  const auto* schedule = window != nullptr ? json::find(*window, {"schedule"}) : nullptr;
  if (schedule != nullptr && schedule->is_string() && schedule->get_string().empty())
    report.add(window_path().key("schedule"), "is empty", "write one such as \"0 2 * * sat\"");
}

void check_schedule(const Subject& subject, Report& report) {
  const auto* window = maintenance_window(subject);
  if (window == nullptr) return;
  const std::string_view schedule = json::string_at(*window, {"schedule"});
  if (schedule.empty()) return;
  const std::string problem = schedule_problem(schedule);
  if (!problem.empty())
    report.add(window_path().key("schedule"), in_quotes(schedule) + " " + problem,
               "write five fields such as \"0 2 * * sat\"");
}

void check_window_duration(const Subject& subject, Report& report) {
  const auto* window = maintenance_window(subject);
  const auto* duration = window != nullptr ? json::find(*window, {"duration"}) : nullptr;
  if (duration == nullptr || !duration->is_string()) return;
  const std::string_view text = json::string_at(*window, {"duration"});
  const auto parsed = parse_duration(text);
  if (!parsed || *parsed <= std::chrono::nanoseconds(0))
    report.add(window_path().key("duration"),
               in_quotes(text) + (parsed ? " is not above zero" : " is not a duration"),
               "write one such as 4h");
}

void check_ignored(const Subject& subject, Report& report) {
  if (subject.set->node_count_limit)
    report.add(field("spec.nodeCountLimit"), "is read by no operator", "remove it");
  if (subject.set->update_strategy)
    report.add(field("spec.updateStrategy"), "is read by no operator", "remove it");
}

/// The children take their annotations from the template.
void check_annotations(const Subject& subject, Report& report) {
  constexpr std::string_view kTaken = "kaito.sh/disable-benchmark";
  for (const auto& [key, value] : subject.set->meta.annotations)
    if (key.starts_with("kaito.sh/") && key != kTaken)
      report.add(annotation_path(key),
                 "is not handed to the Workspaces of the set: those take the template's",
                 "move it to spec.template.metadata.annotations");
}

void check_partition_stays(const Subject& subject, Report& report) {
  if (subject.stored_set->partition != subject.set->partition)
    report.add(field("spec.template.resource.partition"), "cannot change once the set is stored",
               "make another InferenceSet");
}

constexpr Rule kUpdateRules[] = {
    {"V124", Severity::error, "the partition of a stored InferenceSet changes",
     check_partition_stays},
};

constexpr Rule kRules[] = {
    {"S09", Severity::error, "a field that an InferenceSet requires is missing",
     check_auto_upgrade_shape},
    {"V121", Severity::error, "a maintenance window with an empty schedule", check_schedule_given},
    {"V122", Severity::error, "a maintenance schedule that cron does not take", check_schedule},
    {"V123", Severity::error, "a maintenance window without a length", check_window_duration},
    {"K060", Severity::warning, "a field of an InferenceSet that nothing reads", check_ignored},
    {"K017", Severity::warning, "an annotation on an InferenceSet that belongs on its template",
     check_annotations},
    {"V117", Severity::error, "the name of an InferenceSet is not a DNS label", check_label},
    {"V118", Severity::error, "an InferenceSet's replicas are negative", check_replicas},
    {"K003", Severity::error, "the name leaves no room for the Service NAME-headless",
     check_room_for_suffix},
};

}  // namespace

Rules inference_set_rules() {
  return kRules;
}

Rules inference_set_update_rules() {
  return kUpdateRules;
}

}  // namespace kaito::validate
