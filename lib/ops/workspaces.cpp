#include "ops/workspaces.hpp"

#include <boost/json/value.hpp>

#include "kaito/ops/status.hpp"

namespace kaito::ops {

Error kaito_not_installed(Error error) {
  error.message = "this cluster does not serve KAITO's kinds (kaito.sh): " + error.message;
  error.hint =
      "install KAITO (its Helm chart, or az aks update --enable-ai-toolchain-operator), or try a "
      "simulated cluster: kaitoctl sandbox up --detach";
  return error;
}

Result<json::Document> get_workspace(kube::Client& client, std::string_view namespace_,
                                     std::string_view name, const CallLimits& limits) {
  return in_served_version(k8s::types::workspace(), [&](const k8s::ResourceType& type) {
    auto found = client.get({type, std::string(namespace_), std::string(name)}, limits);
    if (!found && found.error().code == ErrorCode::not_found) {
      found.error() = std::move(found.error())
                          .hinted("kaitoctl status -A lists the workspaces of all namespaces");
    }
    return found;
  });
}

Result<kube::ObjectList> list_workspaces(kube::Client& client, std::string_view namespace_,
                                         const k8s::ListOptions& options,
                                         const CallLimits& limits) {
  return in_served_version(k8s::types::workspace(), [&](const k8s::ResourceType& type) {
    return client.list(type, namespace_, options, limits);
  });
}

}  // namespace kaito::ops
