#include "sandbox/apiserver/metadata_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/base/time.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/object.hpp"
#include "sandbox/apiserver/resource.hpp"

namespace kaito::sandbox {
namespace {

enum class Shape : std::uint8_t { string, integer, time, string_map, strings, owners, entries };

struct MetaField {
  std::string_view name;
  Shape shape;
};
constexpr std::array<MetaField, 16> kFields = {{
    {"name", Shape::string},
    {"generateName", Shape::string},
    {"namespace", Shape::string},
    {"selfLink", Shape::string},
    {"uid", Shape::string},
    {"resourceVersion", Shape::string},
    {"generation", Shape::integer},
    {"creationTimestamp", Shape::time},
    {"deletionTimestamp", Shape::time},
    {"deletionGracePeriodSeconds", Shape::integer},
    {"labels", Shape::string_map},
    {"annotations", Shape::string_map},
    {"ownerReferences", Shape::owners},
    {"finalizers", Shape::strings},
    {"managedFields", Shape::entries},
    {"clusterName", Shape::string},
}};

[[nodiscard]] bool all_strings(const json::Value& value) {
  if (value.is_array())
    return std::ranges::all_of(value.get_array(),
                               [](const json::Value& item) { return item.is_string(); });
  return value.is_object() && std::ranges::all_of(value.get_object(), [](const auto& member) {
           return member.value().is_string();
         });
}

[[nodiscard]] bool has_owner_shape(const json::Value& value) {
  if (!value.is_object()) return false;
  return std::ranges::all_of(value.get_object(), [](const auto& member) {
    const bool is_flag = member.key() == "controller" || member.key() == "blockOwnerDeletion";
    return is_flag ? member.value().is_bool() : member.value().is_string();
  });
}

[[nodiscard]] bool has_shape(const json::Value& value, Shape shape) {
  switch (shape) {
    case Shape::string:
      return value.is_string();
    case Shape::integer:
      return value.is_int64() || value.is_uint64();
    case Shape::time:
      return value.is_string() && parse_time(std::string_view(value.get_string())).has_value();
    case Shape::string_map:
      return value.is_object() && all_strings(value);
    case Shape::strings:
      return value.is_array() && all_strings(value);
    case Shape::owners:
      return value.is_array() && std::ranges::all_of(value.get_array(), has_owner_shape);
    case Shape::entries:
      return value.is_array() &&
             std::ranges::all_of(value.get_array(),
                                 [](const json::Value& item) { return item.is_object(); });
  }
  return false;
}

/// As a part of a path: "system:node" is one.
[[nodiscard]] std::string path_part_problem(std::string_view name) {
  if (name == "." || name == "..") return fmt::format("may not be '{}'", name);
  for (const char c : {'/', '%'}) {
    if (name.find(c) != std::string_view::npos) return fmt::format("may not contain '{}'", c);
  }
  return {};
}

[[nodiscard]] std::string name_problem(const Resource& resource, std::string_view name) {
  if (resource.free_name) return path_part_problem(name);
  return resource.dns_label_name ? dns_label_problem(name) : dns_subdomain_problem(name);
}

void check_name(const Resource& resource, const json::Value& object,
                std::vector<FieldError>& errors) {
  const std::string_view name = meta_string(object, "name");
  if (name.empty()) {
    errors.push_back(required_field("metadata.name", "name or generateName is required"));
    return;
  }
  const std::string problem = name_problem(resource, name);
  if (!problem.empty())
    errors.push_back(invalid_field("metadata.name", json::quoted(name), problem));
}

void check_labels(const json::Value& object, std::vector<FieldError>& errors) {
  for (const auto& [key, value] : labels_of(object)) {
    if (const std::string problem = label_key_problem(key); !problem.empty())
      errors.push_back(invalid_field("metadata.labels", json::quoted(key), problem));
    if (const std::string problem = label_value_problem(value); !problem.empty())
      errors.push_back(invalid_field("metadata.labels", json::quoted(value), problem));
  }
}

void check_annotations(const json::Value& object, std::vector<FieldError>& errors) {
  const json::Value* annotations = json::find(object, {"metadata", "annotations"});
  if (annotations == nullptr) return;
  constexpr std::size_t kMostBytes = 262'144;
  std::size_t bytes = 0;
  for (const auto& member : annotations->get_object()) {
    bytes += member.key().size() + member.value().get_string().size();
    // Annotation keys may be upper case where label keys may not.
    if (const std::string problem = label_key_problem(to_lower(member.key())); !problem.empty())
      errors.push_back(invalid_field("metadata.annotations", json::quoted(member.key()), problem));
  }
  if (bytes > kMostBytes)
    errors.push_back({"metadata.annotations", "FieldValueTooLong",
                      fmt::format("Too long: may not be more than {} bytes", kMostBytes)});
}

void check_owners(const json::Value& object, std::vector<FieldError>& errors) {
  const json::Value* owners = json::find(object, {"metadata", "ownerReferences"});
  if (owners == nullptr) return;
  std::vector<std::string> controllers;
  for (const json::Value& owner : owners->get_array()) {
    for (const std::string_view key : {"apiVersion", "kind", "name", "uid"}) {
      if (json::string_at(owner, {key}).empty())
        errors.push_back(invalid_field(fmt::format("metadata.ownerReferences.{}", key), "\"\"",
                                       "must not be empty"));
    }
    const json::Value* controller = json::find(owner, {"controller"});
    if (controller != nullptr && controller->get_bool())
      controllers.emplace_back(json::string_at(owner, {"name"}));
  }
  if (controllers.size() > 1)
    errors.push_back(invalid_field(
        "metadata.ownerReferences", json::write(*owners),
        fmt::format("Only one reference can have Controller set to true. Found \"true\" in "
                    "references for {} and {}",
                    controllers[0], controllers[1])));
}

void check_finalizers(const json::Value& object, const json::Value* before,
                      std::vector<FieldError>& errors) {
  const std::vector<std::string> now = strings_at(object, {"metadata", "finalizers"});
  for (const std::string& finalizer : now) {
    if (const std::string problem = label_key_problem(finalizer); !problem.empty())
      errors.push_back(invalid_field("metadata.finalizers", json::quoted(finalizer), problem));
  }
  if (before == nullptr || !is_terminating(*before)) return;
  const std::vector<std::string> earlier = strings_at(*before, {"metadata", "finalizers"});
  std::string added;
  for (const std::string& finalizer : now) {
    if (std::ranges::find(earlier, finalizer) != earlier.end()) continue;
    if (!added.empty()) added += ", ";
    added += json::quoted(finalizer);
  }
  if (!added.empty())
    errors.push_back(forbidden_field(
        "metadata.finalizers",
        fmt::format("no new finalizers can be added if the object is being deleted, found new "
                    "finalizers []string{{{}}}",
                    added)));
}

void check_immutable(const json::Value& object, const json::Value& before,
                     std::vector<FieldError>& errors) {
  for (const std::string_view key : {"name", "namespace", "uid"}) {
    const std::string_view now = meta_string(object, key);
    if (now != meta_string(before, key))
      errors.push_back(
          invalid_field(fmt::format("metadata.{}", key), json::quoted(now), "field is immutable"));
  }
}

}  // namespace

Result<std::vector<std::string>> shape_metadata(const Resource& resource, json::Value& object) {
  json::Object& root = object.as_object();
  if (auto* found = root.if_contains("metadata");
      found != nullptr && !found->is_object() && !found->is_null())
    return fail(bad_request(
        fmt::format("{0} in version \"{1}\" cannot be handled as a {0}: metadata must be an object",
                    resource.type.kind, resource.type.version)));
  json::Object& meta = meta_of(object);
  std::vector<std::string> unknown;
  std::vector<std::string> drop;
  for (auto& member : meta) {
    const std::string_view name = member.key();
    const auto* field = std::ranges::find(kFields, name, &MetaField::name);
    if (field == kFields.end()) {
      unknown.push_back("metadata." + std::string(name));
      drop.emplace_back(name);
    } else if (member.value().is_null()) {
      drop.emplace_back(name);
    } else if (!has_shape(member.value(), field->shape)) {
      return fail(bad_request(fmt::format(
          "{0} in version \"{1}\" cannot be handled as a {0}: json: cannot unmarshal into Go "
          "struct field ObjectMeta.metadata.{2}: wrong type",
          resource.type.kind, resource.type.version, name)));
    } else if ((member.value().is_object() && member.value().get_object().empty()) ||
               (member.value().is_array() && member.value().get_array().empty())) {
      drop.emplace_back(name);  // omitempty
    }
  }
  for (const std::string& name : drop)
    meta.stable_erase(name);
  return unknown;
}

std::vector<FieldError> validate_metadata(const Resource& resource, const json::Value& object,
                                          const json::Value* before) {
  std::vector<FieldError> errors;
  if (before == nullptr)
    check_name(resource, object, errors);
  else
    check_immutable(object, *before, errors);
  check_labels(object, errors);
  check_annotations(object, errors);
  check_owners(object, errors);
  check_finalizers(object, before, errors);
  return errors;
}

}  // namespace kaito::sandbox
