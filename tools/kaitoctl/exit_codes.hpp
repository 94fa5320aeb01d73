#pragma once

#include "kaito/base/error.hpp"

namespace kaitoctl {

/// The exit codes of the command line, as documented in docs/exit-codes.md.
enum ExitCode : int {
  exit_done = 0,
  exit_failed = 1,
  exit_usage = 2,
  exit_terminal = 3,
  exit_auth = 4,
  exit_not_found = 5,
  exit_unreachable = 6,
  exit_timeout = 124,
  exit_interrupted = 130,
  exit_terminated = 143,
};

/// The one table from error codes to exit codes.
[[nodiscard]] int exit_code(kaito::ErrorCode code);

}  // namespace kaitoctl
