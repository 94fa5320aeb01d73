#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "kaito/ops/serving.hpp"
#include "kaito/ops/status.hpp"
#include "ops/workspaces.hpp"

namespace kaito::ops {

using json::string_at;

namespace {

/// More nodes than this are not asked for one by one.
constexpr std::size_t most_nodes = 8;
constexpr std::size_t most_events = 10;

/// A part of the picture: what can be read, or why it cannot. Kinds that the cluster does not have
/// are passed over in silence.
std::vector<json::Document> part(StatusDetail& detail, const char* name,
                                 Result<kube::ObjectList> list) {
  if (list) return std::move(list->items);
  if (list.error().code != ErrorCode::not_served)
    detail.not_readable.push_back(std::string(name) + ": " + list.error().message);
  return {};
}

void read_nodes(kube::Client& client, StatusDetail& detail, const CallLimits& limits) {
  const auto* names = json::find(detail.workspace.value(), {"status", "workerNodes"});
  if (names == nullptr || !names->is_array()) return;
  const auto& list = names->get_array();
  if (list.size() > most_nodes) {
    detail.not_readable.push_back(std::to_string(list.size()) + " nodes: see kubectl get nodes");
    return;
  }
  for (const auto& name : list) {
    if (!name.is_string()) continue;
    auto node = client.get({k8s::types::node(), "", std::string(name.get_string())}, limits);
    if (node) {
      detail.nodes.push_back(std::move(*node));
      continue;
    }
    detail.not_readable.push_back("node " + std::string(name.get_string()) + ": " +
                                  node.error().message);
    if (node.error().code == ErrorCode::forbidden) return;
  }
}

void read_events(kube::Client& client, StatusDetail& detail, const k8s::ObjectRef& ref,
                 const CallLimits& limits) {
  k8s::ListOptions options;
  options.field_selector =
      "involvedObject.name=" + ref.name + ",involvedObject.kind=" + ref.type.kind;
  detail.events =
      part(detail, "events", client.list(k8s::types::event(), ref.namespace_, options, limits));
  std::stable_sort(detail.events.begin(), detail.events.end(), [](const auto& a, const auto& b) {
    return string_at(a.value(), {"lastTimestamp"}) < string_at(b.value(), {"lastTimestamp"});
  });
  if (detail.events.size() > most_events)
    detail.events.erase(detail.events.begin(), detail.events.end() - most_events);
}

}  // namespace

Result<StatusDetail> status_detail(kube::Client& client, const k8s::ObjectRef& ref,
                                   const CallLimits& limits) {
  StatusDetail detail;
  const bool workspace = ref.type.kind == "Workspace";
  if (workspace) {
    KAITO_TRY(detail.workspace, get_workspace(client, ref.namespace_, ref.name, limits));
  } else {
    KAITO_TRY(detail.workspace, in_served_version(ref.type, [&](const k8s::ResourceType& type) {
                return client.get({type, ref.namespace_, ref.name}, limits);
              }));
  }
  const bool serves = json::find(detail.workspace.value(), {"inference"}) != nullptr;
  if (workspace && serves)
    detail.endpoint = "http://" + ref.name + "." + ref.namespace_ +
                      ".svc.cluster.local:" + std::to_string(service_port);

  // An operator that has not looked at the Workspace yet has made nothing for it.
  const bool touched = json::find(detail.workspace.value(), {"status", "conditions"}) != nullptr;
  if (workspace && touched) {
    k8s::ListOptions owned;
    owned.label_selector = "kaito.sh/workspace=" + ref.name;
    detail.pods =
        part(detail, "pods", client.list(k8s::types::pod(), ref.namespace_, owned, limits));
    read_nodes(client, detail, limits);
    owned.label_selector += ",kaito.sh/workspacenamespace=" + ref.namespace_;
    detail.node_claims =
        part(detail, "node claims", client.list(k8s::types::node_claim(), "", owned, limits));
  }
  read_events(client, detail, ref, limits);
  return detail;
}

Result<Endpoint> endpoint(kube::Client& client, std::string_view namespace_, std::string_view name,
                          const CallLimits& limits) {
  KAITO_TRY(const auto workspace, get_workspace(client, namespace_, name, limits));
  if (json::find(workspace.value(), {"inference"}) == nullptr) {
    return fail(ErrorCode::invalid,
                "workspace \"" + std::string(name) + "\" tunes a model: it has no endpoint",
                "kaitoctl status " + std::string(name) + " shows the job");
  }
  Endpoint found;
  const auto conditions = k8s::conditions_of(workspace.value());
  const auto* ready = k8s::find_condition(conditions, "InferenceReady");
  found.ready = ready != nullptr && ready->status == "True";
  const std::string port = std::to_string(service_port);
  found.cluster_url =
      "http://" + std::string(name) + "." + std::string(namespace_) + ".svc.cluster.local:" + port;
  KAITO_TRY(const auto path, k8s::service_proxy_path(namespace_, name, service_port));
  found.proxy_url = client.config().server.text() + path;
  // Only a Workspace that asked for a load balancer has an address outside.
  if (string_at(workspace.value(), {"metadata", "annotations", "kaito.sh/enablelb"}) != "True")
    return found;
  auto service =
      client.get({k8s::types::service(), std::string(namespace_), std::string(name)}, limits);
  if (!service) {
    if (service.error().code == ErrorCode::not_found) return found;
    return fail(std::move(service.error()));
  }
  const auto* ingress = json::find(service->value(), {"status", "loadBalancer", "ingress"});
  if (ingress == nullptr || !ingress->is_array() || ingress->get_array().empty()) return found;
  auto host = string_at(ingress->get_array().front(), {"ip"});
  if (host.empty()) host = string_at(ingress->get_array().front(), {"hostname"});
  if (!host.empty()) found.external_url = "http://" + std::string(host) + ":" + port;
  return found;
}

}  // namespace kaito::ops
