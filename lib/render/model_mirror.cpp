#include "render/scripts.hpp"
#include "render/sha256.hpp"
#include "render/weights.hpp"

namespace kaito::render {

namespace {

void write_managed_spec(const Subject& subject, const Model& model, const Weights& weights,
                        json::Members spec) {
  spec.add("mode", "Managed");
  json::Members source = spec.add_object("source");
  source.add("registry", "huggingface");
  source.add("modelID", weights.mirror_id);
  const auto& options = subject.workspace.inference->preset->options;
  if (options && options->model_access_secret && !options->model_access_secret->empty()) {
    json::Members secret = source.add_object("accessSecret");
    secret.add("name", *options->model_access_secret);
    secret.add("namespace", subject.namespace_);
  }
  json::Members storage = spec.add_object("storage");
  storage.add("size", disk_size(model));
  storage.add("storageClassName", weights.storage_class);
  spec.add("jobNamespace", subject.namespace_);
  if (!weights.service_account.empty()) spec.add("serviceAccountName", weights.service_account);
}

std::string script_map_name(const Subject& subject) {
  return subject.name + "-fetch-sas-script";
}

void add_script_map(const Subject& subject) {
  json::Members map = add_object(subject, {"v1", "ConfigMap", script_map_name(subject)});
  map.add_object("data").add("fetch_sas.py", fetch_sas_script());
}

EnvVar from_annotation(const Subject& subject, std::string name, std::string_view key) {
  return {std::move(name), kubelet_literal(annotation(subject, key))};
}

void add_sas_fetcher(const Subject& subject, Pod& pod) {
  Container fetcher;
  fetcher.name = "fetch-sas";
  fetcher.image = "python:3.12-slim";
  fetcher.command = {"/bin/sh", "-c",
                     "pip install --no-cache-dir -q azure-identity==1.19.0 && python3 "
                     "/scripts/fetch_sas.py"};
  fetcher.env = {
      from_annotation(subject, "STREAM_DATAREFS_URL", "inference.kaito.sh/stream-datarefs-url"),
      from_annotation(subject, "STREAM_IDENTITY_CLIENT_ID",
                      "inference.kaito.sh/stream-identity-client-id"),
      from_annotation(subject, "STREAM_SOURCE_TYPE", "inference.kaito.sh/stream-source-type"),
      {"STREAM_ENV_FILE", "/mnt/streaming/env"}};
  fetcher.mounts = {{"streaming-sas", "/mnt/streaming"}, {"fetch-sas-script", "/scripts", true}};
  pod.init_containers.push_back(std::move(fetcher));
  pod.volumes.push_back(memory_dir("streaming-sas"));
  pod.volumes.push_back(config_map_volume("fetch-sas-script", script_map_name(subject)));
}

}  // namespace

std::string mirror_name(std::string_view model_id) {
  constexpr std::size_t digits = 6;
  return sha256_hex(model_id).substr(0, digits);
}

void add_model_mirror(const Subject& subject, const Model& model, const Weights& weights) {
  ObjectHead head{"kaito.sh/v1alpha1", "ModelMirror", mirror_name(weights.mirror_id)};
  head.namespaced = false;
  head.owned = false;
  json::Members spec = add_object(subject, head).add_object("spec");
  if (weights.source == WeightSource::managed_stream)
    write_managed_spec(subject, model, weights, spec);
  else
    spec.add("mode", "Static");
  if (weights.source == WeightSource::static_stream) add_script_map(subject);
}

void stream_weights(const Subject& subject, const Weights& weights, Pod& pod) {
  pod.labels["azure.workload.identity/use"] = "true";
  pod.service_account = weights.service_account;
  if (weights.source == WeightSource::managed_stream) {
    auto& env = pod.containers.front().env;
    env.push_back({"AZURE_STORAGE_ACCOUNT_NAME", kubelet_literal(weights.account)});
    env.push_back({"KAITO_PROCESSOR", kubelet_literal(weights.mirror_id)});
    return;
  }
  add_sas_fetcher(subject, pod);
  Container& main = pod.containers.front();
  main.mounts.push_back({"streaming-sas", "/mnt/streaming"});
  main.env.push_back({"KAITO_PROCESSOR", kubelet_literal(weights.mirror_id)});
  main.env.push_back({"STREAM_ENV_FILE", "/mnt/streaming/env"});
}

}  // namespace kaito::render
