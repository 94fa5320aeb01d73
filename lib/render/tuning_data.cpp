#include "kaito/base/text.hpp"
#include "render/adapters.hpp"
#include "render/command.hpp"
#include "render/image_reference.hpp"
#include "render/scripts.hpp"
#include "render/tuning.hpp"

namespace kaito::render {

namespace {

constexpr std::string_view data_dir = "/mnt/data";

Volume given_or_empty(std::string name, const json::Document& source) {
  return source ? given_volume(std::move(name), source) : empty_dir(std::move(name));
}

Container url_downloader(const std::vector<std::string>& urls) {
  Container downloader;
  downloader.name = "data-downloader";
  downloader.image = "curlimages/curl";
  downloader.command = {"sh", "-c", downloader_script()};
  downloader.env = {{"DATA_URLS", kubelet_literal(join(urls, " "))},
                    {"DATA_VOLUME_PATH", std::string(data_dir)}};
  downloader.mounts = {{"data-volume", std::string(data_dir)}};
  return downloader;
}

/// The image's files, and its pull secrets also where the trainer sees them, as upstream has it.
void add_image_input(const api::DataSource& input, Pod& pod) {
  const std::string config = input.name.value_or("") + "-tuning-input";
  const Mount secrets{"docker-config-" + config, "/root/.docker/config.d/" + config};
  const std::vector<std::string> names =
      input.image_pull_secrets.value_or(std::vector<std::string>());
  for (const std::string& name : names)
    pod.image_pull_secrets.push_back(name);
  pod.volumes.push_back(pull_secrets_volume(secrets.name, names));
  Container puller = image_puller("puller", *input.image, data_dir);
  puller.mounts = {secrets, {"data-volume", std::string(data_dir)}};
  pod.init_containers.push_back(std::move(puller));
  pod.containers.front().mounts.push_back(secrets);
}

}  // namespace

void add_results(const Subject& subject, const TrainingConfig& config, Pod& pod) {
  const auto& output = subject.workspace.tuning->output;
  pod.volumes.push_back(output ? given_or_empty("results-volume", output->volume_source)
                               : empty_dir("results-volume"));
  pod.containers.front().mounts.push_back({"results-volume", config.output_dir});
}

void add_input(const Subject& subject, Pod& pod) {
  static const api::DataSource nothing;
  const auto& given = subject.workspace.tuning->input;
  const api::DataSource& input = given ? *given : nothing;
  const bool from_image = input.image && !input.image->empty();
  if (from_image) {
    add_image_input(input, pod);
  } else if (input.urls && !input.urls->empty()) {
    pod.init_containers.push_back(url_downloader(*input.urls));
  }
  pod.volumes.push_back(given_or_empty("data-volume", input.volume_source));
  pod.containers.front().mounts.push_back({"data-volume", std::string(data_dir)});
}

void add_push(const Subject& subject, const TrainingConfig& config, Pod& pod) {
  const api::TuningSpec& tuning = *subject.workspace.tuning;
  const auto& output = tuning.output;
  if (!output || output->volume_source || !output->image || output->image->empty()) return;
  const std::string secret = output->image_push_secret.value_or("");
  pod.image_pull_secrets.push_back(secret);
  pod.volumes.push_back(docker_config("docker-config", {{secret, "config.json"}}));
  Container pusher;
  pusher.name = "pusher";
  pusher.image = "ghcr.io/oras-project/oras:v1.2.2";
  pusher.command = {"/bin/sh", "-c"};
  pusher.args = {pusher_script(config.output_dir, normalized_image(*output->image),
                               tuning.preset ? tuning.preset->name : "")};
  pusher.mounts = {{"docker-config", "/root/.docker"}, {"results-volume", config.output_dir}};
  pod.containers.push_back(std::move(pusher));
  Container pause;
  pause.name = "pause";
  pause.image = "registry.k8s.io/pause:latest";
  pause.pull_policy = "Always";
  pod.containers.push_back(std::move(pause));
  pod.share_processes = true;
}

}  // namespace kaito::render
