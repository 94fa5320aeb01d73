#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kaito/kube/client.hpp"
#include "kaito/validate/review.hpp"

namespace kaito::ops {

/// What a cluster tells of how it will take a Workspace.
struct ClusterFacts {
  /// Release, cloud, mode, feature gates and NodeClasses of its operator, where they can be told.
  validate::Context context;
  /// The cluster's nodes, where the operator works with them and we may list them; context.nodes is
  /// not set to them.
  std::optional<std::vector<validate::Node>> nodes;
};

/// Fills what is not set in `context` from the cluster. What we may not look at stays unknown.
/// Errors: those of a server that cannot be asked anything (unreachable, unauthenticated, timeout,
/// interrupted).
[[nodiscard]] Result<ClusterFacts> cluster_facts(kube::Client& client, validate::Context context,
                                                 const CallLimits& limits);

/// ConfigMaps and Secrets in the cluster, and stored Workspaces and InferenceSets, asked for when
/// they are needed. `client` must outlive it.
[[nodiscard]] validate::Elsewhere objects_of(kube::Client& client, const CallLimits& limits);

}  // namespace kaito::ops
