#pragma once

#include <string>
#include <vector>

#include "kaito/kube/client.hpp"
#include "kaito/ops/events.hpp"

namespace kaito::ops {

/// What a delete takes with it, read before it is asked for.
struct RemovalPlan {
  k8s::ObjectRef ref;
  std::string uid;
  std::vector<std::string> goes_too;    ///< "node aks-gpu-1 and its claim", "workspace set-x7f2k"
  std::vector<std::string> finalizers;  ///< what holds it back
};
/// Looks in the version that is served. Errors: not_found, not_served and the client's.
[[nodiscard]] Result<RemovalPlan> plan_removal(kube::Client& client, const k8s::ObjectRef& ref,
                                               const CallLimits& limits);

/// Deletes exactly the object that was planned (uid precondition). With `wait`, returns when it is
/// gone. Errors: timeout (says which finalizers are left), and the client's.
struct Removed {
  bool gone = false;
};
[[nodiscard]] Result<Removed> remove(kube::Client& client, const RemovalPlan& plan, bool wait,
                                     k8s::DryRun dry_run, const EventSink& events,
                                     const CallLimits& limits);

}  // namespace kaito::ops
