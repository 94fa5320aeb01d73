#include "validate/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "validate/release.hpp"

namespace kaito::validate {

namespace {

std::vector<Explanation> joined() {
  std::vector<Explanation> all;
  for (const auto list :
       {schema_explanations(), resource_explanations(), inference_explanations(),
        tuning_explanations(), update_explanations(), legacy_explanations(), lint_explanations()})
    all.insert(all.end(), list.begin(), list.end());
  std::sort(all.begin(), all.end(),
            [](const Explanation& a, const Explanation& b) { return a.code < b.code; });
  return all;
}

std::string_view origin(char letter) {
  switch (letter) {
    case 'S':
      return "schema of the CRD, checked by the API server";
    case 'K':
      return "kaitoctl";
    default:
      return "admission webhook of the operator";
  }
}

}  // namespace

std::span<const Explanation> explanations() {
  static const std::vector<Explanation> all = joined();
  return all;
}

const Explanation* find_explanation(std::string_view code) {
  const auto all = explanations();
  const auto found = std::lower_bound(
      all.begin(), all.end(), code,
      [](const Explanation& one, std::string_view wanted) { return one.code < wanted; });
  return found != all.end() && found->code == code ? &*found : nullptr;
}

std::string source_of(const Explanation& explanation) {
  std::string text(origin(explanation.code.front()));
  if (!explanation.since.empty() && !explanation.until.empty())
    text += fmt::format(", from {}, no longer in {}", explanation.since, explanation.until);
  else if (!explanation.since.empty())
    text += fmt::format(", {} and later", explanation.since);
  else if (!explanation.until.empty())
    text += fmt::format(", before {}", explanation.until);
  if (explanation.versions == Versions::v1beta1) text += ", v1beta1";
  if (explanation.versions == Versions::v1alpha1) text += ", v1alpha1";
  return text;
}

bool is_refused(std::string_view code, const Subject& subject) {
  const Explanation* rule = find_explanation(code);
  if (rule == nullptr) return true;
  if (!rule->since.empty() && is_before(subject.context, rule->since)) return false;
  if (!rule->until.empty() && is_at_least(subject.context, rule->until)) return false;
  const auto version =
      subject.set != nullptr ? api::ApiVersion::v1beta1 : subject.workspace.version;
  if (rule->versions == Versions::v1beta1) return version == api::ApiVersion::v1beta1;
  if (rule->versions == Versions::v1alpha1) return version == api::ApiVersion::v1alpha1;
  return true;
}

}  // namespace kaito::validate
