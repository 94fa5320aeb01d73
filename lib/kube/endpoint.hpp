#pragma once

#include <string>
#include <vector>

#include "kaito/kube/config.hpp"
#include "kube/kubeconfig.hpp"

namespace kaito::kube {

/// Fills server, TLS trust, proxy and compression of `out` from the cluster entry and the
/// environment's proxies. What is wrong is added to `problems`, a line each. `certificate`: whether
/// the user has a client certificate (it makes https of a server without a scheme). Source:
/// kubernetes-client.md 1.6, 2.3.
void fill_endpoint(const ClusterEntry& cluster, bool certificate, const Surroundings& surroundings,
                   ClusterConfig& out, std::vector<std::string>& problems);

}  // namespace kaito::kube
