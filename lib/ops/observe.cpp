#include "ops/observe.hpp"

#include <algorithm>
#include <boost/json/value.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "kaito/json/json.hpp"
#include "ops/workspaces.hpp"

namespace kaito::ops {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds first_pause{200};
constexpr milliseconds longest_pause{10'000};
constexpr std::chrono::minutes patience{2};
/// A watch that ends sooner and has told nothing counts as a failure.
constexpr std::chrono::seconds short_watch{1};

/// Failures that a server may come back from.
bool may_pass(ErrorCode code) {
  return code == ErrorCode::unreachable || code == ErrorCode::unavailable ||
         code == ErrorCode::expired || code == ErrorCode::protocol || code == ErrorCode::failed;
}

Result<void> pause(milliseconds duration, const CallLimits& limits) {
  const auto end = Deadline::after(duration);
  const auto until = end.sooner(limits.deadline);
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_until(lock, limits.stop, until.moment(), [] { return false; });
  if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
  if (until.moment() < end.moment()) return fail(ErrorCode::timeout, "timed out");
  return {};
}

class Observation {
 public:
  Observation(kube::Client& client, const k8s::ObjectRef& ref, const Look& look,
              const CallLimits& limits)
      : client_(client), type_(ref.type), ref_(ref), look_(look), limits_(limits) {}

  Result<void> run() {
    for (;;) {
      KAITO_TRY(const bool done, round());
      if (done) return {};
    }
  }

 private:
  /// One GET and one watch. False: go on with the next round.
  Result<bool> round() {
    auto object = in_served_version(type_, [&](const k8s::ResourceType& type) {
      ref_.type = type;
      return client_.get(ref_, limits_);
    });
    if (!object && object.error().code == ErrorCode::not_found) return look_(nullptr);
    if (!object) return recover(std::move(object.error()));
    known_ = true;
    failing_since_.reset();
    KAITO_TRY(const bool done, look_(&*object));
    if (done) return true;

    k8s::WatchOptions options;
    options.field_selector = "metadata.name=" + ref_.name;
    options.resource_version = json::string_at(object->value(), {"metadata", "resourceVersion"});
    const auto start = Clock::now();
    auto watch = client_.watch(ref_.type, ref_.namespace_, options, limits_);
    if (!watch) return recover(std::move(watch.error()));
    bool told = false;
    for (;;) {
      auto event = (*watch)->next(limits_);
      if (!event) return recover(std::move(event.error()));
      if (!*event) break;
      told = true;
      pauses_ = 0;
      if ((*event)->type == kube::WatchEvent::Type::bookmark) continue;
      const bool gone = (*event)->type == kube::WatchEvent::Type::deleted;
      KAITO_TRY(const bool enough, look_(gone ? nullptr : &(*event)->object));
      if (enough) return true;
    }
    if (!told && Clock::now() - start < short_watch) return slow_down();
    pauses_ = 0;
    return false;
  }

  Result<bool> recover(Error error) {
    if (!failing_since_) failing_since_ = Clock::now();
    if (!known_ || !may_pass(error.code) || Clock::now() - *failing_since_ > patience)
      return fail(std::move(error));
    return slow_down();
  }

  Result<bool> slow_down() {
    const auto length = std::min(longest_pause, first_pause * (1 << std::min(pauses_, 10)));
    ++pauses_;
    KAITO_CHECK(pause(length, limits_));
    return false;
  }

  kube::Client& client_;
  const k8s::ResourceType type_;
  k8s::ObjectRef ref_;  ///< in the version that is served
  const Look& look_;
  const CallLimits& limits_;
  bool known_ = false;  ///< a GET has succeeded
  std::optional<Clock::time_point> failing_since_;
  int pauses_ = 0;  ///< since the last sign of life
};

}  // namespace

Result<void> observe(kube::Client& client, const k8s::ObjectRef& ref, const Look& look,
                     const CallLimits& limits) {
  return Observation(client, ref, look, limits).run();
}

}  // namespace kaito::ops
