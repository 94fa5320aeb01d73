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

constexpr std::chrono::minutes kept_for{10};

const json::Array& list_at(const json::Value& value, std::string_view key) {
  static const json::Array none;
  const auto* found = json::find(value, {key});
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

Result<std::vector<std::string>> ask_for_versions(ApiServer& server, std::string_view group,
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

/// The plurals of a group version; none where it is not served.
Result<std::set<std::string>> ask_for_plurals(ApiServer& server, const k8s::ResourceType& type,
                                              const CallLimits& limits) {
  const auto request = ask(type.base_path(), fmt::format("asking whether {} ({}) is served",
                                                         type.qualified_plural(), type.version));
  std::set<std::string> plurals;
  KAITO_TRY(auto answer, server.send(request, limits));
  if (answer.head.status == 404) return plurals;
  KAITO_TRY(auto value, server.decode(request, answer));
  for (const auto& resource : list_at(value, "resources"))
    plurals.emplace(json::string_at(resource, {"name"}));
  return plurals;
}

}  // namespace

Result<std::vector<std::string>> Discovery::served_versions(std::string_view group,
                                                            const CallLimits& limits) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = versions_.find(group);
    if (known != versions_.end() && Clock::now() - known->second.since < kept_for)
      return known->second.value;
  }
  KAITO_TRY(auto versions, ask_for_versions(*server_, group, limits));
  const std::lock_guard lock(mutex_);
  versions_[std::string(group)] = {versions, Clock::now()};
  return versions;
}

Result<bool> Discovery::serves(const k8s::ResourceType& type, const CallLimits& limits) {
  const auto path = type.base_path();
  {
    const std::lock_guard lock(mutex_);
    const auto known = plurals_.find(path);
    if (known != plurals_.end() && Clock::now() - known->second.since < kept_for &&
        known->second.value.contains(type.plural))
      return true;
  }
  KAITO_TRY(auto plurals, ask_for_plurals(*server_, type, limits));
  const bool served = plurals.contains(type.plural);
  const std::lock_guard lock(mutex_);
  plurals_[path] = {std::move(plurals), Clock::now()};
  return served;
}

void Discovery::forget() {
  const std::lock_guard lock(mutex_);
  versions_.clear();
  plurals_.clear();
}

Result<std::string> server_version(ApiServer& server, const CallLimits& limits) {
  const auto request = ask("/version", "asking for the server's version");
  KAITO_TRY(auto answer, server.send(request, limits));
  KAITO_TRY(auto value, server.decode(request, answer));
  return std::string(json::string_at(value, {"gitVersion"}));
}

}  // namespace kaito::kube
