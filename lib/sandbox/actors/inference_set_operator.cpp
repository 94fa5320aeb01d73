#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/api/inference_set.hpp"
#include "sandbox/actors/world.hpp"

namespace kaito::sandbox {

using boost::json::object;

namespace {

constexpr std::string_view created_by = "inferenceset.kaito.sh/created-by";

/// A child: what the set's template says, under a generated name, owned by the set.
json::Value child_of(const json::Value& set, const api::InferenceSet& decoded) {
  auto child = api::encode_workspace(api::child_workspace(decoded));
  auto meta = metadata("", {{std::string(created_by), decoded.meta.name}}, &set);
  auto& fields = meta.get_object();
  fields.stable_erase(fields.find("name"));
  fields["generateName"] = decoded.meta.name + "-";
  auto& child_object = child.get_object();
  if (const auto* written = json::find(child, {"metadata", "annotations"}))
    fields["annotations"] = *written;
  if (const auto* written = json::find(child, {"metadata", "labels"});
      written != nullptr && written->is_object()) {
    for (const auto& entry : written->get_object())
      fields["labels"].get_object()[entry.key()] = entry.value();
  }
  child_object["metadata"] = std::move(meta);
  return child;
}

void operate(World& world, const json::Value& set) {
  const auto decoded = api::decode_inference_set(set).object;
  const std::string namespace_(meta_string(set, "namespace"));
  const std::string name(meta_string(set, "name"));
  auto children =
      world.labelled(k8s::types::workspace(), namespace_, {{std::string(created_by), name}});
  std::erase_if(children, [](const auto& child) { return is_terminating(*child); });
  const auto wanted = decoded.replicas.value_or(1);

  for (auto count = static_cast<std::int64_t>(children.size()); count < wanted; ++count)
    world.create(k8s::types::workspace(), namespace_, child_of(set, decoded));
  // Those that are not ready go first.
  std::stable_sort(children.begin(), children.end(), [](const auto& a, const auto& b) {
    return !has_condition(*a, "WorkspaceSucceeded") && has_condition(*b, "WorkspaceSucceeded");
  });
  for (std::size_t i = 0; static_cast<std::int64_t>(children.size() - i) > wanted; ++i)
    world.remove(k8s::types::workspace(), namespace_, meta_string(*children[i], "name"));

  const auto ready = std::count_if(children.begin(), children.end(), [](const auto& child) {
    return has_condition(*child, "WorkspaceSucceeded");
  });
  ConditionList conditions(set, world.store.now());
  const bool all_ready = ready == wanted;
  conditions.set("InferenceSetReady", all_ready,
                 all_ready ? "inferencesetReady" : "inferencesetNotReady",
                 std::to_string(ready) + "/" + std::to_string(wanted) + " workspaces are ready");
  object status;
  status["replicas"] = wanted;
  status["readyReplicas"] = ready;
  status["selector"] = std::string(created_by) + "=" + name;
  status["conditions"] = conditions.json();
  world.patch_status(k8s::types::inference_set(), namespace_, name, status);
}

}  // namespace

void operate_inference_sets(World& world) {
  for (const auto& set : world.all(k8s::types::inference_set())) {
    // Its Workspaces go with it: they are owned.
    if (!is_terminating(*set)) operate(world, *set);
  }
}

}  // namespace kaito::sandbox
