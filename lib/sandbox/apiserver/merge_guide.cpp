#include "sandbox/apiserver/merge_guide.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/resource.hpp"
#include "sandbox/apiserver/schema.hpp"

namespace kaito::sandbox {
namespace {

struct KeyedField {
  std::string_view name;
  std::string_view key;
};
constexpr std::array<KeyedField, 15> kKeyed = {{
    {"addresses", "type"},
    {"conditions", "type"},
    {"containers", "name"},
    {"containerStatuses", "name"},
    {"env", "name"},
    {"ephemeralContainers", "name"},
    {"hostAliases", "ip"},
    {"imagePullSecrets", "name"},
    {"initContainers", "name"},
    {"ownerReferences", "uid"},
    {"secrets", "name"},
    {"volumeDevices", "devicePath"},
    {"volumeMounts", "mountPath"},
    {"volumes", "name"},
    {"volumeClaimTemplates", ""},
}};
constexpr std::array<std::string_view, 8> kAtomicMaps = {
    "configMapKeyRef", "fieldRef", "involvedObject",   "labelSelector",
    "nodeSelector",    "selector", "resourceFieldRef", "secretKeyRef"};

[[nodiscard]] MergeRule builtin_list_rule(std::string_view field, const json::Array& list) {
  if (field == "finalizers") return {MergeRule::Kind::set, {}};
  if (field == "ports") {
    const bool of_container =
        !list.empty() && list[0].is_object() && list[0].get_object().contains("containerPort");
    return {MergeRule::Kind::keyed, {of_container ? "containerPort" : "port", "protocol"}};
  }
  const auto* found = std::ranges::find(kKeyed, field, &KeyedField::name);
  if (found == kKeyed.end() || found->key.empty()) return {MergeRule::Kind::atomic, {}};
  return {MergeRule::Kind::keyed, {std::string(found->key)}};
}

[[nodiscard]] MergeRule schema_list_rule(const Schema* schema) {
  if (schema == nullptr || schema->list_type == Schema::ListType::atomic)
    return {MergeRule::Kind::atomic, {}};
  if (schema->list_type == Schema::ListType::set) return {MergeRule::Kind::set, {}};
  return {MergeRule::Kind::keyed, schema->list_keys};
}

/// A keyed list with an item that has no key can only be handled as a whole.
[[nodiscard]] bool has_keys(const json::Array& list, const MergeRule& rule) {
  return std::ranges::all_of(
      list, [&](const json::Value& item) { return !item_key(item, rule.keys).empty(); });
}

}  // namespace

std::string item_key(const json::Value& item, const std::vector<std::string>& keys) {
  if (!item.is_object()) return {};
  std::vector<std::string> sorted = keys;
  std::ranges::sort(sorted);
  json::Object key;
  for (const std::string& name : sorted) {
    const json::Value* value = json::find(item, {name});
    if (value == nullptr && name == "protocol")
      key[name] = "TCP";  // the API's default
    else if (value == nullptr || value->is_structured())
      return {};
    else
      key[name] = *value;
  }
  return key.empty() ? std::string() : json::write(key);
}

MergeGuide MergeGuide::of(const Resource& resource, std::string_view version) {
  MergeGuide guide;
  guide.root_ = true;
  guide.builtin_ = !resource.custom;
  if (const ServedVersion* served = resource.version(version)) guide.schema_ = served->schema.get();
  return guide;
}

MergeRule MergeGuide::rule(const json::Value& value) const {
  if (value.is_object()) {
    const bool atomic = schema_ != nullptr ? schema_->atomic_map
                                           : builtin_ && std::ranges::find(kAtomicMaps, field_) !=
                                                             kAtomicMaps.end();
    return {atomic ? MergeRule::Kind::atomic : MergeRule::Kind::granular, {}};
  }
  if (!value.is_array()) return {MergeRule::Kind::atomic, {}};
  MergeRule rule =
      builtin_ ? builtin_list_rule(field_, value.get_array()) : schema_list_rule(schema_);
  if (rule.kind == MergeRule::Kind::keyed && !has_keys(value.get_array(), rule))
    return {MergeRule::Kind::atomic, {}};
  return rule;
}

MergeGuide MergeGuide::member(std::string_view name) const {
  MergeGuide guide;
  guide.builtin_ = builtin_ || (root_ && name == "metadata");
  guide.field_ = name;
  if (!guide.builtin_ && schema_ != nullptr) guide.schema_ = schema_->member(name);
  return guide;
}

MergeGuide MergeGuide::item() const {
  MergeGuide guide;
  guide.builtin_ = builtin_;
  if (!builtin_ && schema_ != nullptr) guide.schema_ = schema_->items.get();
  return guide;
}

}  // namespace kaito::sandbox
