#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "environment.hpp"
#include "kaito/base/result.hpp"

namespace kaitoctl {

/// Where a running sandbox leaves what other commands need: a folder of its own (mode 0700) with
/// the kubeconfig (0600), the log and a lock file. The running sandbox holds the lock, so that a
/// crashed one is never taken for a running one.
class SandboxState {
 public:
  /// $XDG_STATE_HOME/kaitoctl/sandbox, or ~/.local/state/kaitoctl/sandbox. Errors: failed, when
  /// there is neither.
  [[nodiscard]] static kaito::Result<SandboxState> locate(const Environment& environment);

  [[nodiscard]] std::string kubeconfig_path() const { return folder_ + "/kubeconfig"; }
  [[nodiscard]] std::string log_path() const { return folder_ + "/log"; }
  /// The process that holds the lock, or nothing.
  [[nodiscard]] std::optional<pid_t> running() const;

  /// Makes the folder and takes the lock for the life of this process.
  /// Errors: already_exists (another sandbox runs), failed.
  [[nodiscard]] kaito::Result<void> claim();
  /// Writes the kubeconfig, atomically. REQUIRES: claim(). Errors: failed.
  [[nodiscard]] kaito::Result<void> publish(const std::string& kubeconfig);
  /// Removes the kubeconfig. REQUIRES: claim().
  void withdraw();

  /// Starts `arguments` (program first) in a session of its own with its output in the log, and
  /// waits until it writes a byte to the descriptor that "--ready-fd" names. Errors: failed (its
  /// last log lines), timeout.
  [[nodiscard]] kaito::Result<pid_t> start_detached(std::vector<std::string> arguments,
                                                    std::chrono::milliseconds patience) const;
  /// Asks the process to end and waits until it let go of the lock. Errors: timeout, failed.
  [[nodiscard]] kaito::Result<void> stop(pid_t process, std::chrono::milliseconds patience) const;

 private:
  explicit SandboxState(std::string folder) : folder_(std::move(folder)) {}
  [[nodiscard]] kaito::Result<void> make_folder() const;
  [[nodiscard]] std::string lock_path() const { return folder_ + "/lock"; }
  std::string folder_;
};

}  // namespace kaitoctl
