#include "kube/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"

namespace kaito::kube {
namespace {

k8s::Request ask(std::string path, std::string doing) {
  k8s::Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.doing = std::move(doing);
  return request;
}

const json::Array& list_at(const json::Value& value, std::string_view key) {
  static const json::Array none;
  const auto* found = json::find(value, {key});
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

}  // namespace

Result<std::vector<std::string>> served_versions(ApiServer& server, std::string_view group,
                                                 const CallLimits& limits) {
  const bool core = group.empty();
  const auto request =
      ask(core ? "/api" : fmt::format("/apis/{}", k8s::percent_encode(group)),
          fmt::format("asking for the versions of {}", core ? "the core API" : group));
  KAITO_TRY(auto answer, server.send(request, limits));
  KAITO_TRY(auto value, server.decode(request, answer));
  std::vector<std::string> versions;
  for (const auto& entry : list_at(value, "versions")) {
    if (const auto* name = entry.if_string())
      versions.emplace_back(name->data(), name->size());
    else if (const auto version = json::string_at(entry, {"version"}); !version.empty())
      versions.emplace_back(version);
  }
  const auto preferred = json::string_at(value, {"preferredVersion", "version"});
  const auto at = std::find(versions.begin(), versions.end(), preferred);
  if (at != versions.end()) std::rotate(versions.begin(), at, at + 1);
  return versions;
}

Result<bool> serves(ApiServer& server, const k8s::ResourceType& type, const CallLimits& limits) {
  const auto request = ask(type.base_path(), fmt::format("asking whether {} ({}) is served",
                                                         type.qualified_plural(), type.version));
  KAITO_TRY(auto answer, server.send(request, limits));
  if (answer.head.status == 404) return false;
  KAITO_TRY(auto value, server.decode(request, answer));
  const auto& resources = list_at(value, "resources");
  return std::any_of(resources.begin(), resources.end(), [&](const json::Value& resource) {
    return json::string_at(resource, {"name"}) == type.plural;
  });
}

Result<std::string> server_version(ApiServer& server, const CallLimits& limits) {
  const auto request = ask("/version", "asking for the server's version");
  KAITO_TRY(auto answer, server.send(request, limits));
  KAITO_TRY(auto value, server.decode(request, answer));
  return std::string(json::string_at(value, {"gitVersion"}));
}

}  // namespace kaito::kube
