#include <boost/json/value.hpp>
#include <set>

#include "kaito/json/json.hpp"
#include "kaito/ops/deploy.hpp"
#include "ops/progress.hpp"
#include "ops/workspaces.hpp"

namespace kaito::ops {

namespace {

/// Tells each phase once, and what is waited for when it changes.
class Teller {
 public:
  Teller(const EventSink& events, std::string subject)
      : events_(events), subject_(std::move(subject)) {}

  void tell(const Progress& progress) {
    if (!events_) return;
    for (const auto& phase : progress.reached) {
      if (told_.insert(phase.name).second)
        events_({Event::Kind::phase, subject_ + ": " + phase.text, phase.name});
    }
    if (progress.done || progress.waiting_for == last_) return;
    last_ = progress.waiting_for;
    events_({Event::Kind::progress, "waiting for " + last_,
             progress.reached.empty() ? "submitted" : progress.reached.back().name});
  }
  [[nodiscard]] const std::string& waiting_for() const { return last_; }

 private:
  const EventSink& events_;
  std::string subject_;
  std::set<std::string, std::less<>> told_;
  std::string last_;
};

/// The object once it is ready, nothing while it is not. Errors: terminal.
Result<bool> judge(const json::Value& object, Teller& teller) {
  const auto progress = progress_of(object);
  teller.tell(progress);
  if (progress.fatal) return fail(*progress.fatal);
  return progress.done;
}

/// Follows one watch. Nothing when it ended and has to be opened anew.
Result<std::optional<json::Document>> follow(kube::Watch& watch, const k8s::ObjectRef& ref,
                                             Teller& teller, const CallLimits& limits) {
  for (;;) {
    KAITO_TRY(auto event, watch.next(limits));
    if (!event) return std::optional<json::Document>();
    if (event->type == kube::WatchEvent::Type::bookmark) continue;
    if (event->type == kube::WatchEvent::Type::deleted)
      return fail(ErrorCode::not_found,
                  ref.type.kind + " \"" + ref.name + "\" was deleted while waiting for it");
    KAITO_TRY(const bool ready, judge(event->object.value(), teller));
    if (ready) return std::optional(std::move(event->object));
  }
}

Error timed_out(const k8s::ObjectRef& ref, const Teller& teller) {
  return Error{ErrorCode::timeout,
               ref.type.kind + " \"" + ref.name + "\" is not ready yet: still waiting for " +
                   teller.waiting_for(),
               {},
               "",
               nullptr};
}

}  // namespace

Result<json::Document> wait_ready(kube::Client& client, const k8s::ObjectRef& wanted,
                                  const EventSink& events, const CallLimits& limits) {
  Teller teller(events, wanted.name);
  k8s::ObjectRef ref = wanted;
  for (;;) {
    auto object = in_served_version(wanted.type, [&](const k8s::ResourceType& type) {
      ref.type = type;
      return client.get(ref, limits);
    });
    if (!object) {
      if (object.error().code == ErrorCode::timeout && !teller.waiting_for().empty())
        return fail(timed_out(ref, teller));
      return fail(std::move(object.error()));
    }
    KAITO_TRY(const bool ready, judge(object->value(), teller));
    if (ready) return std::move(*object);

    k8s::WatchOptions options;
    options.field_selector = "metadata.name=" + ref.name;
    options.resource_version = json::string_at(object->value(), {"metadata", "resourceVersion"});
    auto watch = client.watch(ref.type, ref.namespace_, options, limits);
    Result<std::optional<json::Document>> seen;
    if (watch)
      seen = follow(**watch, ref, teller, limits);
    else
      seen = fail(std::move(watch.error()));
    if (seen && *seen) return std::move(**seen);
    if (seen) continue;
    const auto code = seen.error().code;
    if (code == ErrorCode::timeout) return fail(timed_out(ref, teller));
    // A watch that broke is opened anew after a fresh look, which fails by itself when the server
    // is gone.
    const bool broke = code == ErrorCode::expired || (watch && code == ErrorCode::unreachable);
    if (!broke) return fail(std::move(seen.error()));
  }
}

}  // namespace kaito::ops
