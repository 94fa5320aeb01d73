#include "kaito/runtime/leader_election.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/json/value.hpp>
#include <mutex>
#include <thread>
#include <utility>

#include "kaito/base/duration.hpp"
#include "kaito/base/text.hpp"
#include "kaito/k8s/resource.hpp"
#include "runtime/lease.hpp"

namespace kaito::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// Followers ask at different times: up to 2.2 times the period.
constexpr double jitter = 1.2;
constexpr int release_attempts = 3;

/// What trying to hold the Lease came to.
enum class Hold : std::uint8_t { ours, others };

}  // namespace

struct LeaderElector::Impl {
  Impl(kube::Client& its_client, LeaderElectionOptions given, Clock& its_clock)
      : client(its_client), options(std::move(given)), clock(its_clock) {}

  kube::Client& client;
  const LeaderElectionOptions options;
  Clock& clock;
  std::atomic<bool> started = false;

  // Of the thread of run().
  json::Document lease;  ///< as last seen or written
  std::string record;    ///< of that: when it changes, its holder lives
  Clock::TimePoint observed{};

  mutable std::mutex mutex;  ///< of what others ask for
  bool leads = false;
  std::string leader;
  Clock::TimePoint renewed{};

  [[nodiscard]] k8s::ObjectRef ref() const {
    return {k8s::types::lease(), options.namespace_, options.name};
  }
  [[nodiscard]] std::string described() const {
    return fmt::format("lease {}/{}", options.namespace_, options.name);
  }
  void log(int level, const std::string& line) const {
    if (options.log) options.log(level, fmt::format("{}: {}", described(), line));
  }
  [[nodiscard]] nanoseconds call_timeout() const {
    return std::max<nanoseconds>(seconds(1), options.renew_deadline / 2);
  }
  [[nodiscard]] LeaseWrite our_write(bool takes_over) const {
    return {options.identity, options.lease_duration, clock.wall(), takes_over};
  }

  void observe(json::Document seen);
  Result<Hold> take_hold(const CallLimits& limits);
  Result<Hold> create_lease(const CallLimits& limits);
  Result<Hold> write_lease(bool takes_over, const CallLimits& limits);
  Result<Hold> renew(const CallLimits& limits);
  bool acquire(const std::stop_token& stop);
  bool keep(const std::stop_token& led);
  void release();
  void record_leading() const;
  void set_leads(bool now_leads);
  void set_renewed(Clock::TimePoint moment);
};

/// Remembers when the Lease was last seen to change, by our own clock: the times in it are its
/// holder's.
void LeaderElector::Impl::observe(json::Document seen) {
  auto its_record = lease_record(seen.value());
  if (!lease || its_record != record) observed = clock.now();
  record = std::move(its_record);
  lease = std::move(seen);
  const auto holder = lease_holder(lease.value());
  {
    const std::lock_guard lock(mutex);
    if (leader == holder) return;
    leader = holder;
  }
  log(1, holder.empty() ? "nobody leads" : "the leader is " + escape_controls(holder));
  if (options.on_new_leader) options.on_new_leader(holder);
}

Result<Hold> LeaderElector::Impl::create_lease(const CallLimits& limits) {
  auto made = client.create_object(k8s::types::lease(), options.namespace_,
                                   new_lease(options.namespace_, options.name, our_write(true)), {},
                                   limits);
  if (made) {
    observe(std::move(*made));
    return Hold::ours;
  }
  if (made.error().code == ErrorCode::already_exists || made.error().code == ErrorCode::conflict)
    return Hold::others;
  return fail(std::move(made).error());
}

/// Over the Lease as it was last seen, so that two who try at once do not both succeed.
Result<Hold> LeaderElector::Impl::write_lease(bool takes_over, const CallLimits& limits) {
  auto written =
      client.replace(ref(), changed_lease(lease.value(), our_write(takes_over)), {}, limits);
  if (written) {
    observe(std::move(*written));
    return Hold::ours;
  }
  if (written.error().code == ErrorCode::conflict) return Hold::others;
  return fail(std::move(written).error());
}

Result<Hold> LeaderElector::Impl::take_hold(const CallLimits& limits) {
  auto seen = client.get(ref(), limits);
  if (!seen) {
    if (seen.error().code == ErrorCode::not_found) return create_lease(limits);
    return fail(std::move(seen).error());
  }
  observe(std::move(*seen));
  const auto holder = lease_holder(lease.value());
  if (holder == options.identity) return write_lease(false, limits);
  const auto expires = observed + lease_duration(lease.value(), options.lease_duration);
  if (!holder.empty() && clock.now() < expires) return Hold::others;
  return write_lease(true, limits);
}

/// First over what is known, which costs one request; where that is stale, as a follower would.
Result<Hold> LeaderElector::Impl::renew(const CallLimits& limits) {
  if (auto hold = write_lease(false, limits); hold && *hold == Hold::ours) return hold;
  return take_hold(limits);
}

bool LeaderElector::Impl::acquire(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto began = clock.now();
    auto hold = take_hold({Deadline::after(call_timeout()), stop});
    if (hold && *hold == Hold::ours) {
      set_renewed(began);
      set_leads(true);
      record_leading();
      return true;
    }
    if (!hold && !stop.stop_requested())
      log(1, fmt::format("not acquired: {}", hold.error().describe()));
    const double chance = options.random ? options.random() : 0.0;
    const auto wait = nanoseconds(static_cast<std::int64_t>(
        static_cast<double>(nanoseconds(options.retry_period).count()) * (1 + jitter * chance)));
    if (!sleep_for(clock, wait, stop)) return false;
  }
  return false;
}

/// Renews until `led` is stopped, which is when the work is over: true; or until the leadership is
/// lost: false.
bool LeaderElector::Impl::keep(const std::stop_token& led) {
  auto last = renewed;  // written by this thread alone
  for (;;) {
    const auto lost = last + options.renew_deadline;
    const auto wait = std::min<nanoseconds>(options.retry_period, lost - clock.now());
    if (!sleep_for(clock, wait, led)) return true;
    const auto began = clock.now();
    if (began >= lost) return false;
    const auto limit = std::min<nanoseconds>(call_timeout(), lost - began);
    const auto hold = renew({Deadline::after(limit), led});
    if (led.stop_requested()) return true;
    if (hold && *hold == Hold::ours) {
      last = began;
      set_renewed(began);
      continue;
    }
    const auto holder = lease_holder(lease.value());
    if (hold && !holder.empty() && holder != options.identity) return false;
    log(1, fmt::format("not renewed: {}",
                       hold ? "somebody else wrote it at the same time" : hold.error().describe()));
  }
}

/// So that the next leader need not wait. That it may fail is no harm: the Lease expires.
void LeaderElector::Impl::release() {
  const CallLimits limits{Deadline::after(call_timeout()), {}};
  for (int attempt = 0; attempt < release_attempts; ++attempt) {
    if (lease_holder(lease.value()) != options.identity) return;
    LeaseWrite write = our_write(false);
    write.holder = "";
    write.duration = seconds(1);
    auto released = client.replace(ref(), changed_lease(lease.value(), write), {}, limits);
    if (released) {
      observe(std::move(*released));
      return log(1, "released");
    }
    auto seen = client.get(ref(), limits);
    if (released.error().code != ErrorCode::conflict || !seen)
      return log(
          1, fmt::format("not released: {}; it expires by itself", released.error().describe()));
    observe(std::move(*seen));
  }
  log(1, "not released: others write it too; it expires by itself");
}

void LeaderElector::Impl::record_leading() const {
  if (options.recorder == nullptr) return;
  options.recorder->record(reference_to(lease.value()), EventType::normal, "LeaderElection",
                           options.identity + " became leader");
}

void LeaderElector::Impl::set_leads(bool now_leads) {
  const std::lock_guard lock(mutex);
  leads = now_leads;
}

void LeaderElector::Impl::set_renewed(Clock::TimePoint moment) {
  const std::lock_guard lock(mutex);
  renewed = moment;
}

LeaderElector::LeaderElector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LeaderElector::~LeaderElector() = default;

Result<std::unique_ptr<LeaderElector>> LeaderElector::create(kube::Client& client,
                                                             LeaderElectionOptions options,
                                                             Clock& clock) {
  if (options.namespace_.empty() || options.name.empty() || options.identity.empty())
    return fail(ErrorCode::usage,
                "leader election needs the namespace and name of a Lease, and an identity");
  const bool ordered = options.lease_duration > options.renew_deadline &&
                       options.renew_deadline * 5 > options.retry_period * 6 &&
                       options.retry_period > milliseconds(0);
  if (!ordered)
    return fail(
        ErrorCode::usage,
        fmt::format("leader election: the lease duration ({}) must be longer than the renew "
                    "deadline ({}), and that longer than 1.2 times the retry period ({})",
                    format_duration(options.lease_duration),
                    format_duration(options.renew_deadline),
                    format_duration(options.retry_period)));
  return std::unique_ptr<LeaderElector>(
      new LeaderElector(std::make_unique<Impl>(client, std::move(options), clock)));
}

Result<void> LeaderElector::run(const std::function<Result<void>(std::stop_token)>& lead,
                                const std::stop_token& stop) {
  if (impl_->started.exchange(true))
    return fail(ErrorCode::usage,
                "an elector can be run once: a leader that lost ends its process");
  if (!impl_->acquire(stop)) return {};

  std::stop_source work;  // what `lead` is told
  std::stop_source over;  // `lead` has come back
  Result<void> result;
  bool kept = false;
  {
    const std::stop_callback pass_on(stop, [&] { work.request_stop(); });
    const std::jthread leading([&] {
      result = lead(work.get_token());
      over.request_stop();
    });
    kept = impl_->keep(over.get_token());
    if (!kept) {
      impl_->set_leads(false);
      work.request_stop();
      impl_->log(1, "leadership lost");
      if (impl_->options.on_lost) impl_->options.on_lost();
    }
  }
  if (!kept)
    return fail(ErrorCode::failed,
                fmt::format("{}: the leadership is lost: {}", impl_->described(),
                            leader() == impl_->options.identity
                                ? "no renewal for " + format_duration(impl_->options.renew_deadline)
                                : "the leader is " + escape_controls(leader())));
  impl_->release();
  impl_->set_leads(false);
  return result;
}

bool LeaderElector::is_leader() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->leads;
}

std::string LeaderElector::leader() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->leader;
}

Result<void> LeaderElector::check(std::chrono::seconds tolerance) const {
  const std::lock_guard lock(impl_->mutex);
  const auto silent = impl_->clock.now() - impl_->renewed;
  if (!impl_->leads || silent <= impl_->options.lease_duration + tolerance) return {};
  return fail(ErrorCode::failed, fmt::format("{}: we lead, but the last renewal was {} ago",
                                             impl_->described(), format_duration(silent)));
}

std::string election_identity(const std::string& host, const Random& random) {
  constexpr std::string_view form = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  constexpr std::string_view digits = "0123456789abcdef";
  std::string identity = host + '_';
  for (const char c : form) {
    const auto digit = static_cast<std::size_t>(random() * 16) & 15U;
    identity += c == 'x' ? digits[digit] : c == 'y' ? digits[8 + digit % 4] : c;
  }
  return identity;
}

}  // namespace kaito::runtime
