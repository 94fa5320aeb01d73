#pragma once

#include <functional>
#include <string>
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

/// The highest severity; nothing when there are no findings.
[[nodiscard]] std::optional<Severity> worst(const std::vector<Finding>& findings);

}  // namespace kaito::validate
