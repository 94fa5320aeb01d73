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

/// How a server that fails is asked again. False: with the next round.
class Persistence {
 public:
  explicit Persistence(const CallLimits& limits) : limits_(limits) {}

  /// The server has answered the first question of a round.
  void answered() {
    known_ = true;
    failing_since_.reset();
  }
  /// A watch has told something.
  void told() { pauses_ = 0; }

  Result<bool> recover(Error error) {
    if (!failing_since_) failing_since_ = Clock::now();
    if (!known_ || !may_pass(error.code) || Clock::now() - *failing_since_ > patience)
      return fail(std::move(error));
    return slow_down();
  }
  /// After a watch that ended, having lasted so long.
  Result<bool> ended(bool has_told, Clock::duration length) {
    if (!has_told && length < short_watch) return slow_down();
    pauses_ = 0;
    return false;
  }

 private:
  Result<bool> slow_down() {
    const auto length = std::min(longest_pause, first_pause * (1 << std::min(pauses_, 10)));
    ++pauses_;
    KAITO_CHECK(pause(length, limits_));
    return false;
  }

  const CallLimits& limits_;
  bool known_ = false;  ///< a first question was answered
  std::optional<Clock::time_point> failing_since_;
  int pauses_ = 0;  ///< since the last sign of life
};

/// Opens a watch and hands its events on until `take` has enough (true) or wants to look anew
/// (false).
Result<bool> follow(kube::Client& client, const k8s::ResourceType& type,
                    std::string_view namespace_, const k8s::WatchOptions& options,
                    const std::function<Result<std::optional<bool>>(const kube::WatchEvent&)>& take,
                    Persistence& persistence, const CallLimits& limits) {
  const auto start = Clock::now();
  auto watch = client.watch(type, namespace_, options, limits);
  if (!watch) return persistence.recover(std::move(watch.error()));
  bool told = false;
  for (;;) {
    auto event = (*watch)->next(limits);
    if (!event) return persistence.recover(std::move(event.error()));
    if (!*event) return persistence.ended(told, Clock::now() - start);
    told = true;
    persistence.told();
    if ((*event)->type == kube::WatchEvent::Type::bookmark) continue;
    KAITO_TRY(const auto verdict, take(**event));
    if (verdict) return *verdict;
  }
}

Result<void> until_done(const std::function<Result<bool>()>& round) {
  for (;;) {
    KAITO_TRY(const bool done, round());
    if (done) return {};
  }
}

class Observation {
 public:
  Observation(kube::Client& client, const k8s::ObjectRef& ref, const Look& look,
              const CallLimits& limits)
      : client_(client),
        type_(ref.type),
        ref_(ref),
        look_(look),
        limits_(limits),
        persistence_(limits) {}

  /// One GET and one watch. False: go on with the next round.
  Result<bool> round() {
    auto object = in_served_version(type_, [&](const k8s::ResourceType& type) {
      ref_.type = type;
      return client_.get(ref_, limits_);
    });
    if (!object && object.error().code == ErrorCode::not_found) return look_(nullptr);
    if (!object) return persistence_.recover(std::move(object.error()));
    persistence_.answered();
    KAITO_TRY(const bool done, look_(&*object));
    if (done) return true;

    k8s::WatchOptions options;
    options.field_selector = "metadata.name=" + ref_.name;
    options.resource_version = json::string_at(object->value(), {"metadata", "resourceVersion"});
    const auto take = [&](const kube::WatchEvent& event) -> Result<std::optional<bool>> {
      const bool gone = event.type == kube::WatchEvent::Type::deleted;
      KAITO_TRY(const bool enough, look_(gone ? nullptr : &event.object));
      if (enough) return std::optional(true);
      return std::optional<bool>();
    };
    return follow(client_, ref_.type, ref_.namespace_, options, take, persistence_, limits_);
  }

 private:
  kube::Client& client_;
  const k8s::ResourceType type_;
  k8s::ObjectRef ref_;  ///< in the version that is served
  const Look& look_;
  const CallLimits& limits_;
  Persistence persistence_;
};

}  // namespace

Result<void> observe(kube::Client& client, const k8s::ObjectRef& ref, const Look& look,
                     const CallLimits& limits) {
  Observation observation(client, ref, look, limits);
  return until_done([&] { return observation.round(); });
}

Result<void> observe_all(kube::Client& client, const k8s::ResourceType& type,
                         std::string_view namespace_, std::string_view label_selector,
                         const LookAtAll& look, const CallLimits& limits) {
  Persistence persistence(limits);
  const auto round = [&]() -> Result<bool> {
    k8s::ListOptions which;
    which.label_selector = label_selector;
    auto list = client.list(type, namespace_, which, limits);
    if (!list) return persistence.recover(std::move(list.error()));
    persistence.answered();
    KAITO_TRY(const bool done, look(*list));
    if (done) return true;
    k8s::WatchOptions options;
    options.label_selector = label_selector;
    options.resource_version = list->resource_version;
    const auto take = [](const kube::WatchEvent&) -> Result<std::optional<bool>> { return false; };
    return follow(client, type, namespace_, options, take, persistence, limits);
  };
  return until_done(round);
}

}  // namespace kaito::ops
