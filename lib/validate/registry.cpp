#include "validate/registry.hpp"

#include <algorithm>
#include <string>

#include "validate/explanation.hpp"
#include "validate/pod_fields.hpp"

namespace kaito::validate {

namespace {

/// Rules of the operator that another of ours reports, and those that no object can break by
/// itself: there to be explained.
struct Unchecked {
  std::string_view code;
  std::string_view summary;
};
constexpr Unchecked kUnchecked[] = {
    {"S08", "unknown fields, which the API server drops without a word; reported as V010"},
    {"V015", "a partition mode other than mig and accelerator; reported as S05"},
    {"V029", "the operator cannot list the nodes"},
    {"V030", "the operator runs on no cloud that it knows"},
    {"V033", "the operator's own data about a model is damaged"},
    {"V051", "adapter URLs of internal addresses; reported as V055"},
    {"V058", "the operator does not know its own namespace"},
    {"V062", "the operator runs on no cloud that it knows (inference config)"},
    {"V066", "model streaming on a cloud other than azure"},
    {"V067", "model streaming without the CSI driver blob.csi.azure.com"},
    {"V071", "the operator does not know its own namespace (tuning)"},
    {"V076", "a section of the training settings whose name is no text; reported as V077"},
    {"V084", "tuning without an input; reported as S03"},
    {"V087", "tuning without an output; reported as S03"},
    {"V110", "the tuning input or output is removed; reported as S03"},
    {"V112", "an update to an input image that is not an image reference; reported as V086"},
    {"V113", "an update to an output image that is not an image reference; reported as V088"},
    {"V125",
     "an InferenceSet whose Workspaces would be refused; reported as the rules of a Workspace"},
    {"L05", "tuning output with neither volume nor image; reported as V094"},
    {"L08", "V063 for v1beta1; reported so"},
    {"L10", "no rule for names, one table of instance types for all clouds; reported as S10"},
    {"L14", "an inference ConfigMap that is not there, with any runtime; reported as V059"},
};

std::size_t letter_rank(std::string_view code) {
  return std::string_view("SVLK").find(code.front());
}

RuleInfo info_of(std::string_view code, Severity severity, std::string_view summary, bool checked) {
  RuleInfo info{code, severity, summary, "", "", "", checked};
  if (const Explanation* explanation = find_explanation(code)) {
    info.why = explanation->why;
    info.fix = explanation->fix;
    info.source = source_of(*explanation);
  }
  return info;
}

}  // namespace

const std::vector<Rules>& workspace_tables() {
  static const std::vector<Rules> tables{
      placeholder_rules(),   shape_rules(),       open_part_rules(), name_rules(),
      release_rules(),       annotation_rules(),  inference_rules(), resource_rules(),
      instance_type_rules(), selector_rules(),    partition_rules(), own_node_rules(),
      preset_rules(),        requirement_rules(), fit_rules(),       adapter_rules(),
      tuning_rules(),        data_rules(),        ignored_rules(),   legacy_rules()};
  return tables;
}

std::vector<RuleInfo> rules() {
  std::vector<Rules> tables = workspace_tables();
  for (const Rules table :
       {decoding_rules(), suppression_rules(), inference_set_rules(), open_part_set_rules(),
        legacy_set_rules(), update_rules(), inference_set_update_rules(), inference_config_rules(),
        config_fit_rules(), tuning_config_rules(), companion_rules(), input_rules()})
    tables.push_back(table);
  std::vector<RuleInfo> all;
  const auto add = [&](const RuleInfo& info) { all.push_back(info); };
  add(info_of("V119", Severity::error, "V004 for the template of an InferenceSet", true));
  add(info_of("V120", Severity::error, "V005 for the template of an InferenceSet", true));
  for (const Rules table : tables)
    for (const Rule& rule : table)
      add(info_of(rule.code, rule.severity, rule.summary, true));
  for (const auto& [code, summary] : kUnchecked)
    add(info_of(code, Severity::error, summary, false));
  std::stable_sort(all.begin(), all.end(), [](const RuleInfo& a, const RuleInfo& b) {
    return std::pair(letter_rank(a.code), a.code) < std::pair(letter_rank(b.code), b.code);
  });
  // A code has a row in each table that it takes part in.
  const auto same = [](const auto& a, const auto& b) { return a.code == b.code; };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

bool is_rule(std::string_view code) {
  static const std::vector<RuleInfo> all = rules();
  return std::any_of(all.begin(), all.end(),
                     [code](const RuleInfo& rule) { return rule.code == code; });
}

}  // namespace kaito::validate
