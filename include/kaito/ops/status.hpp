#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kaito/api/workspace.hpp"
#include "kaito/base/time.hpp"
#include "kaito/kube/client.hpp"

namespace kaito::ops {

/// One line of the status table, texts as shown; "" prints as "-" or blank.
struct StatusRow {
  std::string namespace_;
  std::string name;
  std::string kind;  ///< inference, tuning
  std::string instance;
  std::string nodes;  ///< "1/1": ready of wanted, "0/?" before the count is known
  std::string resource_ready;
  std::string inference_ready;
  std::string workspace_ready;  ///< WorkspaceSucceeded, or the old WorkspaceReady
  std::string age;
  std::string model;
  std::string runtime;
  std::string state;
  std::string job_started;
  std::string workers;
};

/// Pure: a Workspace as the server sent it -> its row. `now` for the age.
[[nodiscard]] StatusRow status_row(const json::Value& workspace, Instant now);

/// Everything about one Workspace that a person asks for first.
struct StatusDetail {
  json::Document workspace;
  std::vector<json::Document> nodes;        ///< its worker nodes, as far as readable
  std::vector<json::Document> node_claims;  ///< empty where the kind is not served
  std::vector<json::Document> pods;
  std::vector<json::Document> events;  ///< newest last, at most 10
  std::string endpoint;                ///< in-cluster URL of its Service, "" for tuning
  std::vector<std::string>
      not_readable;  ///< parts that could not be read and why ("nodes: forbidden")
};

/// One GET of the Workspace (InferenceSet), then the rest; a part that cannot be read is noted, not
/// fatal. Only what can exist is asked for. Errors: as get_workspace, and interrupted.
[[nodiscard]] Result<StatusDetail> status_detail(kube::Client& client, const k8s::ObjectRef& ref,
                                                 const CallLimits& limits);

/// GET of one Workspace in the newest version, going to the older one only when the newest is not
/// served: no discovery call on the ordinary path. Errors: not_served says that the CRD is missing
/// and what to do.
[[nodiscard]] Result<json::Document> get_workspace(kube::Client& client,
                                                   std::string_view namespace_,
                                                   std::string_view name, const CallLimits& limits);
[[nodiscard]] Result<kube::ObjectList> list_workspaces(kube::Client& client,
                                                       std::string_view namespace_,
                                                       const k8s::ListOptions& options,
                                                       const CallLimits& limits);

/// The URL of the Workspace's Service inside the cluster, and whether it answers for inference at
/// all. Errors: not_found, invalid (tuning Workspace: no endpoint).
struct Endpoint {
  std::string cluster_url;   ///< "http://NAME.NS.svc.cluster.local:80"
  std::string proxy_url;     ///< through the API server
  std::string external_url;  ///< of a LoadBalancer Service, or ""
  bool ready = false;
};
[[nodiscard]] Result<Endpoint> endpoint(kube::Client& client, std::string_view namespace_,
                                        std::string_view name, const CallLimits& limits);

}  // namespace kaito::ops
