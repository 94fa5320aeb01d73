#include <fmt/format.h>

#include <algorithm>

#include "kaito/base/text.hpp"
#include "validate/rule.hpp"

namespace kaito::validate {

namespace {

const api::GpuPartition* partition_of(const Subject& subject) {
  const auto& resource = subject.workspace.resource;
  return resource && resource->partition ? &*resource->partition : nullptr;
}

/// The partition of a Workspace that may have one at all.
const api::GpuPartition* usable(const Subject& subject, std::string_view mode) {
  const auto* partition = partition_of(subject);
  const bool refused = subject.context.own_nodes_known && !subject.context.own_nodes;  // V014
  return partition != nullptr && !refused && partition->mode == mode ? partition : nullptr;
}

FieldPath path() {
  return field("resource.partition");
}

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "1g.10gb", numbers above zero.
bool has_profile_form(std::string_view profile) {
  const std::size_t dot = profile.find("g.");
  if (dot == std::string_view::npos || !profile.ends_with("gb")) return false;
  const std::string_view slices = profile.substr(0, dot);
  const std::string_view memory = profile.substr(dot + 2, profile.size() - dot - 4);
  return is_digits(slices) && is_digits(memory) &&
         slices.find_first_not_of('0') != std::string_view::npos &&
         memory.find_first_not_of('0') != std::string_view::npos;
}

void check_own_nodes(const Subject& subject, Report& report) {
  if (partition_of(subject) == nullptr || subject.context.own_nodes) return;
  // With an instance type it is refused in either mode; without one, V005 has said the rest.
  const auto& instance_type = subject.workspace.resource->instance_type;
  if (subject.context.own_nodes_known || (instance_type && !instance_type->empty()))
    report.add(path(), "works only where the operator uses the cluster's own nodes",
               "remove it, or use nodes that are there, without an instance type");
}

/// A gate is off unless the operator was told otherwise.
void check_gate(const Subject& subject, std::string_view mode, std::string_view gate,
                Report& report) {
  const auto& resource = subject.workspace.resource;
  // With an instance type there can be no partition (V014).
  if (usable(subject, mode) == nullptr || !resource->instance_type.value_or("").empty()) return;
  const auto& gates = subject.context.feature_gates;
  const auto found = gates.find(gate);
  if (found == gates.end())
    report.add_as(Severity::info, path().key("mode"),
                  fmt::format("{} needs the operator's feature gate {}, which is off by default",
                              mode, gate));
  else if (!found->second)
    report.add(
        path().key("mode"),
        fmt::format("{} needs the operator's feature gate {}, which is off here", mode, gate),
        fmt::format("start the operator with --feature-gates={}=true", gate));
}

void check_mig_gate(const Subject& subject, Report& report) {
  check_gate(subject, "mig", "enableMIG", report);
}
void check_accelerator_gate(const Subject& subject, Report& report) {
  check_gate(subject, "accelerator", "enableAccelerator", report);
}

void check_no_count(const Subject& subject, Report& report) {
  const auto* partition = usable(subject, "mig");
  if (partition != nullptr && partition->count)
    report.add(path().key("count"), "goes with mode accelerator only", "remove it");
}

void check_profile_form(const Subject& subject, Report& report) {
  const auto* partition = usable(subject, "mig");
  if (partition == nullptr || has_profile_form(partition->profile)) return;
  report.add(path().key("profile"),
             partition->profile.empty() ? "is required with mode mig"
                                        : in_quotes(partition->profile) + " is not a MIG profile",
             "write one such as 1g.10gb");
}

void check_profile_known(const Subject& subject, Report& report) {
  const auto* partition = usable(subject, "mig");
  const auto* catalog = subject.context.catalog;
  if (partition == nullptr || catalog == nullptr || !has_profile_form(partition->profile)) return;
  std::vector<std::string> names;
  for (const auto& profile : catalog->mig_profiles())
    names.push_back(profile.name);
  if (std::find(names.begin(), names.end(), partition->profile) == names.end())
    report.add(path().key("profile"),
               in_quotes(partition->profile) + " is not a MIG profile that KAITO knows",
               did_you_mean(partition->profile, names));
}

void check_no_profile(const Subject& subject, Report& report) {
  const auto* partition = usable(subject, "accelerator");
  if (partition != nullptr && !partition->profile.empty())
    report.add(path().key("profile"), "goes with mode mig only", "remove it");
}

void check_count_given(const Subject& subject, Report& report) {
  const auto* partition = usable(subject, "accelerator");
  if (partition != nullptr && !partition->count)
    report.add(path().key("count"), "is required with mode accelerator: how many GPUs");
}

void check_not_tuning(const Subject& subject, Report& report) {
  if (partition_of(subject) != nullptr && subject.workspace.tuning)
    report.add(path(), "does not go with tuning", "remove it");
}

constexpr Rule kRules[] = {
    {"V014", Severity::error, "a partition where the operator creates the nodes", check_own_nodes},
    {"V016", Severity::error,
     "a MIG partition where the operator has no enableMIG (a note where "
     "that is not known)",
     check_mig_gate},
    {"V021", Severity::error,
     "an accelerator partition where the operator has no "
     "enableAccelerator (a note where that is not known)",
     check_accelerator_gate},
    {"V017", Severity::error, "a MIG partition with a count", check_no_count},
    {"V018", Severity::error, "a MIG profile that is not of the form 1g.10gb", check_profile_form},
    {"V019", Severity::error, "a MIG profile that does not exist", check_profile_known},
    {"V022", Severity::error, "an accelerator partition with a profile", check_no_profile},
    {"V023", Severity::error, "an accelerator partition without a count", check_count_given},
    {"V069", Severity::error, "tuning on a partition", check_not_tuning},
};

}  // namespace

Rules partition_rules() {
  return kRules;
}

}  // namespace kaito::validate
