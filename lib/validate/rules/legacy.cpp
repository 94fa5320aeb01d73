#include <fmt/format.h>

#include <algorithm>

#include "kaito/base/text.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"

/// What only older operators refuse. Each looks at the release first, so that nothing of it shows
/// where the release is not known.
namespace kaito::validate {

namespace {

bool is_between(const Subject& subject, std::string_view since, std::string_view until) {
  return is_at_least(subject.context, since) && is_before(subject.context, until);
}

std::string here(const Subject& subject) {
  return "; the operator here is " + subject.context.operator_release;
}

bool given(const std::optional<std::string>& text) {
  return text && !text->empty();
}

/// Calls check(source, path) for each adapter's source.
template <class Check>
void each_adapter_source(const Subject& subject, Check check) {
  const auto& inference = subject.workspace.inference;
  if (!inference || !inference->adapters) return;
  for (std::size_t i = 0; i < inference->adapters->size(); ++i)
    if (const auto& source = (*inference->adapters)[i].source)
      check(*source, field("inference.adapters").index(i).key("source"));
}

void check_no_volumes(const Subject& subject, Report& report) {
  if (!is_between(subject, "v0.3.0", "v0.5.0")) return;
  const auto say = [&](const json::Document& volume, const FieldPath& path) {
    if (volume)
      report.add(path.key("volumeSource"), "is refused before v0.5.0" + here(subject),
                 "use an image");
  };
  each_adapter_source(subject, [&](const api::DataSource& source, const FieldPath& path) {
    say(source.volume_source, path);
  });
  const auto& tuning = subject.workspace.tuning;
  if (tuning && tuning->input) say(tuning->input->volume_source, field("tuning.input"));
  if (tuning && tuning->output) say(tuning->output->volume_source, field("tuning.output"));
}

/// ^(.+/[^:/]+):([^:/]+)$, and the last part in lower case from v0.3.1.
bool is_tagged_reference(std::string_view image, bool lower_case) {
  const std::size_t slash = image.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return false;
  const std::string_view last = image.substr(slash + 1);
  const std::size_t colon = last.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == last.size() ||
      last.find(':', colon + 1) != std::string_view::npos)
    return false;
  const std::string_view name = last.substr(0, colon);
  return !lower_case || to_lower(name) == name;
}

void check_images(const Subject& subject, Report& report) {
  if (!is_between(subject, "v0.3.0", "v0.4.5")) return;
  const bool lower_case = is_at_least(subject.context, "v0.3.1");
  const auto say = [&](const std::optional<std::string>& image, const FieldPath& path) {
    if (given(image) && !is_tagged_reference(*image, lower_case))
      report.add(path.key("image"),
                 in_quotes(*image) + " has to be REGISTRY/NAME:TAG before v0.4.5" + here(subject),
                 "write registry, name and tag");
  };
  const auto& tuning = subject.workspace.tuning;
  if (tuning && tuning->input) say(tuning->input->image, field("tuning.input"));
  if (tuning && tuning->output) say(tuning->output->image, field("tuning.output"));
}

void check_adapter_images(const Subject& subject, Report& report) {
  if (!is_between(subject, "v0.5.0", "v0.10.0")) return;
  each_adapter_source(subject, [&](const api::DataSource& source, const FieldPath& path) {
    if (source.volume_source && !given(source.image))
      report.add(path.key("image"), "is required before v0.10.0" + here(subject),
                 "put the adapter into an image");
  });
}

void check_preferred_nodes(const Subject& subject, Report& report) {
  const auto& resource = subject.workspace.resource;
  if (!is_between(subject, "v0.7.0", "v0.8.0") || !subject.context.own_nodes || !resource) return;
  const auto preferred =
      static_cast<std::int64_t>(resource->preferred_nodes ? resource->preferred_nodes->size() : 0);
  const std::int64_t count = resource->count.value_or(1);
  if (preferred < count)
    report.add(field("resource.preferredNodes"),
               fmt::format("names {} nodes, and count is {}{}", preferred, count, here(subject)),
               "name as many nodes as count says");
}

void check_replicas(const Subject& subject, Report& report) {
  if (is_between(subject, "v0.9.0", "v0.11.0") && subject.set->replicas.value_or(1) < 1)
    report.add(field("spec.replicas"),
               fmt::format("is {}: none at all came with v0.11.0{}", *subject.set->replicas,
                           here(subject)),
               "write 1 or more");
}

constexpr Rule kRules[] = {
    {"L03", Severity::error, "data from or to a volume, before v0.5.0", check_no_volumes},
    {"L04", Severity::error, "an image that is not REGISTRY/NAME:TAG, before v0.4.5", check_images},
    {"L06", Severity::error, "an adapter without an image, before v0.10.0", check_adapter_images},
    {"L07", Severity::error, "fewer preferred nodes than count on own nodes, in v0.7",
     check_preferred_nodes},
};

constexpr Rule kSetRules[] = {
    {"L13", Severity::error, "an InferenceSet of no replicas, in v0.9 and v0.10", check_replicas},
};

}  // namespace

Rules legacy_rules() {
  return kRules;
}

Rules legacy_set_rules() {
  return kSetRules;
}

}  // namespace kaito::validate
