#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string_view>

#include "kaito/json/tree.hpp"

/// What the writers of text look at, the same of a json::Value and of a Tree's node.
namespace kaito::json {

enum class Shape : std::uint8_t { plain, string, array, object };

[[nodiscard]] inline Shape shape_of(const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::object:
      return Shape::object;
    case boost::json::kind::array:
      return Shape::array;
    case boost::json::kind::string:
      return Shape::string;
    default:
      return Shape::plain;
  }
}

[[nodiscard]] inline Shape shape_of(const TreeNode& node) {
  switch (node.kind()) {
    case TreeNode::Kind::object:
      return Shape::object;
    case TreeNode::Kind::array:
      return Shape::array;
    case TreeNode::Kind::string:
      return Shape::string;
    default:
      return Shape::plain;
  }
}

/// Of an object or array.
[[nodiscard]] inline bool is_empty(const Value& value) {
  return value.is_object() ? value.get_object().empty() : value.get_array().empty();
}
[[nodiscard]] inline bool is_empty(const TreeNode& node) {
  return node.begin() == TreeNode::end();
}

/// Of a string.
[[nodiscard]] inline std::string_view text_of(const Value& value) {
  return value.get_string();
}
[[nodiscard]] inline std::string_view text_of(const TreeNode& node) {
  return node.text();
}

[[nodiscard]] inline bool is_real(const Value& value) {
  return value.is_double();
}
[[nodiscard]] inline bool is_real(const TreeNode& node) {
  return node.kind() == TreeNode::Kind::real;
}

/// Calls use(key, value) for each member of an object.
template <class Use>
void each_member(const Value& value, Use use) {
  for (const auto& member : value.get_object())
    use(std::string_view(member.key()), member.value());
}
template <class Use>
void each_member(const TreeNode& node, Use use) {
  for (const TreeNode& member : node)
    use(member.key(), member);
}

/// Calls use(value) for each item of an array.
template <class Use>
void each_item(const Value& value, Use use) {
  for (const Value& item : value.get_array())
    use(item);
}
template <class Use>
void each_item(const TreeNode& node, Use use) {
  for (const TreeNode& item : node)
    use(item);
}

}  // namespace kaito::json
