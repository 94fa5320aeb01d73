#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/json/document.hpp"
#include "kaito/json/value.hpp"
#include "sandbox/apiserver/api_error.hpp"

namespace kaito::sandbox {

/// A structural schema (a CRD's openAPIV3Schema): the keywords that KAITO's CRDs use, and the
/// x-kubernetes extensions that decide about pruning and field ownership.
struct Schema {
  enum class Type : std::uint8_t { any, object, array, string, integer, number, boolean };
  enum class ListType : std::uint8_t { atomic, set, map };

  Type type = Type::any;
  bool nullable = false;
  bool int_or_string = false;
  bool preserve_unknown = false;
  bool atomic_map = false;
  ListType list_type = ListType::atomic;
  std::vector<std::string> list_keys;

  std::vector<std::pair<std::string, std::shared_ptr<const Schema>>> properties;
  std::shared_ptr<const Schema> additional;  ///< of the values of a map; null when there are none
  std::shared_ptr<const Schema> items;
  std::vector<std::string> required;
  json::Document default_value;

  json::Document allowed;  ///< enum, an array
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::optional<std::size_t> min_length;
  std::optional<std::size_t> max_length;
  std::optional<std::size_t> min_items;
  std::optional<std::size_t> max_items;
  std::string pattern;
  std::optional<std::regex> pattern_regex;
  std::string format;
  std::vector<std::shared_ptr<const Schema>> all_of;
  std::vector<std::shared_ptr<const Schema>> any_of;
  std::vector<std::shared_ptr<const Schema>> one_of;
  std::shared_ptr<const Schema> not_;
  bool has_rules = false;  ///< x-kubernetes-validations stand here: they are not evaluated

  /// Of the member of that name; of the values, in a map; or null.
  [[nodiscard]] const Schema* member(std::string_view name) const;
};

/// "object", ...; "any" where the schema names no type.
[[nodiscard]] std::string_view type_name(Schema::Type type);
/// Errors: invalid, with the path of the keyword that cannot be used.
[[nodiscard]] Result<std::shared_ptr<const Schema>> parse_schema(const json::Value& openapi);
/// Whether any node of it has rules that are not evaluated.
[[nodiscard]] bool has_rules(const Schema& schema);

/// Removes what the schema does not know, and nulls where null is not allowed; whole numbers
/// written as 2.0 become integers. `object` is a whole custom resource: apiVersion, kind and
/// metadata stay. Gives the paths of the unknown fields that went.
std::vector<std::string> prune(json::Value& object, const Schema& schema);
/// Fills in defaults of absent members, also inside what it filled in.
void fill_defaults(json::Value& object, const Schema& schema);
/// What the schema finds wrong, as the API server words it.
[[nodiscard]] std::vector<FieldError> validate(const json::Value& object, const Schema& schema);

}  // namespace kaito::sandbox
