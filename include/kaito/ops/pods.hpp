#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/kube/client.hpp"
#include "kaito/ops/events.hpp"

namespace kaito::ops {

/// A pod that the operator runs for a Workspace.
struct WorkspacePod {
  std::string name;
  int ordinal = 0;  ///< of several nodes: 0 leads and serves
  bool ready = false;
  /// The one of the model comes first; init containers and side-cars behind it.
  std::vector<std::string> containers;
  /// Of its containers those that have not started yet, and so have written nothing, and why:
  /// "ContainerCreating".
  std::map<std::string, std::string, std::less<>> not_started;
};

/// By ordinal; without those that are being deleted. An empty list is no error. Errors: the
/// client's.
[[nodiscard]] Result<std::vector<WorkspacePod>> workspace_pods(kube::Client& client,
                                                               std::string_view namespace_,
                                                               std::string_view workspace,
                                                               const CallLimits& limits);

/// What of the pods, of which there is one at least, is still to come, for people; "" = nothing. An
/// error ends the wait.
using MissingOfPods = std::function<Result<std::string>(const std::vector<WorkspacePod>& pods)>;

/// Waits for the pods of a Workspace, looking again whenever one of them changes, and gives them as
/// they are when nothing is missing. What is waited for is told (progress) when it changes. Errors:
/// those of `missing`; not_found, for the Workspace; timeout, which says what is still missing;
/// interrupted.
[[nodiscard]] Result<std::vector<WorkspacePod>> wait_for_pods(
    kube::Client& client, std::string_view namespace_, std::string_view workspace,
    const MissingOfPods& missing, const EventSink& events, const CallLimits& limits);

/// Why a Workspace has no pods: there is no such Workspace (not_found), or what holds its operator
/// back (unavailable).
[[nodiscard]] Error explain_no_pods(kube::Client& client, std::string_view namespace_,
                                    std::string_view workspace, const CallLimits& limits);

}  // namespace kaito::ops
