#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kaito/json/value.hpp"
#include "kaito/kube/client.hpp"

namespace kaito::ops {

/// What the cluster's KAITO operator is and how it was started, as far as its Deployment tells.
struct InstalledOperator {
  std::string release;     ///< "v0.12.0", read off the image; "" = unknown
  std::string cloud;       ///< azure, aws, arc (CLOUD_PROVIDER); "" = unknown
  bool own_nodes = false;  ///< it provisions no nodes: --node-provisioner=byo, or the older gate
  bool own_nodes_known = false;  ///< whether own_nodes could be told
  /// The feature gates that it was started with; others have their defaults.
  std::map<std::string, bool, std::less<>> feature_gates;
  /// The NodeClasses of --karpenter-node-classes, where that flag can be read.
  std::optional<std::vector<std::string>> node_classes;
};

/// Reads a Deployment; all unknown when none of its containers runs an operator's image. Pure.
/// Source: workspace-api.md 0 (flags and gates per release).
[[nodiscard]] InstalledOperator read_operator(const json::Value& deployment);

/// The operator of the cluster; all unknown where none is found or we may not look. One request.
/// Errors: those of a server that cannot be asked anything (unreachable, unauthenticated, timeout,
/// interrupted).
[[nodiscard]] Result<InstalledOperator> installed_operator(kube::Client& client,
                                                           const CallLimits& limits);

}  // namespace kaito::ops
