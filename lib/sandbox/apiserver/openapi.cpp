#include "sandbox/apiserver/openapi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/openapi_protobuf.hpp"

namespace kaito::sandbox {
namespace {

enum class Edition : std::uint8_t { v2, v3 };

[[nodiscard]] json::Object kind_json(const k8s::ResourceType& type) {
  json::Object out;
  out["group"] = type.group;
  out["version"] = type.version;
  out["kind"] = type.kind;
  return out;
}

[[nodiscard]] json::Object schema_json(const Schema& schema) {
  json::Object out;
  if (schema.preserve_unknown) out["x-kubernetes-preserve-unknown-fields"] = true;
  if (schema.int_or_string) out["x-kubernetes-int-or-string"] = true;
  if (schema.type != Schema::Type::any && !schema.int_or_string)
    out["type"] = type_name(schema.type);
  if (schema.allowed) out["enum"] = schema.allowed.value();
  if (!schema.required.empty()) {
    json::Array names;
    for (const std::string& name : schema.required)
      names.emplace_back(name);
    out["required"] = std::move(names);
  }
  if (schema.items != nullptr) out["items"] = schema_json(*schema.items);
  if (schema.additional != nullptr) out["additionalProperties"] = schema_json(*schema.additional);
  if (schema.properties.empty()) return out;
  json::Object properties;
  for (const auto& [name, member] : schema.properties)
    properties[name] = schema_json(*member);
  out["properties"] = std::move(properties);
  return out;
}

/// The schema of a kind of a CRD as a definition of its own.
[[nodiscard]] json::Object definition(const k8s::ResourceType& type, const Schema& schema) {
  json::Object out = schema_json(schema);
  json::Array kinds;
  kinds.emplace_back(kind_json(type));
  out["x-kubernetes-group-version-kind"] = std::move(kinds);
  return out;
}

/// "sh.kaito.v1beta1.Workspace"
[[nodiscard]] std::string definition_name(const k8s::ResourceType& type) {
  std::string name;
  for (const std::string_view part : split(type.group, '.'))
    name = std::string(part) + "." + name;
  return name + type.version + "." + type.kind;
}

[[nodiscard]] json::Object patch_operation(const k8s::ResourceType& type, Edition edition) {
  json::Array parameters;
  for (const char* name : {"dryRun", "fieldManager", "fieldValidation", "force"}) {
    json::Object parameter;
    parameter["name"] = name;
    parameter["in"] = "query";
    if (edition == Edition::v2)
      parameter["type"] = "string";
    else
      parameter["schema"] = json::Object{{"type", "string"}};
    parameters.emplace_back(std::move(parameter));
  }
  json::Object responses;
  responses["200"] = json::Object{{"description", "OK"}};
  json::Object operation;
  operation["parameters"] = std::move(parameters);
  operation["responses"] = std::move(responses);
  operation["x-kubernetes-action"] = "patch";
  operation["x-kubernetes-group-version-kind"] = kind_json(type);
  return operation;
}

/// Paths and definitions of the kinds that `takes` wants.
struct Parts {
  json::Object paths;
  json::Object definitions;
};
template <class Takes>
[[nodiscard]] Parts parts_of(const Registry& registry, Edition edition, Takes takes) {
  Parts parts;
  for (const auto& resource : registry.all()) {
    for (const ServedVersion& version : resource->versions) {
      k8s::ResourceType type = resource->type;
      type.version = version.name;
      if (!takes(type)) continue;
      json::Object path;
      path["patch"] = patch_operation(type, edition);
      parts.paths[fmt::format("{}/{}{}/{{name}}", type.base_path(),
                              type.namespaced ? "namespaces/{namespace}/" : "", type.plural)] =
          std::move(path);
      if (version.schema != nullptr)
        parts.definitions[definition_name(type)] = definition(type, *version.schema);
    }
  }
  return parts;
}

[[nodiscard]] json::Object info() {
  return json::Object{{"title", "Kubernetes"}, {"version", "v1"}};
}

[[nodiscard]] json::Value whole_document(const Registry& registry) {
  Parts parts = parts_of(registry, Edition::v2, [](const k8s::ResourceType&) { return true; });
  json::Object out;
  out["swagger"] = "2.0";
  out["info"] = info();
  out["paths"] = std::move(parts.paths);
  out["definitions"] = std::move(parts.definitions);
  return out;
}

[[nodiscard]] std::optional<json::Value> group_document(const Registry& registry,
                                                        std::string_view group,
                                                        std::string_view version) {
  Parts parts = parts_of(registry, Edition::v3, [&](const k8s::ResourceType& type) {
    return type.group == group && type.version == version;
  });
  if (parts.paths.empty()) return std::nullopt;
  json::Object components;
  components["schemas"] = std::move(parts.definitions);
  json::Object out;
  out["openapi"] = "3.0.0";
  out["info"] = info();
  out["paths"] = std::move(parts.paths);
  out["components"] = std::move(components);
  return json::Value(std::move(out));
}

[[nodiscard]] json::Value index(const Registry& registry) {
  json::Object paths;
  for (const auto& [group, versions] : registry.groups()) {
    for (const std::string& version : versions) {
      const std::string path =
          group.empty() ? "api/" + version : fmt::format("apis/{}/{}", group, version);
      json::Object entry;
      entry["serverRelativeURL"] = "/openapi/v3/" + path;
      paths[path] = std::move(entry);
    }
  }
  json::Object out;
  out["paths"] = std::move(paths);
  return out;
}

[[nodiscard]] OpenapiDocument as_json(const json::Value& document) {
  return {"application/json", json::write(document) + "\n"};
}

}  // namespace

std::optional<OpenapiDocument> openapi_document(const Registry& registry, std::string_view path,
                                                std::string_view accept) {
  // The type was once written with an "@", which is no media type: clients still ask for it so.
  constexpr std::string_view kAsked = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
  constexpr std::string_view kProtobuf =
      "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
  if (path == "/openapi/v2") {
    const json::Value document = whole_document(registry);
    const bool as_protobuf = accept.find(kAsked) != std::string_view::npos ||
                             accept.find(kProtobuf) != std::string_view::npos;
    if (!as_protobuf) return as_json(document);
    return OpenapiDocument{std::string(kProtobuf), openapi_protobuf(document)};
  }
  if (path == "/openapi/v3") return as_json(index(registry));
  constexpr std::string_view kGroups = "/openapi/v3/";
  if (!path.starts_with(kGroups)) return std::nullopt;
  const std::vector<std::string_view> parts = split(path.substr(kGroups.size()), '/');
  std::optional<json::Value> document;
  if (parts.size() == 2 && parts[0] == "api") document = group_document(registry, "", parts[1]);
  if (parts.size() == 3 && parts[0] == "apis")
    document = group_document(registry, parts[1], parts[2]);
  if (!document) return std::nullopt;
  return as_json(*document);
}

}  // namespace kaito::sandbox
