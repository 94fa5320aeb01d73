#include "sandbox/apiserver/access.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/api_error.hpp"
#include "sandbox/apiserver/resource.hpp"

namespace kaito::sandbox {
namespace {

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

[[nodiscard]] Result<Caller> caller_by_token(const net::Headers& headers, const Tokens& tokens) {
  const Caller administrator{"admin", true, true};
  if (tokens.administrator.empty()) return administrator;
  const std::string_view given = trim(headers.get("Authorization"));
  if (given.empty()) return Caller{"system:anonymous", false, false};
  constexpr std::string_view kScheme = "Bearer ";
  if (!equals_ignoring_case(given.substr(0, kScheme.size()), kScheme)) return fail(unauthorized());
  const std::string_view token = trim(given.substr(kScheme.size()));
  if (same_secret(token, tokens.administrator)) return administrator;
  if (!tokens.limited.empty() && same_secret(token, tokens.limited))
    return Caller{"alice", true, false};
  return fail(unauthorized());
}

}  // namespace

Result<Caller> authenticate(const net::ServerRequest& request, const Tokens& tokens) {
  KAITO_TRY(const Caller caller, caller_by_token(request.headers, tokens));
  const std::string user(request.headers.get("Impersonate-User"));
  if (user.empty()) return caller;
  if (!caller.may_all)
    return fail(forbidden_words(
        {"", "v1", "", "users", user, "", "", false},
        fmt::format("User \"{}\" cannot impersonate resource \"users\" in API group \"\" at the "
                    "cluster scope",
                    caller.name)));
  Caller other{user, true, false};
  for (const auto& [name, value] : request.headers.all()) {
    if (equals_ignoring_case(name, "Impersonate-Group") && value == "system:masters")
      other.may_all = true;
  }
  return other;
}

std::string impersonation_mistake(const net::ServerRequest& request) {
  if (request.headers.has("Impersonate-User")) return {};
  for (const auto& [name, value] : request.headers.all()) {
    if (equals_ignoring_case(name.substr(0, 12), "Impersonate-"))
      return fmt::format("Internal Server Error: {}: requested {} without impersonating a user\n",
                         json::write(json::Value(request.target)), json::write(json::Value(value)));
  }
  return {};
}

Result<void> authorize(const Caller& caller, const net::ServerRequest& request,
                       std::string_view path, const std::optional<ResourcePath>& resource) {
  if (caller.may_all) return {};
  if (!resource) {
    if (is_public_path(path) || (caller.logged_in && is_discovery_path(path))) return {};
    k8s::Status status;
    status.code = 403;
    status.reason = "Forbidden";
    status.message = fmt::format("forbidden: User \"{}\" cannot {} path \"{}\"", caller.name,
                                 to_lower(request.method), path);
    return fail(api_error(std::move(status)));
  }
  const bool asks_own_rights = resource->group == "authorization.k8s.io" &&
                               resource->plural.starts_with("selfsubject") &&
                               request.method == "POST";
  if (caller.logged_in && asks_own_rights) return {};
  const std::string what =
      resource->plural + (resource->subresource.empty() ? "" : "/" + resource->subresource);
  const std::string where = resource->namespace_.empty()
                                ? "at the cluster scope"
                                : fmt::format("in the namespace \"{}\"", resource->namespace_);
  return fail(forbidden_words(
      *resource,
      fmt::format("User \"{}\" cannot {} resource \"{}\" in API group \"{}\" {}", caller.name,
                  verb_of(request, *resource), what, resource->group, where)));
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

json::Value answer_review(const Caller& caller, json::Value review) {
  json::Object status;
  if (json::string_at(review, {"kind"}) == "SelfSubjectRulesReview") {
    const auto everything = [] {
      json::Array list;
      list.emplace_back("*");
      return list;
    };
    json::Object rule;
    for (const char* key : {"verbs", "apiGroups", "resources"})
      rule[key] = everything();
    json::Array rules;
    if (caller.may_all) rules.emplace_back(std::move(rule));
    status["resourceRules"] = std::move(rules);
    status["nonResourceRules"] = json::Array();
    status["incomplete"] = false;
  } else {
    status["allowed"] = caller.may_all;
  }
  review.as_object()["status"] = std::move(status);
  return review;
}

}  // namespace kaito::sandbox
