#include "kaito/json/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "json/number.hpp"
#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"

namespace kaito::json {
namespace {

using Kind = ReadProblem::Kind;

std::string_view kind_of(const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "a boolean";
    case boost::json::kind::string:
      return "a string";
    case boost::json::kind::array:
      return "a list";
    case boost::json::kind::object:
      return "an object";
    default:
      return "a number";
  }
}

std::string must_be(std::string_view wanted, const Value& found) {
  return fmt::format("must be {}, not {}", wanted, kind_of(found));
}

}  // namespace

ObjectReader::ObjectReader(const Value& value, FieldPath path, std::vector<ReadProblem>& problems)
    : object_(value.if_object()), path_(std::move(path)), problems_(&problems) {
  if (object_ == nullptr) {
    problems_->push_back({Kind::wrong_type, path_, must_be("an object", value)});
  }
  constexpr std::size_t kUsualFields = 16;
  known_.reserve(kUsualFields);
}

bool ObjectReader::has(std::string_view key) const {
  const Value* found = object_ == nullptr ? nullptr : object_->if_contains(key);
  return found != nullptr && !found->is_null();
}

void ObjectReader::know(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
}

const Value* ObjectReader::member(std::string_view key) {
  know(key);
  const Value* found = object_ == nullptr ? nullptr : object_->if_contains(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

void ObjectReader::wrong_type(std::string_view key, std::string_view wanted, const Value& found) {
  problems_->push_back({Kind::wrong_type, path_.key(key), must_be(wanted, found)});
}

bool ObjectReader::string(std::string_view key, std::string& out) {
  const Value* found = member(key);
  if (found == nullptr) return false;
  if (!found->is_string()) {
    wrong_type(key, "a string", *found);
    return false;
  }
  out = std::string_view(found->get_string());
  return true;
}

bool ObjectReader::string(std::string_view key, std::optional<std::string>& out) {
  std::string text;
  if (!string(key, text)) return false;
  out = std::move(text);
  return true;
}

bool ObjectReader::boolean(std::string_view key, bool& out) {
  const Value* found = member(key);
  if (found == nullptr) return false;
  if (!found->is_bool()) {
    wrong_type(key, "a boolean", *found);
    return false;
  }
  out = found->get_bool();
  return true;
}

bool ObjectReader::boolean(std::string_view key, std::optional<bool>& out) {
  bool flag = false;
  if (!boolean(key, flag)) return false;
  out = flag;
  return true;
}

bool ObjectReader::integer(std::string_view key, std::int64_t& out) {
  const Value* found = member(key);
  if (found == nullptr) return false;
  if (const auto number = whole_number(*found)) {
    out = *number;
    return true;
  }
  if (found->is_number()) {
    problems_->push_back({Kind::wrong_type, path_.key(key),
                          fmt::format("must be a whole number of 64 bits, not {}", write(*found))});
  } else {
    wrong_type(key, "a whole number", *found);
  }
  return false;
}

bool ObjectReader::integer(std::string_view key, std::optional<std::int64_t>& out) {
  std::int64_t number = 0;
  if (!integer(key, number)) return false;
  out = number;
  return true;
}

bool ObjectReader::strings(std::string_view key, std::vector<std::string>& out) {
  const Value* found = member(key);
  if (found == nullptr) return false;
  if (!found->is_array()) {
    wrong_type(key, "a list of strings", *found);
    return false;
  }
  std::vector<std::string> texts;
  const Array& items = found->get_array();
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].is_string()) {
      texts.emplace_back(std::string_view(items[i].get_string()));
    } else {
      problems_->push_back(
          {Kind::wrong_type, path_.key(key).index(i), must_be("a string", items[i])});
    }
  }
  if (texts.size() != items.size()) return false;
  out = std::move(texts);
  return true;
}

bool ObjectReader::string_map(std::string_view key, std::map<std::string, std::string>& out) {
  const Value* found = member(key);
  if (found == nullptr) return false;
  if (!found->is_object()) {
    wrong_type(key, "an object of strings", *found);
    return false;
  }
  std::map<std::string, std::string> texts;
  bool all_strings = true;
  for (const auto& entry : found->get_object()) {
    if (entry.value().is_null()) continue;
    if (entry.value().is_string()) {
      texts.emplace(entry.key(), std::string_view(entry.value().get_string()));
    } else {
      problems_->push_back(
          {Kind::wrong_type, path_.key(key).key(entry.key()), must_be("a string", entry.value())});
      all_strings = false;
    }
  }
  if (!all_strings) return false;
  out = std::move(texts);
  return true;
}

bool ObjectReader::any(std::string_view key, Document& out) {
  const Value* found = member(key);
  if (found == nullptr) return false;
  out = Document(*found);
  return true;
}

std::optional<ObjectReader> ObjectReader::object(std::string_view key) {
  const Value* found = member(key);
  if (found == nullptr) return std::nullopt;
  if (!found->is_object()) {
    wrong_type(key, "an object", *found);
    return std::nullopt;
  }
  return ObjectReader(*found, path_.key(key), *problems_);
}

bool ObjectReader::objects(std::string_view key, const std::function<void(ObjectReader&)>& each) {
  const Value* found = member(key);
  if (found == nullptr) return false;
  if (!found->is_array()) {
    wrong_type(key, "a list of objects", *found);
    return false;
  }
  const Array& items = found->get_array();
  for (std::size_t i = 0; i < items.size(); ++i) {
    FieldPath path = path_.key(key).index(i);
    if (items[i].is_object()) {
      ObjectReader item(items[i], std::move(path), *problems_);
      each(item);
    } else {
      problems_->push_back({Kind::wrong_type, std::move(path), must_be("an object", items[i])});
    }
  }
  return true;
}

void ObjectReader::require(std::string_view key) {
  know(key);
  // A value that is no object at all has been reported already.
  if (object_ == nullptr || has(key)) return;
  problems_->push_back({Kind::missing, path_.key(key), "is required"});
}

void ObjectReader::unknown_fields(Document& kept) {
  if (object_ == nullptr) return;
  for (const auto& entry : *object_) {
    const std::string_view key = entry.key();
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::vector<std::string> names(known_.begin(), known_.end());
    const std::string meant = did_you_mean(key, names);
    problems_->push_back({Kind::unknown_field, path_.key(key),
                          meant.empty() ? "unknown field" : "unknown field, " + meant});
    if (!kept.has_value() || !kept.value().is_object()) kept = Document(Object());
    kept.value().get_object()[key] = entry.value();
  }
}

}  // namespace kaito::json
