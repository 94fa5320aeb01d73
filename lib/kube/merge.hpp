#pragma once

#include <vector>

#include "kube/kubeconfig.hpp"

namespace kaito::kube {

/// Several files as one: of entries with the same name the first file's is taken whole (the later
/// one fills no gaps), and the first current context that is not empty. Source:
/// kubernetes-client.md 1.3.
[[nodiscard]] Kubeconfig merge(std::vector<Kubeconfig> files);

}  // namespace kaito::kube
