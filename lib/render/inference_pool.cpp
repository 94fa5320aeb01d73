#include "render/inference_pool.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace kaito::render {

namespace {

constexpr std::string_view chart_version = "v0.9.0";

json::Object begin(std::string_view api_version, std::string_view kind,
                   const api::InferenceSet& set, const std::string& namespace_) {
  json::Object meta;
  meta.emplace("name", set.meta.name + "-inferencepool");
  meta.emplace("namespace", std::string_view(namespace_));
  if (!set.meta.uid.empty()) {
    json::Object owner;
    owner.emplace("apiVersion", "kaito.sh/v1beta1");
    owner.emplace("kind", "InferenceSet");
    owner.emplace("name", std::string_view(set.meta.name));
    owner.emplace("uid", std::string_view(set.meta.uid));
    owner.emplace("controller", true);
    owner.emplace("blockOwnerDeletion", true);
    json::Array owners;
    owners.emplace_back(std::move(owner));
    meta.emplace("ownerReferences", std::move(owners));
  }
  json::Object object;
  object.emplace("apiVersion", api_version);
  object.emplace("kind", kind);
  object.emplace("metadata", std::move(meta));
  return object;
}

json::Object chart_source(const api::InferenceSet& set, const std::string& namespace_) {
  json::Object reference;
  reference.emplace("tag", chart_version);
  json::Object spec;
  spec.emplace("url", "oci://ghcr.io/llm-d/charts/llm-d-router-gateway");
  spec.emplace("interval", "0s");
  spec.emplace("ref", std::move(reference));
  json::Object object = begin("source.toolkit.fluxcd.io/v1", "OCIRepository", set, namespace_);
  object.emplace("spec", std::move(spec));
  return object;
}

json::Value endpoint_picker() {
  json::Object image;
  image.emplace("registry", "mcr.microsoft.com/oss/v2/llm-d");
  image.emplace("repository", "llm-d-router-endpoint-picker");
  image.emplace("tag", chart_version);
  image.emplace("pullPolicy", "IfNotPresent");
  json::Object requests;
  requests.emplace("cpu", "1");
  requests.emplace("memory", "2Gi");
  json::Object limits;
  limits.emplace("memory", "16Gi");
  json::Object resources;
  resources.emplace("requests", std::move(requests));
  resources.emplace("limits", std::move(limits));
  json::Object flags;
  flags.emplace("secure-serving", false);
  json::Object out;
  out.emplace("image", std::move(image));
  out.emplace("resources", std::move(resources));
  out.emplace("flags", std::move(flags));
  return out;
}

json::Value model_servers(const api::InferenceSet& set) {
  json::Object labels;
  labels.emplace("inferenceset.kaito.sh/created-by", std::string_view(set.meta.name));
  labels.emplace("apps.kubernetes.io/pod-index", "0");
  json::Object port;
  port.emplace("number", 5000);
  json::Array ports;
  ports.emplace_back(std::move(port));
  json::Object out;
  out.emplace("matchLabels", std::move(labels));
  out.emplace("targetPorts", std::move(ports));
  return out;
}

json::Object release(const api::InferenceSet& set, const std::string& namespace_) {
  json::Object reference;
  reference.emplace("kind", "OCIRepository");
  reference.emplace("name", set.meta.name + "-inferencepool");
  reference.emplace("namespace", std::string_view(namespace_));
  json::Object router;
  router.emplace("epp", endpoint_picker());
  router.emplace("modelServers", model_servers(set));
  json::Object values;
  values.emplace("router", std::move(router));
  json::Object spec;
  spec.emplace("interval", "0s");
  spec.emplace("chartRef", std::move(reference));
  spec.emplace("values", std::move(values));
  json::Object object = begin("helm.toolkit.fluxcd.io/v2", "HelmRelease", set, namespace_);
  object.emplace("spec", std::move(spec));
  return object;
}

bool has_parent(const api::InferenceSet& set) {
  for (const auto& owner : set.meta.owners)
    if (owner.kind == "MultiRoleInference" && owner.controller) return true;
  return false;
}

}  // namespace

void add_inference_pool(const api::InferenceSet& set, const RenderInput& input,
                        const std::string& namespace_, std::vector<json::Document>& out) {
  const auto runtime = set.meta.annotations.find("kaito.sh/runtime");
  const bool vllm = input.gates.vllm &&
                    (runtime == set.meta.annotations.end() || runtime->second != "transformers");
  const bool preset = set.inference && set.inference->preset;
  const bool children = set.replicas.value_or(1) > 0;
  if (!input.gates.inference_gateway || !vllm || !preset || !children || has_parent(set)) return;
  out.emplace_back(json::Value(chart_source(set, namespace_)));
  out.emplace_back(json::Value(release(set, namespace_)));
}

}  // namespace kaito::render
