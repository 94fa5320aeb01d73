#include "kaito/runtime/workers.hpp"

#include <mutex>
#include <thread>
#include <vector>

namespace kaito::runtime {
namespace {

/// What becomes of a key after a reconciliation.
void settle(WorkQueue& queue, const std::string& key, const Result<ReconcileOutcome>& result,
            bool stopping) {
  if (result) {
    queue.forget(key);
    if (result->requeue_after) queue.add_after(key, *result->requeue_after);
    return;
  }
  if (result.error().code == ErrorCode::terminal) return queue.forget(key);
  if (result.error().code == ErrorCode::interrupted && stopping) return;
  queue.add_rate_limited(key);
}

}  // namespace

void run_workers(WorkQueue& queue, const ReconcileFunction& reconcile, const WorkerOptions& options,
                 const std::stop_token& stop) {
  std::mutex telling;
  const auto work = [&] {
    while (const auto key = queue.get(stop)) {
      const auto result = reconcile(*key, stop);
      settle(queue, *key, result, stop.stop_requested());
      queue.done(*key);
      if (!options.on_result) continue;
      const std::lock_guard lock(telling);
      options.on_result(*key, result);
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < options.count; ++i)
    workers.emplace_back(work);
}

}  // namespace kaito::runtime
