#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/patience.hpp"

namespace kaito::test {

/// What became of a program.
struct Outcome {
  int exit_code = -1;  ///< 128 + signal when it was killed by one
  std::string out;
  std::string err;
};

/// A program with pipes for its three streams. Killed, when it still runs, at the end of the scope.
class Process {
 public:
  struct Options {
    std::map<std::string, std::string> environment;  ///< all of it: nothing is inherited
    std::string input;                               ///< stdin, at most a pipe's 64 KiB
    bool logs = false;  ///< was given a -v that the case knows nothing of
  };
  /// Reports a doctest failure when the program cannot be started.
  Process(const std::string& program, const std::vector<std::string>& arguments,
          const Options& options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// True once the stream holds `text`; false when the program ended or the time passed without it.
  [[nodiscard]] bool prints(std::string_view text, std::chrono::seconds within = patience);
  [[nodiscard]] bool says(std::string_view text, std::chrono::seconds within = patience);
  /// What stdout and stderr hold so far.
  [[nodiscard]] const std::string& out() const { return texts_[0]; }
  [[nodiscard]] const std::string& err() const { return texts_[1]; }
  void send(int signal) const;
  /// Reads to the end. A program that does not end in time is killed and reported as a failure, and
  /// so is a report of a sanitizer on stderr, and a text of keep_secret() on either stream. Log
  /// lines are left out of the outcome where the case did not ask for them.
  [[nodiscard]] Outcome finish(std::chrono::seconds within = patience);

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] bool wait_for(std::size_t stream, std::string_view text, Clock::time_point until);
  /// Takes what there is to read; false at the end of both streams or when the time has passed.
  bool read_some(Clock::time_point until);

  pid_t pid_ = -1;
  bool logs_ = false;
  std::array<int, 2> pipes_{-1, -1};  ///< stdout, stderr; -1 once at the end
  std::array<std::string, 2> texts_;
};

/// A credential, or what a Secret holds: no program of this run may print it, in this form or in
/// base64.
void keep_secret(const std::string& text);

}  // namespace kaito::test
