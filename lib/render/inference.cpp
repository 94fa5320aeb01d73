#include "render/inference.hpp"

#include "render/adapters.hpp"
#include "render/nodes.hpp"

namespace kaito::render {

namespace {

constexpr std::string_view cuda_path = "/opt/kaito/cuda/129";

std::string base_image(const Subject& subject) {
  return subject.input.registry +
         "/kaito-base:" + std::string(subject.input.profile->base_image_tag);
}

EnvVar field_variable(std::string name, std::string path) {
  return {std::move(name), std::move(path), EnvVar::From::field};
}

std::string_view role(const Inference& inference) {
  const std::string_view role = label(inference.subject, "kaito.sh/inference-role");
  return role == "prefill" || role == "decode" ? role : std::string_view();
}

/// The variables that the base spec has; those of later steps follow.
void add_base_env(const Inference& inference, Container& main) {
  if (inference.vllm) {
    const bool deep_gemm = entry_flag(inference.model, "requiresDeepGemm", false);
    main.env.push_back({"VLLM_USE_FLASHINFER_SAMPLER", "0"});
    main.env.push_back({"VLLM_USE_DEEP_GEMM", deep_gemm ? "1" : "0"});
  }
  if (entry_flag(inference.model, "requiresCudaToolkit", false))
    main.env.push_back({"CUDA_HOME", std::string(cuda_path)});
  if (!inference.weights.node_path.empty())
    main.env.push_back({"KAITO_PROCESSOR", inference.weights.node_path});
  if (const std::string_view name = role(inference); !name.empty()) {
    main.env.push_back({"KAITO_INFERENCE_ROLE", std::string(name)});
    main.env.push_back(field_variable("VLLM_NIXL_SIDE_CHANNEL_HOST", "status.podIP"));
  }
}

void add_base_volumes(const Inference& inference, Pod& pod) {
  Container& main = pod.containers.front();
  const auto& config = inference.subject.workspace.inference->config;
  if (config && !config->empty()) {
    pod.volumes.push_back(config_map_volume("config-volume", *config));
    main.mounts.push_back({"config-volume", "/mnt/config"});
  }
  const std::string& node_path = inference.weights.node_path;
  if (inference.weights.has_volume())
    main.mounts.push_back({"model-weights-volume", "/workspace/weights"});
  if (!node_path.empty()) {
    pod.volumes.push_back(host_path("model-weights-hostpath", node_path, "Directory"));
    main.mounts.push_back({"model-weights-hostpath", node_path, true});
  }
  if (entry_flag(inference.model, "requiresCudaToolkit", false)) {
    pod.volumes.push_back(
        host_path("cuda-toolkit-hostpath", std::string(cuda_path), "DirectoryOrCreate"));
    main.mounts.push_back({"cuda-toolkit-hostpath", std::string(cuda_path), true});
  }
  pod.volumes.push_back(memory_dir("dshm"));
  main.mounts.push_back({"dshm", "/dev/shm"});
}

void add_cuda_provisioner(const Inference& inference, Pod& pod) {
  if (!entry_flag(inference.model, "requiresCudaToolkit", false)) return;
  Container provisioner;
  provisioner.name = "cuda-toolkit-provisioner";
  provisioner.image = base_image(inference.subject);
  provisioner.command = {"/bin/sh", "-c", "flock \"$1\" /workspace/cuda-provision.sh \"$1\"", "sh",
                         std::string(cuda_path)};
  provisioner.mounts = {{"cuda-toolkit-hostpath", std::string(cuda_path)}};
  pod.init_containers.push_back(std::move(provisioner));
}

void add_tolerations(const Inference& inference, Pod& pod) {
  pod.tolerations.push_back({"nvidia.com/gpu", "Exists", ""});
  pod.tolerations.push_back({"sku", "Equal", "gpu"});
  if (inference.subject.input.cloud == "azure")
    pod.tolerations.push_back({"kubernetes.azure.com/scalesetpriority", "Equal", "spot"});
  if (!inference.gpus.mig_profile.empty())
    pod.tolerations.push_back({"nvidia.com/mig-" + inference.gpus.mig_profile, "Exists", ""});
}

void add_hub_token(const Subject& subject, Container& main) {
  const auto& options = subject.workspace.inference->preset->options;
  if (!options || !options->model_access_secret || options->model_access_secret->empty()) return;
  main.env.push_back({"HF_TOKEN", *options->model_access_secret, EnvVar::From::secret, "HF_TOKEN"});
}

Container routing_sidecar() {
  Container sidecar;
  sidecar.name = "llm-d-routing-sidecar";
  sidecar.image = "mcr.microsoft.com/oss/v2/llm-d/llm-d-routing-sidecar:v0.8.0";
  sidecar.args = {"--port=5000", "--vllm-port=5001", "--secure-proxy=false"};
  sidecar.env = {field_variable("POD_IP", "status.podIP"),
                 field_variable("VLLM_NIXL_SIDE_CHANNEL_HOST", "status.podIP")};
  sidecar.ports = {{"sidecar", 5000, true}};
  return sidecar;
}

Result<std::vector<std::string>> main_command(const Inference& inference) {
  std::string line;
  if (inference.vllm) {
    line = vllm_command(inference);
  } else {
    KAITO_TRY(line, transformers_command(inference));
  }
  std::vector<std::string> command;
  if (inference.weights.source == WeightSource::static_stream)
    command.emplace_back("/workspace/vllm/export_sas_token_for_streaming.sh");
  command.emplace_back("/bin/sh");
  command.emplace_back("-c");
  command.push_back(std::move(line));
  return command;
}

bool has_claim(const Inference& inference) {
  const RenderInput& input = inference.subject.input;
  return inference.weights.has_volume() && inference.gpus.nvme && input.nvme_storage_class &&
         input.provisioner != Provisioner::byo;
}

void write_weights_claim(const Inference& inference, json::Members claim) {
  json::Members meta = claim.add_object("metadata");
  meta.add("name", "model-weights-volume");
  meta.add_object("labels").add("kaito.sh/workspace", inference.subject.name);
  json::Members spec = claim.add_object("spec");
  spec.add_list("accessModes").add("ReadWriteOnce");
  spec.add("storageClassName", "kaito-local-nvme-disk");
  add_storage_request(spec, "storage", disk_size(inference.model));
}

}  // namespace

Result<Pod> inference_pod(const Inference& inference) {
  const Subject& subject = inference.subject;
  Pod pod;
  pod.labels = pod_labels(subject);
  pod.containers.reserve(2);
  pod.volumes.reserve(4);
  pod.tolerations.reserve(4);
  Container main;
  main.env.reserve(8);
  main.mounts.reserve(4);
  main.name = subject.name;
  main.image = base_image(subject);
  KAITO_TRY(main.command, main_command(inference));
  main.ports = {{"http", inference.server_port()}};
  if (inference.vllm) main.ports.push_back({"kv-events", 5557});
  main.gpus = inference.gpus.request;
  add_base_env(inference, main);
  pod.containers.push_back(std::move(main));
  if (inference.decode) pod.containers.push_back(routing_sidecar());
  add_base_volumes(inference, pod);
  add_cuda_provisioner(inference, pod);
  add_tolerations(inference, pod);

  pod.node_labels = selected_node_labels(subject);
  for (NodeLabel& owned : owned_node_labels(subject))
    pod.node_labels.push_back(std::move(owned));
  add_hub_token(subject, pod.containers.front());
  if (inference.weights.streamed())
    stream_weights(subject, inference.weights, pod);
  else if (inference.weights.source == WeightSource::artifact)
    pod.init_containers.push_back(
        artifact_puller(subject, inference.model.preset->name,
                        json::string_at(*inference.model.record, {"image", "tag"})));
  add_adapters(subject, pod);
  add_probes(inference, pod.containers.front());
  if (inference.multi_node())
    pod.containers.front().env.push_back(
        field_variable("POD_INDEX", "metadata.labels['apps.kubernetes.io/pod-index']"));
  if (inference.weights.has_volume() && !has_claim(inference))
    pod.volumes.push_back(empty_dir("model-weights-volume"));
  return pod;
}

void add_stateful_set(const Inference& inference, const Pod& pod) {
  const Subject& subject = inference.subject;
  ObjectHead head{"apps/v1", "StatefulSet", subject.name};
  head.annotations = revision_annotation(subject);
  json::Members spec = add_object(subject, head).add_object("spec");
  spec.add("replicas", inference.nodes);
  spec.add("podManagementPolicy", "Parallel");
  json::Members retention = spec.add_object("persistentVolumeClaimRetentionPolicy");
  retention.add("whenDeleted", "Delete");
  retention.add("whenScaled", "Retain");
  spec.add("serviceName", subject.name + "-headless");
  write_map(pod.labels, spec.add_object("selector").add_object("matchLabels"));
  write_pod_template(pod, spec.add_object("template"));
  if (has_claim(inference))
    write_weights_claim(inference, spec.add_list("volumeClaimTemplates").add_object());
}

}  // namespace kaito::render
