#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "kaito/base/time.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/schema.hpp"

namespace kaito::sandbox {
namespace {

using Errors = std::vector<FieldError>;

[[nodiscard]] bool is_whole(const json::Value& value) {
  return value.is_int64() || value.is_uint64() ||
         (value.is_double() && std::trunc(value.get_double()) == value.get_double());
}

/// The JSON type as go-openapi names it: numbers with a fraction are "number".
[[nodiscard]] std::string_view type_name(const json::Value& value) {
  if (value.is_string()) return "string";
  if (value.is_bool()) return "boolean";
  if (value.is_object()) return "object";
  if (value.is_array()) return "array";
  if (value.is_null()) return "null";
  return is_whole(value) ? "integer" : "number";
}

[[nodiscard]] bool has_type(const json::Value& value, Schema::Type type) {
  switch (type) {
    case Schema::Type::any:
      return true;
    case Schema::Type::object:
      return value.is_object();
    case Schema::Type::array:
      return value.is_array();
    case Schema::Type::string:
      return value.is_string();
    case Schema::Type::integer:
      return value.is_number() && is_whole(value);
    case Schema::Type::number:
      return value.is_number();
    case Schema::Type::boolean:
      return value.is_bool();
  }
  return false;
}

/// Characters, not bytes.
[[nodiscard]] std::size_t length_of(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++length;
  }
  return length;
}

[[nodiscard]] FieldError wrong_type(const std::string& path, std::string_view wanted,
                                    const json::Value& value) {
  const std::string_view found = type_name(value);
  return {path, "FieldValueTypeInvalid",
          fmt::format("Invalid value: \"{0}\": {1} in body must be of type {2}: \"{0}\"", found,
                      path, wanted)};
}

[[nodiscard]] std::string number_text(double number) {
  return json::write(std::trunc(number) == number && std::abs(number) < 9007199254740992.0
                         ? json::Value(static_cast<std::int64_t>(number))
                         : json::Value(number));
}

void check_enum(const json::Value& value, const Schema& schema, const std::string& path,
                Errors& errors) {
  if (!schema.allowed || !schema.allowed.value().is_array()) return;
  std::string supported;
  for (const json::Value& allowed : schema.allowed.value().get_array()) {
    if (json::equivalent(allowed, value)) return;
    if (!supported.empty()) supported += ", ";
    supported += json::write(allowed);
  }
  errors.push_back(
      {path, "FieldValueNotSupported",
       fmt::format("Unsupported value: {}: supported values: {}", json::write(value), supported)});
}

void check_string(const std::string& text, const Schema& schema, const std::string& path,
                  Errors& errors) {
  const std::string quoted = json::quoted(text);
  if (schema.max_length && length_of(text) > *schema.max_length)
    errors.push_back({path, "FieldValueTooLong",
                      fmt::format("Too long: may not be more than {} bytes", *schema.max_length)});
  if (schema.min_length && length_of(text) < *schema.min_length)
    errors.push_back(invalid_field(
        path, quoted,
        fmt::format("{} in body should be at least {} chars long", path, *schema.min_length)));
  // std::regex recurses per character: a text this long is refused unseen.
  constexpr std::size_t kLongestMatched = 4096;
  if (schema.pattern_regex &&
      (text.size() > kLongestMatched || !std::regex_search(text, *schema.pattern_regex)))
    errors.push_back(invalid_field(
        path, quoted, fmt::format("{} in body should match '{}'", path, schema.pattern)));
  if (schema.format == "date-time" && !parse_time(text))
    errors.push_back(invalid_field(
        path, quoted, fmt::format("{} in body must be of type date-time: {}", path, quoted)));
}

void check_number(const json::Value& value, const Schema& schema, const std::string& path,
                  Errors& errors) {
  const double number = value.to_number<double>();
  const std::string text = number_text(number);
  if (schema.minimum && number < *schema.minimum)
    errors.push_back(invalid_field(path, text,
                                   fmt::format("{} in body should be greater than or equal to {}",
                                               path, number_text(*schema.minimum))));
  if (schema.maximum && number > *schema.maximum)
    errors.push_back(invalid_field(path, text,
                                   fmt::format("{} in body should be less than or equal to {}",
                                               path, number_text(*schema.maximum))));
  constexpr double kLeast = std::numeric_limits<std::int32_t>::min();
  constexpr double kMost = std::numeric_limits<std::int32_t>::max();
  if (schema.format == "int32" && (number < kLeast || number > kMost))
    errors.push_back(invalid_field(
        path, text, fmt::format("{} in body must be of type int32: \"{}\"", path, text)));
}

void check(const json::Value& value, const Schema& schema, const std::string& path, Errors& errors);

/// Go's way of writing the keys of a list item.
[[nodiscard]] std::string keys_text(const json::Object& keys) {
  std::string text;
  for (const auto& member : keys)
    text += fmt::format("{}\"{}\":{}", text.empty() ? "" : ", ", std::string_view(member.key()),
                        json::write(member.value()));
  return "map[string]interface {}{" + text + "}";
}

/// In sets no value, in maps no key stands twice.
void check_repetitions(const json::Array& array, const Schema& schema, const std::string& path,
                       Errors& errors) {
  if (schema.list_type == Schema::ListType::atomic) return;
  const bool as_map = schema.list_type == Schema::ListType::map;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < array.size(); ++i) {
    json::Object keys;
    for (const std::string& key : schema.list_keys) {
      if (const json::Value* value = json::find(array[i], {key})) keys[key] = *value;
    }
    const std::string text = as_map ? keys_text(keys) : json::write(array[i]);
    if (!seen.insert(text).second)
      errors.push_back({fmt::format("{}[{}]", path, i), "FieldValueDuplicate",
                        fmt::format("Duplicate value: {}", text)});
  }
}

void check_array(const json::Array& array, const Schema& schema, const std::string& path,
                 Errors& errors) {
  if (schema.max_items && array.size() > *schema.max_items)
    errors.push_back(
        {path, "FieldValueTooMany",
         fmt::format("Too many: {}: must have at most {} items", array.size(), *schema.max_items)});
  if (schema.min_items && array.size() < *schema.min_items)
    errors.push_back(invalid_field(
        path, std::to_string(array.size()),
        fmt::format("{} in body should have at least {} items", path, *schema.min_items)));
  check_repetitions(array, schema, path, errors);
  if (schema.items == nullptr) return;
  for (std::size_t i = 0; i < array.size(); ++i)
    check(array[i], *schema.items, fmt::format("{}[{}]", path, i), errors);
}

void check_object(const json::Object& object, const Schema& schema, const std::string& path,
                  Errors& errors) {
  const auto child = [&](std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
  };
  for (const std::string& name : schema.required) {
    if (!object.contains(name)) errors.push_back(required_field(child(name)));
  }
  for (const auto& member : object) {
    const std::string_view name = member.key();
    // The server's own part: metadata_rules look at it.
    if (path.empty() && (name == "apiVersion" || name == "kind" || name == "metadata")) continue;
    if (const Schema* known = schema.member(name))
      check(member.value(), *known, child(name), errors);
  }
}

[[nodiscard]] bool holds(const json::Value& value, const Schema& schema, const std::string& path) {
  Errors errors;
  check(value, schema, path, errors);
  return errors.empty();
}

void check_combinations(const json::Value& value, const Schema& schema, const std::string& path,
                        Errors& errors) {
  for (const auto& part : schema.all_of)
    check(value, *part, path, errors);
  std::size_t matching = 0;
  for (const auto& part : schema.any_of)
    matching += holds(value, *part, path) ? 1U : 0U;
  if (!schema.any_of.empty() && matching == 0)
    errors.push_back(invalid_field(
        path, "\"\"", fmt::format("\"{}\" must validate at least one schema (anyOf)", path)));
  matching = 0;
  for (const auto& part : schema.one_of)
    matching += holds(value, *part, path) ? 1U : 0U;
  if (!schema.one_of.empty() && matching != 1)
    errors.push_back(invalid_field(
        path, "\"\"",
        fmt::format("\"{}\" must validate one and only one schema (oneOf). Found {} valid "
                    "alternatives",
                    path, matching == 0 ? "none" : std::to_string(matching))));
  if (schema.not_ != nullptr && holds(value, *schema.not_, path))
    errors.push_back(invalid_field(path, "\"\"",
                                   fmt::format("\"{}\" must not validate the schema (not)", path)));
}

void check(const json::Value& value, const Schema& schema, const std::string& path,
           Errors& errors) {
  if (value.is_null() && schema.nullable) return;
  if (schema.int_or_string) {
    if (!value.is_string() && !has_type(value, Schema::Type::integer)) {
      errors.push_back(wrong_type(path, "integer,string", value));
      return;
    }
  } else if (!has_type(value, schema.type)) {
    errors.push_back(wrong_type(path, type_name(schema.type), value));
    return;
  }
  check_enum(value, schema, path, errors);
  if (value.is_string())
    check_string(std::string(value.get_string()), schema, path, errors);
  else if (value.is_number())
    check_number(value, schema, path, errors);
  else if (value.is_array())
    check_array(value.get_array(), schema, path, errors);
  else if (value.is_object())
    check_object(value.get_object(), schema, path, errors);
  check_combinations(value, schema, path, errors);
}

}  // namespace

std::vector<FieldError> validate(const json::Value& object, const Schema& schema) {
  Errors errors;
  check(object, schema, "", errors);
  // allOf may find the same thing twice.
  Errors distinct;
  for (FieldError& error : errors) {
    bool known = false;
    for (const FieldError& other : distinct)
      known = known || (other.field == error.field && other.detail == error.detail);
    if (!known) distinct.push_back(std::move(error));
  }
  return distinct;
}

}  // namespace kaito::sandbox
