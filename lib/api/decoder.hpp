#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/rows.hpp"
#include "kaito/json/reader.hpp"
#include "kaito/k8s/object_meta.hpp"

namespace kaito::api {

/// Walks rows over an ObjectReader. A codec of rows.hpp.
class Decoder {
 public:
  Decoder(json::ObjectReader reader, ApiVersion version, std::vector<json::ReadProblem>& problems)
      : reader_(std::move(reader)), version_(version), problems_(&problems) {}

  /// apiVersion and kind. Sets `version`, and reads what follows as that version.
  void header(ApiVersion& version, std::string_view kind);
  void meta(std::string_view key, k8s::ObjectMeta& out);

  void string(std::string_view key, std::string& out, Row row = Row::optional) {
    check(key, row);
    keep_unless(reader_.string(key, out) && !out.empty(), key);
  }
  void string(std::string_view key, std::optional<std::string>& out, Row row = Row::optional) {
    check(key, row);
    keep_unless(reader_.string(key, out), key);
  }
  void integer(std::string_view key, std::optional<std::int64_t>& out) {
    keep_unless(reader_.integer(key, out), key);
  }
  void boolean(std::string_view key, bool& out) { keep_unless(reader_.boolean(key, out), key); }
  void strings(std::string_view key, std::optional<std::vector<std::string>>& out) {
    std::vector<std::string> items;
    const bool read = reader_.strings(key, items);
    if (read) out = std::move(items);
    keep_unless(read, key);
  }
  void string_map(std::string_view key, std::map<std::string, std::string>& out) {
    keep_unless(reader_.string_map(key, out) && !out.empty(), key);
  }
  /// A JSON object of any members.
  void any(std::string_view key, json::Document& out) {
    if (reader_.object(key))
      reader_.any(key, out);
    else
      keep_unless(false, key);
  }

  template <class T>
  void object(std::string_view key, std::optional<T>& out, Row row = Row::optional) {
    object(key, out, row, version_);
  }
  template <class T>
  void object(std::string_view key, std::optional<T>& out, Row row, ApiVersion inside) {
    check(key, row);
    auto reader = reader_.object(key);
    if (!reader) return keep_unless(false, key);
    Decoder inner(std::move(*reader), inside, *problems_);
    Rows<T>::visit(inner, out.emplace());
  }
  template <class T>
  void objects(std::string_view key, std::optional<std::vector<T>>& out) {
    std::vector<T> items;
    const bool read = reader_.objects(key, [&](json::ObjectReader& reader) {
      Decoder inner(reader, version_, *problems_);
      Rows<T>::visit(inner, items.emplace_back());
    });
    // A list with items that are no objects is kept whole: the indexes would not be its own.
    const bool whole = read && items.size() == item_count(key);
    if (whole) out = std::move(items);
    keep_unless(whole, key);
  }

  /// Members of a JSON object that the struct holds without a struct of their own.
  template <class Visit>
  void group(std::string_view key, bool& present, Row row, Visit&& visit) {
    check(key, row);
    auto reader = reader_.object(key);
    present = reader.has_value();
    if (!reader) return keep_unless(false, key);
    keep_unless(!reader->source()->empty(), key);
    Decoder inner(std::move(*reader), version_, *problems_);
    visit(inner);
  }

  /// Keeps the member as it is, and reports where it does not have the shape of T.
  template <class T>
  void checked_object(std::string_view key, json::Document& out) {
    std::optional<T> checked;
    object(key, checked);
    if (checked) reader_.any(key, out);
  }
  template <class T>
  void checked_list(std::string_view key, json::Document& out) {
    std::optional<std::vector<T>> checked;
    objects(key, checked);
    if (checked) reader_.any(key, out);
  }

  /// The members that no row asked for, and those that their rows could not hold.
  void rest(json::Document& kept);

 private:
  void check(std::string_view key, Row row);
  /// Remembers the member as it is when its row could not take it (wrong type, or empty where the
  /// struct cannot tell that from absent), so that encoding gives it back.
  void keep_unless(bool held, std::string_view key);
  [[nodiscard]] std::size_t item_count(std::string_view key) const;

  json::ObjectReader reader_;
  ApiVersion version_;
  std::vector<json::ReadProblem>* problems_;
  json::Document unheld_;
};

}  // namespace kaito::api
