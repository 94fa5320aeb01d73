#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/call.hpp"

namespace kaito::sandbox {
namespace {

/// The query as the options object that a body would be; a body wins over it. Errors: invalid.
[[nodiscard]] Result<json::Value> read_options(const Call& call) {
  if (!trim(call.request.body).empty())
    return read_body(call.request.headers.get("Content-Type"), call.request.body);
  json::Object options;
  for (const char* key : {"propagationPolicy"}) {
    if (call.query.has(key)) options[key] = call.query.get(key);
  }
  if (call.query.has("gracePeriodSeconds")) {
    KAITO_TRY(const std::int64_t grace, integer_parameter(call, "gracePeriodSeconds", 0));
    options["gracePeriodSeconds"] = grace;
  }
  json::Array dry_run;
  for (const std::string& value : call.query.all("dryRun"))
    dry_run.emplace_back(value);
  if (!dry_run.empty()) options["dryRun"] = std::move(dry_run);
  return json::Value(std::move(options));
}

[[nodiscard]] Result<DeleteRequest> read_request(const Call& call) {
  KAITO_TRY(const json::Value options, read_options(call));
  DeleteRequest request;
  const std::string_view policy = json::string_at(options, {"propagationPolicy"});
  if (policy == "Background") {
    request.propagation = k8s::Propagation::background;
  } else if (policy == "Foreground") {
    request.propagation = k8s::Propagation::foreground;
  } else if (policy == "Orphan") {
    request.propagation = k8s::Propagation::orphan;
  } else if (!policy.empty()) {
    return fail(invalid_options(
        "DeleteOptions",
        {"propagationPolicy", "FieldValueNotSupported",
         fmt::format("Unsupported value: {}: supported values: \"Foreground\", \"Background\", "
                     "\"Orphan\", \"nil\"",
                     json::quoted(policy))}));
  }
  if (json::find(options, {"gracePeriodSeconds"}) != nullptr)
    request.grace_seconds = json::int_at(options, {"gracePeriodSeconds"});
  request.uid = json::string_at(options, {"preconditions", "uid"});
  request.resource_version = json::string_at(options, {"preconditions", "resourceVersion"});
  for (const std::string& value : strings_at(options, {"dryRun"})) {
    if (value != "All")
      return fail(invalid_options(
          "DeleteOptions",
          {"dryRun", "FieldValueNotSupported",
           fmt::format("Unsupported value: {}: supported values: \"All\"", json::quoted(value))}));
    request.dry_run = true;
  }
  return request;
}

}  // namespace

Result<Answer> delete_object(const Call& call) {
  KAITO_TRY(const DeleteRequest request, read_request(call));
  KAITO_TRY(const Deleted deleted, call.store.remove(call.ref(), request));
  // Pods are given back even when they are gone.
  if (!deleted.gone || call.resource->type.kind == "Pod")
    return Answer{200, object_answer(call, deleted.object), {}};
  k8s::Status status;
  status.success = true;
  status.name = call.path.name;
  status.group = call.resource->type.group;
  status.kind = call.resource->type.plural;
  status.uid = meta_string(*deleted.object, "uid");
  return Answer{200, k8s::status_json(status), {}};
}

Result<Answer> delete_collection(const Call& call) {
  KAITO_TRY(const DeleteRequest request, read_request(call));
  KAITO_TRY(const Selection selection, read_selection(call));
  ListRequest list;
  list.namespace_ = call.path.namespace_;
  list.labels = selection.labels;
  list.fields = selection.fields;
  KAITO_TRY(const ListPage page, call.store.list_page(call.type(), list));
  json::Array items;
  for (const ObjectPtr& object : page.items) {
    const ObjectKey key = key_of(*object);
    auto deleted = call.store.remove({call.type(), key.namespace_, key.name}, request);
    if (!deleted && deleted.error().code == ErrorCode::not_found) continue;
    if (!deleted) return fail(std::move(deleted).error());
    items.push_back(*deleted->object);
  }
  json::Object meta;
  meta["resourceVersion"] = std::to_string(call.store.revision());
  json::Object body;
  body["kind"] = call.resource->list_kind;
  body["apiVersion"] = call.api_version();
  body["metadata"] = std::move(meta);
  body["items"] = std::move(items);
  return Answer{200, std::move(body), {}};
}

}  // namespace kaito::sandbox
