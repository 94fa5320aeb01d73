#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kaito::test {

/// One command of a transcript file and what it answered.
///
///     # prose, kept as it is
///     @ terminal 100          the next command's stdout is a terminal of 100 columns
///     @ env NO_COLOR=1        an environment variable of the next command
///     $ kaitoctl models list  the command line, with '...' and "..." as in a shell
///     < text                  a line of its stdin
///     | text                  a line of its stdout
///     ! text                  a line of its stderr
///     = 5                     its exit code, when it is not 0
///
/// A last line without a line feed ends in a backslash.
struct Step {
  std::string before;  ///< prose, directives and blank lines, as they stand
  std::string command;
  std::map<std::string, std::string> variables;
  int terminal_width = 0;  ///< 0: no terminal
  std::string in;
  std::string out;
  std::string err;
  int exit_code = 0;
};

/// Reads a transcript. A line that is none of the above throws std::runtime_error with its number.
[[nodiscard]] std::vector<Step> read_transcript(std::string_view text);
/// The text that read_transcript gives these steps for.
[[nodiscard]] std::string write_transcript(const std::vector<Step>& steps);

/// Runs a step's command in this process, relative paths below `folder`, HOME and the kubeconfig
/// nowhere, the clock at 2026-01-02T03:04:05Z; gives the step with what it answered.
[[nodiscard]] Step run_step(const Step& step, const std::filesystem::path& folder);

}  // namespace kaito::test
