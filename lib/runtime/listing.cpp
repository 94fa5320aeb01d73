#include "runtime/listing.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "kaito/json/json.hpp"
#include "kaito/k8s/request.hpp"
#include "kaito/k8s/status.hpp"

namespace kaito::runtime {
namespace {

/// Built-in kinds leave out of each item what the list says for all.
void fill(json::Object& item, std::string_view key, const std::string& value) {
  auto& member = item[key];
  if (!member.is_string() || member.get_string().empty()) member = value;
}

Result<void> read_items(json::Value& page, const k8s::ResourceType& type, const std::string& doing,
                        const std::function<Result<void>(json::Value& object)>& item) {
  auto* object = page.if_object();
  auto* items = object == nullptr ? nullptr : object->if_contains("items");
  if (items == nullptr || items->is_null()) return {};  // Go's way to write an empty list
  if (!items->is_array())
    return fail(ErrorCode::protocol, doing + ": the server's list has no list of items");
  for (auto& each : items->get_array()) {
    if (auto* fields = each.if_object()) {
      fill(*fields, "apiVersion", type.api_version());
      fill(*fields, "kind", type.kind);
    }
    if (auto taken = item(each); !taken) return fail(std::move(taken).error().in(doing));
  }
  return {};
}

}  // namespace

Result<std::string> list_pages(kube::Client& client, const InformerOptions& options,
                               const std::string& resource_version, std::int64_t limit,
                               const std::function<Result<void>(json::Value& object)>& item,
                               const std::stop_token& stop) {
  k8s::ListOptions page_options;
  page_options.label_selector = options.label_selector;
  page_options.field_selector = options.field_selector;
  page_options.resource_version = resource_version;
  page_options.limit = limit;
  std::string version;
  for (;;) {
    KAITO_TRY(const auto request,
              k8s::list_request(options.type, options.namespace_, page_options));
    KAITO_TRY(auto page, client.request(request, {Deadline::after(options.list_timeout), stop}));
    if (!page) return fail(ErrorCode::protocol, request.doing + ": the server's list is empty");
    // All pages are of the first one's moment.
    if (version.empty())
      version = std::string(json::string_at(page.value(), {"metadata", "resourceVersion"}));
    if (version.empty())
      return fail(ErrorCode::protocol,
                  request.doing + ": the server's list has no resourceVersion");
    KAITO_CHECK(read_items(page.value(), options.type, request.doing, item));
    page_options.continue_token =
        std::string(json::string_at(page.value(), {"metadata", "continue"}));
    page_options.resource_version.clear();  // not allowed together with a continue token
    if (page_options.continue_token.empty()) return version;
  }
}

bool version_unavailable(const Error& error) {
  if (error.code == ErrorCode::expired) return true;
  const auto* status = k8s::status_of(error);
  if (status == nullptr) return false;
  if (status->message.find("Too large resource version") != std::string::npos) return true;
  return std::any_of(status->causes.begin(), status->causes.end(), [](const auto& cause) {
    return cause.reason == "ResourceVersionTooLarge" ||
           cause.message.find("Too large resource version") != std::string::npos;
  });
}

}  // namespace kaito::runtime
