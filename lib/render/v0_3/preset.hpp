#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "kaito/api/workspace.hpp"
#include "render/subject.hpp"

/// The manifests of v0.3: a Deployment per Workspace, an image per model, Machines.
/// Source: rendered-manifests.md 3.2, 4.4, 7.4, 8.6.
namespace kaito::render::v0_3 {

/// A preset as the release's built-in packages have it.
struct Preset {
  std::string name;
  json::Value entry;  ///< of the catalogue's history
  std::string image;
  std::vector<std::string> pull_secrets;  ///< of a private image
  [[nodiscard]] bool is_distributed() const;
  [[nodiscard]] bool uses_torchrun() const;
  [[nodiscard]] std::string_view disk() const;
};
/// Errors: invalid, when the release does not have it, or for a private preset without its image.
[[nodiscard]] Result<Preset> find_preset(const Subject& subject, const api::PresetSpec& spec);

/// GPUs of one node: the SKU's, else of the first worker node given, else what the preset needs.
/// Errors: invalid, when none of them says.
[[nodiscard]] Result<std::int64_t> gpu_count(const Subject& subject, const Preset& preset);

/// The `sh -c` string of the server. Errors: invalid.
[[nodiscard]] std::string server_command(const Subject& subject, const Preset& preset);

/// resource.labelSelector.matchLabels as they are.
[[nodiscard]] std::vector<NodeLabel> raw_node_labels(const Subject& subject);
[[nodiscard]] std::vector<Toleration> gpu_tolerations();
/// /dev/shm, where the release has it: with several nodes.
void add_shared_memory(const Subject& subject, Pod& pod);
/// resource.instanceType, or what the release's webhook fills in.
[[nodiscard]] std::string_view machine_type(const Subject& subject);

void add_nodes(const Subject& subject, std::string_view storage);
void add_services(const Subject& subject, const Preset& preset);
/// Adapters of a Deployment's pod.
void add_adapters(const Subject& subject, Pod& pod);

[[nodiscard]] Result<void> render_inference(const Subject& subject);
[[nodiscard]] Result<void> render_tuning(const Subject& subject);
[[nodiscard]] Result<void> render(const Subject& subject);

}  // namespace kaito::render::v0_3
