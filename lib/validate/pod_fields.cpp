#include "validate/pod_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>

#include "kaito/base/quantity.hpp"
#include "kaito/base/text.hpp"

namespace kaito::validate {

namespace {

constexpr std::size_t kMostProblems = 100;

const StructFields* find_struct(std::string_view name) {
  const auto all = pod_structs();
  const auto found = std::lower_bound(
      all.begin(), all.end(), name,
      [](const StructFields& one, std::string_view key) { return one.name < key; });
  return found != all.end() && found->name == name ? &*found : nullptr;
}

/// Calls each(name, type) for the fields of a struct until it gives true.
template <class Each>
void each_field(const StructFields& fields, Each each) {
  for (const std::string_view field : split(fields.fields, ' ')) {
    const std::size_t colon = field.find(':');
    if (each(field.substr(0, colon), field.substr(colon + 1))) return;
  }
}

std::string_view kind_of(const json::Value& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return "a string";
  if (value.is_bool()) return "true or false";
  return value.is_double() ? "a number with a fraction" : "a number";
}

bool is_whole(const json::Value& value) {
  return value.is_int64() || value.is_uint64();
}

class Decoding {
 public:
  std::vector<PodProblem> problems;

  void check(const json::Value& value, std::string_view type, const FieldPath& at) {
    if (value.is_null() || problems.size() >= kMostProblems) return;
    if (type.starts_with("[]")) {
      if (!value.is_array()) return wrong_type(value, "a list", at);
      std::size_t position = 0;
      for (const auto& item : value.get_array())
        check(item, type.substr(2), at.index(position++));
    } else if (type.starts_with("{}")) {
      if (!value.is_object()) return wrong_type(value, "an object", at);
      for (const auto& [key, member] : value.get_object())
        check(member, type.substr(2), at.key(key));
    } else if (type.size() == 1) {
      check_scalar(value, type.front(), at);
    } else {
      check_struct(value, type, at);
    }
  }

 private:
  void wrong_type(const json::Value& value, std::string_view wanted, const FieldPath& at) {
    std::string fix;
    if (wanted == "a string" && (value.is_number() || value.is_bool())) fix = "put it in quotes";
    if (wanted == "a whole number" && value.is_string()) fix = "take the quotes away";
    problems.push_back(
        {at,
         fmt::format("must be {}, not {}: the webhook refuses the object", wanted, kind_of(value)),
         std::move(fix)});
  }

  void check_scalar(const json::Value& value, char type, const FieldPath& at) {
    switch (type) {
      case 's':
        if (!value.is_string()) wrong_type(value, "a string", at);
        break;
      case 'i':
        if (!is_whole(value)) wrong_type(value, "a whole number", at);
        break;
      case 'b':
        if (!value.is_bool()) wrong_type(value, "true or false", at);
        break;
      case 'n':
        if (!is_whole(value) && !value.is_string())
          wrong_type(value, "a whole number or a string", at);
        break;
      case 'q':
        if (value.is_string() && !Quantity::parse(value.get_string()))
          problems.push_back(
              {at,
               in_quotes(value.get_string()) + " is not a quantity: the webhook refuses the object",
               "write one such as 500m, 2 or 16Gi"});
        else if (!value.is_string() && !value.is_number())
          wrong_type(value, "a quantity", at);
        break;
      default:
        break;
    }
  }

  void check_struct(const json::Value& value, std::string_view type, const FieldPath& at) {
    const StructFields* fields = find_struct(type);
    if (fields == nullptr) return;
    if (!value.is_object()) return wrong_type(value, "an object", at);
    for (const auto& pair : value.get_object()) {
      const std::string_view key = pair.key();
      const json::Value& member = pair.value();
      std::optional<std::string_view> member_type;
      each_field(*fields, [&](std::string_view name, std::string_view of) {
        if (!equals_ignoring_case(name, key)) return false;
        member_type = of;
        return true;
      });
      if (member_type)
        check(member, *member_type, at.key(key));
      else
        unknown(*fields, key, at.key(key));
      if (problems.size() >= kMostProblems) return;
    }
  }

  void unknown(const StructFields& fields, std::string_view key, const FieldPath& at) {
    std::vector<std::string> names;
    each_field(fields, [&](std::string_view name, std::string_view) {
      names.emplace_back(name);
      return false;
    });
    std::string fix = did_you_mean(key, names);
    if (fix.empty()) fix = "remove it";
    problems.push_back(
        {at, fmt::format("is not a field of {}: the webhook refuses the object", fields.name),
         std::move(fix)});
  }
};

}  // namespace

std::vector<PodProblem> pod_problems(const json::Value& value, std::string_view struct_name,
                                     const FieldPath& at) {
  Decoding decoding;
  decoding.check(value, struct_name, at);
  return std::move(decoding.problems);
}

}  // namespace kaito::validate
