#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <map>

#include "kaito/json/json.hpp"
#include "sandbox/apiserver/crd.hpp"
#include "sandbox/apiserver/store_impl.hpp"

namespace kaito::sandbox {
namespace {

constexpr std::string_view kForeground = "foregroundDeletion";
constexpr std::string_view kOrphan = "orphan";

struct Place {
  std::string resource;
  ObjectKey key;
  ObjectPtr object;
};

struct Owner {
  std::string uid;
  bool blocks = false;
};

[[nodiscard]] std::vector<Owner> owners_of(const json::Value& object) {
  std::vector<Owner> owners;
  const json::Value* list = json::find(object, {"metadata", "ownerReferences"});
  if (list == nullptr || !list->is_array()) return owners;
  for (const json::Value& item : list->get_array()) {
    const json::Value* blocks = json::find(item, {"blockOwnerDeletion"});
    owners.push_back({std::string(json::string_at(item, {"uid"})),
                      blocks != nullptr && blocks->is_bool() && blocks->get_bool()});
  }
  return owners;
}

[[nodiscard]] bool has_finalizer(const json::Value& object, std::string_view name) {
  const std::vector<std::string> all = strings_at(object, {"metadata", "finalizers"});
  return std::ranges::find(all, name) != all.end();
}

[[nodiscard]] json::Value without_finalizer(const json::Value& object, std::string_view name) {
  json::Value changed = object;
  json::Array kept;
  for (const std::string& finalizer : strings_at(object, {"metadata", "finalizers"})) {
    if (finalizer != name) kept.emplace_back(finalizer);
  }
  meta_of(changed)["finalizers"] = std::move(kept);
  return changed;
}

[[nodiscard]] json::Value without_owners(const json::Value& object,
                                         const std::function<bool(std::string_view)>& drop) {
  json::Value changed = object;
  json::Array kept;
  for (const json::Value& owner :
       json::find(object, {"metadata", "ownerReferences"})->get_array()) {
    if (!drop(json::string_at(owner, {"uid"}))) kept.push_back(owner);
  }
  meta_of(changed)["ownerReferences"] = std::move(kept);
  return changed;
}

/// The cluster as one pass over it sees it.
struct Survey {
  std::map<std::string, Place> by_uid;
  std::vector<Place> dependents;   ///< objects with owners
  std::vector<Place> terminating;  ///< objects marked for deletion

  /// The owner, if it is where the dependent may have owners.
  [[nodiscard]] const Place* owner(const Place& dependent, const std::string& uid) const {
    const auto found = by_uid.find(uid);
    if (found == by_uid.end()) return nullptr;
    const std::string& namespace_ = found->second.key.namespace_;
    return namespace_.empty() || namespace_ == dependent.key.namespace_ ? &found->second : nullptr;
  }
};

[[nodiscard]] Survey survey(const ObjectTable& table) {
  Survey seen;
  for (const auto& [resource, objects] : table.all()) {
    for (const auto& [key, object] : objects) {
      Place place{resource, key, object};
      if (json::find(*object, {"metadata", "ownerReferences"}) != nullptr)
        seen.dependents.push_back(place);
      if (is_terminating(*object)) seen.terminating.push_back(place);
      seen.by_uid.emplace(meta_string(*object, "uid"), std::move(place));
    }
  }
  return seen;
}

/// What one pass wants done; each acts on the object as it was seen.
struct Work {
  Place place;
  std::optional<json::Value> next;                              ///< to write, or else
  k8s::Propagation propagation = k8s::Propagation::background;  ///< to delete so
};

void look_at_dependents(const Survey& seen, std::vector<Work>& work) {
  for (const Place& dependent : seen.dependents) {
    bool lives = false;
    bool waits = false;  // an owner is being deleted in the foreground
    bool dangles = false;
    const auto fate = [&](std::string_view uid) {
      const Place* owner = seen.owner(dependent, std::string(uid));
      if (owner == nullptr) return 'x';
      return is_terminating(*owner->object) && has_finalizer(*owner->object, kForeground) ? 'w'
                                                                                          : 'l';
    };
    for (const Owner& owner : owners_of(*dependent.object)) {
      const char state = fate(owner.uid);
      lives = lives || state == 'l';
      waits = waits || state == 'w';
      dangles = dangles || state == 'x';
    }
    if (lives && (waits || dangles)) {
      work.push_back({dependent,
                      without_owners(*dependent.object,
                                     [&](std::string_view uid) { return fate(uid) != 'l'; }),
                      {}});
    } else if (!lives && !is_terminating(*dependent.object)) {
      work.push_back({dependent, std::nullopt,
                      waits ? k8s::Propagation::foreground : k8s::Propagation::background});
    }
  }
}

[[nodiscard]] bool owns(const Survey& seen, const Place& dependent, const Place& owner) {
  const std::string uid(meta_string(*owner.object, "uid"));
  return seen.owner(dependent, uid) != nullptr &&
         std::ranges::any_of(owners_of(*dependent.object),
                             [&](const Owner& each) { return each.uid == uid; });
}

void look_at_foreground(const Survey& seen, const Place& owner, std::vector<Work>& work) {
  const std::string uid(meta_string(*owner.object, "uid"));
  for (const Place& dependent : seen.dependents) {
    if (!owns(seen, dependent, owner)) continue;
    for (const Owner& each : owners_of(*dependent.object)) {
      if (each.uid == uid && each.blocks) return;
    }
  }
  work.push_back({owner, without_finalizer(*owner.object, kForeground), {}});
}

void look_at_orphaning(const Survey& seen, const Place& owner, std::vector<Work>& work) {
  const std::string uid(meta_string(*owner.object, "uid"));
  for (const Place& dependent : seen.dependents) {
    if (owns(seen, dependent, owner))
      work.push_back(
          {dependent,
           without_owners(*dependent.object, [&](std::string_view each) { return each == uid; }),
           {}});
  }
  work.push_back({owner, without_finalizer(*owner.object, kOrphan), {}});
}

/// Deletes everything that `belongs`; true when nothing is left of it.
[[nodiscard]] bool clear(const ObjectTable& table,
                         const std::function<bool(const std::string&, const ObjectKey&)>& belongs,
                         std::vector<Work>& work) {
  bool empty = true;
  for (const auto& [resource, objects] : table.all()) {
    for (const auto& [key, object] : objects) {
      if (!belongs(resource, key)) continue;
      empty = false;
      if (!is_terminating(*object)) work.push_back({{resource, key, object}, std::nullopt, {}});
    }
  }
  return empty;
}

}  // namespace

void Store::Impl::settle() {
  if (options.collect_garbage) collect();
}

Result<void> Store::Impl::do_work(const std::string& resource, const ObjectKey& key,
                                  const std::optional<json::Value>& next,
                                  k8s::Propagation propagation) {
  const ObjectPtr now_there = table.find(resource, key);
  if (now_there == nullptr) return {};
  for (const auto& known : registry->all()) {
    if (known->qualified() != resource) continue;
    const Kind kind{registry, known.get(), known->type.version};
    if (next) {
      WriteRequest request;
      request.manager = "kube-controller-manager";
      KAITO_CHECK(replace(kind, now_there, *next, request, std::nullopt, WriteVerb::patch));
    } else {
      DeleteRequest request;
      request.propagation = propagation;
      KAITO_CHECK(remove(kind, key, request));
    }
    return {};
  }
  return {};
}

void Store::Impl::collect() {
  if (collecting) return;
  collecting = true;
  // Each round does something to a finite number of objects, or is the last; the bound is for
  // writes that an admission hook refuses again and again.
  constexpr int kMostRounds = 1000;
  for (int round = 0; round < kMostRounds; ++round) {
    const Survey seen = survey(table);
    std::vector<Work> work;
    look_at_dependents(seen, work);
    std::vector<Place> empty_namespaces;
    for (const Place& place : seen.terminating) {
      if (has_finalizer(*place.object, kForeground)) look_at_foreground(seen, place, work);
      if (has_finalizer(*place.object, kOrphan)) look_at_orphaning(seen, place, work);
      if (place.resource == "namespaces") {
        const auto inside = [&](const std::string&, const ObjectKey& key) {
          return key.namespace_ == place.key.name;
        };
        if (clear(table, inside, work) &&
            strings_at(*place.object, {"metadata", "finalizers"}).empty())
          empty_namespaces.push_back(place);
      }
      if (has_finalizer(*place.object, kCrdFinalizer)) {
        const std::string defined = place.key.name;
        const auto instance = [&](const std::string& resource, const ObjectKey&) {
          return resource == defined;
        };
        if (clear(table, instance, work))
          work.push_back({place, without_finalizer(*place.object, kCrdFinalizer), {}});
      }
    }
    const std::int64_t before = table.revision();
    for (const Work& each : work) {
      // A refusal leaves the object as it is, for the next round to see.
      static_cast<void>(do_work(each.place.resource, each.place.key, each.next, each.propagation));
    }
    for (const Place& place : empty_namespaces)
      table.erase(place.resource, place.key);
    if (table.revision() == before) break;
  }
  collecting = false;
  changed.notify_all();
}

}  // namespace kaito::sandbox
