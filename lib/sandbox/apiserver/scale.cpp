#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <limits>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/call.hpp"
#include "sandbox/apiserver/json_path.hpp"
#include "sandbox/apiserver/patch.hpp"

namespace kaito::sandbox {
namespace {

[[nodiscard]] std::int64_t integer_at(const json::Value& object, const std::string& path) {
  const json::Value* found = find_path(object, path);
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

/// A selector as a Scale has it: built-in kinds keep theirs as an object.
[[nodiscard]] std::string selector_text(const json::Value& selector) {
  if (selector.is_string()) return std::string(selector.get_string());
  std::string text;
  const json::Value* labels = json::find(selector, {"matchLabels"});
  if (labels == nullptr || !labels->is_object()) return text;
  for (const auto& label : labels->get_object()) {
    if (label.value().is_string())
      text += fmt::format("{}{}={}", text.empty() ? "" : ",", std::string_view(label.key()),
                          std::string_view(label.value().get_string()));
  }
  return text;
}

/// autoscaling/v1 Scale of an object.
[[nodiscard]] json::Value scale_of(const Resource& resource, const json::Value& object) {
  json::Object meta;
  for (const char* key : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"})
    meta[key] = meta_string(object, key);
  json::Object spec;
  spec["replicas"] = integer_at(object, resource.scale.spec_replicas);
  json::Object status;
  status["replicas"] = integer_at(object, resource.scale.status_replicas);
  const json::Value* selector = find_path(object, resource.scale.label_selector);
  if (selector != nullptr) status["selector"] = selector_text(*selector);
  json::Object scale;
  scale["kind"] = "Scale";
  scale["apiVersion"] = "autoscaling/v1";
  scale["metadata"] = std::move(meta);
  scale["spec"] = std::move(spec);
  scale["status"] = std::move(status);
  return scale;
}

/// Writes the number at a path of plain children (".spec.replicas").
void set_at(json::Value& object, std::string_view path, std::int64_t number) {
  json::Value* value = &object;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t dot = path.find('.');
    if (!value->is_object()) *value = json::Object();
    value = &value->get_object()[path.substr(0, dot)];
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot);
  }
  *value = number;
}

[[nodiscard]] Result<std::int64_t> wanted_replicas(const Call& call, const json::Value& scale) {
  const json::Value* replicas = json::find(scale, {"spec", "replicas"});
  if (replicas != nullptr && !replicas->is_int64())
    return fail(
        bad_request("Scale in version \"v1\" cannot be handled as a Scale: spec.replicas "
                    "must be an integer"));
  const std::int64_t wanted = json::int_at(scale, {"spec", "replicas"});
  if (wanted < 0)
    return fail(invalid("Scale.autoscaling", call.path.name,
                        {invalid_field("spec.replicas", std::to_string(wanted),
                                       "should be a non-negative integer")}));
  if (wanted > std::numeric_limits<std::int32_t>::max())
    return fail(bad_request("spec.replicas does not fit into 32 bits"));
  return wanted;
}

/// What the request makes of the current scale. Errors: invalid.
[[nodiscard]] Result<json::Value> changed_scale(const Call& call, const json::Value& scale) {
  const std::string type = media_type(call.request.headers.get("Content-Type"));
  if (call.request.method == "PUT") return read_body(type, call.request.body);
  KAITO_TRY(const json::Value patch, read_yaml(call.request.body));
  if (type == "application/json-patch+json") return json_patch(scale, patch);
  json::Value changed = scale;
  json::merge_patch(changed, patch);
  return changed;
}

}  // namespace

Result<Answer> handle_scale(const Call& call) {
  const std::string& method = call.request.method;
  if (method != "GET" && method != "PUT" && method != "PATCH") return fail(method_not_allowed());
  const k8s::ObjectRef ref = call.ref();
  KAITO_TRY(const ObjectPtr object, call.store.get(ref));
  if (method == "GET") return Answer{200, scale_of(*call.resource, *object), {}};
  KAITO_TRY(WriteRequest request,
            write_request(call, method == "PUT" ? "UpdateOptions" : "PatchOptions"));
  const auto change = [&](const json::Value& stored) -> Result<json::Value> {
    KAITO_TRY(const json::Value scale, changed_scale(call, scale_of(*call.resource, stored)));
    KAITO_TRY(const std::int64_t replicas, wanted_replicas(call, scale));
    json::Value wanted = stored;
    set_at(wanted, call.resource->scale.spec_replicas, replicas);
    const std::string_view revision = meta_string(scale, "resourceVersion");
    if (!revision.empty()) meta_of(wanted)["resourceVersion"] = revision;
    return wanted;
  };
  KAITO_TRY(const Written written, call.store.modify(ref, change, request));
  return Answer{200, scale_of(*call.resource, *written.object), written.warnings};
}

}  // namespace kaito::sandbox
