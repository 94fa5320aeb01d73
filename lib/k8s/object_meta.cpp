#include "kaito/k8s/object_meta.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"

namespace kaito::k8s {
namespace {

/// Keeps the members that were not read, so that writing gives them back.
class Rest {
 public:
  explicit Rest(const json::ObjectReader& reader) : source_(reader.source()) {}

  void read(std::string_view key, bool was_read) {
    if (was_read) read_.push_back(key);
  }
  void keep(json::Document& out) const {
    out = json::Document();
    if (source_ == nullptr) return;
    json::Object kept;
    for (const auto& member : *source_) {
      const std::string_view key = member.key();
      if (member.value().is_null()) continue;  // the same as absent
      if (std::find(read_.begin(), read_.end(), key) == read_.end())
        kept.emplace(key, member.value());
    }
    if (!kept.empty()) out = json::Document(json::Value(std::move(kept)));
  }

 private:
  const json::Object* source_;
  std::vector<std::string_view> read_;
};

/// Reads a time; gives whether the text can be written again from the instant alone.
bool read_time(json::ObjectReader& reader, std::string_view key, std::optional<Instant>& out) {
  std::string text;
  if (!reader.string(key, text)) return false;
  const auto instant = parse_time(text);
  if (!instant) return false;
  out = *instant;
  return format_time(*instant) == text;
}

void read_owner(json::ObjectReader& reader, OwnerReference& out) {
  Rest rest(reader);
  rest.read("apiVersion", reader.string("apiVersion", out.api_version));
  rest.read("kind", reader.string("kind", out.kind));
  rest.read("name", reader.string("name", out.name));
  rest.read("uid", reader.string("uid", out.uid));
  rest.read("controller", reader.boolean("controller", out.controller));
  rest.keep(out.other);
}

/// Lists and maps that are only partly readable are left to `other` as a whole.
bool read_owners(json::ObjectReader& reader, std::vector<OwnerReference>& out) {
  const bool present = reader.objects("ownerReferences", [&out](json::ObjectReader& item) {
    read_owner(item, out.emplace_back());
  });
  if (!present) return false;
  const auto* list = reader.source()->at("ownerReferences").if_array();
  if (list != nullptr && list->size() == out.size()) return true;
  out.clear();
  return false;
}

bool read_strings(json::ObjectReader& reader, std::string_view key, std::vector<std::string>& out) {
  if (!reader.strings(key, out)) {
    out.clear();
    return false;
  }
  const auto* list = reader.source()->at(key).if_array();
  if (list != nullptr && list->size() == out.size()) return true;
  out.clear();
  return false;
}

bool read_string_map(json::ObjectReader& reader, std::string_view key,
                     std::map<std::string, std::string>& out) {
  if (!reader.string_map(key, out)) {
    out.clear();
    return false;
  }
  const auto* map = reader.source()->at(key).if_object();
  if (map != nullptr && map->size() == out.size()) return true;
  out.clear();
  return false;
}

void put(json::Object& object, std::string_view key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

/// Writes the time; as it was written in `other` where that is the same instant.
void put(json::Object& object, std::string_view key, const std::optional<Instant>& value,
         const json::Document& other) {
  if (!value) return;
  object[key] = format_time(*value);
  if (!other) return;
  const std::string_view original = json::string_at(other.value(), {key});
  if (const auto instant = parse_time(original); instant && *instant == *value)
    object[key] = original;
}

void put(json::Object& object, std::string_view key,
         const std::map<std::string, std::string>& values) {
  if (values.empty()) return;
  json::Object map;
  for (const auto& [name, value] : values)
    map[name] = value;
  object[key] = std::move(map);
}

void put_missing(json::Object& object, const json::Document& other) {
  if (!other || !other.value().is_object()) return;
  for (const auto& member : other.value().get_object())
    object.emplace(member.key(), member.value());
}

json::Value owner_json(const OwnerReference& owner) {
  json::Object object;
  put(object, "apiVersion", owner.api_version);
  put(object, "kind", owner.kind);
  put(object, "name", owner.name);
  put(object, "uid", owner.uid);
  if (owner.controller) object["controller"] = true;
  put_missing(object, owner.other);
  return json::Value(std::move(object));
}

}  // namespace

void read_meta(json::ObjectReader reader, ObjectMeta& out) {
  Rest rest(reader);
  const auto text = [&](std::string_view key, std::string& field) {
    rest.read(key, reader.string(key, field));
  };
  text("name", out.name);
  text("generateName", out.generate_name);
  text("namespace", out.namespace_);
  text("uid", out.uid);
  text("resourceVersion", out.resource_version);
  rest.read("generation", reader.integer("generation", out.generation));
  rest.read("creationTimestamp", read_time(reader, "creationTimestamp", out.creation_time));
  rest.read("deletionTimestamp", read_time(reader, "deletionTimestamp", out.deletion_time));
  rest.read("labels", read_string_map(reader, "labels", out.labels));
  rest.read("annotations", read_string_map(reader, "annotations", out.annotations));
  rest.read("ownerReferences", read_owners(reader, out.owners));
  rest.read("finalizers", read_strings(reader, "finalizers", out.finalizers));
  rest.keep(out.other);
}

json::Value meta_json(const ObjectMeta& meta) {
  json::Object object;
  put(object, "name", meta.name);
  put(object, "generateName", meta.generate_name);
  put(object, "namespace", meta.namespace_);
  put(object, "uid", meta.uid);
  put(object, "resourceVersion", meta.resource_version);
  if (meta.generation != 0) object["generation"] = meta.generation;
  put(object, "creationTimestamp", meta.creation_time, meta.other);
  put(object, "deletionTimestamp", meta.deletion_time, meta.other);
  put(object, "labels", meta.labels);
  put(object, "annotations", meta.annotations);
  if (!meta.owners.empty()) {
    json::Array owners;
    for (const OwnerReference& owner : meta.owners)
      owners.push_back(owner_json(owner));
    object["ownerReferences"] = std::move(owners);
  }
  if (!meta.finalizers.empty()) {
    json::Array finalizers;
    for (const std::string& finalizer : meta.finalizers)
      finalizers.emplace_back(finalizer);
    object["finalizers"] = std::move(finalizers);
  }
  put_missing(object, meta.other);
  return json::Value(std::move(object));
}

std::vector<Condition> conditions_of(const json::Value& object) {
  std::vector<Condition> conditions;
  const json::Value* list = json::find(object, {"status", "conditions"});
  if (list == nullptr || !list->is_array()) return conditions;
  for (const json::Value& item : list->get_array()) {
    if (!item.is_object()) continue;
    Condition& condition = conditions.emplace_back();
    condition.type = json::string_at(item, {"type"});
    condition.status = json::string_at(item, {"status"});
    condition.reason = json::string_at(item, {"reason"});
    condition.message = json::string_at(item, {"message"});
    if (const auto time = parse_time(json::string_at(item, {"lastTransitionTime"})); time)
      condition.last_transition = *time;
    condition.observed_generation = json::int_at(item, {"observedGeneration"});
  }
  return conditions;
}

const Condition* find_condition(const std::vector<Condition>& conditions, std::string_view type) {
  const auto found = std::find_if(conditions.begin(), conditions.end(),
                                  [type](const Condition& c) { return c.type == type; });
  return found == conditions.end() ? nullptr : &*found;
}

bool is_true(const std::vector<Condition>& conditions, std::string_view type) {
  const Condition* condition = find_condition(conditions, type);
  return condition != nullptr && condition->status == "True";
}

json::Value condition_json(const Condition& condition) {
  json::Object object;
  object["type"] = condition.type;
  object["status"] = condition.status;
  if (condition.observed_generation != 0)
    object["observedGeneration"] = condition.observed_generation;
  if (condition.last_transition)
    object["lastTransitionTime"] = format_time(*condition.last_transition);
  // Both must be there, be they empty: metav1.Condition requires them.
  object["reason"] = condition.reason;
  object["message"] = condition.message;
  return json::Value(std::move(object));
}

}  // namespace kaito::k8s
