#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "kaito/base/result.hpp"
#include "kaito/runtime/work_queue.hpp"

namespace kaito::runtime {

/// What a reconciliation that did not fail wants next.
struct ReconcileOutcome {
  std::optional<std::chrono::nanoseconds> requeue_after;  ///< nothing: wait for a change
};

/// One step of one object ("namespace/name") towards its goal. Called by several threads, with
/// different keys. Must end soon once the stop is requested; must not throw.
using ReconcileFunction =
    std::function<Result<ReconcileOutcome>(const std::string& key, const std::stop_token& stop)>;

struct WorkerOptions {
  unsigned count = 1;
  /// What became of a key. May be empty; called by several threads, one at a time.
  std::function<void(const std::string& key, const Result<ReconcileOutcome>& result)> on_result;
};

/// Works on the queue with `count` threads until the stop is requested or the queue is shut down,
/// and comes back when each has finished what it had. After success the key's failures are
/// forgotten and it is added again after requeue_after; after `terminal` it is left alone; after
/// interrupted it is left alone where the stop was requested; after any other error it is added
/// rate-limited. Source: kubernetes-client.md 4.5.
void run_workers(WorkQueue& queue, const ReconcileFunction& reconcile, const WorkerOptions& options,
                 const std::stop_token& stop);

}  // namespace kaito::runtime
