#include "sandbox/apiserver/rbac.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"

namespace kaito::sandbox {
namespace {

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

[[nodiscard]] k8s::ResourceType type(std::string_view kind, std::string_view plural,
                                     bool namespaced) {
  return {std::string(kGroup), "v1", std::string(kind), std::string(plural), namespaced};
}

[[nodiscard]] bool has(const json::Array& words, std::string_view word) {
  return std::ranges::any_of(words, [&](const json::Value& each) {
    return each.is_string() && each.get_string() == word;
  });
}

[[nodiscard]] bool lists(const json::Value& rule, std::string_view key, std::string_view word) {
  const json::Array& words = list_at(rule, {key});
  return has(words, "*") || has(words, word);
}

/// "services/proxy" is also meant by "*/proxy".
[[nodiscard]] bool lists_resource(const json::Value& rule, std::string_view resource) {
  if (lists(rule, "resources", resource)) return true;
  const std::size_t slash = resource.find('/');
  return slash != std::string_view::npos &&
         has(list_at(rule, {"resources"}), "*" + std::string(resource.substr(slash)));
}

[[nodiscard]] bool lists_name(const json::Value& rule, std::string_view name) {
  const json::Array& names = list_at(rule, {"resourceNames"});
  return names.empty() || has(names, name);
}

[[nodiscard]] bool covers_path(std::string_view pattern, std::string_view path) {
  if (pattern.ends_with('*')) return path.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == path;
}

[[nodiscard]] bool lists_path(const json::Value& rule, std::string_view path) {
  return std::ranges::any_of(list_at(rule, {"nonResourceURLs"}), [&](const json::Value& each) {
    return each.is_string() && covers_path(each.get_string(), path);
  });
}

template <class Test>
[[nodiscard]] bool any_rule(const std::vector<ObjectPtr>& roles, const Test& test) {
  return std::ranges::any_of(roles, [&](const ObjectPtr& role) {
    return std::ranges::any_of(list_at(*role, {"rules"}), test);
  });
}

[[nodiscard]] bool is_meant(const json::Value& subject, const Identity& identity,
                            std::string_view namespace_) {
  const std::string_view kind = json::string_at(subject, {"kind"});
  const std::string_view name = json::string_at(subject, {"name"});
  if (kind == "User") return name == identity.user;
  if (kind == "Group") return std::ranges::find(identity.groups, name) != identity.groups.end();
  if (kind != "ServiceAccount") return false;
  std::string_view home = json::string_at(subject, {"namespace"});
  if (home.empty()) home = namespace_;
  return identity.user == "system:serviceaccount:" + std::string(home) + ":" + std::string(name);
}

}  // namespace

namespace rbac {
k8s::ResourceType role() {
  return type("Role", "roles", true);
}
k8s::ResourceType cluster_role() {
  return type("ClusterRole", "clusterroles", false);
}
k8s::ResourceType role_binding() {
  return type("RoleBinding", "rolebindings", true);
}
k8s::ResourceType cluster_role_binding() {
  return type("ClusterRoleBinding", "clusterrolebindings", false);
}
}  // namespace rbac

Grants::Grants(const Store& store, const Identity& identity, std::string_view namespace_)
    : store_(store) {
  if (const auto bindings = store.list(rbac::cluster_role_binding())) {
    for (const ObjectPtr& binding : *bindings)
      add_bound(*binding, identity, "");
  }
  if (namespace_.empty()) return;
  if (const auto bindings = store.list(rbac::role_binding(), namespace_)) {
    for (const ObjectPtr& binding : *bindings)
      add_bound(*binding, identity, namespace_);
  }
}

void Grants::add_bound(const json::Value& binding, const Identity& identity,
                       std::string_view namespace_) {
  const json::Array& subjects = list_at(binding, {"subjects"});
  if (std::ranges::none_of(subjects, [&](const json::Value& subject) {
        return is_meant(subject, identity, namespace_);
      }))
    return;
  const std::string name(json::string_at(binding, {"roleRef", "name"}));
  const bool of_cluster = json::string_at(binding, {"roleRef", "kind"}) == "ClusterRole";
  if (of_cluster)
    add_role({rbac::cluster_role(), "", name});
  else if (!namespace_.empty())
    add_role({rbac::role(), std::string(namespace_), name});
}

void Grants::add_role(const k8s::ObjectRef& role) {
  // A binding to a role that is not there grants nothing, until it is there.
  if (auto found = store_.get(role)) roles_.push_back(std::move(*found));
}

bool Grants::allow(const Attempt& attempt) const {
  return any_rule(roles_, [&](const json::Value& rule) {
    return lists(rule, "verbs", attempt.verb) && lists(rule, "apiGroups", attempt.group) &&
           lists_resource(rule, attempt.resource) && lists_name(rule, attempt.name);
  });
}

bool Grants::allow_path(std::string_view verb, std::string_view path) const {
  return any_rule(roles_, [&](const json::Value& rule) {
    return lists(rule, "verbs", verb) && lists_path(rule, path);
  });
}

json::Array Grants::resource_rules() const {
  json::Array rules;
  for (const ObjectPtr& role : roles_) {
    for (const json::Value& rule : list_at(*role, {"rules"})) {
      if (!list_at(rule, {"resources"}).empty()) rules.push_back(rule);
    }
  }
  return rules;
}

}  // namespace kaito::sandbox
