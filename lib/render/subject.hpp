#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/api/workspace.hpp"
#include "kaito/json/tree.hpp"
#include "kaito/render/input.hpp"
#include "kaito/render/render.hpp"
#include "render/pod.hpp"

/// The Workspace that is being rendered and what every object takes from it.
namespace kaito::render {

struct Subject {
  const api::Workspace& workspace;
  const RenderInput& input;
  const std::string& name;
  const std::string& namespace_;
  Rendered& out;  ///< takes the objects and notes
};

/// Workspace annotation or label, or "".
[[nodiscard]] std::string_view annotation(const Subject& subject, std::string_view key);
[[nodiscard]] std::string_view label(const Subject& subject, std::string_view key);

/// "vllm" unless the gate is off or the annotation says transformers. Source: 0.3.
[[nodiscard]] bool uses_vllm(const Subject& subject);

/// resource.labelSelector.matchLabels without KAITO's own keys. Source: 1.3.
[[nodiscard]] std::vector<NodeLabel> selected_node_labels(const Subject& subject);
/// The labels that the provisioner gives this Workspace's nodes; none for own nodes. Source: 8.
[[nodiscard]] std::vector<NodeLabel> owned_node_labels(const Subject& subject);
/// Whether a node has all of them.
[[nodiscard]] bool has_labels(const NodeFacts& node, const std::vector<NodeLabel>& labels);

/// kaito.sh/workspace and what ties a child to its set: selector and pod labels. Source: 1.1.
[[nodiscard]] std::map<std::string, std::string> pod_labels(const Subject& subject);

/// `NAME-0.NAME-headless.NAMESPACE.svc.cluster.local`.
[[nodiscard]] std::string leader_address(const Subject& subject);

/// Of an object in the Workspace's namespace with the Workspace as its owner, where that has a uid.
struct ObjectHead {
  json::Literal api_version;
  json::Literal kind;
  std::string name;
  std::map<std::string, std::string> labels{};
  std::map<std::string, std::string> annotations{};
  bool namespaced = true;
  bool owned = true;
};
/// The next of the Workspace's objects, with apiVersion, kind and metadata.
json::Members add_object(const Subject& subject, const ObjectHead& head);
/// {"workspace.kaito.io/revision": ...} as the Workspace has it, or "1".
[[nodiscard]] std::map<std::string, std::string> revision_annotation(const Subject& subject);

/// The ConfigMap's facts, or nullptr when they were not given.
[[nodiscard]] const ConfigMapFacts* find_config_map(const Subject& subject, std::string_view name);

void add_note(const Subject& subject, std::string note);

}  // namespace kaito::render
