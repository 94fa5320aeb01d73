#include "kaito/runtime/event_recorder.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "kaito/k8s/request.hpp"
#include "kaito/k8s/resource.hpp"
#include "runtime/event_history.hpp"

namespace kaito::runtime {
namespace {

using std::chrono::nanoseconds;

/// The server has not judged the event: it may take it later. client-go's recordEvent gives up on a
/// server that is too busy, too.
bool may_succeed_later(ErrorCode code) {
  return code == ErrorCode::unreachable || code == ErrorCode::unavailable ||
         code == ErrorCode::timeout || code == ErrorCode::protocol;
}

std::string described(const EventWrite& write) {
  return fmt::format("event {} of {} {}/{}", write.reason, write.about.kind,
                     event_namespace(write.about), write.about.name);
}

}  // namespace

struct EventRecorder::Impl {
  Impl(kube::Client& its_client, EventRecorderOptions given, Clock& its_clock)
      : client(its_client), options(std::move(given)), clock(its_clock) {
    thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  kube::Client& client;
  const EventRecorderOptions options;
  Clock& clock;
  EventHistory history;  ///< of the thread

  std::mutex mutex;
  std::condition_variable_any changed;
  std::deque<Occurrence> queue;
  std::size_t dropped = 0;  ///< and not yet told to the log
  bool closed = false;
  bool over = false;  ///< the thread will do no more
  std::mutex joining;
  std::jthread thread;  ///< last: it uses all of the above

  void run(const std::stop_token& stop);
  std::optional<Occurrence> take(const std::stop_token& stop);
  void write(const EventWrite& event, const std::stop_token& stop);
  Result<void> send(const EventWrite& event, const std::stop_token& stop);
  bool wait_to_retry(unsigned attempt, const std::stop_token& stop);
  void log(int level, const std::string& line) const {
    if (options.log) options.log(level, line);
  }
};

void EventRecorder::Impl::run(const std::stop_token& stop) {
  while (const auto occurrence = take(stop)) {
    if (const auto event = history.next(*occurrence))
      write(*event, stop);
    else
      log(4, fmt::format("event {} of {} is held back: there were too many", occurrence->reason,
                         occurrence->about.name));
  }
  const std::lock_guard lock(mutex);
  over = true;
  changed.notify_all();
}

/// The next one; nothing at the end.
std::optional<Occurrence> EventRecorder::Impl::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  changed.wait(lock, stop, [&] { return closed || !queue.empty(); });
  if (stop.stop_requested() || queue.empty()) return std::nullopt;
  const auto lost = std::exchange(dropped, 0);
  auto next = std::move(queue.front());
  queue.pop_front();
  lock.unlock();
  if (lost > 0) log(1, fmt::format("{} events were dropped: too many at once", lost));
  return next;
}

void EventRecorder::Impl::write(const EventWrite& event, const std::stop_token& stop) {
  for (unsigned attempt = 1;; ++attempt) {
    const auto sent = send(event, stop);
    if (sent) return log(4, fmt::format("{}: recorded, count {}", described(event), event.count));
    const bool again = attempt < options.attempts && may_succeed_later(sent.error().code);
    log(1, fmt::format("{}: not recorded{}: {}", described(event), again ? " yet" : "",
                       sent.error().describe()));
    if (!again || !wait_to_retry(attempt, stop)) return;
  }
}

/// Its name is this event's alone: one that exists is one whose answer got lost.
Result<void> EventRecorder::Impl::send(const EventWrite& event, const std::stop_token& stop) {
  const auto type = k8s::types::event();
  const auto space = event_namespace(event.about);
  const CallLimits limits{Deadline::after(options.call_timeout), stop};
  if (event.count > 1) {
    const auto patched =
        client.merge_patch({type, space, event.name}, event_patch(event), {}, limits);
    if (patched) return {};
    if (patched.error().code != ErrorCode::not_found) return fail(patched.error());
  }
  const auto made =
      client.create_object(type, space, event_object(event, options.component), {}, limits);
  if (made || made.error().code == ErrorCode::already_exists) return {};
  return fail(made.error());
}

/// False when there is no time for that: after close() each is tried once.
bool EventRecorder::Impl::wait_to_retry(unsigned attempt, const std::stop_token& stop) {
  nanoseconds wait = options.retry_period;
  // So that not all recorders come at once when the server is back.
  if (attempt == 1 && options.random)
    wait = nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(wait.count()) * options.random()));
  const auto until = clock.now() + wait;
  std::unique_lock lock(mutex);
  while (!closed && !stop.stop_requested() && clock.now() < until)
    clock.wait(lock, changed, until, stop);
  return !closed && !stop.stop_requested();
}

EventRecorder::EventRecorder(kube::Client& client, EventRecorderOptions options, Clock& clock)
    : impl_(std::make_unique<Impl>(client, std::move(options), clock)) {}

EventRecorder::~EventRecorder() {
  static_cast<void>(close({Deadline::after(impl_->options.drain), {}}));
}

void EventRecorder::record(const ObjectReference& about, EventType type, std::string_view reason,
                           std::string_view message) {
  auto occurrence = occurrence_of(about, type, reason, message, impl_->clock);
  const std::lock_guard lock(impl_->mutex);
  if (impl_->closed) return;
  if (impl_->queue.size() >= impl_->options.queue) {
    ++impl_->dropped;
    return;
  }
  impl_->queue.push_back(std::move(occurrence));
  impl_->changed.notify_all();
}

Result<void> EventRecorder::close(const CallLimits& limits) {
  std::unique_lock lock(impl_->mutex);
  impl_->closed = true;
  impl_->changed.notify_all();
  const bool drained = impl_->changed.wait_until(lock, limits.stop, limits.deadline.moment(),
                                                 [&] { return impl_->over; });
  const auto left = impl_->queue.size();
  lock.unlock();
  const std::lock_guard one_at_a_time(impl_->joining);
  impl_->thread.request_stop();
  if (impl_->thread.joinable()) impl_->thread.join();
  if (drained) return {};
  if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
  return fail(ErrorCode::timeout,
              fmt::format("sending the last events: timed out with {} of them waiting", left));
}

}  // namespace kaito::runtime
