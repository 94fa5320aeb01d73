#include <boost/json/value.hpp>
#include <set>

#include "kaito/json/json.hpp"
#include "kaito/ops/deploy.hpp"
#include "ops/observe.hpp"
#include "ops/progress.hpp"

namespace kaito::ops {

namespace {

/// Tells each phase once, and what is waited for when it changes.
class Teller {
 public:
  Teller(const EventSink& events, std::string subject)
      : events_(events), subject_(std::move(subject)) {}

  void tell(const Progress& progress) {
    for (const auto& phase : progress.reached) {
      if (told_.insert(phase.name).second && events_)
        events_({Event::Kind::phase, subject_ + ": " + phase.text, phase.name});
    }
    if (progress.done || progress.waiting_for == last_) return;
    last_ = progress.waiting_for;
    if (events_)
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

Error timed_out(const k8s::ObjectRef& ref, const Teller& teller) {
  return Error{ErrorCode::timeout,
               ref.type.kind + " \"" + ref.name + "\" is not ready yet: still waiting for " +
                   teller.waiting_for(),
               {},
               "",
               nullptr};
}

}  // namespace

Result<json::Document> wait_ready(kube::Client& client, const k8s::ObjectRef& ref,
                                  const EventSink& events, const CallLimits& limits) {
  const std::string subject = ref.type.kind + " \"" + ref.name + "\"";
  Teller teller(events, ref.name);
  json::Document ready;
  bool seen = false;
  const Look look = [&](const json::Document* object) -> Result<bool> {
    if (object == nullptr) {
      return fail(ErrorCode::not_found,
                  seen ? subject + " was deleted while waiting for it"
                       : "there is no " + subject + " in namespace \"" + ref.namespace_ + "\"");
    }
    seen = true;
    if (json::find(object->value(), {"metadata", "deletionTimestamp"}) != nullptr)
      return fail(ErrorCode::not_found, subject + " is being deleted: it will not get ready");
    const auto progress = progress_of(object->value());
    teller.tell(progress);
    if (progress.fatal) return fail(*progress.fatal);
    if (progress.done) ready = *object;
    return progress.done;
  };
  auto observed = observe(client, ref, look, limits);
  if (observed) return ready;
  if (observed.error().code == ErrorCode::timeout && seen) return fail(timed_out(ref, teller));
  return fail(std::move(observed.error()));
}

}  // namespace kaito::ops
