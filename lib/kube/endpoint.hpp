#pragma once

#include "kaito/kube/config.hpp"
#include "kube/kubeconfig.hpp"
#include "kube/problems.hpp"

namespace kaito::kube {

/// Fills server, TLS trust, proxy and compression of `out` from the cluster entry and the
/// environment's proxies. What is wrong is added to `problems`. `certificate`: whether
/// the user has a client certificate (it makes https of a server without a scheme). Source:
/// kubernetes-client.md 1.6, 2.3.
void fill_endpoint(const ClusterEntry& cluster, bool certificate, const Surroundings& surroundings,
                   ClusterConfig& out, Problems& problems);

}  // namespace kaito::kube
