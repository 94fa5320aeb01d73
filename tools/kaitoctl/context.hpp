#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "environment.hpp"
#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"
#include "kaito/catalog/catalog.hpp"
#include "kaito/kube/client.hpp"
#include "kaito/ops/events.hpp"
#include "kaito/validate/finding.hpp"

namespace kaitoctl {

/// The flags that every command understands (cli.md, "Everywhere").
struct GlobalFlags {
  kaito::kube::ConfigOverrides cluster;
  std::string request_timeout = "60s";
  std::int64_t verbosity = 0;
  bool quiet = false;
  std::string color = "auto";
  bool no_input = false;
  bool yes = false;
  std::vector<std::string> catalogs;  ///< folders or files
};

/// What a command works with: the flags, the outside, and the cluster connection made on first use.
class Context {
 public:
  Context(Environment& environment, GlobalFlags& flags);
  ~Context();

  [[nodiscard]] Environment& environment() { return environment_; }
  [[nodiscard]] const GlobalFlags& flags() const { return flags_; }
  [[nodiscard]] std::ostream& out() { return *environment_.out; }
  [[nodiscard]] std::ostream& err() { return *environment_.err; }

  /// The client of the chosen cluster. Errors: as kube::load_cluster_config.
  [[nodiscard]] kaito::Result<kaito::kube::Client*> client();
  /// The built-in catalogue with the user's own files over it: *.yaml of
  /// $XDG_CONFIG_HOME/kaitoctl/catalog (else ~/.config/...), then of each --catalog. Read at the
  /// first call. Errors: usage, for a --catalog that is not there; parse, as Catalog::with().
  [[nodiscard]] kaito::Result<const kaito::catalog::Catalog*> catalog();
  /// The chosen namespace (after client()).
  [[nodiscard]] const std::string& namespace_() const;
  /// Limits of an ordinary call: --request-timeout from now, ended by Ctrl-C.
  [[nodiscard]] kaito::Result<kaito::CallLimits> limits();
  /// The same with a deadline of the command's own.
  [[nodiscard]] kaito::CallLimits limits_until(kaito::Deadline deadline);
  [[nodiscard]] std::stop_token stop_token();
  /// After a Ctrl-C that ended only a part (a reply): later calls are not stopped by it.
  void renew_interrupts();

  /// Talk, on stderr. Notes are silent with --quiet; text is escaped for the terminal.
  void note(std::string_view text);
  void warn(std::string_view text);
  /// Prints the error with its hint (and its findings) and gives the exit code.
  [[nodiscard]] int report(const kaito::Error& error);
  /// A command's own exit code, or that of its error, which is reported.
  [[nodiscard]] int exit_code_of(const kaito::Result<int>& outcome);
  void print_finding(const kaito::validate::Finding& finding);
  /// Notes and warnings of an operation, as they come.
  [[nodiscard]] kaito::ops::EventSink event_sink();
  /// Whether colour goes to stdout / stderr.
  [[nodiscard]] bool color_out() const;
  [[nodiscard]] bool color_err() const;
  /// Asks on the terminal; `yes` with --yes; an error (usage) where nobody can be asked.
  [[nodiscard]] kaito::Result<bool> confirm(const std::string& question);
  /// The file's text, or stdin's for "-".
  [[nodiscard]] kaito::Result<std::string> read_input(const std::string& path);

 private:
  Environment& environment_;
  GlobalFlags& flags_;
  std::unique_ptr<kaito::kube::Client> client_;
  std::optional<kaito::catalog::Catalog> catalog_;  ///< with files of the user's
  std::string namespace_name_;
  std::stop_token stop_;
  bool stdin_read_ = false;  ///< by the command itself, so that no exec plugin may ask there
};

/// The duration that a flag was given. Errors: usage.
[[nodiscard]] kaito::Result<std::chrono::nanoseconds> parse_duration_flag(std::string_view flag,
                                                                          std::string_view text);

/// --request-timeout; zero is without end. Errors: usage.
[[nodiscard]] kaito::Result<std::chrono::nanoseconds> request_timeout(const GlobalFlags& flags);

/// A name as typed: "x", "workspace/x", "wk/x", "inferenceset/x", ...
struct NamedObject {
  bool inference_set = false;
  std::string name;
};
/// Errors: usage, for another kind before the slash or a name that cannot be one.
[[nodiscard]] kaito::Result<NamedObject> parse_object_name(const std::string& typed);

}  // namespace kaitoctl
