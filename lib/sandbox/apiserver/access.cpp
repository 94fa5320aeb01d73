#include "sandbox/apiserver/access.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/api_error.hpp"

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

}  // namespace

Result<Caller> authenticate(const net::Headers& headers, std::string_view bearer_token) {
  if (bearer_token.empty()) return Caller::known;
  const std::string_view given = trim(headers.get("Authorization"));
  if (given.empty()) return Caller::anonymous;
  constexpr std::string_view kScheme = "Bearer ";
  if (equals_ignoring_case(given.substr(0, kScheme.size()), kScheme) &&
      same_secret(trim(given.substr(kScheme.size())), bearer_token))
    return Caller::known;
  return fail(unauthorized());
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

Error anonymous_denied(const net::ServerRequest& request, const ResourcePath* path,
                       const Resource* resource) {
  if (path == nullptr || resource == nullptr) {
    k8s::Status status;
    status.code = 403;
    status.reason = "Forbidden";
    status.message = fmt::format("forbidden: User \"system:anonymous\" cannot {} path \"{}\"",
                                 to_lower(request.method), split_target(request.target).first);
    return api_error(std::move(status));
  }
  const std::string what =
      resource->type.plural + (path->subresource.empty() ? "" : "/" + path->subresource);
  const std::string where = path->namespace_.empty()
                                ? "at the cluster scope"
                                : fmt::format("in the namespace \"{}\"", path->namespace_);
  return forbidden(*resource, path->name,
                   fmt::format("User \"system:anonymous\" cannot {} resource \"{}\" in API group "
                               "\"{}\" {}",
                               verb_of(request, *path), what, resource->type.group, where));
}

json::Value answer_review(json::Value review) {
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
    rules.emplace_back(std::move(rule));
    status["resourceRules"] = std::move(rules);
    status["nonResourceRules"] = json::Array();
    status["incomplete"] = false;
  } else {
    status["allowed"] = true;
  }
  review.as_object()["status"] = std::move(status);
  return review;
}

}  // namespace kaito::sandbox
