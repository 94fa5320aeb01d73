#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/document.hpp"
#include "kaito/json/reader.hpp"
#include "kaito/k8s/object_meta.hpp"

namespace kaito::api {

/// The two versions of kaito.sh that operators serve.
enum class ApiVersion : std::uint8_t { v1alpha1, v1beta1 };
[[nodiscard]] std::string_view to_string(ApiVersion version);  ///< "v1beta1"
[[nodiscard]] std::optional<ApiVersion> parse_api_version(
    std::string_view text);  ///< "v1beta1" or "kaito.sh/v1beta1"

/// metav1.LabelSelector. Only match_labels chooses nodes (workspace-api.md T07).
struct LabelSelector {
  std::map<std::string, std::string> match_labels;
  json::Document match_expressions;  ///< the list as written
  json::Document other;              ///< unknown members
  bool operator==(const LabelSelector&) const = default;
};

struct GpuPartition {
  std::string mode;  ///< mig, accelerator
  std::string profile;
  std::optional<std::int64_t> count;
  json::Document other;
  bool operator==(const GpuPartition&) const = default;
};

struct ResourceSpec {
  std::optional<std::int64_t> count;
  std::optional<std::string> instance_type;
  std::optional<LabelSelector> label_selector;
  std::optional<std::vector<std::string>> preferred_nodes;
  std::optional<GpuPartition> partition;  ///< v1beta1
  json::Document other;
  bool operator==(const ResourceSpec&) const = default;
};

struct PresetOptions {
  std::optional<std::string> image;
  std::optional<std::vector<std::string>> image_pull_secrets;
  std::optional<std::string> model_access_secret;  ///< v1beta1
  json::Document other;
  bool operator==(const PresetOptions&) const = default;
};

struct PresetSpec {
  std::string name;
  std::optional<std::string> access_mode;  ///< public, private
  std::optional<PresetOptions> options;
  json::Document other;
  bool operator==(const PresetSpec&) const = default;
};

/// adapters[].source and tuning.input.
struct DataSource {
  std::optional<std::string> name;
  std::optional<std::vector<std::string>> urls;
  json::Document volume_source;
  std::optional<std::string> image;
  std::optional<std::vector<std::string>> image_pull_secrets;
  json::Document other;
  bool operator==(const DataSource&) const = default;
};

struct DataDestination {
  json::Document volume_source;
  std::optional<std::string> image;
  std::optional<std::string> image_push_secret;
  json::Document other;
  bool operator==(const DataDestination&) const = default;
};

struct AdapterSpec {
  std::optional<DataSource> source;
  std::optional<std::string> strength;
  json::Document other;
  bool operator==(const AdapterSpec&) const = default;
};

struct InferenceSpec {
  std::optional<PresetSpec> preset;
  json::Document pod_template;  ///< `template`, free form
  std::optional<std::string> config;
  std::optional<std::vector<AdapterSpec>> adapters;
  json::Document other;
  bool operator==(const InferenceSpec&) const = default;
};

struct TuningSpec {
  std::optional<PresetSpec> preset;
  std::optional<std::string> method;
  std::optional<std::string> config;
  std::optional<DataSource> input;
  std::optional<DataDestination> output;
  json::Document other;
  bool operator==(const TuningSpec&) const = default;
};

/// A Workspace of either version. There is no `spec`: resource, inference and tuning stand at the
/// top.
struct Workspace {
  ApiVersion version = ApiVersion::v1beta1;
  k8s::ObjectMeta meta;
  std::optional<ResourceSpec> resource;
  std::optional<InferenceSpec> inference;
  std::optional<TuningSpec> tuning;
  json::Document status;  ///< as it is: read through WorkspaceStatus
  json::Document other;
  bool operator==(const Workspace&) const = default;
};

/// status, read for use.
struct WorkspaceStatus {
  std::vector<std::string> worker_nodes;
  std::vector<k8s::Condition> conditions;
  std::string state;
  std::optional<std::int64_t> target_node_count;
  std::string peak_tokens_per_minute;  ///< performance.metrics, or ""
};

/// What decoding gives: the object as far as it could be read, and everything that was wrong with
/// it.
template <class T>
struct Decoded {
  T object;
  std::vector<json::ReadProblem> problems;
};

/// Reads a Workspace of the version its apiVersion names (an unknown one is a problem at
/// `apiVersion`, read as v1beta1). Nothing is lost: unknown members are reported and kept in
/// `other`.
[[nodiscard]] Decoded<Workspace> decode_workspace(const json::Value& value);
/// The object again; decode then encode gives equivalent JSON. Members in the CRD's order.
[[nodiscard]] json::Value encode_workspace(const Workspace& workspace);
[[nodiscard]] WorkspaceStatus read_status(const Workspace& workspace);

/// What the CRD schema and the controller would fill in (workspace-api.md 4.1), for showing and for
/// offline work: never sent.
void apply_defaults(Workspace& workspace);

/// One thing that a conversion changed or could not carry over.
struct ConversionNote {
  FieldPath path;
  std::string message;
};

/// Rewrites the Workspace in the other version. To v1alpha1 the members that it does not have are
/// dropped and noted; to v1beta1 the instance type that v1alpha1 would default is filled in and
/// noted, as v1beta1 has no default. Source: workspace-api.md 1.2, 4.1.
[[nodiscard]] std::vector<ConversionNote> convert(Workspace& workspace, ApiVersion to);

}  // namespace kaito::api
