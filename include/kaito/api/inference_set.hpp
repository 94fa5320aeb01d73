#pragma once

#include "kaito/api/workspace.hpp"

namespace kaito::api {

/// An InferenceSet: replicas of one Workspace template. Members that decide nothing before the
/// cluster does (updateStrategy, autoUpgrade) ride along as they are.
struct InferenceSet {
  ApiVersion version = ApiVersion::v1beta1;
  k8s::ObjectMeta meta;
  std::optional<std::int64_t> replicas;
  std::optional<LabelSelector> label_selector;
  std::optional<std::int64_t> node_count_limit;
  json::Document template_meta;
  std::optional<std::string> instance_type;  ///< template.resource.instanceType
  std::optional<GpuPartition> partition;     ///< template.resource.partition
  json::Document template_resource_other;
  std::optional<InferenceSpec> inference;  ///< template.inference
  json::Document template_other;
  json::Document update_strategy;
  json::Document auto_upgrade;
  json::Document spec_other;
  json::Document status;
  json::Document other;
  bool has_template = false;
  bool has_template_resource = false;
  bool operator==(const InferenceSet&) const = default;
};

[[nodiscard]] Decoded<InferenceSet> decode_inference_set(const json::Value& value);
[[nodiscard]] json::Value encode_inference_set(const InferenceSet& set);
[[nodiscard]] std::vector<ConversionNote> convert(InferenceSet& set, ApiVersion to);

/// The Workspace that the set would create, for validation (workspace-api.md 2.1).
[[nodiscard]] Workspace child_workspace(const InferenceSet& set);

}  // namespace kaito::api
