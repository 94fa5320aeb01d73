#include "sandbox/apiserver/builtin_rules.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/base/time.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/resource.hpp"

namespace kaito::sandbox {
namespace {

/// The member object `name`, made when absent.
[[nodiscard]] json::Object& object_in(json::Object& parent, std::string_view name) {
  json::Value& child = parent[name];
  if (!child.is_object()) child = json::Object();
  return child.get_object();
}

void set_absent(json::Object& object, std::string_view name, json::Value value) {
  json::Value& member = object[name];
  if (member.is_null()) member = std::move(value);
}

void fill_pod_spec(json::Object& spec) {
  set_absent(spec, "restartPolicy", "Always");
  set_absent(spec, "terminationGracePeriodSeconds", 30);
  set_absent(spec, "dnsPolicy", "ClusterFirst");
  set_absent(spec, "schedulerName", "default-scheduler");
}

void fill_workload(json::Object& root) {
  json::Object& spec = object_in(root, "spec");
  set_absent(spec, "replicas", 1);
  if (json::Value* pod = spec.if_contains("template"); pod != nullptr && pod->is_object())
    fill_pod_spec(object_in(pod->get_object(), "spec"));
}

void fill_service(json::Object& root, const json::Value* before, const std::string& service_ip) {
  json::Object& spec = object_in(root, "spec");
  set_absent(spec, "type", "ClusterIP");
  const std::string_view earlier =
      before == nullptr ? std::string_view() : json::string_at(*before, {"spec", "clusterIP"});
  if (spec.at("type") != "ExternalName")
    set_absent(spec, "clusterIP",
               json::Value(earlier.empty() ? std::string_view(service_ip) : earlier));
  json::Value* ports = spec.if_contains("ports");
  if (ports == nullptr || !ports->is_array()) return;
  for (json::Value& port : ports->get_array()) {
    if (!port.is_object()) continue;
    set_absent(port.get_object(), "protocol", "TCP");
    if (const json::Value* number = port.get_object().if_contains("port"))
      set_absent(port.get_object(), "targetPort", json::Value(*number));
  }
}

void fill_secret(json::Object& root) {
  set_absent(root, "type", "Opaque");
  const json::Value* plain = root.if_contains("stringData");
  if (plain == nullptr || !plain->is_object()) return;
  const json::Object values = plain->get_object();
  json::Object& data = object_in(root, "data");
  for (const auto& member : values) {
    if (member.value().is_string())
      data[member.key()] = base64_encode(std::string_view(member.value().get_string()));
  }
  root.stable_erase("stringData");
}

void fill_namespace(json::Object& root) {
  set_absent(object_in(root, "status"), "phase", "Active");
  json::Object& spec = object_in(root, "spec");
  json::Array finalizers;
  finalizers.emplace_back("kubernetes");
  set_absent(spec, "finalizers", std::move(finalizers));
  json::Object& meta = object_in(root, "metadata");
  if (meta.contains("name")) {
    json::Value name = meta["name"];  // a copy: adding the labels moves what the object holds
    object_in(meta, "labels")["kubernetes.io/metadata.name"] = std::move(name);
  }
}

}  // namespace

void fill_builtin_defaults(const Resource& resource, json::Value& object, const json::Value* before,
                           const std::string& service_ip) {
  json::Object& root = object.as_object();
  const std::string_view kind = resource.type.kind;
  if (kind == "Pod") {
    fill_pod_spec(object_in(root, "spec"));
    if (before == nullptr) set_absent(object_in(root, "status"), "phase", "Pending");
  } else if (kind == "Deployment" || kind == "StatefulSet" || kind == "ReplicaSet") {
    fill_workload(root);
  } else if (kind == "Job") {
    json::Object& spec = object_in(root, "spec");
    set_absent(spec, "completions", 1);
    set_absent(spec, "parallelism", 1);
    set_absent(spec, "backoffLimit", 6);
  } else if (kind == "Service") {
    fill_service(root, before, service_ip);
  } else if (kind == "Secret") {
    fill_secret(root);
  } else if (kind == "Namespace") {
    fill_namespace(root);
  }
}

namespace {

Result<void> check_lease(const json::Value& object) {
  for (const std::string_view key : {"acquireTime", "renewTime"}) {
    const std::string_view text = json::string_at(object, {"spec", key});
    constexpr std::size_t kPoint = 19;  // "2026-01-02T03:04:05" and six digits and the zone behind
    const bool exact = text.size() > kPoint + 7 && text[kPoint] == '.' &&
                       text.find_first_not_of("0123456789", kPoint + 1) == kPoint + 7 &&
                       parse_time(text).has_value();
    if (!text.empty() && !exact)
      return fail(bad_request(fmt::format(
          "Lease in version \"v1\" cannot be handled as a Lease: parsing time \"{}\" as "
          "\"2006-01-02T15:04:05.000000Z07:00\": cannot parse",
          shorten(text, 64))));
  }
  return {};
}

/// Says which key is wrong and, like the real one, nothing of its value.
Result<void> check_secret(const json::Value& object) {
  const json::Value* data = json::find(object, {"data"});
  if (data == nullptr || !data->is_object()) return {};
  for (const auto& member : data->get_object()) {
    if (member.value().is_string() && base64_decode(member.value().get_string())) continue;
    if (member.value().is_null()) continue;
    return fail(bad_request(
        fmt::format("Secret in version \"v1\" cannot be handled as a Secret: data.{}: illegal "
                    "base64 data",
                    shorten(std::string_view(member.key()), 64))));
  }
  return {};
}

}  // namespace

Result<void> check_builtin_shape(const Resource& resource, const json::Value& object) {
  if (resource.type.kind == "Lease") return check_lease(object);
  if (resource.type.kind == "Secret") return check_secret(object);
  return {};
}

namespace {

void check_role_ref(const json::Value& object, const json::Value* before,
                    std::vector<FieldError>& errors) {
  if (json::string_at(object, {"roleRef", "name"}).empty())
    errors.push_back(required_field("roleRef.name"));
  const json::Value* now = json::find(object, {"roleRef"});
  const json::Value* earlier = before == nullptr ? nullptr : json::find(*before, {"roleRef"});
  if (now != nullptr && earlier != nullptr && !json::equivalent(*now, *earlier))
    errors.push_back(invalid_field("roleRef", json::write(*now), "cannot change roleRef"));
}

}  // namespace

std::vector<FieldError> validate_builtin(const Resource& resource, const json::Value& object,
                                         const json::Value* before) {
  std::vector<FieldError> errors;
  const std::string_view kind = resource.type.kind;
  const auto is_filled_list = [&](std::initializer_list<std::string_view> keys) {
    const json::Value* list = json::find(object, keys);
    return list != nullptr && list->is_array() && !list->get_array().empty();
  };
  if (kind == "Pod" && !is_filled_list({"spec", "containers"}))
    errors.push_back(required_field("spec.containers"));
  const bool workload = kind == "Deployment" || kind == "StatefulSet" || kind == "ReplicaSet";
  if (workload && json::find(object, {"spec", "selector"}) == nullptr)
    errors.push_back(required_field("spec.selector"));
  const json::Value* earlier =
      before == nullptr ? nullptr : json::find(*before, {"spec", "selector"});
  const json::Value* selector = json::find(object, {"spec", "selector"});
  if (workload && earlier != nullptr && selector != nullptr &&
      !json::equivalent(*earlier, *selector))
    errors.push_back(invalid_field("spec.selector", json::write(*selector), "field is immutable"));
  if ((workload || kind == "Job") && !is_filled_list({"spec", "template", "spec", "containers"}))
    errors.push_back(required_field("spec.template.spec.containers"));
  if (kind == "RoleBinding" || kind == "ClusterRoleBinding") check_role_ref(object, before, errors);
  if (kind == "Event" &&
      json::string_at(object, {"involvedObject", "namespace"}) !=
          json::string_at(object, {"metadata", "namespace"}) &&
      !json::string_at(object, {"involvedObject", "namespace"}).empty())
    errors.push_back(
        invalid_field("involvedObject.namespace",
                      json::quoted(json::string_at(object, {"involvedObject", "namespace"})),
                      "does not match event.namespace"));
  return errors;
}

}  // namespace kaito::sandbox
