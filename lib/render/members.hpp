#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "kaito/json/value.hpp"

/// Parts of an object, made where they stay: in the memory of the whole (json::Document). The next
/// member or item of the same parent ends the life of the reference.
namespace kaito::render {

[[nodiscard]] inline json::Object& add_object(json::Object& parent, std::string_view key) {
  return parent.emplace(key, boost::json::object_kind).first->value().get_object();
}

[[nodiscard]] inline json::Array& add_list(json::Object& parent, std::string_view key) {
  return parent.emplace(key, boost::json::array_kind).first->value().get_array();
}

[[nodiscard]] inline json::Object& add_object(json::Array& list) {
  return list.emplace_back(boost::json::object_kind).get_object();
}

}  // namespace kaito::render
