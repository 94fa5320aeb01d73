#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"

namespace kaito::kube::auth {

/// A program to run.
struct ChildProgram {
  std::string path;  ///< of the file itself: nothing is looked up
  std::string name;  ///< what the program sees as its own name
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  ///< "NAME=value", all of it
  bool shares_stdin = false;             ///< else its standard input is empty
  std::size_t most_output = std::size_t{1} << 20;
};

/// How it ended.
struct ChildEnd {
  std::string output;  ///< of its standard output, whole
  int exit_code = 0;
  int signal = 0;  ///< that killed it; 0 = it ended by itself
};

/// Runs the program, without a shell and in this process's directory, to its end: its standard
/// output is captured, its standard error is ours, and no other descriptor of ours reaches it. When
/// the limits end first it is told to go (SIGTERM) and killed 50 ms later. Errors: failed (cannot
/// be started, with the reason; more output than allowed), timeout, interrupted.
[[nodiscard]] Result<ChildEnd> run_child(const ChildProgram& program, const CallLimits& limits);

}  // namespace kaito::kube::auth
