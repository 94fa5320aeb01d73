#pragma once

#include <memory>

#include "environment.hpp"

namespace kaitoctl {

/// The real outside of this process as an Environment: standard streams, files, environment
/// variables, the clock and signals. One per process; SIGPIPE is ignored from its construction on.
class Process {
 public:
  Process();
  ~Process();
  [[nodiscard]] Environment& environment() { return environment_; }

 private:
  struct Signals;
  Environment environment_;
  std::unique_ptr<Signals> signals_;
};

}  // namespace kaitoctl
