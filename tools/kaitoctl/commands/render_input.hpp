#pragma once

#include <string>
#include <vector>

#include "commands/deploy_flags.hpp"
#include "kaito/render/render.hpp"

namespace kaitoctl::commands {

/// The flags of `render`, as typed.
struct RenderFlags {
  DeployFlags model;
  std::string kaito_version;
  std::string provisioner;  ///< "": byo where no instance type is given, else gpu-provisioner
  std::string nodes_file;
  std::string registry;
  std::string feature_gates;
  std::string mirror_storage_class;
  std::string mirror_volume_handle;
  std::string streaming_service_account;
  bool no_nvme_storage = false;
  std::vector<std::string> only;
  std::string output_dir;
  bool force = false;
  std::string output;
};
void add_render_flags(CommandLine& command, RenderFlags& flags);

/// A Workspace or InferenceSet to render.
struct RenderItem {
  kaito::json::Document value;
  kaito::json::Places places;
};

/// What the flags and files come to.
struct RenderRequest {
  std::vector<RenderItem> items;
  std::vector<kaito::json::Document> companions;  ///< given along, not Secrets: applied first
  kaito::render::RenderInput input;
  std::vector<kaito::validate::Node> own_nodes;
};
/// Errors: usage, parse (unreadable files, kinds that cannot be rendered), not_found (the model).
[[nodiscard]] kaito::Result<RenderRequest> render_request(Context& context,
                                                          const RenderFlags& flags);

}  // namespace kaitoctl::commands
