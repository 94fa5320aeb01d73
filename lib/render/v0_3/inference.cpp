#include "kaito/base/text.hpp"
#include "render/command.hpp"
#include "render/gpus.hpp"
#include "render/pod_template.hpp"
#include "render/v0_3/preset.hpp"

namespace kaito::render::v0_3 {

namespace {

constexpr std::string_view adapter_root = "/mnt/adapter";

Container server(const Subject& subject, const Preset& preset, std::int64_t gpus) {
  Container main;
  main.name = subject.name;
  main.image = preset.image;
  main.command = {"/bin/sh", "-c", server_command(subject, preset)};
  main.ports = {{"", 5000}};
  main.gpus.count = gpus;
  main.liveness = http_probe("/healthz", 5000);
  main.liveness->initial_delay = 600;
  main.readiness = http_probe("/healthz", 5000);
  main.readiness->initial_delay = 30;
  return main;
}

void add_selector(const Subject& subject, json::Members spec) {
  spec.add_object("selector").add_object("matchLabels").add("kaito.sh/workspace", subject.name);
}

void add_gentle_rollout(json::Members spec) {
  json::Members strategy = spec.add_object("strategy");
  strategy.add("type", "RollingUpdate");
  json::Members rolling = strategy.add_object("rollingUpdate");
  rolling.add("maxSurge", 0);
  rolling.add("maxUnavailable", 1);
}

/// Its spec, all but the template.
json::Members add_deployment(const Subject& subject, bool preset) {
  ObjectHead head{"apps/v1", "Deployment", subject.name};
  if (preset) head.annotations = revision_annotation(subject);
  json::Members spec = add_object(subject, head).add_object("spec");
  spec.add("replicas", requested_count(subject));
  if (preset) add_gentle_rollout(spec);
  add_selector(subject, spec);
  return spec;
}

/// Its spec, all but the template.
json::Members add_stateful_set(const Subject& subject) {
  json::Members spec =
      add_object(subject, {"apps/v1", "StatefulSet", subject.name}).add_object("spec");
  spec.add("replicas", requested_count(subject));
  spec.add("podManagementPolicy", "Parallel");
  spec.add("serviceName", subject.name + "-headless");
  add_selector(subject, spec);
  return spec;
}

Container adapter_image(const api::DataSource& source, const std::vector<Mount>& mounts) {
  const std::string name = source.name.value_or("");
  const std::string directory = shell_word(std::string(adapter_root) + "/" + name);
  Container out;
  out.name = name;
  out.image = source.image.value_or("");
  out.pull_policy = "Always";
  out.command = {"/bin/sh", "-c", "mkdir -p " + directory + " && cp -r /data/* " + directory};
  out.mounts = mounts;
  return out;
}

Result<void> render_preset(const Subject& subject) {
  KAITO_TRY(const Preset preset, find_preset(subject, *subject.workspace.inference->preset));
  KAITO_TRY(const std::int64_t gpus, gpu_count(subject, preset));
  Pod pod;
  pod.labels = {{"kaito.sh/workspace", subject.name}};
  pod.image_pull_secrets = preset.pull_secrets;
  pod.node_labels = raw_node_labels(subject);
  pod.tolerations = gpu_tolerations();
  pod.containers.push_back(server(subject, preset, gpus));
  add_shared_memory(subject, pod);
  if (!preset.is_distributed()) add_adapters(subject, pod);
  add_nodes(subject, preset.disk());
  add_services(subject, preset);
  json::Members spec =
      preset.is_distributed() ? add_stateful_set(subject) : add_deployment(subject, true);
  write_pod_template(pod, spec.add_object("template"));
  return {};
}

}  // namespace

void add_adapters(const Subject& subject, Pod& pod) {
  const auto& adapters = subject.workspace.inference->adapters;
  if (!adapters || adapters->empty()) return;
  Container& main = pod.containers.front();
  pod.volumes.push_back(empty_dir("adapter-volume"));
  main.mounts.push_back({"adapter-volume", std::string(adapter_root)});
  for (const auto& adapter : *adapters) {
    if (!adapter.source) continue;
    pod.init_containers.push_back(adapter_image(*adapter.source, main.mounts));
    if (adapter.strength)
      main.env.push_back({adapter.source->name.value_or(""), kubelet_literal(*adapter.strength)});
    if (!adapter.source->image_pull_secrets) continue;
    for (const std::string& secret : *adapter.source->image_pull_secrets)
      pod.image_pull_secrets.push_back(secret);
  }
}

Result<void> render_inference(const Subject& subject) {
  if (subject.workspace.inference->preset) return render_preset(subject);
  add_nodes(subject, "0");
  complete_template(subject, raw_node_labels(subject), gpu_tolerations(),
                    add_deployment(subject, false).add_object("template"));
  return {};
}

Result<void> render(const Subject& subject) {
  subject.out.nodes = requested_count(subject);
  if (subject.workspace.tuning) return render_tuning(subject);
  if (subject.workspace.inference &&
      (subject.workspace.inference->preset || subject.workspace.inference->pod_template))
    return render_inference(subject);
  return fail(ErrorCode::invalid, "the Workspace has neither inference nor tuning");
}

}  // namespace kaito::render::v0_3
