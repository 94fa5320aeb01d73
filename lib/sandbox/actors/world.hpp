#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/catalog/catalog.hpp"
#include "kaito/json/document.hpp"
#include "kaito/k8s/object_meta.hpp"
#include "sandbox/actors/simulated_clock.hpp"
#include "sandbox/apiserver/store.hpp"

namespace kaito::sandbox {

/// What the simulated controllers work with. Each is a function that looks at the whole store and
/// makes the next step for everything: level, not edge.
struct World {
  Store& store;
  Stages& stages;
  const catalog::Catalog& catalog;
  std::function<void(const std::string& line)> say;  ///< never empty

  /// All objects of a kind; none when the kind is not served.
  [[nodiscard]] std::vector<ObjectPtr> all(const k8s::ResourceType& type) const;
  [[nodiscard]] std::vector<ObjectPtr> labelled(
      const k8s::ResourceType& type, std::string_view namespace_,
      const std::map<std::string, std::string>& labels) const;
  [[nodiscard]] ObjectPtr find(const k8s::ResourceType& type, std::string_view namespace_,
                               std::string_view name) const;

  /// Writes that race with a user's simply come again in the next round: conflicts and absent
  /// objects are not errors here. Gives whether something was written.
  bool create(const k8s::ResourceType& type, std::string_view namespace_, json::Value object);
  bool patch(const k8s::ResourceType& type, std::string_view namespace_, std::string_view name,
             const json::Value& merge_patch);
  bool patch_status(const k8s::ResourceType& type, std::string_view namespace_,
                    std::string_view name, const json::Value& status);
  void remove(const k8s::ResourceType& type, std::string_view namespace_, std::string_view name);
  /// Takes the finalizer off; adds it when `present`.
  void set_finalizer(const k8s::ResourceType& type, const json::Value& object,
                     std::string_view finalizer, bool present);

  /// An Event about the object, as the component would write it.
  void event(const json::Value& about, std::string_view type, std::string_view reason,
             const std::string& message);
};

/// metadata with name, labels and, where `owner` is given, a controller reference to it.
[[nodiscard]] json::Value metadata(std::string_view name,
                                   const std::map<std::string, std::string>& labels,
                                   const json::Value* owner);

/// The conditions of an object, changed one by one: the transition time moves only with the status.
class ConditionList {
 public:
  ConditionList(const json::Value& object, Instant now);
  void set(std::string_view type, bool status, std::string_view reason, std::string_view message);
  /// As status.conditions.
  [[nodiscard]] json::Value json() const;

 private:
  std::vector<k8s::Condition> conditions_;
  Instant now_;
  std::int64_t generation_;
};

/// Whether a condition of that type is True.
[[nodiscard]] bool has_condition(const json::Value& object, std::string_view type);

// The controllers.
void provision_nodes(World& world);         ///< NodeClaim -> Node, as a cloud's provisioner
void operate_workspaces(World& world);      ///< KAITO's workspace controller
void operate_inference_sets(World& world);  ///< KAITO's InferenceSet controller
void run_workloads(World& world);           ///< StatefulSet, Job -> Pods; Service -> Endpoints
void run_pods(World& world);                ///< scheduler and kubelet

}  // namespace kaito::sandbox
