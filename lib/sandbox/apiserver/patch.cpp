#include "sandbox/apiserver/patch.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/api_error.hpp"

namespace kaito::sandbox {
namespace {

using Pointer = std::vector<std::string>;

[[nodiscard]] Error unprocessable() {
  k8s::Status status;
  status.code = 422;
  status.reason = "Invalid";
  status.message = "the server rejected our request due to an error in our request";
  return api_error(std::move(status));
}

/// Nothing when the text is no JSON pointer.
[[nodiscard]] std::optional<Pointer> parse_pointer(std::string_view text) {
  if (text.empty()) return Pointer();
  if (text.front() != '/') return std::nullopt;
  Pointer pointer;
  for (const std::string_view part : split(text.substr(1), '/')) {
    std::string name;
    for (std::size_t i = 0; i < part.size(); ++i) {
      const bool escape = part[i] == '~' && i + 1 < part.size();
      name += escape ? (part[i + 1] == '1' ? '/' : '~') : part[i];
      if (escape) ++i;
    }
    pointer.push_back(std::move(name));
  }
  return pointer;
}

[[nodiscard]] std::optional<std::size_t> position(const std::string& text) {
  std::size_t index = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), index);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return index;
}

[[nodiscard]] json::Value* walk(json::Value& root, const Pointer& pointer, std::size_t steps) {
  json::Value* value = &root;
  for (std::size_t i = 0; i < steps && value != nullptr; ++i) {
    if (value->is_object()) {
      value = value->get_object().if_contains(pointer[i]);
    } else if (value->is_array()) {
      const auto index = position(pointer[i]);
      json::Array& list = value->get_array();
      value = index && *index < list.size() ? &list[*index] : nullptr;
    } else {
      value = nullptr;
    }
  }
  return value;
}

[[nodiscard]] bool add_at(json::Value& root, const Pointer& pointer, json::Value value) {
  if (pointer.empty()) {
    root = std::move(value);
    return true;
  }
  json::Value* parent = walk(root, pointer, pointer.size() - 1);
  if (parent == nullptr) return false;
  if (parent->is_object()) {
    parent->get_object()[pointer.back()] = std::move(value);
    return true;
  }
  if (!parent->is_array()) return false;
  json::Array& list = parent->get_array();
  const auto index = pointer.back() == "-" ? list.size() : position(pointer.back());
  if (!index || *index > list.size()) return false;
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
  return true;
}

[[nodiscard]] bool remove_at(json::Value& root, const Pointer& pointer) {
  if (pointer.empty()) return false;
  json::Value* parent = walk(root, pointer, pointer.size() - 1);
  if (parent == nullptr || walk(root, pointer, pointer.size()) == nullptr) return false;
  if (parent->is_object())
    parent->get_object().stable_erase(pointer.back());
  else
    parent->get_array().erase(parent->get_array().begin() +
                              static_cast<std::ptrdiff_t>(*position(pointer.back())));
  return true;
}

[[nodiscard]] bool operate(json::Value& root, const json::Value& operation) {
  const std::string_view op = json::string_at(operation, {"op"});
  const auto path = parse_pointer(json::string_at(operation, {"path"}));
  const auto from = parse_pointer(json::string_at(operation, {"from"}));
  const json::Value* given =
      operation.is_object() ? operation.get_object().if_contains("value") : nullptr;
  if (!path) return false;
  json::Value* there = walk(root, *path, path->size());
  if (op == "add") return given != nullptr && add_at(root, *path, *given);
  if (op == "remove") return remove_at(root, *path);
  if (op == "replace" || op == "test") {
    if (there == nullptr || given == nullptr) return false;
    if (op == "test") return json::equivalent(*there, *given);
    *there = *given;
    return true;
  }
  if (op != "move" && op != "copy") return false;
  const json::Value* source = from ? walk(root, *from, from->size()) : nullptr;
  if (source == nullptr) return false;
  json::Value moved = *source;
  if (op == "move" && !remove_at(root, *from)) return false;
  return add_at(root, *path, std::move(moved));
}

constexpr std::string_view kDeleteFromList = "$deleteFromPrimitiveList/";

[[nodiscard]] json::Value patched_list(const json::Array& target, const json::Array& patch,
                                       const MergeRule& rule, const MergeGuide& item_guide) {
  json::Array out = target;
  const bool keyed = rule.kind == MergeRule::Kind::keyed;
  for (const json::Value& item : patch) {
    const std::string_view directive = json::string_at(item, {"$patch"});
    const std::string key = keyed ? item_key(item, rule.keys) : json::write(item);
    const auto found = std::ranges::find_if(out, [&](const json::Value& each) {
      return (keyed ? item_key(each, rule.keys) : json::write(each)) == key;
    });
    if (directive == "delete") {
      if (found != out.end()) out.erase(found);
    } else if (found == out.end()) {
      out.push_back(strategic_patch(json::Object(), item, item_guide));
    } else if (keyed) {
      *found = strategic_patch(*found, item, item_guide);
    }
  }
  return out;
}

void delete_from_list(json::Object& out, std::string_view name, const json::Value& values) {
  json::Value* list = out.if_contains(name);
  if (list == nullptr || !list->is_array() || !values.is_array()) return;
  json::Array kept;
  for (const json::Value& item : list->get_array()) {
    const bool drop = std::ranges::any_of(
        values.get_array(), [&](const json::Value& each) { return json::equivalent(each, item); });
    if (!drop) kept.push_back(item);
  }
  *list = std::move(kept);
}

void retain_keys(json::Object& out, const json::Value& keys) {
  if (!keys.is_array()) return;
  std::vector<std::string> drop;
  for (const auto& member : out) {
    const bool kept = std::ranges::any_of(keys.get_array(), [&](const json::Value& key) {
      return key.is_string() &&
             std::string_view(key.get_string()) == std::string_view(member.key());
    });
    if (!kept) drop.emplace_back(member.key());
  }
  for (const std::string& name : drop)
    out.stable_erase(name);
}

}  // namespace

Result<json::Value> json_patch(const json::Value& target, const json::Value& patch) {
  if (!patch.is_array())
    return fail(bad_request("json: a JSON patch must be a list of operations"));
  json::Value out = target;
  for (const json::Value& operation : patch.get_array()) {
    if (!operate(out, operation)) return fail(unprocessable());
  }
  return out;
}

json::Value strategic_patch(const json::Value& target, const json::Value& patch,
                            const MergeGuide& guide) {
  if (!patch.is_object()) {
    if (!patch.is_array() || !target.is_array()) return patch;
    const MergeRule rule = guide.rule(patch);
    if (rule.kind == MergeRule::Kind::atomic) return patch;
    return patched_list(target.get_array(), patch.get_array(), rule, guide.item());
  }
  const bool replaces = json::string_at(patch, {"$patch"}) == "replace";
  json::Object out = target.is_object() && !replaces ? target.get_object() : json::Object();
  for (const auto& member : patch.get_object()) {
    const std::string_view name = member.key();
    if (name.starts_with(kDeleteFromList)) {
      delete_from_list(out, name.substr(kDeleteFromList.size()), member.value());
    } else if (name.starts_with('$')) {
      continue;  // directives; $setElementOrder only decides about order
    } else if (member.value().is_null()) {
      out.stable_erase(name);
    } else {
      const json::Value* there = out.if_contains(name);
      const json::Value before = there == nullptr ? json::Value() : *there;
      out[name] = strategic_patch(before, member.value(), guide.member(name));
    }
  }
  if (const json::Value* keys = patch.get_object().if_contains("$retainKeys"))
    retain_keys(out, *keys);
  return out;
}

}  // namespace kaito::sandbox
