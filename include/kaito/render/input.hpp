#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/catalog/catalog.hpp"
#include "kaito/json/document.hpp"
#include "kaito/render/profile.hpp"

namespace kaito::render {

/// Who makes the nodes.
enum class Provisioner : std::uint8_t {
  gpu_provisioner,  ///< NodeClaims (v0.3: Machines)
  karpenter,        ///< one NodePool (v0.3: NodeClaims, gate Karpenter)
  byo,              ///< nobody: own nodes
};
/// "gpu-provisioner" (also "azure-gpu-provisioner"), "karpenter", "byo". Errors: usage.
[[nodiscard]] Result<Provisioner> parse_provisioner(std::string_view text);

/// What is known of a node that exists.
struct NodeFacts {
  std::string name;
  std::map<std::string, std::string> labels;
  bool ready = true;                   ///< condition Ready is True and it is not being deleted
  std::optional<std::int64_t> gpus{};  ///< capacity nvidia.com/gpu
};
/// Of a Node object. REQUIRES: an object of kind Node.
[[nodiscard]] NodeFacts node_facts(const json::Value& node);

/// The content of a ConfigMap that a Workspace refers to.
struct ConfigMapFacts {
  std::string namespace_;  ///< "": that of the Workspace
  std::string name;
  std::map<std::string, std::string> data;
};
[[nodiscard]] ConfigMapFacts config_map_facts(const json::Value& config_map);

/// `--feature-gates` of the operator. Source: rendered-manifests.md 10.2.
struct FeatureGates {
  bool vllm = true;
  bool mig = false;                ///< enableMIG
  bool accelerator = false;        ///< enableAccelerator
  bool inference_gateway = false;  ///< gatewayAPIInferenceExtension
  bool model_mirror = false;       ///< ModelMirror
  bool model_streaming = false;    ///< ModelStreaming
};
/// "enableMIG=true,vLLM=false" on top of `gates`; gates that decide nothing here are accepted.
/// Errors: usage, for an unknown gate or a value that is no boolean.
[[nodiscard]] Result<void> set_gates(FeatureGates& gates, std::string_view text);

/// `--karpenter-node-class-*` of the operator.
struct NodeClass {
  std::string group;
  std::string kind;
  std::string name;  ///< the default one
};

/// What the operator reads from the cluster for model streaming.
struct StreamingFacts {
  std::string storage_class;    ///< --default-model-mirror-storage-class
  std::string service_account;  ///< --default-streaming-service-account
  /// spec.csi.volumeHandle of the mirror's PersistentVolume: "group#account#container".
  std::string volume_handle;
};

/// Everything beside the Workspace that decides the manifests.
struct RenderInput {
  const catalog::Catalog* catalog = nullptr;
  const Profile* profile = &default_profile();
  std::string cloud = "azure";  ///< azure, aws, arc
  Provisioner provisioner = Provisioner::gpu_provisioner;
  std::string namespace_ = "default";  ///< of a Workspace that names none
  std::string registry = "mcr.microsoft.com/aks/kaito";
  FeatureGates gates;
  bool nvme_storage_class = true;  ///< StorageClass kaito-local-nvme-disk exists (the chart's does)
  std::string node_image_family = "ubuntu";
  std::optional<NodeClass> node_class;  ///< nothing: the chart's for the cloud
  std::vector<NodeFacts> nodes;
  std::vector<ConfigMapFacts> config_maps;
  StreamingFacts streaming;
};

}  // namespace kaito::render
