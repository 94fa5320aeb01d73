#include <memory>
#include <utility>

#include "kaito/base/text.hpp"
#include "sandbox/apiserver/resource.hpp"

namespace kaito::sandbox {
namespace {

/// A built-in kind. `columns` reads "Name=cell" or "Name=cell:wide", comma-separated; a cell is a
/// JSONPath (starts with ".") or a computed one that table_cells.cpp knows.
struct Row {
  std::string_view group;
  std::string_view version;
  std::string_view kind;
  std::string_view plural;
  std::string_view singular;
  std::string_view short_names;
  bool namespaced;
  bool has_status;
  bool counts_generation;
  std::string_view columns;
};

constexpr Row kRows[] = {
    {"", "v1", "ConfigMap", "configmaps", "configmap", "cm", true, false, false,
     "Data=data-count,Age=age"},
    {"", "v1", "Endpoints", "endpoints", "endpoints", "ep", true, false, false,
     "Endpoints=endpoints,Age=age"},
    {"", "v1", "Event", "events", "event", "ev", true, false, false,
     "Last Seen=last-seen,Type=.type,Reason=.reason,Object=involved-object,Message=.message"},
    {"", "v1", "Namespace", "namespaces", "namespace", "ns", false, true, false,
     "Status=.status.phase,Age=age"},
    {"", "v1", "Node", "nodes", "node", "no", false, true, false,
     "Status=node-status,Roles=node-roles,Age=age,Version=.status.nodeInfo.kubeletVersion,"
     "Internal-IP=node-ip:wide"},
    {"", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "persistentvolumeclaim", "pvc",
     true, true, false, "Status=.status.phase,Volume=.spec.volumeName,Age=age"},
    {"", "v1", "Pod", "pods", "pod", "po", true, true, false,
     "Ready=pod-ready,Status=pod-status,Restarts=pod-restarts,Age=age,IP=.status.podIP:wide,"
     "Node=.spec.nodeName:wide"},
    {"", "v1", "Secret", "secrets", "secret", "", true, false, false,
     "Type=.type,Data=data-count,Age=age"},
    {"", "v1", "Service", "services", "service", "svc", true, true, false,
     "Type=service-type,Cluster-IP=.spec.clusterIP,External-IP=none,Port(s)=service-ports,Age=age,"
     "Selector=service-selector:wide"},
    {"", "v1", "ServiceAccount", "serviceaccounts", "serviceaccount", "sa", true, false, false,
     "Age=age"},
    {"apps", "v1", "ControllerRevision", "controllerrevisions", "controllerrevision", "", true,
     false, false, "Revision=.revision,Age=age"},
    {"apps", "v1", "Deployment", "deployments", "deployment", "deploy", true, true, true,
     "Ready=ready-replicas,Up-to-date=updated-replicas,Available=available-replicas,Age=age"},
    {"apps", "v1", "ReplicaSet", "replicasets", "replicaset", "rs", true, true, true,
     "Desired=.spec.replicas,Current=.status.replicas,Ready=.status.readyReplicas,Age=age"},
    {"apps", "v1", "StatefulSet", "statefulsets", "statefulset", "sts", true, true, true,
     "Ready=ready-replicas,Age=age"},
    {"batch", "v1", "Job", "jobs", "job", "", true, true, true,
     "Completions=job-completions,Age=age"},
    {"coordination.k8s.io", "v1", "Lease", "leases", "lease", "", true, false, false,
     "Holder=.spec.holderIdentity,Age=age"},
    {"rbac.authorization.k8s.io", "v1", "Role", "roles", "role", "", true, false, false,
     "Created At=.metadata.creationTimestamp"},
    {"rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", "rolebinding", "", true,
     false, false, "Role=role-ref,Age=age"},
    {"rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", "clusterrole", "", false,
     false, false, "Created At=.metadata.creationTimestamp"},
    {"rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings",
     "clusterrolebinding", "", false, false, false, "Role=role-ref,Age=age"},
    {"apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions",
     "customresourcedefinition", "crd,crds", false, true, true,
     "Created At=.metadata.creationTimestamp"},
};

[[nodiscard]] std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> out;
  for (const std::string_view word : split(list, ',')) {
    if (!word.empty()) out.emplace_back(word);
  }
  return out;
}

[[nodiscard]] std::vector<PrinterColumn> columns_of(std::string_view list) {
  std::vector<PrinterColumn> columns;
  for (const std::string& entry : words(list)) {
    PrinterColumn column;
    std::string_view cell = entry;
    const std::size_t equals = cell.find('=');
    column.name = cell.substr(0, equals);
    cell.remove_prefix(equals + 1);
    if (cell.ends_with(":wide")) {
      column.priority = 1;
      cell.remove_suffix(5);
    }
    column.type = "string";
    (cell.starts_with('.') ? column.json_path : column.computed) = cell;
    columns.push_back(std::move(column));
  }
  return columns;
}

[[nodiscard]] std::vector<std::string> selectable(std::string_view kind) {
  if (kind == "Pod")
    return {"spec.nodeName",           "spec.restartPolicy", "spec.schedulerName",
            "spec.serviceAccountName", "status.phase",       "status.podIP",
            "status.nominatedNodeName"};
  if (kind == "Node") return {"spec.unschedulable"};
  if (kind == "Event")
    return {"involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.fieldPath",
            "involvedObject.resourceVersion",
            "reason",
            "reportingComponent",
            "source",
            "type"};
  if (kind == "Secret") return {"type"};
  if (kind == "Namespace") return {"status.phase"};
  if (kind == "Job") return {"status.successful"};
  return {};
}

}  // namespace

Registry builtin_resources() {
  Registry registry;
  for (const Row& row : kRows) {
    auto resource = std::make_shared<Resource>();
    resource->type = {std::string(row.group), std::string(row.version), std::string(row.kind),
                      std::string(row.plural), row.namespaced};
    resource->list_kind = std::string(row.kind) + "List";
    resource->singular = row.singular;
    resource->short_names = words(row.short_names);
    resource->versions.push_back({std::string(row.version), nullptr, columns_of(row.columns)});
    resource->has_status = row.has_status;
    resource->counts_generation = row.counts_generation;
    resource->needs_revision = row.kind == "Lease" || row.kind == "CustomResourceDefinition";
    resource->free_name = row.group == "rbac.authorization.k8s.io";
    resource->dns_label_name = row.kind == "Namespace" || row.kind == "Service";
    resource->selectable_fields = selectable(row.kind);
    resource->orphans_by_default = row.kind == "Job";
    if (row.kind == "Pod") {
      resource->grace_seconds = 30;
      resource->other_subresources = {"log", "proxy"};
    }
    if (row.kind == "Deployment" || row.kind == "ReplicaSet" || row.kind == "StatefulSet") {
      resource->has_scale = true;
      resource->scale = {".spec.replicas", ".status.replicas", ".spec.selector"};
    }
    if (row.kind == "Service") resource->other_subresources = {"proxy"};
    if (row.kind == "Pod" || row.kind == "Service" || row.kind == "StatefulSet" ||
        row.kind == "Deployment" || row.kind == "ReplicaSet")
      resource->categories = {"all"};
    registry.add(std::move(resource));
  }
  return registry;
}

}  // namespace kaito::sandbox
