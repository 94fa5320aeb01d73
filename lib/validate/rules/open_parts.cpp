#include "validate/pod_fields.hpp"

/// What the CRD's schema lets through unread, and the webhook's strict decoder does not.
namespace kaito::validate {

namespace {

void check_part(const json::Document& part, std::string_view struct_name, const FieldPath& path,
                Report& report) {
  if (!part) return;
  for (auto& problem : pod_problems(part.value(), struct_name, path))
    report.add(std::move(problem.path), std::move(problem.message), std::move(problem.fix));
}

void check_open_parts(const Subject& subject, Report& report) {
  constexpr std::string_view kVolume = "VolumeSource";
  if (const auto& inference = subject.workspace.inference) {
    check_part(inference->pod_template, "PodTemplateSpec", field("inference.template"), report);
    if (inference->adapters)
      for (std::size_t i = 0; i < inference->adapters->size(); ++i)
        if (const auto& source = (*inference->adapters)[i].source; source && source->volume_source)
          check_part(source->volume_source, kVolume,
                     field("inference.adapters").index(i).key("source").key("volumeSource"),
                     report);
  }
  if (const auto& tuning = subject.workspace.tuning) {
    if (tuning->input)
      check_part(tuning->input->volume_source, kVolume, field("tuning.input.volumeSource"), report);
    if (tuning->output)
      check_part(tuning->output->volume_source, kVolume, field("tuning.output.volumeSource"),
                 report);
  }
}

void check_open_parts_of_set(const Subject& subject, Report& report) {
  check_part(subject.set->template_meta, "ObjectMeta", field("spec.template.metadata"), report);
  check_part(subject.set->update_strategy, "UpdateStrategy", field("spec.updateStrategy"), report);
  check_part(subject.set->auto_upgrade, "AutoUpgrade", field("spec.autoUpgrade"), report);
}

constexpr std::string_view kSummary =
    "a field that the API does not have, or a value that it "
    "cannot decode in a pod template or volume";

constexpr Rule kRules[] = {
    {"V010", Severity::error, kSummary, check_open_parts},
};
constexpr Rule kSetRules[] = {
    {"V010", Severity::error, kSummary, check_open_parts_of_set},
};

}  // namespace

Rules open_part_rules() {
  return kRules;
}

Rules open_part_set_rules() {
  return kSetRules;
}

}  // namespace kaito::validate
