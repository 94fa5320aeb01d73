#include "render/tuning.hpp"

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "render/model.hpp"
#include "render/nodes.hpp"
#include "render/weights.hpp"

namespace kaito::render {

namespace {

constexpr std::string_view claim_storage = "1024Gi";

Container trainer(const Subject& subject, const PodGpus& gpus) {
  Container main;
  main.name = subject.name;
  main.image =
      subject.input.registry + "/kaito-base:" + std::string(subject.input.profile->base_image_tag);
  main.command = {"/bin/sh", "-c",
                  "cd /workspace/tfs/ && python3 metrics_server.py & accelerate launch "
                  "--num_processes=" +
                      std::to_string(gpus.request.count) + " /workspace/tfs/fine_tuning.py"};
  if (to_lower(subject.workspace.tuning->preset->name).starts_with("phi-3"))
    main.env.push_back(
        {"DEFAULT_TARGET_MODULES", "k_proj,q_proj,v_proj,o_proj,gate_proj,down_proj,up_proj"});
  main.env.push_back({"PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True"});
  main.ports = {{"", 5000}};
  main.gpus = gpus.request;
  main.mounts = {{"dshm", "/dev/shm"},
                 {"model-weights-volume", "/workspace/weights"},
                 {"config-volume", "/mnt/config"}};
  return main;
}

void add_job(const Subject& subject, const Pod& pod) {
  ObjectHead head{"batch/v1", "Job", subject.name};
  head.labels = pod.labels;
  head.annotations = revision_annotation(subject);
  json::Members spec = add_object(subject, head).add_object("spec");
  write_pod_template(pod, spec.add_object("template"));
}

Pod tuning_pod(const Subject& subject, const Model& model, const PodGpus& gpus,
               const TrainingConfig& config) {
  Pod pod;
  pod.labels = {{"kaito.sh/workspace", subject.name}};
  pod.restart_policy = "Never";
  pod.node_labels = selected_node_labels(subject);
  pod.tolerations = {{"gpu", "Equal", ""}, {"sku", "", "gpu"}};
  if (subject.input.cloud == "azure")
    pod.tolerations.push_back({"kubernetes.azure.com/scalesetpriority", "Equal", "spot"});
  pod.init_containers.push_back(
      artifact_puller(subject, model.name, json::string_at(*model.record, {"image", "tag"})));
  pod.containers.push_back(trainer(subject, gpus));
  pod.volumes = {memory_dir("dshm"), empty_dir("model-weights-volume"),
                 config_map_volume("config-volume", config.name)};
  add_results(subject, config, pod);
  add_input(subject, pod);
  add_push(subject, config, pod);
  return pod;
}

}  // namespace

Result<void> render_tuning(const Subject& subject) {
  const api::TuningSpec& tuning = *subject.workspace.tuning;
  if (!tuning.preset) return fail(ErrorCode::invalid, "tuning.preset is missing");
  KAITO_TRY(const Model model, find_model(subject, *tuning.preset));
  if (!model.preset->tunable) {
    return fail(ErrorCode::invalid, model.name + " cannot be tuned",
                "kaitoctl models list --tunable shows what can");
  }
  if (instance_type(subject).empty()) {
    return fail(ErrorCode::invalid,
                "tuning needs resource.instanceType: the number of GPUs is "
                "taken from the SKU, also on own nodes");
  }
  KAITO_TRY(const PodGpus gpus, pod_gpus(subject));
  KAITO_TRY(const TrainingConfig config, training_config(subject));
  subject.out.nodes = 1;
  if (config.from_release) add_training_config(subject, config.name, "no");
  KAITO_CHECK(add_nodes(subject, 1, claim_storage));
  add_job(subject, tuning_pod(subject, model, gpus, config));
  return {};
}

}  // namespace kaito::render
