#include "api/defaults.hpp"

#include "kaito/api/workspace.hpp"

namespace kaito::api {

namespace {

constexpr std::string_view kRuntimeAnnotation = "kaito.sh/runtime";

void default_access_mode(std::optional<PresetSpec>& preset) {
  if (preset && !preset->access_mode) preset->access_mode = "public";
}

bool serves_with_vllm(const Workspace& workspace) {
  const auto runtime = workspace.meta.annotations.find(std::string(kRuntimeAnnotation));
  return runtime == workspace.meta.annotations.end() || runtime->second != "transformers";
}

}  // namespace

void apply_defaults(Workspace& workspace) {
  if (auto& resource = workspace.resource) {
    if (!resource->count) resource->count = 1;
    if (!resource->instance_type && workspace.version == ApiVersion::v1alpha1)
      resource->instance_type = kDefaultInstanceType;
  }
  if (auto& inference = workspace.inference) {
    default_access_mode(inference->preset);
    // The controller copies this ConfigMap next to the Workspace.
    if (inference->preset && !inference->config && serves_with_vllm(workspace))
      inference->config = "inference-params-template";
  }
  if (auto& tuning = workspace.tuning) {
    default_access_mode(tuning->preset);
    // By the exact method: for "QLoRA" the controller finds no default (workspace-api.md T23).
    if (!tuning->config && (tuning->method == "lora" || tuning->method == "qlora"))
      tuning->config = *tuning->method + "-params-template";
  }
}

}  // namespace kaito::api
