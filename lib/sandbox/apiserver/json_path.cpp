#include "sandbox/apiserver/json_path.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <string>

namespace kaito::sandbox {
namespace {

[[nodiscard]] std::string_view unquote(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
      text.back() == text.front())
    return text.substr(1, text.size() - 2);
  return text;
}

[[nodiscard]] const json::Value* child(const json::Value* value, std::string_view name) {
  return value->is_object() ? value->get_object().if_contains(name) : nullptr;
}

/// `filter` reads `@.type=="Ready"`.
[[nodiscard]] const json::Value* filtered(const json::Array& list, std::string_view filter) {
  const std::size_t equals = filter.find("==");
  if (!filter.starts_with('@') || equals == std::string_view::npos) return nullptr;
  const std::string_view path = filter.substr(1, equals - 1);
  const std::string_view wanted = unquote(filter.substr(equals + 2));
  for (const json::Value& item : list) {
    const json::Value* found = find_path(item, path);
    if (found != nullptr && found->is_string() && std::string_view(found->get_string()) == wanted)
      return &item;
  }
  return nullptr;
}

[[nodiscard]] const json::Value* subscript(const json::Value* value, std::string_view inside) {
  if (inside.starts_with('\'') || inside.starts_with('"')) return child(value, unquote(inside));
  if (!value->is_array()) return nullptr;
  const json::Array& list = value->get_array();
  if (inside.starts_with("?(") && inside.ends_with(')'))
    return filtered(list, inside.substr(2, inside.size() - 3));
  std::size_t index = 0;
  if (inside != "*") std::from_chars(inside.data(), inside.data() + inside.size(), index);
  return index < list.size() ? &list[index] : nullptr;
}

/// Takes ".name" off the path; a backslash takes the next character as it is.
[[nodiscard]] std::string take_name(std::string_view& path) {
  std::string name;
  std::size_t at = 1;
  for (; at < path.size() && path[at] != '.' && path[at] != '['; ++at) {
    if (path[at] == '\\' && at + 1 < path.size()) ++at;
    name += path[at];
  }
  path.remove_prefix(at);
  return name;
}

}  // namespace

const json::Value* find_path(const json::Value& root, std::string_view path) {
  const json::Value* value = &root;
  while (value != nullptr && !path.empty()) {
    if (path.front() == '.') {
      const std::string name = take_name(path);
      if (!name.empty()) value = child(value, name);
    } else if (path.front() == '[') {
      const std::size_t end = path.find(']');
      if (end == std::string_view::npos) return nullptr;
      value = subscript(value, path.substr(1, end - 1));
      path.remove_prefix(end + 1);
    } else {
      return nullptr;
    }
  }
  return value != nullptr && value->is_null() ? nullptr : value;
}

}  // namespace kaito::sandbox
