#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "kaito/json/value.hpp"

namespace kaito::render::test {

/// A new folder; gone again with this object.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string text(const std::string& name) const;  ///< of a file; "" when absent
  [[nodiscard]] bool has(const std::string& name) const;
  void write(const std::string& name, const std::string& text) const;
  /// A program of that name that scripts run here find before any other: a `sh` script. Its calls
  /// stand in the file "calls", one a line.
  void add_program(const std::string& name, const std::string& script) const;

 private:
  std::filesystem::path path_;
};

/// How a program ended.
struct Ran {
  int exit_code = 0;
  std::string out;
};
/// Runs a `sh` script in the folder, which is HOME and TMPDIR too; 20 seconds at most.
[[nodiscard]] Ran run_in_shell(const Folder& folder, const std::string& script);

/// The `sh -c` texts of an object, wherever they stand.
void find_command_lines(const json::Value& value, std::vector<std::string>& out);

}  // namespace kaito::render::test
