#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/process.hpp"

namespace kaito::e2e {

using test::Outcome;
using test::patience;
using test::Process;

/// A program at a terminal of 100 columns that a person types at: a pseudo-terminal is its three
/// streams. Killed, when it still runs, at the end of the scope.
class Terminal {
 public:
  Terminal(const std::string& program, const std::vector<std::string>& arguments,
           const std::map<std::string, std::string>& environment);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Keys as they come: "\n" is Return, "\x03" Ctrl-C, "\x04" Ctrl-D.
  void type(std::string_view keys) const;
  /// True once `text` appears behind what an earlier call has found.
  [[nodiscard]] bool shows(std::string_view text, std::chrono::seconds within = patience);
  /// All that was printed so far, control sequences and all.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// Reads to the end and gives the exit code; killed and reported when it does not end in time.
  [[nodiscard]] int finish(std::chrono::seconds within = patience);

 private:
  using Clock = std::chrono::steady_clock;
  /// Takes what there is to read; false at the end or when the time has passed.
  bool read_some(Clock::time_point until);

  pid_t pid_ = -1;
  int terminal_ = -1;
  std::string text_;
  std::size_t seen_ = 0;
};

}  // namespace kaito::e2e
