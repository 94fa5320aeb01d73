#include <fmt/format.h>

#include "kaito/base/text.hpp"
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
    report.add(field("metadata.name"), name.empty() ? problem : quoted(name) + " " + problem);
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

constexpr Rule kRules[] = {
    {"V117", Severity::error, "the name of an InferenceSet is not a DNS label", check_label},
    {"V118", Severity::error, "an InferenceSet's replicas are negative", check_replicas},
    {"K003", Severity::error, "the name leaves no room for the Service NAME-headless",
     check_room_for_suffix},
};

}  // namespace

Rules inference_set_rules() {
  return kRules;
}

}  // namespace kaito::validate
