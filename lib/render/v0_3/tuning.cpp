#include "render/tuning.hpp"

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "render/command.hpp"
#include "render/scripts.hpp"
#include "render/v0_3/preset.hpp"

namespace kaito::render::v0_3 {

namespace {

constexpr std::string_view data_dir = "/mnt/data";

Container trainer(const Subject& subject, const Preset& preset, std::int64_t gpus) {
  Container main;
  main.name = subject.name;
  main.image = preset.image;
  main.command = {"/bin/sh", "-c",
                  "python3 metrics_server.py & accelerate launch --num_processes=" +
                      std::to_string(gpus) + " fine_tuning.py"};
  if (preset.name.starts_with("phi-3"))
    main.env.push_back(
        {"DEFAULT_TARGET_MODULES", "k_proj,q_proj,v_proj,o_proj,gate_proj,down_proj,up_proj"});
  main.env.push_back({"PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True"});
  main.ports = {{"", 5000}};
  main.gpus.count = gpus;
  return main;
}

void add_data(const Subject& subject, Pod& pod) {
  const auto& input = subject.workspace.tuning->input;
  pod.volumes.push_back(empty_dir("data-volume"));
  const Mount data{"data-volume", std::string(data_dir)};
  pod.containers.front().mounts.push_back(data);
  if (!input) return;
  Container reader;
  if (input->urls && !input->urls->empty()) {
    reader.name = "data-downloader";
    reader.image = "curlimages/curl";
    reader.command = {"sh", "-c", old_downloader_script()};
    reader.env = {{"DATA_URLS", kubelet_literal(join(*input->urls, " "))},
                  {"DATA_VOLUME_PATH", std::string(data_dir)}};
  } else if (input->image && !input->image->empty()) {
    reader.name = "data-extractor";
    reader.image = *input->image;
    reader.command = {"sh", "-c", "ls -la /data && cp -r /data/* " + std::string(data_dir)};
    for (const auto& secret : input->image_pull_secrets.value_or(std::vector<std::string>()))
      pod.image_pull_secrets.push_back(secret);
  } else {
    return;
  }
  reader.mounts = {data};
  pod.init_containers.push_back(std::move(reader));
}

void add_docker_sidecar(const Subject& subject, const TrainingConfig& config, Pod& pod) {
  const auto& output = subject.workspace.tuning->output;
  if (!output || !output->image || output->image->empty()) return;
  const std::string secret = output->image_push_secret.value_or("");
  pod.image_pull_secrets.push_back(secret);
  pod.volumes.push_back(docker_config("docker-config", {{secret, "config.json"}}));
  pod.containers.front().mounts.push_back({"docker-config", "/tmp/.docker/config"});
  Container sidecar;
  sidecar.name = "docker-sidecar";
  sidecar.image = "docker:dind";
  sidecar.command = {"/bin/sh", "-c"};
  sidecar.args = {old_pusher_script(config.output_dir, *output->image)};
  sidecar.privileged = true;
  sidecar.mounts = pod.containers.front().mounts;
  pod.containers.push_back(std::move(sidecar));
}

void add_job(const Subject& subject, const Pod& pod) {
  ObjectHead head{"batch/v1", "Job", subject.name};
  head.labels = pod.labels;
  head.annotations = revision_annotation(subject);
  json::Members spec = add_object(subject, head).add_object("spec");
  spec.add("backoffLimit", 0);
  write_pod_template(pod, spec.add_object("template"));
}

}  // namespace

Result<void> render_tuning(const Subject& subject) {
  const api::TuningSpec& tuning = *subject.workspace.tuning;
  if (!tuning.preset) return fail(ErrorCode::invalid, "tuning.preset is missing");
  KAITO_TRY(const Preset preset, find_preset(subject, *tuning.preset));
  if (json::find(preset.entry, {"tuning"}) == nullptr) {
    return fail(ErrorCode::invalid, preset.name + " could not be tuned in release " +
                                        std::string(subject.input.profile->release));
  }
  KAITO_TRY(const std::int64_t gpus, gpu_count(subject, preset));
  KAITO_TRY(const TrainingConfig config, training_config(subject));
  Pod pod;
  pod.labels = {{"kaito.sh/workspace", subject.name}};
  pod.restart_policy = "Never";
  pod.tolerations = gpu_tolerations();
  pod.containers.push_back(trainer(subject, preset, gpus));
  add_shared_memory(subject, pod);
  pod.volumes.push_back(config_map_volume("config-volume", config.name));
  pod.containers.front().mounts.push_back({"config-volume", "/mnt/config"});
  pod.volumes.push_back(empty_dir("results-volume"));
  pod.containers.front().mounts.push_back({"results-volume", config.output_dir});
  add_data(subject, pod);
  add_docker_sidecar(subject, config, pod);
  if (config.from_release) add_training_config(subject, config.name, "epoch");
  add_nodes(subject, "0");
  add_job(subject, pod);
  return {};
}

}  // namespace kaito::render::v0_3
