#pragma once

#include <string>
#include <vector>

#include "kaito/kube/config.hpp"
#include "kube/kubeconfig.hpp"

namespace kaito::kube {

/// What the kubeconfig files say, and how they were looked for.
struct LoadedKubeconfig {
  Kubeconfig merged;
  bool explicit_file = false;         ///< named by a flag: nothing else may stand in for it
  std::vector<std::string> tried;     ///< what to tell a user who has no configuration at all
  std::vector<std::string> warnings;  ///< for ClusterConfig::warnings
};

/// Reads --kubeconfig, else every file of KUBECONFIG, else ~/.kube/config. Errors: parse, the
/// problems of all files. Source: kubernetes-client.md 1.1.
[[nodiscard]] Result<LoadedKubeconfig> load_kubeconfig(const ConfigOverrides& overrides,
                                                       const Surroundings& surroundings);

}  // namespace kaito::kube
