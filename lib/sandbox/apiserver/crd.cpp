#include "sandbox/apiserver/crd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"
#include "sandbox/apiserver/api_error.hpp"
#include "sandbox/apiserver/object.hpp"
#include "sandbox/apiserver/store.hpp"

namespace kaito::sandbox {
namespace {

constexpr std::string_view kQualifiedKind = "CustomResourceDefinition.apiextensions.k8s.io";

[[nodiscard]] bool is_true(const json::Value& value, std::initializer_list<std::string_view> keys) {
  const json::Value* found = json::find(value, keys);
  return found != nullptr && found->is_bool() && found->get_bool();
}

[[nodiscard]] std::vector<PrinterColumn> columns_of(const json::Value& version) {
  std::vector<PrinterColumn> columns;
  const json::Value* list = json::find(version, {"additionalPrinterColumns"});
  if (list == nullptr || !list->is_array())
    return {{"Age", "date", ".metadata.creationTimestamp", 0, ""}};
  for (const json::Value& item : list->get_array()) {
    columns.push_back({std::string(json::string_at(item, {"name"})),
                       std::string(json::string_at(item, {"type"})),
                       std::string(json::string_at(item, {"jsonPath"})),
                       static_cast<int>(json::int_at(item, {"priority"})), ""});
  }
  return columns;
}

[[nodiscard]] std::vector<FieldError> check_names(const json::Value& crd) {
  std::vector<FieldError> errors;
  for (const std::string_view key : {"plural", "kind"}) {
    if (json::string_at(crd, {"spec", "names", key}).empty())
      errors.push_back(required_field(fmt::format("spec.names.{}", key)));
  }
  if (json::string_at(crd, {"spec", "group"}).empty())
    errors.push_back(required_field("spec.group"));
  const std::string_view scope = json::string_at(crd, {"spec", "scope"});
  if (scope != "Namespaced" && scope != "Cluster")
    errors.push_back({"spec.scope", "FieldValueNotSupported",
                      fmt::format("Unsupported value: \"{}\": supported values: \"Cluster\", "
                                  "\"Namespaced\"",
                                  scope)});
  const std::string wanted = fmt::format("{}.{}", json::string_at(crd, {"spec", "names", "plural"}),
                                         json::string_at(crd, {"spec", "group"}));
  if (errors.empty() && meta_string(crd, "name") != wanted)
    errors.push_back(invalid_field("metadata.name", json::quoted(meta_string(crd, "name")),
                                   "must be spec.names.plural+\".\"+spec.group"));
  return errors;
}

void read_subresources(const json::Value& version, Resource& resource) {
  resource.has_status =
      resource.has_status || json::find(version, {"subresources", "status"}) != nullptr;
  const json::Value* scale = json::find(version, {"subresources", "scale"});
  if (scale == nullptr) return;
  resource.has_scale = true;
  resource.scale = {std::string(json::string_at(*scale, {"specReplicasPath"})),
                    std::string(json::string_at(*scale, {"statusReplicasPath"})),
                    std::string(json::string_at(*scale, {"labelSelectorPath"}))};
}

/// Reads spec.versions into the resource; what is wrong goes to `errors`.
void read_versions(const json::Value& crd, Resource& resource, std::vector<FieldError>& errors) {
  const json::Value* versions = json::find(crd, {"spec", "versions"});
  if (versions == nullptr || !versions->is_array() || versions->get_array().empty()) {
    errors.push_back(required_field("spec.versions"));
    return;
  }
  std::size_t index = 0;
  for (const json::Value& version : versions->get_array()) {
    const std::string path = fmt::format("spec.versions[{}]", index++);
    const std::string name(json::string_at(version, {"name"}));
    if (name.empty()) errors.push_back(required_field(path + ".name"));
    if (is_true(version, {"storage"})) resource.type.version = name;
    if (!is_true(version, {"served"})) continue;
    ServedVersion served{name, nullptr, columns_of(version)};
    const json::Value* openapi = json::find(version, {"schema", "openAPIV3Schema"});
    if (openapi == nullptr) {
      errors.push_back(required_field(path + ".schema.openAPIV3Schema", "schemas are required"));
      continue;
    }
    auto schema = parse_schema(*openapi);
    if (schema)
      served.schema = *schema;
    else
      errors.push_back(invalid_field(path + ".schema", "\"\"", schema.error().message));
    read_subresources(version, resource);
    resource.versions.push_back(std::move(served));
  }
  if (resource.type.version.empty())
    errors.push_back(invalid_field("spec.versions", "\"\"",
                                   "must have exactly one version marked as storage version"));
}

}  // namespace

Result<std::shared_ptr<const Resource>> resource_of_crd(const json::Value& crd) {
  std::vector<FieldError> errors = check_names(crd);
  auto resource = std::make_shared<Resource>();
  const json::Value& names = *json::find(crd, {"spec", "names"});
  if (errors.empty()) {
    resource->type.group = json::string_at(crd, {"spec", "group"});
    resource->type.kind = json::string_at(names, {"kind"});
    resource->type.plural = json::string_at(names, {"plural"});
    resource->type.namespaced = json::string_at(crd, {"spec", "scope"}) == "Namespaced";
    resource->singular = json::string_at(names, {"singular"});
    if (resource->singular.empty()) resource->singular = to_lower(resource->type.kind);
    resource->list_kind = json::string_at(names, {"listKind"});
    if (resource->list_kind.empty()) resource->list_kind = resource->type.kind + "List";
    resource->short_names = strings_at(names, {"shortNames"});
    resource->categories = strings_at(names, {"categories"});
    resource->custom = true;
    resource->counts_generation = true;
    resource->needs_revision = true;
    read_versions(crd, *resource, errors);
  }
  if (!errors.empty()) return fail(invalid(kQualifiedKind, meta_string(crd, "name"), errors));
  std::ranges::sort(resource->versions, version_before, &ServedVersion::name);
  return std::shared_ptr<const Resource>(std::move(resource));
}

void fill_crd_defaults(json::Value& crd) {
  json::Value* spec = crd.as_object().if_contains("spec");
  if (spec == nullptr || !spec->is_object()) return;
  json::Value* names = spec->get_object().if_contains("names");
  if (names == nullptr || !names->is_object()) return;
  const std::string kind(json::string_at(*names, {"kind"}));
  if (json::string_at(*names, {"singular"}).empty())
    names->get_object()["singular"] = to_lower(kind);
  if (json::string_at(*names, {"listKind"}).empty())
    names->get_object()["listKind"] = kind + "List";
  if (!spec->get_object().contains("conversion"))
    spec->get_object()["conversion"] = json::Object{{"strategy", "None"}};
}

void mark_established(json::Value& crd, std::string_view time) {
  const auto condition = [&](std::string_view type, std::string_view reason,
                             std::string_view message) {
    json::Object out;
    out["type"] = type;
    out["status"] = "True";
    out["lastTransitionTime"] = time;
    out["reason"] = reason;
    out["message"] = message;
    return out;
  };
  json::Array conditions;
  conditions.emplace_back(condition("NamesAccepted", "NoConflicts", "no conflicts found"));
  conditions.emplace_back(
      condition("Established", "InitialNamesAccepted", "the initial names have been accepted"));
  json::Array stored;
  const json::Value* versions = json::find(crd, {"spec", "versions"});
  for (const json::Value& version : versions->get_array()) {
    if (is_true(version, {"storage"})) stored.emplace_back(json::string_at(version, {"name"}));
  }
  json::Object status;
  status["conditions"] = std::move(conditions);
  status["acceptedNames"] = *json::find(crd, {"spec", "names"});
  status["storedVersions"] = std::move(stored);
  crd.as_object()["status"] = std::move(status);
}

Result<void> install_embedded_crds(Store& store) {
  for (const std::string_view text : embedded_crds()) {
    KAITO_TRY(const auto documents, json::load_yaml(text, "embedded CRD"));
    for (const json::YamlDocument& document : documents)
      KAITO_CHECK(
          store.create(k8s::types::custom_resource_definition(), "", document.value.value()));
  }
  return {};
}

}  // namespace kaito::sandbox
