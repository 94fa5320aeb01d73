#pragma once

#include <string>

#include "kaito/kube/config.hpp"
#include "kube/kubeconfig.hpp"

namespace kaito::kube {

/// Lays the flags over a cluster and a user from a file. Paths in flags are seen from the working
/// directory. A token given by flag replaces every credential of the file, also a client
/// certificate, which a server would prefer to it. Source: kubernetes-client.md 1.5, 1.7.
void lay_over(const ConfigOverrides& flags, const std::string& working_directory,
              ClusterEntry& cluster);
void lay_over(const ConfigOverrides& flags, const std::string& working_directory, UserEntry& user);

/// The namespace flag without a leading "ns/", "namespace/" or "namespaces/".
[[nodiscard]] std::string namespace_flag(const std::string& text);

}  // namespace kaito::kube
