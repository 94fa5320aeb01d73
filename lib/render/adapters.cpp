#include "render/adapters.hpp"

#include "render/command.hpp"
#include "render/image_reference.hpp"
#include "render/scripts.hpp"

namespace kaito::render {

namespace {

constexpr std::string_view adapter_root = "/mnt/adapter";

const std::vector<std::string>& secrets_of(const api::DataSource& source) {
  static const std::vector<std::string> none;
  return source.image_pull_secrets ? *source.image_pull_secrets : none;
}

void add_strength(const api::AdapterSpec& adapter, const std::string& name, Container& main) {
  if (adapter.strength) main.env.push_back({name, kubelet_literal(*adapter.strength)});
}

void add_image_adapter(const api::AdapterSpec& adapter, const std::string& name, bool first,
                       Pod& pod) {
  Container& main = pod.containers.front();
  if (first) {
    pod.volumes.push_back(empty_dir("adapter-volume"));
    main.mounts.push_back({"adapter-volume", std::string(adapter_root)});
  }
  const api::DataSource& source = *adapter.source;
  Container puller = image_puller("puller-" + name, source.image.value_or(""),
                                  std::string(adapter_root) + "/" + name);
  puller.mounts.push_back({"adapter-volume", std::string(adapter_root)});
  if (const auto& secrets = secrets_of(source); !secrets.empty()) {
    const std::string config = name + "-inference-adapter";
    pod.volumes.push_back(pull_secrets_volume("docker-config-" + config, secrets));
    puller.mounts.push_back({"docker-config-" + config, "/root/.docker/config.d/" + config});
  }
  pod.init_containers.push_back(std::move(puller));
  add_strength(adapter, name, main);
}

void add_volume_adapter(const api::AdapterSpec& adapter, const std::string& name, Pod& pod) {
  Container& main = pod.containers.front();
  pod.volumes.push_back(given_volume("adapter-volume-" + name, adapter.source->volume_source));
  main.mounts.push_back({"adapter-volume-" + name, std::string(adapter_root) + "/" + name});
  add_strength(adapter, name, main);
}

}  // namespace

bool has_adapters(const Subject& subject) {
  const auto& inference = subject.workspace.inference;
  return inference && inference->adapters && !inference->adapters->empty();
}

void add_adapters(const Subject& subject, Pod& pod) {
  if (!has_adapters(subject)) return;
  const auto& adapters = *subject.workspace.inference->adapters;
  for (const auto& adapter : adapters) {
    if (!adapter.source) continue;
    for (const std::string& secret : secrets_of(*adapter.source))
      pod.image_pull_secrets.push_back(secret);
  }
  bool first = true;
  for (const auto& adapter : adapters) {
    if (!adapter.source || adapter.source->volume_source) continue;
    add_image_adapter(adapter, adapter.source->name.value_or(""), first, pod);
    first = false;
  }
  for (const auto& adapter : adapters) {
    if (adapter.source && adapter.source->volume_source)
      add_volume_adapter(adapter, adapter.source->name.value_or(""), pod);
  }
}

Container image_puller(std::string name, std::string_view image, std::string_view directory) {
  Container puller;
  puller.name = std::move(name);
  puller.image = "mcr.microsoft.com/aks/skopeo:1.14.4-6";
  puller.command = {"/bin/sh", "-c"};
  puller.args = {puller_script(normalized_image(image), directory)};
  return puller;
}

Volume pull_secrets_volume(std::string name, const std::vector<std::string>& secrets) {
  std::vector<SecretFile> files;
  files.reserve(secrets.size());
  for (const std::string& secret : secrets)
    files.push_back({secret, secret + ".json"});
  return docker_config(std::move(name), std::move(files));
}

}  // namespace kaito::render
