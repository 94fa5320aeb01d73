#include "sandbox/apiserver/access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/api_error.hpp"
#include "sandbox/apiserver/resource.hpp"

namespace kaito::sandbox {
namespace {

constexpr std::string_view kMasters = "system:masters";

/// Takes as long for every wrong token of the right length.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |=
        static_cast<unsigned char>(a[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(b[i]));
  return difference == 0;
}

[[nodiscard]] bool is_below(std::string_view path, std::string_view root) {
  return path == root || (path.starts_with(root) && path.substr(root.size()).starts_with('/'));
}

[[nodiscard]] bool is_public_path(std::string_view path) {
  for (const std::string_view root : {"/healthz", "/livez", "/readyz", "/version"}) {
    if (is_below(path, root)) return true;
  }
  return false;
}

[[nodiscard]] bool is_discovery_path(std::string_view path) {
  return is_below(path, "/api") || is_below(path, "/apis") || is_below(path, "/openapi");
}

/// A 403 about a kind that need not be served.
[[nodiscard]] Error forbidden_words(const ResourcePath& path, std::string_view why) {
  Resource resource;
  resource.type.group = path.group;
  resource.type.plural = path.plural;
  return forbidden(resource, path.name, why);
}

[[nodiscard]] Caller logged_in(std::string user, std::vector<std::string> groups) {
  const bool may_all = std::ranges::find(groups, kMasters) != groups.end();
  groups.emplace_back("system:authenticated");
  return {{std::move(user), std::move(groups)}, true, may_all};
}

[[nodiscard]] Result<Caller> caller_of(const net::ServerRequest& request, const Tokens& tokens) {
  const Caller administrator = logged_in("admin", {std::string(kMasters)});
  if (tokens.administrator.empty()) return administrator;
  if (request.client && !request.client->common_name.empty())
    return logged_in(request.client->common_name, request.client->organizations);
  const std::string_view given = trim(request.headers.get("Authorization"));
  if (given.empty() && request.strange_certificate) return fail(unauthorized());
  if (given.empty()) return Caller{{"system:anonymous", {"system:unauthenticated"}}, false, false};
  constexpr std::string_view kScheme = "Bearer ";
  if (!equals_ignoring_case(given.substr(0, kScheme.size()), kScheme)) return fail(unauthorized());
  const std::string_view token = trim(given.substr(kScheme.size()));
  if (same_secret(token, tokens.administrator)) return administrator;
  if (!tokens.limited.empty() && same_secret(token, tokens.limited)) return logged_in("alice", {});
  return fail(unauthorized());
}

[[nodiscard]] std::string with_subresource(std::string_view plural, std::string_view subresource) {
  std::string out(plural);
  if (!subresource.empty()) out.append("/").append(subresource);
  return out;
}

/// The rule of those who may do everything.
[[nodiscard]] json::Value everything() {
  json::Object rule;
  for (const char* key : {"verbs", "apiGroups", "resources"}) {
    json::Array all;
    all.emplace_back("*");
    rule[key] = std::move(all);
  }
  return rule;
}

/// What a SelfSubjectAccessReview asks.
[[nodiscard]] bool is_granted(const Store& store, const Identity& identity,
                              const json::Value& review) {
  const auto asked = [&](std::string_view about, std::string_view key) {
    return json::string_at(review, {"spec", about, key});
  };
  if (json::find(review, {"spec", "nonResourceAttributes"}) != nullptr) {
    constexpr std::string_view kPath = "nonResourceAttributes";
    return Grants(store, identity, "").allow_path(asked(kPath, "verb"), asked(kPath, "path"));
  }
  constexpr std::string_view kResource = "resourceAttributes";
  const std::string what =
      with_subresource(asked(kResource, "resource"), asked(kResource, "subresource"));
  return Grants(store, identity, asked(kResource, "namespace"))
      .allow({asked(kResource, "verb"), asked(kResource, "group"), what, asked(kResource, "name")});
}

}  // namespace

Result<Caller> authenticate(const net::ServerRequest& request, const Tokens& tokens) {
  KAITO_TRY(const Caller caller, caller_of(request, tokens));
  const std::string user(request.headers.get("Impersonate-User"));
  if (user.empty()) return caller;
  if (!caller.may_all)
    return fail(forbidden_words(
        {"", "v1", "", "users", user, "", "", false},
        fmt::format("User \"{}\" cannot impersonate resource \"users\" in API group \"\" at the "
                    "cluster scope",
                    caller.identity.user)));
  std::vector<std::string> groups;
  for (const auto& [name, value] : request.headers.all()) {
    if (equals_ignoring_case(name, "Impersonate-Group")) groups.push_back(value);
  }
  return logged_in(user, std::move(groups));
}

std::string impersonation_mistake(const net::ServerRequest& request) {
  if (request.headers.has("Impersonate-User")) return {};
  for (const auto& [name, value] : request.headers.all()) {
    if (equals_ignoring_case(name.substr(0, 12), "Impersonate-"))
      return fmt::format("Internal Server Error: {}: requested {} without impersonating a user\n",
                         json::quoted(request.target), json::quoted(value));
  }
  return {};
}

Result<void> authorize(const Store& store, const Caller& caller, const net::ServerRequest& request,
                       std::string_view path, const std::optional<ResourcePath>& resource) {
  if (caller.may_all) return {};
  const std::string& user = caller.identity.user;
  if (!resource) {
    if (is_public_path(path) || (caller.logged_in && is_discovery_path(path))) return {};
    const std::string verb = to_lower(request.method);
    if (Grants(store, caller.identity, "").allow_path(verb, path)) return {};
    k8s::Status status;
    status.code = 403;
    status.reason = "Forbidden";
    status.message = fmt::format("forbidden: User \"{}\" cannot {} path \"{}\"", user, verb, path);
    return fail(api_error(std::move(status)));
  }
  const bool asks_own_rights = resource->group == "authorization.k8s.io" &&
                               resource->plural.starts_with("selfsubject") &&
                               request.method == "POST";
  if (caller.logged_in && asks_own_rights) return {};
  const std::string what = with_subresource(resource->plural, resource->subresource);
  const std::string_view verb = verb_of(request, *resource);
  if (Grants(store, caller.identity, resource->namespace_)
          .allow({verb, resource->group, what, resource->name}))
    return {};
  const std::string where = resource->namespace_.empty()
                                ? "at the cluster scope"
                                : fmt::format("in the namespace \"{}\"", resource->namespace_);
  return fail(forbidden_words(
      *resource, fmt::format("User \"{}\" cannot {} resource \"{}\" in API group \"{}\" {}", user,
                             verb, what, resource->group, where)));
}

std::string_view verb_of(const net::ServerRequest& request, const ResourcePath& path) {
  const bool one = !path.name.empty();
  if (request.method == "POST") return "create";
  if (request.method == "PUT") return "update";
  if (request.method == "PATCH") return "patch";
  if (request.method == "DELETE") return one ? "delete" : "deletecollection";
  if (one) return "get";
  return Query(split_target(request.target).second).flag("watch") ? "watch" : "list";
}

json::Value answer_review(const Store& store, const Caller& caller, json::Value review) {
  json::Object status;
  if (json::string_at(review, {"kind"}) == "SelfSubjectRulesReview") {
    const std::string_view where = json::string_at(review, {"spec", "namespace"});
    json::Array rules = Grants(store, caller.identity, where).resource_rules();
    if (caller.may_all) rules.insert(rules.begin(), everything());
    status["resourceRules"] = std::move(rules);
    status["nonResourceRules"] = json::Array();
    status["incomplete"] = false;
  } else {
    status["allowed"] = caller.may_all || is_granted(store, caller.identity, review);
  }
  review.as_object()["status"] = std::move(status);
  return review;
}

}  // namespace kaito::sandbox
