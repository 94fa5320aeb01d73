#include "kube/in_cluster.hpp"

#include <fmt/format.h>

#include "kaito/base/text.hpp"
#include "kube/path.hpp"

namespace kaito::kube {
namespace {

std::string account_file(const Surroundings& surroundings, const char* name) {
  return seen_from(surroundings.in_cluster_root, name);
}

}  // namespace

bool in_cluster_possible(const Surroundings& surroundings) {
  return !surroundings.variable("KUBERNETES_SERVICE_HOST").value_or("").empty() &&
         !surroundings.variable("KUBERNETES_SERVICE_PORT").value_or("").empty() &&
         surroundings.read_file(account_file(surroundings, "token")).has_value();
}

InCluster in_cluster(const Surroundings& surroundings, std::vector<std::string>& warnings) {
  const auto host = surroundings.variable("KUBERNETES_SERVICE_HOST").value_or("");
  const auto port = surroundings.variable("KUBERNETES_SERVICE_PORT").value_or("");
  const bool ipv6 = host.find(':') != std::string::npos && host.front() != '[';

  InCluster found;
  found.cluster.name = "in-cluster";
  found.cluster.server =
      ipv6 ? fmt::format("https://[{}]:{}", host, port) : fmt::format("https://{}:{}", host, port);
  const auto ca = account_file(surroundings, "ca.crt");
  if (auto readable = surroundings.read_file(ca))
    found.cluster.certificate_authority = ca;
  else
    warnings.push_back(
        fmt::format("cannot read {} ({}): the system's certificate authorities are trusted instead",
                    ca, readable.error().message));
  found.user.name = "service account";
  found.user.token_file = account_file(surroundings, "token");
  return found;
}

std::optional<std::string> in_cluster_namespace(const Surroundings& surroundings) {
  if (auto name = surroundings.variable("POD_NAMESPACE"); name && !name->empty()) return name;
  if (auto text = surroundings.read_file(account_file(surroundings, "namespace"))) {
    auto name = std::string(trim(*text));
    if (!name.empty()) return name;
  }
  return std::nullopt;
}

}  // namespace kaito::kube
