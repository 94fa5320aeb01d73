#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "kaito/base/result.hpp"
#include "kaito/kube/client.hpp"
#include "kaito/runtime/clock.hpp"
#include "kaito/runtime/event_recorder.hpp"

namespace kaito::runtime {

struct LeaderElectionOptions {
  std::string namespace_;  ///< of the Lease
  std::string name;        ///< of the Lease: one for each controller
  std::string identity;    ///< ours; no two processes may have the same
  /// How long others wait after a renewal that they saw, by their own clocks.
  std::chrono::seconds lease_duration{15};
  std::chrono::milliseconds renew_deadline{10'000};  ///< without a renewal for this: lost
  std::chrono::milliseconds retry_period{2'000};
  /// Somebody else leads now, or we do; "" = nobody. May be empty.
  std::function<void(const std::string& leader)> on_new_leader;
  /// The leadership was lost; `lead` may still be running. May be empty.
  std::function<void()> on_lost;
  std::function<void(int level, const std::string& line)> log;  ///< may be empty
  /// Told on the Lease that we became leader. May be nullptr; must outlive the elector.
  EventRecorder* recorder = nullptr;
  Random random = system_random();
};

/// One of several processes leads: the one that holds a Lease (coordination.k8s.io/v1). Who holds
/// it is judged by the own monotonic clock alone: a Lease that has not changed for its duration is
/// free, whatever times stand in it. Not a fence: a leader that was paused may act for a moment
/// more. Source: kubernetes-client.md 4.6; client-go tools/leaderelection.
class LeaderElector {
 public:
  /// Client and clock must outlive it. Errors: usage (lease_duration > renew_deadline > 1.2 x
  /// retry_period does not hold; a name is missing).
  [[nodiscard]] static Result<std::unique_ptr<LeaderElector>> create(kube::Client& client,
                                                                     LeaderElectionOptions options,
                                                                     Clock& clock);
  ~LeaderElector();

  /// Waits for the leadership, then calls `lead` on a thread of its own and renews meanwhile. The
  /// token given to `lead` is triggered by `stop` and when the leadership is lost. The Lease is
  /// kept until `lead` has come back, then given up, so that the next one need not wait. Gives
  /// lead's result, or success when stopped before leading. Errors: failed (the leadership is lost:
  /// stop the process), usage (called a second time).
  [[nodiscard]] Result<void> run(const std::function<Result<void>(std::stop_token)>& lead,
                                 const std::stop_token& stop);

  [[nodiscard]] bool is_leader() const;
  /// Who led when last seen; "" = nobody.
  [[nodiscard]] std::string leader() const;
  /// For a liveness probe. Errors: failed: we lead, but the last renewal is older than the Lease's
  /// duration and `tolerance`.
  [[nodiscard]] Result<void> check(std::chrono::seconds tolerance = std::chrono::seconds(20)) const;

 private:
  struct Impl;
  explicit LeaderElector(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// "HOST_" and a random UUID: an identity that no other process has.
[[nodiscard]] std::string election_identity(const std::string& host, const Random& random);

}  // namespace kaito::runtime
