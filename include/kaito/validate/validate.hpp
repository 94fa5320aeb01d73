#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/api/inference_set.hpp"
#include "kaito/api/workspace.hpp"
#include "kaito/catalog/catalog.hpp"
#include "kaito/validate/finding.hpp"

namespace kaito::validate {

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
};

/// Everything that is certain to fail, and warnings for what will surprise: all findings, in the
/// order of the fields. Pure. `problems` are what decoding found.
[[nodiscard]] std::vector<Finding> check_workspace(const api::Workspace& workspace,
                                                   const std::vector<json::ReadProblem>& problems,
                                                   const Context& context);
[[nodiscard]] std::vector<Finding> check_inference_set(
    const api::InferenceSet& set, const std::vector<json::ReadProblem>& problems,
    const Context& context);
/// What an update of a stored Workspace would be refused for (V097-V116): a tuning Workspace over
/// an inference one of the same name, an immutable field that changes.
[[nodiscard]] std::vector<Finding> check_update(const api::Workspace& stored,
                                                const api::Workspace& wanted,
                                                const Context& context);

/// What is certain to be wrong with an object that a Workspace refers to (ConfigMap, Secret,
/// PersistentVolumeClaim, ServiceAccount): placeholders that nobody filled in (K001).
[[nodiscard]] std::vector<Finding> check_companion(const json::Value& object);

/// A rule as it is listed and explained.
struct RuleInfo {
  std::string_view code;
  Severity severity = Severity::error;  ///< as a rule: some findings of it are milder or worse
  std::string_view summary;             ///< what the rule refuses or warns of, one line
};
/// Every rule once, ordered by code within each letter: S, V, K.
[[nodiscard]] std::vector<RuleInfo> rules();

/// The highest severity; nothing when there are no findings.
[[nodiscard]] std::optional<Severity> worst(const std::vector<Finding>& findings);

}  // namespace kaito::validate
