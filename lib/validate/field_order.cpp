#include "validate/field_order.hpp"

#include <algorithm>
#include <map>

namespace kaito::validate {

namespace {

using Ranks = std::map<std::string, std::size_t, std::less<>>;

Ranks ranks_of(const std::vector<api::Field>& fields) {
  Ranks ranks;
  for (std::size_t i = 0; i < fields.size(); ++i)
    ranks.emplace(fields[i].path, i);
  return ranks;
}

/// Per step: the rank of its field, or the item's position.
std::vector<std::size_t> sort_key(const FieldPath& path, const Ranks& ranks) {
  std::vector<std::size_t> key;
  std::string generic;
  for (const auto& step : path.steps()) {
    if (const auto* index = std::get_if<std::size_t>(&step)) {
      generic += "[]";
      key.push_back(*index);
      continue;
    }
    if (!generic.empty()) generic += '.';
    generic += std::get<std::string>(step);
    const auto rank = ranks.find(generic);
    key.push_back(rank == ranks.end() ? ranks.size() : rank->second);
  }
  return key;
}

}  // namespace

std::string generic_path(const FieldPath& path) {
  std::string generic;
  for (const auto& step : path.steps()) {
    if (std::holds_alternative<std::size_t>(step)) {
      generic += "[]";
      continue;
    }
    if (!generic.empty()) generic += '.';
    generic += std::get<std::string>(step);
  }
  return generic;
}

void sort_by_field(std::vector<Finding>& findings, FieldsOf kind) {
  if (findings.size() < 2) return;
  static const Ranks of_workspace = ranks_of(api::workspace_fields(api::ApiVersion::v1beta1));
  static const Ranks of_set = ranks_of(api::inference_set_fields(api::ApiVersion::v1beta1));
  const Ranks& ranks = kind == FieldsOf::workspace ? of_workspace : of_set;
  std::vector<std::pair<std::vector<std::size_t>, Finding>> keyed;
  keyed.reserve(findings.size());
  for (auto& finding : findings) {
    std::vector<std::size_t> key = sort_key(finding.path, ranks);
    keyed.emplace_back(std::move(key), std::move(finding));
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  findings.clear();
  for (auto& [key, finding] : keyed)
    findings.push_back(std::move(finding));
}

}  // namespace kaito::validate
