#include "kube/list.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "kaito/json/json.hpp"

namespace kaito::kube {
namespace {

/// The list's items, moved out of the page; built-in kinds leave out what the list says for all.
void take_items(json::Value& page, const k8s::ResourceType& type,
                std::vector<json::Document>& items) {
  auto* object = page.if_object();
  auto* found = object != nullptr ? object->if_contains("items") : nullptr;
  auto* list = found != nullptr ? found->if_array() : nullptr;
  if (list == nullptr) return;
  items.reserve(items.size() + list->size());
  for (auto& item : *list) {
    if (auto* fields = item.if_object()) {
      const auto fill = [&](std::string_view key, const std::string& value) {
        if (json::string_at(item, {key}).empty()) (*fields)[key] = value;
      };
      fill("apiVersion", type.api_version());
      fill("kind", type.kind);
    }
    items.emplace_back(std::move(item));
  }
}

/// Where an expired list can go on, though no longer in the same snapshot; "" = nowhere.
std::string replacement_token(const Answer& answer) {
  const auto body = json::parse(answer.body);
  return body ? std::string(json::string_at(*body, {"metadata", "continue"})) : std::string();
}

}  // namespace

Result<ObjectList> list_all(ApiServer& server, const k8s::ResourceType& type,
                            std::string_view namespace_, k8s::ListOptions options,
                            const CallLimits& limits) {
  const auto first = options;
  bool started_over = false;
  ObjectList all;
  for (;;) {
    KAITO_TRY(auto request, k8s::list_request(type, namespace_, options));
    KAITO_TRY(auto answer, server.send(request, limits));
    if (answer.head.status == 410 && !options.continue_token.empty()) {
      if (!started_over) {
        started_over = true;
        all = {};
        options = first;
        continue;
      }
      if (auto token = replacement_token(answer);
          !token.empty() && token != options.continue_token) {
        server.log().line(
            1, fmt::format("{}: the list changed while it was read; later pages are newer than the "
                           "first",
                           request.doing));
        options.continue_token = std::move(token);
        continue;
      }
    }
    KAITO_TRY(auto page, server.decode(request, answer));
    if (const auto* items = json::find(page, {"items"}); items != nullptr && !items->is_array())
      return fail(ErrorCode::protocol, request.doing + ": the server's list has no list of items");
    if (all.resource_version.empty())
      all.resource_version = std::string(json::string_at(page, {"metadata", "resourceVersion"}));
    options.continue_token = std::string(json::string_at(page, {"metadata", "continue"}));
    options.resource_version.clear();  // not allowed together with a continue token
    take_items(page, type, all.items);
    if (options.continue_token.empty()) return all;
  }
}

}  // namespace kaito::kube
