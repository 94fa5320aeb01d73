#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "commands/log_printing.hpp"
#include "context.hpp"

namespace kaitoctl::commands {

/// Whose logs were asked for.
struct LogChoice {
  std::string workspace;
  std::string container;  ///< "" = the model's
  std::string role;       ///< leader, worker, ""
  bool all_pods = false;
};

/// The containers whose logs to show; says on stderr what was chosen where there is more. Errors:
/// not_found (no such workspace, container or worker), unavailable (no pods yet).
[[nodiscard]] kaito::Result<std::vector<LogSource>> log_sources(Context& context,
                                                                const LogChoice& choice);

/// The same once they have started; says on stderr what it waits for. Errors: not_found, timeout,
/// interrupted.
[[nodiscard]] kaito::Result<std::vector<LogSource>> started_log_sources(
    Context& context, const LogChoice& choice, std::chrono::nanoseconds timeout);

}  // namespace kaitoctl::commands
