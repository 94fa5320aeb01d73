#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cmath>

#include "sandbox/apiserver/schema.hpp"

namespace kaito::sandbox {
namespace {

[[nodiscard]] bool is_root_member(std::string_view name) {
  return name == "apiVersion" || name == "kind" || name == "metadata";
}

[[nodiscard]] std::string child(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

void prune_value(json::Value& value, const Schema& schema, const std::string& path,
                 std::vector<std::string>& unknown);

void prune_object(json::Object& object, const Schema& schema, const std::string& path,
                  std::vector<std::string>& unknown) {
  std::vector<std::string> drop;
  for (auto& member : object) {
    const std::string_view name = member.key();
    if (path.empty() && is_root_member(name)) continue;
    const Schema* known = schema.member(name);
    const std::string where = child(path, name);
    if (known == nullptr) {
      if (schema.preserve_unknown) continue;
      unknown.push_back(where);
      drop.emplace_back(name);
    } else if (member.value().is_null() && !known->nullable) {
      drop.emplace_back(name);
    } else {
      prune_value(member.value(), *known, where, unknown);
    }
  }
  for (const std::string& name : drop)
    object.stable_erase(name);
}

void prune_value(json::Value& value, const Schema& schema, const std::string& path,
                 std::vector<std::string>& unknown) {
  if (value.is_double() && schema.type == Schema::Type::integer) {
    const double number = value.get_double();
    constexpr double kExact = 9007199254740992.0;  // 2^53: every integer below is exact
    if (std::trunc(number) == number && std::abs(number) < kExact)
      value = static_cast<std::int64_t>(number);
    return;
  }
  if (value.is_object()) {
    // A scalar's schema says nothing about members: validation refuses the value as a whole.
    if (schema.type == Schema::Type::object || schema.type == Schema::Type::any)
      prune_object(value.get_object(), schema, path, unknown);
  } else if (value.is_array() && schema.items != nullptr) {
    std::size_t index = 0;
    for (json::Value& item : value.get_array())
      prune_value(item, *schema.items, path + "[" + std::to_string(index++) + "]", unknown);
  }
}

void default_value(json::Value& value, const Schema& schema, bool root) {
  if (value.is_object()) {
    json::Object& object = value.get_object();
    for (const auto& [name, member] : schema.properties) {
      if (root && is_root_member(name)) continue;
      if (!object.contains(name) && member->default_value)
        object[name] = member->default_value.value();
      if (auto* found = object.if_contains(name)) default_value(*found, *member, false);
    }
    if (schema.additional == nullptr) return;
    for (auto& member : object) {
      if (schema.member(member.key()) == schema.additional.get())
        default_value(member.value(), *schema.additional, false);
    }
  } else if (value.is_array() && schema.items != nullptr) {
    for (json::Value& item : value.get_array())
      default_value(item, *schema.items, false);
  }
}

}  // namespace

std::vector<std::string> prune(json::Value& object, const Schema& schema) {
  std::vector<std::string> unknown;
  if (object.is_object()) prune_object(object.get_object(), schema, "", unknown);
  return unknown;
}

void fill_defaults(json::Value& object, const Schema& schema) {
  default_value(object, schema, true);
}

}  // namespace kaito::sandbox
