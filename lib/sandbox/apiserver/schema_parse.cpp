#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/schema.hpp"

namespace kaito::sandbox {
namespace {

using SchemaPtr = std::shared_ptr<const Schema>;

/// `structural`: not below allOf, anyOf, oneOf and not, where nothing need have a type.
[[nodiscard]] Result<SchemaPtr> parse_node(const json::Value& node, const std::string& path,
                                           bool structural);

[[nodiscard]] Result<Schema::Type> parse_type(const json::Value& node, const std::string& path) {
  static const std::map<std::string_view, Schema::Type> kTypes = {
      {"", Schema::Type::any},
      {"object", Schema::Type::object},
      {"array", Schema::Type::array},
      {"string", Schema::Type::string},
      {"integer", Schema::Type::integer},
      {"number", Schema::Type::number},
      {"boolean", Schema::Type::boolean}};
  const std::string_view name = json::string_at(node, {"type"});
  const auto found = kTypes.find(name);
  if (found == kTypes.end())
    return fail(ErrorCode::invalid, fmt::format("{}.type: \"{}\" is not a type", path, name));
  return found->second;
}

[[nodiscard]] bool flag(const json::Value& node, std::string_view key) {
  const json::Value* value = json::find(node, {key});
  return value != nullptr && value->is_bool() && value->get_bool();
}

[[nodiscard]] std::optional<double> number(const json::Value& node, std::string_view key) {
  const json::Value* value = json::find(node, {key});
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

[[nodiscard]] std::optional<std::size_t> count(const json::Value& node, std::string_view key) {
  const json::Value* value = json::find(node, {key});
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return static_cast<std::size_t>(std::max<std::int64_t>(0, json::int_at(node, {key})));
}

[[nodiscard]] std::vector<std::string> strings(const json::Value& node, std::string_view key) {
  std::vector<std::string> out;
  const json::Value* value = json::find(node, {key});
  if (value == nullptr || !value->is_array()) return out;
  for (const json::Value& item : value->get_array()) {
    if (item.is_string()) out.emplace_back(item.get_string());
  }
  return out;
}

[[nodiscard]] Result<std::vector<SchemaPtr>> parse_list(const json::Value& node,
                                                        std::string_view key,
                                                        const std::string& path) {
  std::vector<SchemaPtr> out;
  const json::Value* value = json::find(node, {key});
  if (value == nullptr || !value->is_array()) return out;
  for (const json::Value& item : value->get_array()) {
    KAITO_TRY(SchemaPtr parsed, parse_node(item, fmt::format("{}.{}", path, key), false));
    out.push_back(std::move(parsed));
  }
  return out;
}

/// The schema under `key`; null when absent.
[[nodiscard]] Result<SchemaPtr> parse_child(const json::Value& node, std::string_view key,
                                            const std::string& path, bool structural) {
  const json::Value* value = json::find(node, {key});
  if (value == nullptr) return SchemaPtr();
  return parse_node(*value, fmt::format("{}.{}", path, key), structural);
}

void parse_bounds(const json::Value& node, Schema& schema) {
  schema.minimum = number(node, "minimum");
  schema.maximum = number(node, "maximum");
  schema.min_length = count(node, "minLength");
  schema.max_length = count(node, "maxLength");
  schema.min_items = count(node, "minItems");
  schema.max_items = count(node, "maxItems");
  schema.format = json::string_at(node, {"format"});
  schema.required = strings(node, "required");
  if (const json::Value* allowed = json::find(node, {"enum"}); allowed != nullptr)
    schema.allowed = json::Document(*allowed);
  if (const json::Value* value = json::find(node, {"default"}); value != nullptr)
    schema.default_value = json::Document(*value);
}

void parse_extensions(const json::Value& node, Schema& schema) {
  schema.nullable = flag(node, "nullable");
  schema.int_or_string = flag(node, "x-kubernetes-int-or-string");
  schema.preserve_unknown = flag(node, "x-kubernetes-preserve-unknown-fields");
  schema.atomic_map = json::string_at(node, {"x-kubernetes-map-type"}) == "atomic";
  const std::string_view list_type = json::string_at(node, {"x-kubernetes-list-type"});
  if (list_type == "set") schema.list_type = Schema::ListType::set;
  if (list_type == "map") schema.list_type = Schema::ListType::map;
  schema.list_keys = strings(node, "x-kubernetes-list-map-keys");
  schema.has_rules = json::find(node, {"x-kubernetes-validations"}) != nullptr;
}

[[nodiscard]] Result<void> parse_pattern(const json::Value& node, const std::string& path,
                                         Schema& schema) {
  schema.pattern = json::string_at(node, {"pattern"});
  if (schema.pattern.empty()) return {};
  try {
    schema.pattern_regex.emplace(schema.pattern, std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error& error) {
    return fail(ErrorCode::invalid, fmt::format("{}.pattern: {} is not usable: {}", path,
                                                schema.pattern, error.what()));
  }
  return {};
}

/// A structural schema says of every member and item what it is.
[[nodiscard]] Result<void> check_typed(const Schema& schema, const std::string& path) {
  if (schema.type != Schema::Type::any || schema.int_or_string || schema.preserve_unknown)
    return {};
  return fail(ErrorCode::invalid, path + ".type: must not be empty for specified object fields");
}

[[nodiscard]] Result<void> parse_members(const json::Value& node, const std::string& path,
                                         bool structural, Schema& schema) {
  if (const json::Value* properties = json::find(node, {"properties"});
      properties != nullptr && properties->is_object()) {
    for (const auto& [name, value] : properties->get_object()) {
      const std::string where = fmt::format("{}.properties[{}]", path, std::string(name));
      KAITO_TRY(SchemaPtr member, parse_node(value, where, structural));
      if (structural) KAITO_CHECK(check_typed(*member, where));
      schema.properties.emplace_back(name, std::move(member));
    }
  }
  const json::Value* additional = json::find(node, {"additionalProperties"});
  if (additional != nullptr && additional->is_bool()) {
    if (additional->get_bool()) {
      auto anything = std::make_shared<Schema>();
      anything->preserve_unknown = true;
      schema.additional = std::move(anything);
    }
  } else {
    KAITO_TRY(schema.additional, parse_child(node, "additionalProperties", path, structural));
  }
  KAITO_TRY(schema.items, parse_child(node, "items", path, structural));
  if (structural && schema.items != nullptr)
    KAITO_CHECK(check_typed(*schema.items, path + ".items"));
  return {};
}

Result<SchemaPtr> parse_node(const json::Value& node, const std::string& path, bool structural) {
  if (!node.is_object()) return fail(ErrorCode::invalid, path + ": must be an object");
  auto schema = std::make_shared<Schema>();
  KAITO_TRY(schema->type, parse_type(node, path));
  parse_bounds(node, *schema);
  parse_extensions(node, *schema);
  KAITO_CHECK(parse_pattern(node, path, *schema));
  KAITO_CHECK(parse_members(node, path, structural, *schema));
  KAITO_TRY(schema->all_of, parse_list(node, "allOf", path));
  KAITO_TRY(schema->any_of, parse_list(node, "anyOf", path));
  KAITO_TRY(schema->one_of, parse_list(node, "oneOf", path));
  KAITO_TRY(schema->not_, parse_child(node, "not", path, false));
  return SchemaPtr(std::move(schema));
}

}  // namespace

const Schema* Schema::member(std::string_view name) const {
  for (const auto& [key, schema] : properties) {
    if (key == name) return schema.get();
  }
  return additional.get();
}

std::string_view type_name(Schema::Type type) {
  switch (type) {
    case Schema::Type::any:
      break;
    case Schema::Type::object:
      return "object";
    case Schema::Type::array:
      return "array";
    case Schema::Type::string:
      return "string";
    case Schema::Type::integer:
      return "integer";
    case Schema::Type::number:
      return "number";
    case Schema::Type::boolean:
      return "boolean";
  }
  return "any";
}

Result<std::shared_ptr<const Schema>> parse_schema(const json::Value& openapi) {
  return parse_node(openapi, "openAPIV3Schema", true);
}

bool has_rules(const Schema& schema) {
  if (schema.has_rules) return true;
  for (const auto& [name, member] : schema.properties) {
    if (has_rules(*member)) return true;
  }
  return (schema.items != nullptr && has_rules(*schema.items)) ||
         (schema.additional != nullptr && has_rules(*schema.additional));
}

}  // namespace kaito::sandbox
