#include "render/subject.hpp"

#include <algorithm>
#include <array>

namespace kaito::render {

namespace {

constexpr std::array<std::string_view, 8> reserved_keys{
    "kaito.sh/workspace",
    "kaito.sh/workspacenamespace",
    "kaito.sh/ragengine",
    "kaito.sh/ragenginenamespace",
    "karpenter.kaito.sh/workspace-name",
    "karpenter.kaito.sh/workspace-namespace",
    "karpenter.kaito.sh/inferenceset",
    "karpenter.kaito.sh/inferenceset-namespace"};

std::string_view value_of(const std::map<std::string, std::string>& map, std::string_view key) {
  if (map.empty()) return {};
  const auto found = map.find(std::string(key));
  return found == map.end() ? std::string_view() : std::string_view(found->second);
}

void write_owner(const Subject& subject, json::Members owner) {
  owner.add("apiVersion", subject.input.profile->api_version);
  owner.add("kind", "Workspace");
  owner.add("name", subject.name);
  owner.add("uid", subject.workspace.meta.uid);
  owner.add("controller", true);
  if (subject.input.profile->generation == Generation::base_image)
    owner.add("blockOwnerDeletion", true);
}

void write_metadata(const Subject& subject, const ObjectHead& head, json::Members meta) {
  meta.add("name", head.name);
  if (head.namespaced) meta.add("namespace", subject.namespace_);
  if (!head.labels.empty()) write_map(head.labels, meta.add_object("labels"));
  if (!head.annotations.empty()) write_map(head.annotations, meta.add_object("annotations"));
  if (head.owned && !subject.workspace.meta.uid.empty())
    write_owner(subject, meta.add_list("ownerReferences").add_object());
}

}  // namespace

std::string_view annotation(const Subject& subject, std::string_view key) {
  return value_of(subject.workspace.meta.annotations, key);
}

std::string_view label(const Subject& subject, std::string_view key) {
  return value_of(subject.workspace.meta.labels, key);
}

bool uses_vllm(const Subject& subject) {
  return subject.input.gates.vllm && annotation(subject, "kaito.sh/runtime") != "transformers";
}

std::vector<NodeLabel> selected_node_labels(const Subject& subject) {
  std::vector<NodeLabel> labels;
  const auto& resource = subject.workspace.resource;
  if (!resource || !resource->label_selector) return labels;
  for (const auto& [key, value] : resource->label_selector->match_labels) {
    if (std::find(reserved_keys.begin(), reserved_keys.end(), key) == reserved_keys.end())
      labels.push_back({key, value});
  }
  return labels;
}

std::vector<NodeLabel> owned_node_labels(const Subject& subject) {
  switch (subject.input.provisioner) {
    case Provisioner::gpu_provisioner:
      return {{"kaito.sh/workspace", subject.name},
              {"kaito.sh/workspacenamespace", subject.namespace_}};
    case Provisioner::karpenter:
      return {{"karpenter.kaito.sh/workspace-name", subject.name},
              {"karpenter.kaito.sh/workspace-namespace", subject.namespace_}};
    case Provisioner::byo:
      break;
  }
  return {};
}

bool has_labels(const NodeFacts& node, const std::vector<NodeLabel>& labels) {
  return std::all_of(labels.begin(), labels.end(), [&node](const NodeLabel& wanted) {
    const auto found = node.labels.find(wanted.key);
    return found != node.labels.end() && found->second == wanted.value;
  });
}

std::map<std::string, std::string> pod_labels(const Subject& subject) {
  std::map<std::string, std::string> labels{{"kaito.sh/workspace", subject.name}};
  const auto& given = subject.workspace.meta.labels;
  if (given.empty()) return labels;
  for (const std::string_view key :
       {"inferenceset.kaito.sh/created-by", "multiroleinference.kaito.sh/created-by",
        "kaito.sh/inference-role"}) {
    if (const auto found = given.find(std::string(key)); found != given.end())
      labels.insert(*found);
  }
  return labels;
}

std::string leader_address(const Subject& subject) {
  return subject.name + "-0." + subject.name + "-headless." + subject.namespace_ +
         ".svc.cluster.local";
}

json::Members add_object(const Subject& subject, const ObjectHead& head) {
  json::Members object = subject.out.objects.emplace_back().members();
  object.add("apiVersion", head.api_version);
  object.add("kind", head.kind);
  write_metadata(subject, head, object.add_object("metadata"));
  return object;
}

std::map<std::string, std::string> revision_annotation(const Subject& subject) {
  constexpr std::string_view key = "workspace.kaito.io/revision";
  const std::string_view known = annotation(subject, key);
  return {{std::string(key), known.empty() ? "1" : std::string(known)}};
}

const ConfigMapFacts* find_config_map(const Subject& subject, std::string_view name) {
  for (const ConfigMapFacts& facts : subject.input.config_maps) {
    const bool same_namespace = facts.namespace_.empty() || facts.namespace_ == subject.namespace_;
    if (facts.name == name && same_namespace) return &facts;
  }
  return nullptr;
}

void add_note(const Subject& subject, std::string note) {
  subject.out.notes.push_back(std::move(note));
}

}  // namespace kaito::render
