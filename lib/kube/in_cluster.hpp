#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kaito/kube/config.hpp"
#include "kube/kubeconfig.hpp"

namespace kaito::kube {

/// Whether this process runs in a pod that has a service account. Source: kubernetes-client.md 1.9.
[[nodiscard]] bool in_cluster_possible(const Surroundings& surroundings);

/// The pod's service account as kubeconfig entries, so that flags go over it as over a file. An
/// unreadable CA is a warning: the system's certificates are used. REQUIRES: in_cluster_possible().
struct InCluster {
  ClusterEntry cluster;
  UserEntry user;
};
[[nodiscard]] InCluster in_cluster(const Surroundings& surroundings,
                                   std::vector<std::string>& warnings);

/// The pod's own namespace: POD_NAMESPACE, then the service account's; nothing when neither is
/// there.
[[nodiscard]] std::optional<std::string> in_cluster_namespace(const Surroundings& surroundings);

}  // namespace kaito::kube
