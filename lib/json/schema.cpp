#include "kaito/json/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <map>
#include <regex>

#include "kaito/json/json.hpp"

namespace kaito::json {
namespace {

constexpr int kMostReferences = 32;  // a chain of $ref longer than this goes in circles
constexpr std::array<std::string_view, 14> kKeywords = {
    "type",    "properties", "required", "additionalProperties",
    "items",   "minItems",   "enum",     "pattern",
    "minimum", "$ref",       "$schema",  "$defs",
    "title",   "description"};

[[nodiscard]] std::string_view kind_of(const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
      return "integer";
    case boost::json::kind::double_:
      return "number";
    case boost::json::kind::string:
      return "string";
    case boost::json::kind::array:
      return "array";
    case boost::json::kind::object:
      return "object";
  }
  return "null";
}

[[nodiscard]] bool has_type(const Value& value, std::string_view type) {
  const std::string_view kind = kind_of(value);
  if (kind == type) return true;
  if (type == "number") return kind == "integer";
  // 2.0 is an integer to JSON Schema.
  return type == "integer" && value.is_double() &&
         value.get_double() == std::trunc(value.get_double());
}

/// One walk over a value; keeps the compiled patterns.
class Checker {
 public:
  explicit Checker(const Value& root) : root_(root) {}

  Result<void> check(const Value& value, const Value& schema, const FieldPath& path) {
    KAITO_TRY(const Object* rules, resolve(schema));
    for (const auto& [key, rule] : *rules) {
      if (std::find(kKeywords.begin(), kKeywords.end(), std::string_view(key)) == kKeywords.end()) {
        return fail(ErrorCode::invalid,
                    fmt::format("the schema keyword {} is not understood", std::string_view(key)));
      }
    }
    if (!check_type(value, *rules, path)) return {};
    check_enum(value, *rules, path);
    if (const Value* minimum = rules->if_contains("minimum");
        minimum != nullptr && value.is_number() &&
        value.to_number<double>() < minimum->to_number<double>())
      violate(path, fmt::format("must be at least {}", write(*minimum)));
    if (value.is_string()) KAITO_CHECK(check_pattern(value, *rules, path));
    if (value.is_object()) KAITO_CHECK(check_members(value.get_object(), *rules, path));
    if (value.is_array()) KAITO_CHECK(check_items(value.get_array(), *rules, path));
    return {};
  }

  std::vector<SchemaViolation> violations;

 private:
  Result<const Object*> resolve(const Value& schema) const {
    const Value* at = &schema;
    for (int steps = 0; steps < kMostReferences; ++steps) {
      if (!at->is_object()) return fail(ErrorCode::invalid, "a schema must be an object");
      const Value* reference = at->get_object().if_contains("$ref");
      if (reference == nullptr) return &at->get_object();
      const std::string_view text =
          reference->is_string() ? std::string_view(reference->get_string()) : std::string_view();
      constexpr std::string_view kPrefix = "#/$defs/";
      at =
          text.starts_with(kPrefix) ? find(root_, {"$defs", text.substr(kPrefix.size())}) : nullptr;
      if (at == nullptr)
        return fail(ErrorCode::invalid, fmt::format("the schema reference {} leads nowhere", text));
    }
    return fail(ErrorCode::invalid, "the schema's references go in circles");
  }

  bool check_type(const Value& value, const Object& rules, const FieldPath& path) {
    const Value* type = rules.if_contains("type");
    if (type == nullptr) return true;
    if (type->is_string()) {
      if (has_type(value, type->get_string())) return true;
      violate(path, fmt::format("must be of type {}, not {}", std::string_view(type->get_string()),
                                kind_of(value)));
      return false;
    }
    std::string wanted;
    for (const Value& one : type->as_array()) {
      if (has_type(value, one.as_string())) return true;
      wanted +=
          fmt::format("{}{}", wanted.empty() ? "" : " or ", std::string_view(one.as_string()));
    }
    violate(path, fmt::format("must be of type {}, not {}", wanted, kind_of(value)));
    return false;
  }

  void check_enum(const Value& value, const Object& rules, const FieldPath& path) {
    const Value* allowed = rules.if_contains("enum");
    if (allowed == nullptr) return;
    std::string list;
    for (const Value& one : allowed->as_array()) {
      if (equivalent(one, value)) return;
      list += fmt::format("{}{}", list.empty() ? "" : ", ", write(one));
    }
    violate(path,
            fmt::format("must be {}{}", allowed->as_array().size() > 1 ? "one of " : "", list));
  }

  Result<void> check_pattern(const Value& value, const Object& rules, const FieldPath& path) {
    const Value* pattern = rules.if_contains("pattern");
    if (pattern == nullptr) return {};
    const std::string text(pattern->as_string());
    auto compiled = patterns_.find(text);
    if (compiled == patterns_.end()) {
      try {
        compiled = patterns_.emplace(text, std::regex(text, std::regex::ECMAScript)).first;
      } catch (const std::regex_error& error) {
        return fail(ErrorCode::invalid, fmt::format("the pattern {}: {}", text, error.what()));
      }
    }
    const std::string_view subject = value.get_string();
    if (!std::regex_search(subject.begin(), subject.end(), compiled->second))
      violate(path, fmt::format("\"{}\" does not match the pattern {}", subject, text));
    return {};
  }

  Result<void> check_members(const Object& object, const Object& rules, const FieldPath& path) {
    const Value* properties = rules.if_contains("properties");
    const Value* others = rules.if_contains("additionalProperties");
    for (const auto& [key, member] : object) {
      const Value* rule =
          properties != nullptr ? properties->as_object().if_contains(key) : nullptr;
      if (rule == nullptr) rule = others;
      if (rule == nullptr) continue;
      const FieldPath at = path.key(key);
      if (rule->is_bool()) {
        if (!rule->get_bool()) violate(at, "is not a known key");
        continue;
      }
      KAITO_CHECK(check(member, *rule, at));
    }
    if (const Value* required = rules.if_contains("required")) {
      for (const Value& key : required->as_array()) {
        if (object.if_contains(key.as_string()) == nullptr)
          violate(path, fmt::format("\"{}\" is missing", std::string_view(key.as_string())));
      }
    }
    return {};
  }

  Result<void> check_items(const Array& items, const Object& rules, const FieldPath& path) {
    if (const Value* least = rules.if_contains("minItems");
        least != nullptr && items.size() < least->to_number<std::size_t>())
      violate(path, fmt::format("must have at least {} items", write(*least)));
    if (const Value* rule = rules.if_contains("items")) {
      for (std::size_t i = 0; i < items.size(); ++i)
        KAITO_CHECK(check(items[i], *rule, path.index(i)));
    }
    return {};
  }

  void violate(const FieldPath& path, std::string message) {
    violations.push_back({path, std::move(message)});
  }

  const Value& root_;
  std::map<std::string, std::regex, std::less<>> patterns_;
};

}  // namespace

Result<std::vector<SchemaViolation>> check_schema(const Value& value, const Value& schema) {
  Checker checker(schema);
  try {
    KAITO_CHECK(checker.check(value, schema, {}));
  } catch (const std::exception& error) {  // as_array() and so on, on a malformed schema
    return fail(ErrorCode::invalid, fmt::format("malformed schema: {}", error.what()));
  }
  return std::move(checker.violations);
}

Result<YamlDocument> load_checked_yaml(std::string_view text, std::string file,
                                       const Value& schema) {
  KAITO_TRY(auto documents, load_yaml(text, file));
  if (documents.size() != 1) {
    return fail(ErrorCode::parse,
                fmt::format("{}: {} documents, where one is expected", file, documents.size()));
  }
  YamlDocument& document = documents.front();
  KAITO_TRY(const auto violations, check_schema(document.value.value(), schema));
  std::string lines;
  for (const SchemaViolation& violation : violations) {
    const std::string path = violation.path.text();
    lines += fmt::format("{}{}: {}{}", lines.empty() ? "" : "\n",
                         document.places.of(violation.path).text(),
                         path.empty() ? std::string() : path + ": ", violation.message);
  }
  if (!lines.empty()) return fail(ErrorCode::invalid, std::move(lines));
  return std::move(document);
}

}  // namespace kaito::json
