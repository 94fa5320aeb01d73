#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/api/inference_set.hpp"
#include "kaito/api/workspace.hpp"
#include "kaito/catalog/catalog.hpp"
#include "kaito/validate/finding.hpp"

namespace kaito::validate {

/// One of the cluster's own nodes.
struct Node {
  std::string name;
  std::map<std::string, std::string> labels;
};

/// What the rules need to know beside the object.
struct Context {
  const catalog::Catalog* catalog = nullptr;
  std::string cloud;       ///< azure, aws, arc; "" when not known: a SKU of any cloud will do
  bool own_nodes = false;  ///< the operator runs without node auto-provisioning (byo)
  /// Whether it is known that own_nodes is false. Unless it is, what only one of the modes refuses
  /// (no instance type, a partition) is a warning.
  bool own_nodes_known = false;
  /// The operator's release where it is known ("v0.12.0"): SKUs that it dropped are errors; "" =
  /// not known: they are warnings.
  std::string operator_release;
  /// The object goes to the API server in the version that it is written in (kubectl apply), where
  /// kaitoctl deploy would send it in the newest that is served.
  bool as_written = false;
  /// The operator's feature gates, those whose state is known ("enableMIG").
  std::map<std::string, bool, std::less<>> feature_gates;
  /// The NodeClasses that the operator manages, where that is known (karpenter alone has any).
  std::optional<std::vector<std::string>> node_classes;
  /// The cluster's nodes, where they are known and own_nodes is true. Not owned.
  const std::vector<Node>* nodes = nullptr;
};

/// Everything that is certain to fail, and warnings for what will surprise: all findings, in the
/// order of the fields. Pure. `problems` are what decoding found, `source` what was decoded (it
/// saves encoding the Workspace again).
[[nodiscard]] std::vector<Finding> check_workspace(const api::Workspace& workspace,
                                                   const std::vector<json::ReadProblem>& problems,
                                                   const Context& context,
                                                   const json::Value* source = nullptr);
[[nodiscard]] std::vector<Finding> check_inference_set(
    const api::InferenceSet& set, const std::vector<json::ReadProblem>& problems,
    const Context& context);
/// What an update of a stored Workspace would be refused for (V097-V116): a tuning Workspace over
/// an inference one of the same name, an immutable field that changes.
[[nodiscard]] std::vector<Finding> check_update(const api::Workspace& stored,
                                                const api::Workspace& wanted,
                                                const Context& context);

/// The same for a stored InferenceSet (V124).
[[nodiscard]] std::vector<Finding> check_set_update(const api::InferenceSet& stored,
                                                    const api::InferenceSet& wanted,
                                                    const Context& context);

/// What is certain to be wrong with an object that a Workspace refers to (ConfigMap, Secret,
/// PersistentVolumeClaim, ServiceAccount): placeholders that nobody filled in (K001).
[[nodiscard]] std::vector<Finding> check_companion(const json::Value& object);

/// The ConfigMap that the Workspace names under inference.config or tuning.config, judged as the
/// settings of that Workspace (V060-V065, V073-V083). Paths are in the ConfigMap and go on into the
/// text under its key: data["inference_config.yaml"].vllm.max-model-len; a place has no file, and
/// counts lines and columns from the start of that text.
[[nodiscard]] std::vector<Finding> check_config_map(const api::Workspace& workspace,
                                                    const json::Value& config_map,
                                                    const Context& context);
/// The Secret that the Workspace names for Hugging Face's token. Paths are in the Secret.
[[nodiscard]] std::vector<Finding> check_access_secret(const api::Workspace& workspace,
                                                       const json::Value& secret,
                                                       const Context& context);

/// An object beside it that a Workspace names.
struct Reference {
  enum class Kind : std::uint8_t { config_map, access_secret, pull_secret };
  Kind kind = Kind::config_map;
  FieldPath path;  ///< in the Workspace
  std::string name;
};
/// In the order of the fields. Names that cannot be one are left out.
[[nodiscard]] std::vector<Reference> references(const api::Workspace& workspace);
/// The finding that an object is not where the Workspace's namespace should have it: an error when
/// that is `certain` (the cluster was asked), else a note that it was not looked at.
[[nodiscard]] Finding missing_reference(const api::Workspace& workspace, const Reference& reference,
                                        bool certain, const Context& context);

/// The value under spec.template in an InferenceSet of that path in the Workspace that it makes.
[[nodiscard]] FieldPath path_in_set(const FieldPath& path_in_workspace);

/// A rule as it is listed and explained.
struct RuleInfo {
  std::string_view code;
  Severity severity = Severity::error;  ///< as a rule: some findings of it are milder or worse
  std::string_view summary;             ///< what the rule refuses or warns of, one line
  std::string_view why;                 ///< what would come of it
  std::string_view fix;                 ///< what to do
  std::string source;  ///< whose rule it is: "admission webhook of the operator, v0.12.0 and later"
  bool checked = true;  ///< false: nothing that is in a file or a cluster's objects can break it
};
/// Every rule once, ordered by code within each letter: S, V, L, K.
[[nodiscard]] std::vector<RuleInfo> rules();
/// Whether there is a rule of that code.
[[nodiscard]] bool is_rule(std::string_view code);

/// The highest severity; nothing when there are no findings.
[[nodiscard]] std::optional<Severity> worst(const std::vector<Finding>& findings);

}  // namespace kaito::validate
