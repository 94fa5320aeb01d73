#include "sandbox/apiserver/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "kaito/base/text.hpp"
#include "kaito/k8s/resource.hpp"

namespace kaito::sandbox {
namespace {

[[nodiscard]] json::Array strings(const std::vector<std::string>& list) {
  json::Array out;
  for (const std::string& each : list)
    out.emplace_back(each);
  return out;
}

[[nodiscard]] json::Object resource_json(const std::string& name, std::string_view singular,
                                         bool namespaced, std::string_view kind,
                                         const std::vector<std::string>& verbs) {
  json::Object out;
  out["name"] = name;
  out["singularName"] = singular;
  out["namespaced"] = namespaced;
  out["kind"] = kind;
  out["verbs"] = strings(verbs);
  return out;
}

void add_resource(json::Array& list, const Resource& resource) {
  const std::string& plural = resource.type.plural;
  const bool namespaced = resource.type.namespaced;
  json::Object main = resource_json(
      plural, resource.singular, namespaced, resource.type.kind,
      {"delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"});
  if (!resource.short_names.empty()) main["shortNames"] = strings(resource.short_names);
  if (!resource.categories.empty()) main["categories"] = strings(resource.categories);
  list.emplace_back(std::move(main));
  if (resource.has_status)
    list.emplace_back(resource_json(plural + "/status", "", namespaced, resource.type.kind,
                                    {"get", "patch", "update"}));
  if (resource.has_scale) {
    json::Object scale =
        resource_json(plural + "/scale", "", namespaced, "Scale", {"get", "patch", "update"});
    scale["group"] = "autoscaling";
    scale["version"] = "v1";
    list.emplace_back(std::move(scale));
  }
  for (const std::string& name : resource.other_subresources)
    list.emplace_back(resource_json(
        plural + "/" + name, "", namespaced,
        name == "proxy" ? resource.type.kind + "ProxyOptions" : resource.type.kind,
        name == "proxy" ? std::vector<std::string>{"create", "delete", "get", "patch", "update"}
                        : std::vector<std::string>{"get"}));
}

/// The kinds of a group version; nothing when it is not served.
[[nodiscard]] std::optional<json::Value> resource_list(const Registry& registry,
                                                       std::string_view group,
                                                       std::string_view version) {
  json::Array resources;
  for (const auto& resource : registry.all()) {
    if (resource->type.group == group && resource->version(version) != nullptr)
      add_resource(resources, *resource);
  }
  if (group == "authorization.k8s.io" && version == "v1") {
    for (const char* kind : {"SelfSubjectAccessReview", "SelfSubjectRulesReview"})
      resources.emplace_back(
          resource_json(to_lower(kind) + "s", to_lower(kind), false, kind, {"create"}));
  }
  if (resources.empty()) return std::nullopt;
  json::Object out;
  out["kind"] = "APIResourceList";
  out["apiVersion"] = "v1";
  out["groupVersion"] = group.empty() ? std::string(version) : fmt::format("{}/{}", group, version);
  out["resources"] = std::move(resources);
  return json::Value(std::move(out));
}

using Groups = std::vector<std::pair<std::string, std::vector<std::string>>>;

[[nodiscard]] Groups served_groups(const Registry& registry) {
  Groups groups = registry.groups();
  groups.emplace_back("authorization.k8s.io", std::vector<std::string>{"v1"});
  std::ranges::sort(groups);
  return groups;
}

[[nodiscard]] json::Object group_json(const std::string& name,
                                      const std::vector<std::string>& versions) {
  json::Array list;
  for (const std::string& version : versions) {
    json::Object each;
    each["groupVersion"] = fmt::format("{}/{}", name, version);
    each["version"] = version;
    list.emplace_back(std::move(each));
  }
  json::Object group;
  group["name"] = name;
  group["preferredVersion"] = list.at(0);
  group["versions"] = std::move(list);
  return group;
}

[[nodiscard]] json::Value core_versions() {
  json::Array versions;
  versions.emplace_back("v1");
  json::Object out;
  out["kind"] = "APIVersions";
  out["versions"] = std::move(versions);
  out["serverAddressByClientCIDRs"] = json::Array();
  return out;
}

[[nodiscard]] json::Value group_list(const Registry& registry) {
  json::Array groups;
  for (const auto& [name, versions] : served_groups(registry)) {
    if (!name.empty()) groups.emplace_back(group_json(name, versions));
  }
  json::Object out;
  out["kind"] = "APIGroupList";
  out["apiVersion"] = "v1";
  out["groups"] = std::move(groups);
  return out;
}

[[nodiscard]] json::Value version_json(std::string_view git_version) {
  const std::vector<std::string_view> parts = split(git_version, '.');
  json::Object out;
  out["major"] = parts[0].substr(parts[0].starts_with('v') ? 1 : 0);
  out["minor"] = parts.size() > 1 ? parts[1] : std::string_view("0");
  out["gitVersion"] = git_version;
  out["gitCommit"] = "";
  out["gitTreeState"] = "clean";
  out["buildDate"] = "1970-01-01T00:00:00Z";
  out["goVersion"] = "";
  out["compiler"] = "";
  out["platform"] = "simulated";
  return out;
}

}  // namespace

bool is_review_group(std::string_view group, std::string_view version) {
  return group == "authorization.k8s.io" && version == "v1";
}

std::optional<json::Value> discovery_document(const Registry& registry, std::string_view path,
                                              std::string_view git_version) {
  while (path.size() > 1 && path.ends_with('/'))
    path.remove_suffix(1);
  if (path == "/version") return version_json(git_version);
  if (path == "/api") return core_versions();
  if (path == "/apis") return group_list(registry);
  const std::vector<std::string_view> parts = split(path.substr(1), '/');
  if (parts.size() == 2 && parts[0] == "api") return resource_list(registry, "", parts[1]);
  if (parts[0] != "apis" || parts.size() < 2 || parts[1].empty()) return std::nullopt;
  if (parts.size() == 3) return resource_list(registry, parts[1], parts[2]);
  if (parts.size() != 2) return std::nullopt;
  for (const auto& [name, versions] : served_groups(registry)) {
    if (name != parts[1]) continue;
    json::Object group = group_json(name, versions);
    group["kind"] = "APIGroup";
    group["apiVersion"] = "v1";
    return json::Value(std::move(group));
  }
  return std::nullopt;
}

}  // namespace kaito::sandbox
