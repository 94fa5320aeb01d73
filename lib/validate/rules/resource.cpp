#include <fmt/format.h>

#include "validate/rule.hpp"

namespace kaito::validate {

namespace {

bool is_v1beta1(const Subject& subject) {
  return subject.workspace.version == api::ApiVersion::v1beta1;
}

void check_no_instance_type(const Subject& subject, Report& report) {
  const auto& resource = subject.workspace.resource;
  if (is_v1beta1(subject) && subject.context.own_nodes && resource && resource->instance_type &&
      !resource->instance_type->empty())
    report.add(field("resource.instanceType"),
               "must be left out: the operator runs on the cluster's own nodes and creates none",
               "remove it; the labelSelector finds the nodes");
}

void check_instance_type_given(const Subject& subject, Report& report) {
  const auto& resource = subject.workspace.resource;
  if (is_v1beta1(subject) && !subject.context.own_nodes && resource &&
      (!resource->instance_type || resource->instance_type->empty()))
    report.add_as(unless_own_nodes(subject.context), field("resource.instanceType"),
                  "is missing: only an operator that works with the cluster's own nodes does "
                  "without",
                  "name a GPU instance type, unless the GPU nodes are there already");
}

void check_count(const Subject& subject, Report& report) {
  const auto& resource = subject.workspace.resource;
  if (resource && resource->count.value_or(1) < 1)
    report.add(field("resource.count"),
               fmt::format("is {}: a model needs at least one node", *resource->count),
               "remove it, or write 1 or more");
}

void check_preferred_nodes(const Subject& subject, Report& report) {
  const auto& resource = subject.workspace.resource;
  if (is_v1beta1(subject) && resource && resource->preferred_nodes &&
      !resource->preferred_nodes->empty())
    report.add(field("resource.preferredNodes"), "is not read by current operators",
               "choose nodes with labelSelector.matchLabels");
}

constexpr Rule kRules[] = {
    {"V004", Severity::error, "an instance type where the operator creates no nodes",
     check_no_instance_type},
    {"V005", Severity::error,
     "no instance type where the operator creates the nodes (a warning where its mode is not "
     "known)",
     check_instance_type_given},
    {"K020", Severity::warning, "resource.count is below 1", check_count},
    {"K021", Severity::warning, "preferredNodes is given, which nothing reads",
     check_preferred_nodes},
};

}  // namespace

Rules resource_rules() {
  return kRules;
}

}  // namespace kaito::validate
