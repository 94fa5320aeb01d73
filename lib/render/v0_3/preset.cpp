#include "render/v0_3/preset.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/plan/facts.hpp"
#include "render/gpus.hpp"
#include "render/model.hpp"

namespace kaito::render::v0_3 {

namespace {

using Number = std::array<int, 3>;

/// "v0.3.2"; what cannot be read is 0.
Number release_number(std::string_view text) {
  Number out{};
  if (text.starts_with('v')) text.remove_prefix(1);
  const auto parts = split(text, '.');
  for (std::size_t i = 0; i < out.size() && i < parts.size(); ++i)
    std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), out[i]);
  return out;
}

const json::Value* entry_of(const json::Value& history, std::string_view release) {
  if (!history.is_array()) return nullptr;
  const Number wanted = release_number(release);
  for (const json::Value& entry : history.get_array()) {
    if (release_number(json::string_at(entry, {"since"})) <= wanted &&
        wanted <= release_number(json::string_at(entry, {"until"})))
      return &entry;
  }
  return nullptr;
}

Result<void> choose_image(const Subject& subject, const api::PresetSpec& spec, Preset& preset) {
  if (spec.access_mode.value_or("public") != "private") {
    preset.image = subject.input.registry + "/kaito-" + preset.name + ":" +
                   std::string(json::string_at(preset.entry, {"image", "tag"}));
    return {};
  }
  if (!spec.options || spec.options->image.value_or("").empty()) {
    return fail(ErrorCode::invalid, "a private preset needs its image",
                "inference.preset.presetOptions.image");
  }
  preset.image = *spec.options->image;
  preset.pull_secrets = spec.options->image_pull_secrets.value_or(std::vector<std::string>());
  return {};
}

Result<const plan::Release*> own_release(const Subject& subject) {
  static const auto release = plan::find_release("v0.3.2");
  if (!release || subject.input.profile->release != release->name)
    return fail(ErrorCode::internal, "the plan does not know release v0.3.2");
  return &*release;
}

}  // namespace

bool Preset::is_distributed() const {
  const json::Value* found = json::find(entry, {"distributed"});
  return found != nullptr && found->is_bool() && found->get_bool();
}

bool Preset::uses_torchrun() const {
  return json::string_at(entry, {"transformers", "command"}).find("torchrun") !=
         std::string_view::npos;
}

std::string_view Preset::disk() const {
  return json::string_at(entry, {"disk"});
}

Result<Preset> find_preset(const Subject& subject, const api::PresetSpec& spec) {
  const std::string_view release = subject.input.profile->release;
  const catalog::Preset* known = subject.input.catalog->find_preset(spec.name);
  Preset preset;
  if (known != nullptr) {
    KAITO_TRY(const json::Document history, subject.input.catalog->history(*known));
    if (const json::Value* entry = entry_of(history.value(), release)) preset.entry = *entry;
    preset.name = known->name;
  }
  if (!preset.entry.is_object()) {
    return fail(ErrorCode::invalid,
                "release " + std::string(release) + " has no preset \"" +
                    escape_controls(shorten(spec.name, 200)) + "\"",
                "kaitoctl models list --all shows since when each is there");
  }
  KAITO_CHECK(choose_image(subject, spec, preset));
  return preset;
}

Result<std::int64_t> gpu_count(const Subject& subject, const Preset& preset) {
  KAITO_TRY(const plan::Release* release, own_release(subject));
  const catalog::Sku* sku =
      subject.input.catalog->find_sku(machine_type(subject), subject.input.cloud);
  if (sku != nullptr && plan::offered(*sku, *release)) {
    if (const auto gpus = plan::node_gpus(*sku, *release); gpus.count > 0) return gpus.count;
  }
  const auto wanted = raw_node_labels(subject);
  for (const NodeFacts& node : subject.input.nodes)
    if (node.gpus && *node.gpus > 0 && has_labels(node, wanted)) return *node.gpus;
  const std::int64_t needed = json::int_at(preset.entry, {"gpuCount"});
  if (needed > 0) return needed;
  return fail(ErrorCode::invalid,
              "how many GPUs a node of " + std::string(machine_type(subject)) + " has is not known",
              "--nodes FILE (kubectl get nodes -o yaml)");
}

std::string_view machine_type(const Subject& subject) {
  const std::string_view given = render::instance_type(subject);
  return given.empty() ? std::string_view("Standard_NC12s_v3") : given;
}

std::string server_command(const Subject& subject, const Preset& preset) {
  const std::int64_t nodes = requested_count(subject);
  std::string command(json::string_at(preset.entry, {"transformers", "command"}));
  if (command.empty()) command = "accelerate launch";
  Flags launcher;
  if (!preset.uses_torchrun()) {
    launcher.set("num_processes", "1");
    launcher.set("num_machines", "1");
    launcher.set("machine_rank", "0");
    launcher.set("gpu_ids", "all");
  } else {
    const std::int64_t world =
        std::max<std::int64_t>(json::int_at(preset.entry, {"worldSize"}, 1), 1);
    launcher.set("nnodes", std::to_string(nodes));
    launcher.set("nproc_per_node", std::to_string(std::max<std::int64_t>(world / nodes, 1)));
    launcher.set("node_rank", "0");
    launcher.set("master_addr", "localhost");
    launcher.set("master_port", "29500");
    if (nodes > 1) {
      launcher.set_shell("node_rank", "$(echo $HOSTNAME | grep -o '[^-]*$')");
      // Upstream writes the Service's cluster IP, which only the cluster knows.
      launcher.set("master_addr", subject.name + "." + subject.namespace_ + ".svc.cluster.local");
    }
    if (preset.is_distributed()) {
      launcher.set("max_restarts", "3");
      launcher.set("rdzv_id", "job");
      launcher.set("rdzv_backend", "c10d");
      launcher.set("rdzv_endpoint", leader_address(subject) + ":29500");
    }
  }
  launcher.append_to(command);
  command += " inference_api.py";
  parameters_of(preset.entry, "transformers").append_to(command);
  return command;
}

std::vector<NodeLabel> raw_node_labels(const Subject& subject) {
  std::vector<NodeLabel> labels;
  const auto& resource = subject.workspace.resource;
  if (!resource || !resource->label_selector) return labels;
  for (const auto& [key, value] : resource->label_selector->match_labels)
    labels.push_back({key, value});
  return labels;
}

std::vector<Toleration> gpu_tolerations() {
  return {{"nvidia.com/gpu", "Exists", ""}, {"sku", "Equal", "gpu"}};
}

void add_shared_memory(const Subject& subject, Pod& pod) {
  if (requested_count(subject) <= 1) return;
  pod.volumes.push_back(memory_dir("dshm"));
  pod.containers.front().mounts.push_back({"dshm", "/dev/shm"});
}

}  // namespace kaito::render::v0_3
