#include "sandbox/apiserver/object.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>

namespace kaito::sandbox {

std::string_view meta_string(const json::Value& object, std::string_view key) {
  return json::string_at(object, {"metadata", key});
}

ObjectKey key_of(const json::Value& object) {
  return {std::string(meta_string(object, "namespace")), std::string(meta_string(object, "name"))};
}

std::map<std::string, std::string> labels_of(const json::Value& object) {
  std::map<std::string, std::string> labels;
  const json::Value* found = json::find(object, {"metadata", "labels"});
  if (found != nullptr && found->is_object()) {
    for (const auto& [name, value] : found->get_object()) {
      if (value.is_string()) labels.emplace(name, value.get_string());
    }
  }
  return labels;
}

std::int64_t revision_of(const json::Value& object) {
  const std::string_view text = meta_string(object, "resourceVersion");
  std::int64_t revision = 0;
  std::from_chars(text.data(), text.data() + text.size(), revision);
  return revision;
}

bool is_terminating(const json::Value& object) {
  return !meta_string(object, "deletionTimestamp").empty();
}

const json::Array& list_at(const json::Value& object,
                           std::initializer_list<std::string_view> keys) {
  static const json::Array kNone;
  const json::Value* found = json::find(object, keys);
  return found != nullptr && found->is_array() ? found->get_array() : kNone;
}

std::vector<std::string> strings_at(const json::Value& object,
                                    std::initializer_list<std::string_view> keys) {
  std::vector<std::string> strings;
  for (const json::Value& item : list_at(object, keys)) {
    if (item.is_string()) strings.emplace_back(item.get_string());
  }
  return strings;
}

json::Object& meta_of(json::Value& object) {
  json::Value& meta = object.as_object()["metadata"];
  if (!meta.is_object()) meta = json::Object();
  return meta.get_object();
}

}  // namespace kaito::sandbox
