#include "kube/api_resources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaito::kube {
namespace {

/// The order of the parameters matters to old servers.
constexpr const char* gathered_or_plain =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"
    "application/json";

const json::Array& list_at(const json::Value& value, std::string_view key) {
  static const json::Array none;
  const auto* found = json::find(value, {key});
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

std::string text_at(const json::Value& value, std::initializer_list<std::string_view> keys) {
  return std::string(json::string_at(value, keys));
}

std::vector<std::string> texts_at(const json::Value& value, std::string_view key) {
  std::vector<std::string> texts;
  for (const auto& entry : list_at(value, key))
    if (const auto* text = entry.if_string()) texts.emplace_back(text->data(), text->size());
  return texts;
}

std::string group_version(std::string_view group, std::string_view version) {
  return group.empty() ? std::string(version) : fmt::format("{}/{}", group, version);
}

ApiResource common_part(const json::Value& entry) {
  ApiResource resource;
  resource.short_names = texts_at(entry, "shortNames");
  resource.categories = texts_at(entry, "categories");
  resource.verbs = texts_at(entry, "verbs");
  return resource;
}

class Survey {
 public:
  Survey(ApiServer& server, const CallLimits& limits) : server_(server), limits_(limits) {}

  Result<ApiResources> run() {
    KAITO_CHECK(read("/api"));
    KAITO_CHECK(read("/apis"));
    return std::move(found_);
  }

 private:
  Result<void> read(const char* path) {
    k8s::Request request;
    request.method = "GET";
    request.path = path;
    request.accept = gathered_or_plain;
    request.doing = "asking what the server serves";
    KAITO_TRY(auto answer, server_.send(request, limits_));
    KAITO_TRY(auto value, server_.decode(request, answer));
    const auto type = to_lower(answer.head.headers.get("Content-Type"));
    if (type.find("as=apigroupdiscoverylist") != std::string::npos) {
      for (const auto& group : list_at(value, "items"))
        take_gathered(group);
      return {};
    }
    for (const auto& version : list_at(value, "versions"))
      if (const auto* name = version.if_string())
        KAITO_CHECK(ask_for({}, {name->data(), name->size()}, true));
    for (const auto& group : list_at(value, "groups")) {
      const auto preferred = json::string_at(group, {"preferredVersion", "version"});
      for (const auto& version : list_at(group, "versions")) {
        const auto name = json::string_at(version, {"version"});
        KAITO_CHECK(ask_for(text_at(group, {"name"}), std::string(name), name == preferred));
      }
    }
    return {};
  }

  void take_gathered(const json::Value& group) {
    const auto name = text_at(group, {"metadata", "name"});
    bool preferred = true;
    for (const auto& version : list_at(group, "versions")) {
      const auto version_name = text_at(version, {"version"});
      if (json::string_at(version, {"freshness"}) == "Stale") {
        found_.failed.push_back(group_version(name, version_name) +
                                ": its server does not answer the API server");
        continue;
      }
      for (const auto& entry : list_at(version, "resources"))
        take_gathered_resource(entry, name, version_name, preferred);
      preferred = false;
    }
  }

  void take_gathered_resource(const json::Value& entry, const std::string& group,
                              const std::string& version, bool preferred) {
    auto resource = common_part(entry);
    resource.type = {group, version, text_at(entry, {"responseKind", "kind"}),
                     text_at(entry, {"resource"}),
                     json::string_at(entry, {"scope"}) == "Namespaced"};
    if (resource.type.kind.empty()) return;
    resource.singular = text_at(entry, {"singularResource"});
    resource.preferred = preferred;
    for (const auto& sub : list_at(entry, "subresources"))
      resource.subresources.push_back(text_at(sub, {"subresource"}));
    found_.all.push_back(std::move(resource));
  }

  /// A group version that cannot be read is noted; only the caller's own limits end the survey.
  Result<void> ask_for(const std::string& group, const std::string& version, bool preferred) {
    k8s::Request request;
    request.method = "GET";
    request.path = k8s::ResourceType{group, version, {}, {}, true}.base_path();
    request.doing = fmt::format("asking what {} serves", group_version(group, version));
    auto answer = server_.send(request, limits_);
    auto value = answer ? server_.decode(request, *answer)
                        : Result<json::Value>(fail(std::move(answer).error()));
    if (!value) {
      const auto code = value.error().code;
      if (code == ErrorCode::timeout || code == ErrorCode::interrupted)
        return fail(std::move(value).error());
      found_.failed.push_back(group_version(group, version) + ": " + value.error().message);
      return {};
    }
    const auto before = static_cast<std::ptrdiff_t>(found_.all.size());
    for (const auto& entry : list_at(*value, "resources"))
      take_plain_resource(entry, group, version, preferred);
    for (const auto& entry : list_at(*value, "resources"))
      take_plain_subresource(entry, before);
    return {};
  }

  void take_plain_resource(const json::Value& entry, const std::string& group,
                           const std::string& version, bool preferred) {
    const auto name = text_at(entry, {"name"});
    if (name.empty() || name.find('/') != std::string::npos) return;
    auto resource = common_part(entry);
    const auto* namespaced = json::find(entry, {"namespaced"});
    resource.type = {group, version, text_at(entry, {"kind"}), name,
                     namespaced != nullptr && namespaced->is_bool() && namespaced->get_bool()};
    resource.singular = text_at(entry, {"singularName"});
    resource.preferred = preferred;
    found_.all.push_back(std::move(resource));
  }

  void take_plain_subresource(const json::Value& entry, std::ptrdiff_t from) {
    const auto name = text_at(entry, {"name"});
    const auto slash = name.find('/');
    if (slash == std::string::npos) return;
    const auto of = std::find_if(
        found_.all.begin() + from, found_.all.end(),
        [&](const ApiResource& each) { return name.compare(0, slash, each.type.plural) == 0; });
    if (of != found_.all.end()) of->subresources.push_back(name.substr(slash + 1));
  }

  ApiServer& server_;
  const CallLimits& limits_;
  ApiResources found_;
};

}  // namespace

Result<ApiResources> api_resources(ApiServer& server, const CallLimits& limits) {
  return Survey(server, limits).run();
}

}  // namespace kaito::kube
