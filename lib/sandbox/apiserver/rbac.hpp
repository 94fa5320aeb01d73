#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/value.hpp"
#include "kaito/k8s/resource.hpp"
#include "sandbox/apiserver/store.hpp"

namespace kaito::sandbox {

/// Who asks, as credentials or impersonation say.
struct Identity {
  std::string user;
  std::vector<std::string> groups;
};

/// What somebody wants to do with a resource.
struct Attempt {
  std::string_view verb;
  std::string_view group;
  std::string_view resource;  ///< "pods", "services/proxy"
  std::string_view name;      ///< "" where the request names none
};

/// The rules that Roles and ClusterRoles grant somebody in a namespace ("" = for the whole cluster:
/// then only what ClusterRoleBindings grant). A snapshot. Source: kubernetes-client.md 6.7;
/// rbac.authorization.k8s.io/v1.
class Grants {
 public:
  Grants(const Store& store, const Identity& identity, std::string_view namespace_);

  [[nodiscard]] bool allow(const Attempt& attempt) const;
  /// Of a path that is about no resource ("/metrics").
  [[nodiscard]] bool allow_path(std::string_view verb, std::string_view path) const;
  /// As a SelfSubjectRulesReview lists them.
  [[nodiscard]] json::Array resource_rules() const;

 private:
  void add_bound(const json::Value& binding, const Identity& identity, std::string_view namespace_);
  void add_role(const k8s::ObjectRef& role);

  const Store& store_;
  std::vector<ObjectPtr> roles_;
};

namespace rbac {
[[nodiscard]] k8s::ResourceType role();
[[nodiscard]] k8s::ResourceType cluster_role();
[[nodiscard]] k8s::ResourceType role_binding();
[[nodiscard]] k8s::ResourceType cluster_role_binding();
}  // namespace rbac

}  // namespace kaito::sandbox
