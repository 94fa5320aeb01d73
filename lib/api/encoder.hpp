#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/rows.hpp"

namespace kaito::api {

/// Walks rows into a JSON object. A codec of rows.hpp. Absent members and empty strings and maps
/// that the struct cannot tell from absent ones are left out.
class Encoder {
 public:
  void header(const ApiVersion& version, std::string_view kind);
  void meta(std::string_view key, const k8s::ObjectMeta& meta);

  void string(std::string_view key, const std::string& text, Row = Row::optional) {
    if (!text.empty()) object_[key] = text;
  }
  void string(std::string_view key, const std::optional<std::string>& text, Row = Row::optional) {
    if (text) object_[key] = *text;
  }
  void integer(std::string_view key, const std::optional<std::int64_t>& number) {
    if (number) object_[key] = *number;
  }
  void boolean(std::string_view key, const bool& flag) { object_[key] = flag; }
  void strings(std::string_view key, const std::optional<std::vector<std::string>>& items) {
    if (!items) return;
    json::Array list;
    for (const auto& item : *items)
      list.emplace_back(item);
    object_[key] = std::move(list);
  }
  void string_map(std::string_view key, const std::map<std::string, std::string>& items) {
    if (items.empty()) return;
    json::Object map;
    for (const auto& [name, text] : items)
      map[name] = text;
    object_[key] = std::move(map);
  }
  void any(std::string_view key, const json::Document& document) {
    if (document) object_[key] = document.value();
  }

  template <class T>
  void object(std::string_view key, const std::optional<T>& part, Row = Row::optional,
              ApiVersion = ApiVersion::v1beta1) {
    if (part) object_[key] = encode(*part);
  }
  template <class T>
  void objects(std::string_view key, const std::optional<std::vector<T>>& parts) {
    if (!parts) return;
    json::Array list;
    for (const auto& part : *parts)
      list.emplace_back(encode(part));
    object_[key] = std::move(list);
  }
  template <class Visit>
  void group(std::string_view key, const bool& present, Row, Visit&& visit) {
    Encoder inner;
    visit(inner);
    if (present || !inner.object_.empty()) object_[key] = std::move(inner.object_);
  }
  template <class T>
  void checked_object(std::string_view key, const json::Document& document) {
    any(key, document);
  }
  template <class T>
  void checked_list(std::string_view key, const json::Document& document) {
    any(key, document);
  }

  /// The unknown members. A row of the same name wins.
  void rest(const json::Document& kept);

  template <class T>
  [[nodiscard]] static json::Value encode(const T& part) {
    Encoder encoder;
    Rows<T>::visit(encoder, part);
    return std::move(encoder.object_);
  }

 private:
  json::Object object_;
};

}  // namespace kaito::api
