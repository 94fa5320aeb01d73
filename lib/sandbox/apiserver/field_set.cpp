#include "sandbox/apiserver/field_set.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"

namespace kaito::sandbox {
namespace {

constexpr std::array<std::string_view, 10> kServerMeta = {"name",
                                                          "namespace",
                                                          "uid",
                                                          "resourceVersion",
                                                          "generation",
                                                          "creationTimestamp",
                                                          "deletionTimestamp",
                                                          "deletionGracePeriodSeconds",
                                                          "selfLink",
                                                          "managedFields"};

using Leaves = std::map<OwnedPath, const json::Value*>;

[[nodiscard]] bool is_ownable(const OwnedPath& path, std::string_view name) {
  if (path.empty()) return name != "apiVersion" && name != "kind";
  if (path.size() == 1 && path[0] == "f:metadata")
    return std::ranges::find(kServerMeta, name) == kServerMeta.end();
  return true;
}

void collect(const json::Value& value, const MergeGuide& guide, OwnedPath& path, Leaves& out) {
  const MergeRule rule = guide.rule(value);
  if (value.is_object() && rule.kind == MergeRule::Kind::granular && !value.get_object().empty()) {
    for (const auto& member : value.get_object()) {
      const std::string_view name = member.key();
      if (!is_ownable(path, name)) continue;
      path.push_back("f:" + std::string(name));
      collect(member.value(), guide.member(name), path, out);
      path.pop_back();
    }
    return;
  }
  if (value.is_array() && rule.kind != MergeRule::Kind::atomic && !value.get_array().empty()) {
    for (const json::Value& item : value.get_array()) {
      const bool keyed = rule.kind == MergeRule::Kind::keyed;
      path.push_back(keyed ? "k:" + item_key(item, rule.keys) : "v:" + json::write(item));
      if (keyed)
        collect(item, guide.item(), path, out);
      else
        out[path] = &item;
      path.pop_back();
    }
    return;
  }
  if (!path.empty() && path != OwnedPath{"f:metadata"}) out[path] = &value;
}

void add_fields(json::Object& node, const OwnedPath& path, std::size_t depth) {
  if (depth == path.size()) return;
  json::Value& child = node[path[depth]];
  if (!child.is_object()) child = json::Object();
  add_fields(child.get_object(), path, depth + 1);
}

void read_node(const json::Value& node, OwnedPath& path, FieldSet& out) {
  if (!node.is_object()) return;
  bool has_children = false;
  for (const auto& member : node.get_object()) {
    if (member.key() == ".") continue;
    has_children = true;
    path.emplace_back(member.key());
    read_node(member.value(), path, out);
    path.pop_back();
  }
  if (!has_children && !path.empty()) out.insert(path);
}

/// The keys of an element "k:{...}" as an object.
[[nodiscard]] json::Value key_object(const std::string& element) {
  const auto parsed = json::parse(std::string_view(element).substr(2));
  return parsed ? *parsed : json::Value(json::Object());
}

[[nodiscard]] bool has_key(const json::Value& item, const json::Value& key) {
  if (!item.is_object()) return false;
  return std::ranges::all_of(key.get_object(), [&](const auto& member) {
    const json::Value* value = json::find(item, {std::string_view(member.key())});
    if (value == nullptr) return member.key() == "protocol" && member.value() == "TCP";
    return json::equivalent(*value, member.value());
  });
}

/// Where `element` is in the list; its size when it is not there.
[[nodiscard]] std::size_t position_of(const json::Array& list, const std::string& element) {
  const json::Value key = element.starts_with("k:") ? key_object(element) : json::Value();
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (key.is_object() ? has_key(list[i], key) : "v:" + json::write(list[i]) == element) return i;
  }
  return list.size();
}

[[nodiscard]] bool is_empty(const json::Value& value) {
  return (value.is_object() && value.get_object().empty()) ||
         (value.is_array() && value.get_array().empty());
}

/// True when something was taken out.
bool erase_path(json::Value& value, const OwnedPath& path, std::size_t depth) {
  const std::string& element = path[depth];
  const bool last = depth + 1 == path.size();
  if (value.is_object() && element.starts_with("f:")) {
    json::Object& object = value.get_object();
    const std::string_view name = std::string_view(element).substr(2);
    json::Value* child = object.if_contains(name);
    if (child == nullptr || (!last && !erase_path(*child, path, depth + 1))) return false;
    if (last || is_empty(*child)) object.stable_erase(name);
    return true;
  }
  if (value.is_array()) {
    json::Array& list = value.get_array();
    const std::size_t at = position_of(list, element);
    if (at == list.size() || (!last && !erase_path(list[at], path, depth + 1))) return false;
    if (last || is_empty(list[at])) list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
    return true;
  }
  return false;
}

/// The item at `path` has no members but those of its key.
[[nodiscard]] bool only_keys_left(const json::Value& root, const OwnedPath& path) {
  const json::Value* value = &root;
  for (const std::string& element : path) {
    if (value->is_object()) {
      value = value->get_object().if_contains(std::string_view(element).substr(2));
    } else if (value->is_array()) {
      const std::size_t at = position_of(value->get_array(), element);
      value = at == value->get_array().size() ? nullptr : &value->get_array()[at];
    } else {
      value = nullptr;
    }
    if (value == nullptr) return false;
  }
  const json::Value key = key_object(path.back());
  return value->is_object() && std::ranges::all_of(value->get_object(), [&](const auto& member) {
           return key.get_object().contains(member.key());
         });
}

[[nodiscard]] bool is_key_member(const OwnedPath& path) {
  if (path.size() < 2 || !path[path.size() - 2].starts_with("k:")) return false;
  return key_object(path[path.size() - 2])
      .get_object()
      .contains(std::string_view(path.back()).substr(2));
}

[[nodiscard]] json::Value merge_list(const json::Array& live, const json::Array& wanted,
                                     const MergeRule& rule, const MergeGuide& item_guide) {
  json::Array merged = live;
  for (const json::Value& item : wanted) {
    const bool keyed = rule.kind == MergeRule::Kind::keyed;
    const std::string element = keyed ? "k:" + item_key(item, rule.keys) : "v:" + json::write(item);
    const std::size_t at = position_of(merged, element);
    if (at == merged.size())
      merged.push_back(item);
    else if (keyed)
      merged[at] = merge(merged[at], item, item_guide);
  }
  return merged;
}

}  // namespace

std::map<OwnedPath, const json::Value*> leaves_of(const json::Value& object,
                                                  const MergeGuide& guide) {
  Leaves leaves;
  OwnedPath path;
  collect(object, guide, path, leaves);
  return leaves;
}

FieldSet fields_of(const json::Value& object, const MergeGuide& guide) {
  FieldSet fields;
  for (const auto& [path, value] : leaves_of(object, guide))
    fields.insert(path);
  return fields;
}

json::Value fields_json(const FieldSet& fields) {
  json::Object root;
  for (const OwnedPath& path : fields)
    add_fields(root, path, 0);
  return root;
}

FieldSet read_fields(const json::Value& fields_v1) {
  FieldSet fields;
  OwnedPath path;
  read_node(fields_v1, path, fields);
  return fields;
}

std::string path_text(const OwnedPath& path) {
  std::string text;
  for (const std::string& element : path) {
    const std::string rest = element.substr(2);
    if (element.starts_with("f:")) {
      text += "." + rest;
    } else if (element.starts_with("k:")) {
      std::string keys;
      const json::Value parsed = key_object(element);
      for (const auto& member : parsed.get_object()) {
        if (!keys.empty()) keys += ",";
        keys += std::string(member.key()) + "=" + json::write(member.value());
      }
      text += "[" + keys + "]";
    } else {
      text += element.starts_with("v:") ? "[=" + rest + "]" : "[" + rest + "]";
    }
  }
  return text;
}

void erase_fields(json::Value& object, const FieldSet& fields) {
  FieldSet items;  // whose key was given up
  for (const OwnedPath& path : fields) {
    if (is_key_member(path))
      items.insert(OwnedPath(path.begin(), path.end() - 1));
    else
      erase_path(object, path, 0);
  }
  for (const OwnedPath& item : items) {
    if (only_keys_left(object, item)) erase_path(object, item, 0);
  }
}

json::Value merge(const json::Value& live, const json::Value& wanted, const MergeGuide& guide) {
  const MergeRule rule = guide.rule(wanted);
  if (live.is_object() && wanted.is_object() && rule.kind == MergeRule::Kind::granular) {
    json::Object merged = live.get_object();
    for (const auto& member : wanted.get_object()) {
      const std::string_view name = member.key();
      json::Value* found = merged.if_contains(name);
      if (found == nullptr)
        merged[name] = member.value();
      else
        *found = merge(*found, member.value(), guide.member(name));
    }
    return merged;
  }
  if (live.is_array() && wanted.is_array() && rule.kind != MergeRule::Kind::atomic)
    return merge_list(live.get_array(), wanted.get_array(), rule, guide.item());
  return wanted;
}

}  // namespace kaito::sandbox
