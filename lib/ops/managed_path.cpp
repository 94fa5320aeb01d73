#include "ops/managed_path.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <optional>
#include <string>

#include "kaito/json/json.hpp"

namespace kaito::ops {

namespace {

/// The longest key of the object with which the text begins; nullptr when there is none.
const json::Object::value_type* member_at(const json::Object& object, std::string_view text) {
  const json::Object::value_type* found = nullptr;
  for (const auto& member : object) {
    const std::string_view key = member.key();
    if (key.empty() || !text.starts_with(key)) continue;
    const bool whole =
        text.size() == key.size() || text[key.size()] == '.' || text[key.size()] == '[';
    if (whole && (found == nullptr || key.size() > found->key().size())) found = &member;
  }
  return found;
}

/// What stands before the bracket that ends it, taken off the text; brackets in quotes do not
/// count.
std::optional<std::string_view> take_brackets(std::string_view& text) {
  bool quoted = false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ']' && !quoted) {
      const auto inner = text.substr(1, i - 1);
      text.remove_prefix(i + 1);
      return inner;
    }
  }
  return std::nullopt;
}

/// Takes a value as JSON has it off the text, up to a comma outside of quotes.
std::optional<json::Value> take_value(std::string_view& text) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || text[end] != ','); ++end) {
    if (quoted && text[end] == '\\')
      ++end;
    else if (text[end] == '"')
      quoted = !quoted;
  }
  auto value = json::parse(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  if (!value) return std::nullopt;
  return std::move(*value);
}

/// Whether the item is the one that `key="value",...` names; `="value"`: is that value.
bool is_named(const json::Value& item, std::string_view keys) {
  while (!keys.empty()) {
    const auto equals = keys.find('=');
    if (equals == std::string_view::npos) return false;
    const auto key = keys.substr(0, equals);
    keys.remove_prefix(equals + 1);
    const auto wanted = take_value(keys);
    const auto* has = key.empty() ? &item : json::find(item, {key});
    if (!wanted || has == nullptr || !json::equivalent(*wanted, *has)) return false;
  }
  return true;
}

std::optional<std::size_t> item_at(const json::Array& list, std::string_view inner) {
  std::size_t index = 0;
  const auto* end = inner.data() + inner.size();
  const auto [after, problem] = std::from_chars(inner.data(), end, index);
  if (problem == std::errc() && after == end)
    return index < list.size() ? std::optional(index) : std::nullopt;
  if (inner.empty()) return std::nullopt;
  for (index = 0; index < list.size(); ++index)
    if (is_named(list[index], inner)) return index;
  return std::nullopt;
}

}  // namespace

ManagedField follow_path(const json::Value& object, std::string_view text) {
  ManagedField field;
  const json::Value* value = &object;
  while (!text.empty()) {
    if (text.starts_with('[')) {
      const auto inner = take_brackets(text);
      const auto index = inner && value->is_array() ? item_at(value->get_array(), *inner)
                                                    : std::optional<std::size_t>();
      if (!index) return field;
      field.path = field.path.index(*index);
      value = &value->get_array()[*index];
      continue;
    }
    if (text.starts_with('.')) text.remove_prefix(1);
    const auto* member = value->is_object() ? member_at(value->get_object(), text) : nullptr;
    if (member == nullptr) return field;
    field.path = field.path.key(member->key());
    text.remove_prefix(member->key().size());
    value = &member->value();
  }
  field.value = value;
  return field;
}

}  // namespace kaito::ops
