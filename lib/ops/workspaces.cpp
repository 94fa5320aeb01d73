#include "ops/workspaces.hpp"

#include <boost/json/value.hpp>

#include "kaito/ops/status.hpp"

namespace kaito::ops {

Error kaito_not_installed(Error error, std::string_view kind) {
  error.message = "this cluster does not serve the kind " + std::string(kind) +
                  " of KAITO (kaito.sh): " + error.message;
  error.hint =
      "install KAITO (its Helm chart, or az aks update --enable-ai-toolchain-operator), or try a "
      "simulated cluster: kaitoctl sandbox up --detach";
  if (kind == "InferenceSet")
    error.hint = "InferenceSets came with KAITO 0.8: upgrade it; or " + error.hint;
  return error;
}

Result<json::Document> get_workspace(kube::Client& client, std::string_view namespace_,
                                     std::string_view name, const CallLimits& limits) {
  return in_served_version(k8s::types::workspace(), [&](const k8s::ResourceType& type) {
    auto found = client.get({type, std::string(namespace_), std::string(name)}, limits);
    if (!found && found.error().code == ErrorCode::not_found) {
      found.error() = std::move(found.error()).hinted(std::string(where_workspaces_are));
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
