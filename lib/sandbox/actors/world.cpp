#include "sandbox/actors/world.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/time.hpp"

namespace kaito::sandbox {

using boost::json::object;

namespace {

constexpr std::string_view component = "kaitoctl-sandbox";

WriteRequest as_component() {
  WriteRequest request;
  request.manager = component;
  return request;
}

k8s::ObjectRef ref_to(const k8s::ResourceType& type, std::string_view namespace_,
                      std::string_view name) {
  return {type, std::string(namespace_), std::string(name)};
}

}  // namespace

std::vector<ObjectPtr> World::all(const k8s::ResourceType& type) const {
  auto list = store.list(type);
  return list ? std::move(*list) : std::vector<ObjectPtr>();
}

std::vector<ObjectPtr> World::labelled(const k8s::ResourceType& type, std::string_view namespace_,
                                       const std::map<std::string, std::string>& labels) const {
  auto list = store.list(type, namespace_, k8s::LabelSelector::equals(labels));
  return list ? std::move(*list) : std::vector<ObjectPtr>();
}

ObjectPtr World::find(const k8s::ResourceType& type, std::string_view namespace_,
                      std::string_view name) const {
  auto found = store.get(ref_to(type, namespace_, name));
  return found ? std::move(*found) : nullptr;
}

bool World::create(const k8s::ResourceType& type, std::string_view namespace_, json::Value object) {
  const auto written = store.create(type, namespace_, std::move(object), as_component());
  if (!written && written.error().code != ErrorCode::already_exists &&
      written.error().code != ErrorCode::forbidden)
    say("cannot create a " + type.kind + ": " + written.error().message);
  return written.has_value();
}

bool World::patch(const k8s::ResourceType& type, std::string_view namespace_, std::string_view name,
                  const json::Value& merge_patch) {
  const auto written =
      store.merge_patch(ref_to(type, namespace_, name), merge_patch, as_component());
  return written && written->changed;
}

bool World::patch_status(const k8s::ResourceType& type, std::string_view namespace_,
                         std::string_view name, const json::Value& status) {
  object patch;
  patch["status"] = status;
  const auto written =
      store.merge_patch_status(ref_to(type, namespace_, name), patch, as_component());
  if (!written && written.error().code != ErrorCode::not_found)
    say("cannot write the status of " + type.kind + " " + std::string(name) + ": " +
        written.error().message);
  return written && written->changed;
}

void World::remove(const k8s::ResourceType& type, std::string_view namespace_,
                   std::string_view name) {
  DeleteRequest request;
  request.propagation = k8s::Propagation::background;
  const auto removed = store.remove(ref_to(type, namespace_, name), request);
  if (!removed && removed.error().code != ErrorCode::not_found)
    say("cannot delete " + type.kind + " " + std::string(name) + ": " + removed.error().message);
}

void World::set_finalizer(const k8s::ResourceType& type, const json::Value& about,
                          std::string_view finalizer, bool present) {
  auto finalizers = strings_at(about, {"metadata", "finalizers"});
  const auto found = std::find(finalizers.begin(), finalizers.end(), finalizer);
  if (present == (found != finalizers.end())) return;
  if (present)
    finalizers.emplace_back(finalizer);
  else
    finalizers.erase(found);
  boost::json::array list;
  for (const auto& entry : finalizers)
    list.emplace_back(entry);
  object meta;
  meta["finalizers"] = std::move(list);
  meta["resourceVersion"] = meta_string(about, "resourceVersion");
  object merge;
  merge["metadata"] = std::move(meta);
  patch(type, meta_string(about, "namespace"), meta_string(about, "name"), merge);
}

void World::event(const json::Value& about, std::string_view type, std::string_view reason,
                  const std::string& message) {
  const std::string time = format_time(store.now());
  const std::string namespace_(
      meta_string(about, "namespace").empty() ? "default" : meta_string(about, "namespace"));
  object involved;
  involved["apiVersion"] = json::string_at(about, {"apiVersion"});
  involved["kind"] = json::string_at(about, {"kind"});
  involved["namespace"] = namespace_;
  involved["name"] = meta_string(about, "name");
  involved["uid"] = meta_string(about, "uid");
  object meta;
  meta["generateName"] = std::string(meta_string(about, "name")) + ".";
  object source;
  source["component"] = component;
  object event;
  event["metadata"] = std::move(meta);
  event["involvedObject"] = std::move(involved);
  event["type"] = type;
  event["reason"] = reason;
  event["message"] = message;
  event["source"] = std::move(source);
  event["firstTimestamp"] = time;
  event["lastTimestamp"] = time;
  event["count"] = 1;
  create(k8s::types::event(), namespace_, std::move(event));
  say(std::string(json::string_at(about, {"kind"})) + " " +
      std::string(meta_string(about, "name")) + ": " + message);
}

json::Value metadata(std::string_view name, const std::map<std::string, std::string>& labels,
                     const json::Value* owner) {
  object meta;
  meta["name"] = name;
  if (!labels.empty()) {
    object map;
    for (const auto& [key, value] : labels)
      map[key] = value;
    meta["labels"] = std::move(map);
  }
  if (owner != nullptr) {
    object reference;
    reference["apiVersion"] = json::string_at(*owner, {"apiVersion"});
    reference["kind"] = json::string_at(*owner, {"kind"});
    reference["name"] = meta_string(*owner, "name");
    reference["uid"] = meta_string(*owner, "uid");
    reference["controller"] = true;
    reference["blockOwnerDeletion"] = true;
    boost::json::array owners;
    owners.push_back(std::move(reference));
    meta["ownerReferences"] = std::move(owners);
  }
  return meta;
}

ConditionList::ConditionList(const json::Value& object, Instant now)
    : conditions_(k8s::conditions_of(object)),
      now_(now),
      generation_(json::int_at(object, {"metadata", "generation"})) {}

void ConditionList::set(std::string_view type, bool status, std::string_view reason,
                        std::string_view message) {
  auto found = std::find_if(conditions_.begin(), conditions_.end(),
                            [&](const auto& condition) { return condition.type == type; });
  if (found == conditions_.end()) {
    conditions_.emplace_back();
    found = conditions_.end() - 1;
    found->type = type;
  }
  const std::string text = status ? "True" : "False";
  if (found->status != text) found->last_transition = now_;
  found->status = text;
  found->reason = reason;
  found->message = message;
  found->observed_generation = generation_;
}

json::Value ConditionList::json() const {
  boost::json::array list;
  for (const auto& condition : conditions_)
    list.push_back(k8s::condition_json(condition));
  return list;
}

bool has_condition(const json::Value& object, std::string_view type) {
  return k8s::is_true(k8s::conditions_of(object), type);
}

}  // namespace kaito::sandbox
