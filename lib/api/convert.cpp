#include <fmt/format.h>

#include "api/defaults.hpp"
#include "kaito/api/inference_set.hpp"
#include "kaito/api/workspace.hpp"

namespace kaito::api {

namespace {

using Notes = std::vector<ConversionNote>;

void note_ignored_in_v1beta1(const std::optional<PresetSpec>& preset, const FieldPath& path,
                             Notes& notes) {
  if (!preset) return;
  if (preset->access_mode == "private")
    notes.push_back({path.key("accessMode"), "v1beta1 ignores accessMode private"});
  if (!preset->options) return;
  const FieldPath options = path.key("presetOptions");
  if (preset->options->image)
    notes.push_back({options.key("image"),
                     "v1beta1 ignores an image of one's own: the operator takes the preset's"});
  if (preset->options->image_pull_secrets && !preset->options->image_pull_secrets->empty())
    notes.push_back({options.key("imagePullSecrets"), "v1beta1 ignores imagePullSecrets here"});
}

void drop_access_secret(std::optional<PresetSpec>& preset, const FieldPath& path, Notes& notes) {
  if (!preset || !preset->options || !preset->options->model_access_secret) return;
  preset->options->model_access_secret.reset();
  notes.push_back({path.key("presetOptions").key("modelAccessSecret"),
                   "left out: v1alpha1 does not have modelAccessSecret"});
}

void drop_partition(std::optional<GpuPartition>& partition, const FieldPath& path, Notes& notes) {
  if (!partition) return;
  partition.reset();
  notes.push_back({path, "left out: v1alpha1 does not have partition"});
}

void to_v1beta1(Workspace& workspace, Notes& notes) {
  if (workspace.resource && !workspace.resource->instance_type) {
    workspace.resource->instance_type = kDefaultInstanceType;
    notes.push_back(
        {FieldPath("resource").key("instanceType"),
         fmt::format("set to {}: v1alpha1 takes it where none is given, v1beta1 does not",
                     kDefaultInstanceType)});
  }
  if (workspace.inference)
    note_ignored_in_v1beta1(workspace.inference->preset, FieldPath("inference").key("preset"),
                            notes);
  if (workspace.tuning)
    note_ignored_in_v1beta1(workspace.tuning->preset, FieldPath("tuning").key("preset"), notes);
}

void to_v1alpha1(Workspace& workspace, Notes& notes) {
  if (workspace.resource) {
    const FieldPath path("resource");
    if (!workspace.resource->instance_type)
      notes.push_back({path.key("instanceType"),
                       fmt::format("the API server will set {}: v1alpha1 always has an instance "
                                   "type",
                                   kDefaultInstanceType)});
    drop_partition(workspace.resource->partition, path.key("partition"), notes);
  }
  if (workspace.inference)
    drop_access_secret(workspace.inference->preset, FieldPath("inference").key("preset"), notes);
  if (workspace.tuning)
    drop_access_secret(workspace.tuning->preset, FieldPath("tuning").key("preset"), notes);
}

}  // namespace

std::vector<ConversionNote> convert(Workspace& workspace, ApiVersion to) {
  Notes notes;
  if (workspace.version == to) return notes;
  workspace.version = to;
  if (to == ApiVersion::v1beta1)
    to_v1beta1(workspace, notes);
  else
    to_v1alpha1(workspace, notes);
  return notes;
}

std::vector<ConversionNote> convert(InferenceSet& set, ApiVersion to) {
  // The InferenceSpec inside is v1beta1's in both versions, and neither defaults the instance type.
  Notes notes;
  if (set.version != to && to == ApiVersion::v1alpha1)
    drop_partition(set.partition,
                   FieldPath("spec").key("template").key("resource").key("partition"), notes);
  set.version = to;
  return notes;
}

}  // namespace kaito::api
