#include "render/inference_pool.hpp"

namespace kaito::render {

namespace {

constexpr std::string_view chart_version = "v0.9.0";

void write_owner(const api::InferenceSet& set, json::Members owner) {
  owner.add("apiVersion", "kaito.sh/v1beta1");
  owner.add("kind", "InferenceSet");
  owner.add("name", set.meta.name);
  owner.add("uid", set.meta.uid);
  owner.add("controller", true);
  owner.add("blockOwnerDeletion", true);
}

/// The next object, all but its spec.
json::Members begin(json::Literal api_version, json::Literal kind, const api::InferenceSet& set,
                    const std::string& namespace_, std::vector<json::Tree>& out) {
  json::Members object = out.emplace_back().members();
  object.add("apiVersion", api_version);
  object.add("kind", kind);
  json::Members meta = object.add_object("metadata");
  meta.add("name", set.meta.name + "-inferencepool");
  meta.add("namespace", namespace_);
  if (!set.meta.uid.empty()) write_owner(set, meta.add_list("ownerReferences").add_object());
  return object;
}

void write_chart_source(json::Members spec) {
  spec.add("url", "oci://ghcr.io/llm-d/charts/llm-d-router-gateway");
  spec.add("interval", "0s");
  spec.add_object("ref").add("tag", chart_version);
}

void write_endpoint_picker(json::Members out) {
  json::Members image = out.add_object("image");
  image.add("registry", "mcr.microsoft.com/oss/v2/llm-d");
  image.add("repository", "llm-d-router-endpoint-picker");
  image.add("tag", chart_version);
  image.add("pullPolicy", "IfNotPresent");
  json::Members resources = out.add_object("resources");
  json::Members requests = resources.add_object("requests");
  requests.add("cpu", "1");
  requests.add("memory", "2Gi");
  resources.add_object("limits").add("memory", "16Gi");
  out.add_object("flags").add("secure-serving", false);
}

void write_model_servers(const api::InferenceSet& set, json::Members out) {
  json::Members labels = out.add_object("matchLabels");
  labels.add("inferenceset.kaito.sh/created-by", set.meta.name);
  labels.add("apps.kubernetes.io/pod-index", "0");
  out.add_list("targetPorts").add_object().add("number", 5000);
}

void write_release(const api::InferenceSet& set, const std::string& namespace_,
                   json::Members spec) {
  spec.add("interval", "0s");
  json::Members reference = spec.add_object("chartRef");
  reference.add("kind", "OCIRepository");
  reference.add("name", set.meta.name + "-inferencepool");
  reference.add("namespace", namespace_);
  json::Members router = spec.add_object("values").add_object("router");
  write_endpoint_picker(router.add_object("epp"));
  write_model_servers(set, router.add_object("modelServers"));
}

bool has_parent(const api::InferenceSet& set) {
  for (const auto& owner : set.meta.owners)
    if (owner.kind == "MultiRoleInference" && owner.controller) return true;
  return false;
}

}  // namespace

void add_inference_pool(const api::InferenceSet& set, const RenderInput& input,
                        const std::string& namespace_, std::vector<json::Tree>& out) {
  const auto runtime = set.meta.annotations.find("kaito.sh/runtime");
  const bool vllm = input.gates.vllm &&
                    (runtime == set.meta.annotations.end() || runtime->second != "transformers");
  const bool preset = set.inference && set.inference->preset;
  const bool children = set.replicas.value_or(1) > 0;
  if (!input.gates.inference_gateway || !vllm || !preset || !children || has_parent(set)) return;
  write_chart_source(begin("source.toolkit.fluxcd.io/v1", "OCIRepository", set, namespace_, out)
                         .add_object("spec"));
  write_release(
      set, namespace_,
      begin("helm.toolkit.fluxcd.io/v2", "HelmRelease", set, namespace_, out).add_object("spec"));
}

}  // namespace kaito::render
