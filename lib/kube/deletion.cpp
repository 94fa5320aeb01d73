#include "kube/deletion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kube/retry.hpp"

namespace kaito::kube {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_pause{200};
constexpr milliseconds longest_pause{10'000};

/// What keeps the object, for whoever has waited in vain.
std::string what_keeps(const json::Document& object) {
  if (!object) return {};
  if (json::string_at(object.value(), {"metadata", "deletionTimestamp"}).empty())
    return "; nobody has asked for its deletion";
  std::vector<std::string> finalizers;
  const auto* list = json::find(object.value(), {"metadata", "finalizers"});
  if (list != nullptr && list->is_array())
    for (const auto& entry : list->get_array())
      if (const auto* name = entry.if_string())
        finalizers.push_back(escape_controls({name->data(), name->size()}));
  if (finalizers.empty()) return "; it is being deleted";
  return "; it waits for whoever removes its finalizers: " + join(finalizers, ", ");
}

class DeletionWait {
 public:
  DeletionWait(Client& client, const k8s::ObjectRef& ref, std::string uid)
      : client_(client), ref_(ref), uid_(std::move(uid)) {}

  Result<void> run(const CallLimits& limits) {
    for (auto pause = first_pause;; pause = std::min(pause * 2, longest_pause)) {
      auto gone = look(limits);
      if (gone && !*gone) gone = follow(limits);
      if (gone && *gone) return {};
      if (!gone) return fail(explained(std::move(gone).error()));
      // The stream ended, or there is none to be had: look again, more and more slowly.
      if (auto waited = wait(pause, limits); !waited)
        return fail(explained(std::move(waited).error()));
    }
  }

 private:
  Result<bool> look(const CallLimits& limits) {
    auto object = client_.get(ref_, limits);
    if (object) return !is_it(std::move(*object));
    const auto code = object.error().code;
    // Its whole kind may have gone with it.
    if (code == ErrorCode::not_found || code == ErrorCode::not_served) return true;
    return fail(std::move(object).error());
  }

  /// True when it went; false when the watch ended without a word of that.
  Result<bool> follow(const CallLimits& limits) {
    k8s::WatchOptions options;
    options.field_selector = "metadata.name=" + ref_.name;
    options.resource_version =
        std::string(json::string_at(last_.value(), {"metadata", "resourceVersion"}));
    auto watch = client_.watch(ref_.type, ref_.namespace_, options, limits);
    if (!watch) return or_look_again(std::move(watch).error());
    for (;;) {
      auto event = (*watch)->next(limits);
      if (!event) return or_look_again(std::move(event).error());
      if (!*event) return false;
      if ((*event)->type == WatchEvent::Type::bookmark) continue;
      const bool deleted = (*event)->type == WatchEvent::Type::deleted;
      if (!is_it(std::move((*event)->object)) || deleted) return true;
    }
  }

  /// Whoever may get an object need not be allowed to watch it.
  static Result<bool> or_look_again(Error error) {
    if (error.code == ErrorCode::expired || error.code == ErrorCode::forbidden) return false;
    return fail(std::move(error));
  }

  bool is_it(json::Document object) {
    const auto uid = json::string_at(object.value(), {"metadata", "uid"});
    if (uid_.empty()) uid_ = std::string(uid);
    if (uid != uid_) return false;
    last_ = std::move(object);
    return true;
  }

  Error explained(Error error) const {
    if (error.code != ErrorCode::timeout) return error;
    error.message = fmt::format("{} \"{}\" is still there{}", to_lower(ref_.type.kind), ref_.name,
                                what_keeps(last_));
    error.context.clear();
    return error;
  }

  Client& client_;
  const k8s::ObjectRef& ref_;
  std::string uid_;
  json::Document last_;  ///< as it was seen last
};

}  // namespace

Result<void> wait_for_deletion(Client& client, const k8s::ObjectRef& ref, std::string uid,
                               const CallLimits& limits) {
  return DeletionWait(client, ref, std::move(uid)).run(limits);
}

}  // namespace kaito::kube
