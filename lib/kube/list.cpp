#include "kube/list.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iterator>
#include <utility>

#include "kaito/json/json.hpp"

namespace kaito::kube {
namespace {

/// Built-in kinds leave out of the items what the list says for all.
void fill_kind(json::Value& item, const k8s::ResourceType& type) {
  auto* fields = item.if_object();
  if (fields == nullptr) return;
  const auto fill = [&](std::string_view key, const std::string& value) {
    if (json::string_at(item, {key}).empty()) (*fields)[key] = value;
  };
  fill("apiVersion", type.api_version());
  fill("kind", type.kind);
}

/// Where an expired list can go on, though no longer in the same snapshot; "" = nowhere.
std::string replacement_token(const Answer& answer) {
  const auto body = json::parse(answer.body);
  return body ? std::string(json::string_at(*body, {"metadata", "continue"})) : std::string();
}

}  // namespace

void take_page(json::Value& page, const k8s::ResourceType& type, ObjectList& into) {
  if (into.resource_version.empty())
    into.resource_version = std::string(json::string_at(page, {"metadata", "resourceVersion"}));
  auto* object = page.if_object();
  auto* found = object != nullptr ? object->if_contains("items") : nullptr;
  auto* list = found != nullptr ? found->if_array() : nullptr;
  if (list == nullptr) return;
  into.items.reserve(into.items.size() + list->size());
  for (auto& item : *list) {
    fill_kind(item, type);
    into.items.emplace_back(std::move(item));
  }
}

Result<void> list_pages(ApiServer& server, const k8s::ResourceType& type,
                        std::string_view namespace_, k8s::ListOptions options,
                        const OnPage& on_page, const CallLimits& limits) {
  const auto beginning = options;
  bool started_over = false;
  bool first = true;
  for (;;) {
    KAITO_TRY(auto request, k8s::list_request(type, namespace_, options));
    KAITO_TRY(auto answer, server.send(request, limits));
    if (answer.head.status == 410 && !options.continue_token.empty()) {
      if (!started_over) {
        started_over = true;
        first = true;
        options = beginning;
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
    const auto token = json::string_at(page, {"metadata", "continue"});
    if (!token.empty() && token == options.continue_token)
      return fail(ErrorCode::protocol,
                  request.doing + ": the server gives the same page of the list again and again");
    options.continue_token = std::string(token);
    options.resource_version.clear();  // not allowed together with a continue token
    ListPage part;
    part.first = std::exchange(first, false);
    take_page(page, type, part.list);
    KAITO_CHECK(on_page(std::move(part)));
    if (options.continue_token.empty()) return {};
  }
}

Result<ObjectList> list_all(ApiServer& server, const k8s::ResourceType& type,
                            std::string_view namespace_, const k8s::ListOptions& options,
                            const CallLimits& limits) {
  ObjectList all;
  const auto join = [&](ListPage page) -> Result<void> {
    if (page.first) {
      all = std::move(page.list);
      return {};
    }
    std::move(page.list.items.begin(), page.list.items.end(), std::back_inserter(all.items));
    return {};
  };
  KAITO_CHECK(list_pages(server, type, namespace_, options, join, limits));
  return all;
}

}  // namespace kaito::kube
