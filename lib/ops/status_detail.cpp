#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "kaito/k8s/object_meta.hpp"
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

std::vector<std::string> worker_nodes(const json::Value& workspace) {
  std::vector<std::string> names;
  const auto* list = json::find(workspace, {"status", "workerNodes"});
  if (list == nullptr || !list->is_array()) return names;
  for (const auto& name : list->get_array()) {
    if (name.is_string()) names.emplace_back(name.get_string());
  }
  return names;
}

/// "a=b,c=d" of the labels that the Workspace's nodes carry.
std::string node_labels(const json::Value& workspace) {
  std::string selector;
  const auto* labels = json::find(workspace, {"resource", "labelSelector", "matchLabels"});
  if (labels == nullptr || !labels->is_object()) return selector;
  for (const auto& label : labels->get_object()) {
    if (!label.value().is_string()) continue;
    if (!selector.empty()) selector += ',';
    selector.append(label.key()).append("=").append(label.value().get_string());
  }
  return selector;
}

/// Many nodes in one request: all with the Workspace's labels, less those that are not its own.
void list_nodes(kube::Client& client, StatusDetail& detail, const std::vector<std::string>& names,
                const CallLimits& limits) {
  k8s::ListOptions options;
  options.label_selector = node_labels(detail.workspace.value());
  detail.nodes = part(detail, "nodes", client.list(k8s::types::node(), "", options, limits));
  std::erase_if(detail.nodes, [&](const json::Document& node) {
    const auto name = string_at(node.value(), {"metadata", "name"});
    return std::find(names.begin(), names.end(), name) == names.end();
  });
}

void read_nodes(kube::Client& client, StatusDetail& detail, const CallLimits& limits) {
  const auto names = worker_nodes(detail.workspace.value());
  if (names.size() > most_nodes) return list_nodes(client, detail, names, limits);
  for (const auto& name : names) {
    auto node = client.get({k8s::types::node(), "", name}, limits);
    if (node) {
      detail.nodes.push_back(std::move(*node));
      continue;
    }
    detail.not_readable.push_back("node " + name + ": " + node.error().message);
    if (node.error().code == ErrorCode::forbidden) return;
  }
}

/// The claims of the Workspace: of one provisioner, or else of the other.
/// Source: workspace-api.md 3.1.
void read_node_claims(kube::Client& client, StatusDetail& detail, const k8s::ObjectRef& ref,
                      const CallLimits& limits) {
  // The operator claims nothing for one that runs on nodes of the user's own.
  if (string_at(detail.workspace.value(), {"resource", "instanceType"}).empty()) return;
  static constexpr std::pair<std::string_view, std::string_view> keys[] = {
      {"kaito.sh/workspace", "kaito.sh/workspacenamespace"},
      {"karpenter.kaito.sh/workspace-name", "karpenter.kaito.sh/workspace-namespace"}};
  for (const auto& [name, namespace_] : keys) {
    k8s::ListOptions options;
    options.label_selector =
        std::string(name) + "=" + ref.name + "," + std::string(namespace_) + "=" + ref.namespace_;
    auto list = client.list(k8s::types::node_claim(), "", options, limits);
    const bool next = list && list->items.empty();
    detail.node_claims = part(detail, "node claims", std::move(list));
    if (!next) return;
  }
}

/// When an event last happened: newer writers fill in another field than older ones.
Instant time_of(const json::Value& event) {
  for (const auto* key : {"lastTimestamp", "eventTime", "firstTimestamp"}) {
    if (const auto time = parse_time(string_at(event, {key}))) return *time;
  }
  const auto created = parse_time(string_at(event, {"metadata", "creationTimestamp"}));
  return created ? *created : Instant();
}

void read_events(kube::Client& client, StatusDetail& detail, const k8s::ObjectRef& ref,
                 const CallLimits& limits) {
  k8s::ListOptions options;
  options.field_selector =
      "involvedObject.name=" + ref.name + ",involvedObject.kind=" + ref.type.kind;
  detail.events =
      part(detail, "events", client.list(k8s::types::event(), ref.namespace_, options, limits));
  std::stable_sort(detail.events.begin(), detail.events.end(), [](const auto& a, const auto& b) {
    return time_of(a.value()) < time_of(b.value());
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
    read_node_claims(client, detail, ref, limits);
  }
  read_events(client, detail, ref, limits);
  // Not a part that cannot be read: whoever asked does not want the rest.
  if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
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
  found.ready = k8s::is_true(k8s::conditions_of(workspace.value()), "InferenceReady");
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
  if (host.empty()) return found;
  const bool ipv6 = host.find(':') != std::string_view::npos;
  found.external_url =
      "http://" + (ipv6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" + port;
  return found;
}

}  // namespace kaito::ops
