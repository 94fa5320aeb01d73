#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/base/time.hpp"

namespace kaitoctl {

/// Everything outside the process that commands touch, built once in main and handed down; tests
/// hand in strings and a fixed clock.
struct Environment {
  std::istream* in = nullptr;
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool utf8 = false;  ///< the locale's character set
  int width = 80;     ///< columns of the terminal

  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::vector<std::string> variables;  ///< all of them, "NAME=value": for programs that we run
  /// Errors: not_found, failed.
  std::function<kaito::Result<std::string>(const std::string& path)> read_file;
  /// The file for reading piece by piece, for files of any size; may be empty. Errors: as
  /// read_file.
  std::function<kaito::Result<std::unique_ptr<std::istream>>(const std::string& path)> open_file;
  std::function<std::optional<unsigned>(const std::string& path)> file_mode;
  /// The names in a folder, sorted. Errors: not_found, failed.
  std::function<kaito::Result<std::vector<std::string>>(const std::string& path)> list_folder;
  std::function<kaito::Instant()> now;
  std::string home;
  std::string working_directory;
  std::string executable;  ///< our own path, to start the sandbox in the background

  /// From here on Ctrl-C and SIGTERM trigger this token; a second one ends the process at once.
  std::function<std::stop_token()> watch_interrupts;
  /// Forgets a Ctrl-C that was dealt with: watch_interrupts() gives a new token. For conversations.
  std::function<void()> renew_interrupts;
  /// 130 or 143 once a signal came, else 0.
  std::function<int()> exit_code_of_interrupt;
};

}  // namespace kaitoctl
