#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kaito/kube/client.hpp"

namespace kaito::ops {

/// A pod that the operator runs for a Workspace.
struct WorkspacePod {
  std::string name;
  int ordinal = 0;  ///< of several nodes: 0 leads and serves
  bool ready = false;
  /// The one of the model comes first; init containers and side-cars behind it.
  std::vector<std::string> containers;
};

/// By ordinal; without those that are being deleted. An empty list is no error. Errors: the
/// client's.
[[nodiscard]] Result<std::vector<WorkspacePod>> workspace_pods(kube::Client& client,
                                                               std::string_view namespace_,
                                                               std::string_view workspace,
                                                               const CallLimits& limits);

/// Why a Workspace has no pods: there is no such Workspace (not_found), or what holds its operator
/// back (unavailable).
[[nodiscard]] Error explain_no_pods(kube::Client& client, std::string_view namespace_,
                                    std::string_view workspace, const CallLimits& limits);

}  // namespace kaito::ops
