#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace kaitoctl {

/// How much of a command line is built. Most of the start-up would be building flags that nobody
/// looks at.
enum class Detail : std::uint8_t {
  asked,  ///< the commands and flags that the arguments may name: enough to run one of them
  whole,  ///< all, to say what is wrong, or to help; below a command that is not named, its name
};

/// One command's flags and arguments. A thin face over the parser library, so that command files
/// need not include it. References given here must live until the command has run.
class CommandLine {
 public:
  /// The parser's command and where run() leaves the action for it.
  struct Actions;
  CommandLine(CLI::App* app, Actions* actions, bool sketched = false)
      : app_(app), actions_(actions), sketched_(sketched) {}

  /// `names` as "-w,--watch".
  CommandLine& flag(const std::string& names, bool& out, const std::string& help);
  CommandLine& text(const std::string& names, std::string& out, const std::string& help,
                    const std::string& value_name = "TEXT");
  /// May be given several times; commas are not split.
  CommandLine& texts(const std::string& names, std::vector<std::string>& out,
                     const std::string& help, const std::string& value_name = "TEXT");
  CommandLine& integer(const std::string& names, std::optional<std::int64_t>& out,
                       const std::string& help, const std::string& value_name = "N");
  /// For our own processes, not shown in the help.
  CommandLine& hidden_integer(const std::string& names, std::optional<std::int64_t>& out);
  CommandLine& real(const std::string& names, std::optional<double>& out, const std::string& help,
                    const std::string& value_name = "X");
  CommandLine& choice(const std::string& names, std::string& out,
                      const std::vector<std::string>& allowed, const std::string& help);
  CommandLine& positional(const std::string& name, std::string& out, const std::string& help);
  CommandLine& positionals(const std::string& name, std::vector<std::string>& out,
                           const std::string& help);
  /// Text shown under the flags: examples, mostly.
  CommandLine& footer(const std::string& text);

  /// A command below this one.
  CommandLine command(const std::string& name, const std::string& summary);
  /// What to do when this command was chosen; gives the exit code.
  void run(std::function<int()> action);

 private:
  [[nodiscard]] bool is_needed(const std::string& names) const;

  CLI::App* app_;  ///< nullptr: left out
  Actions* actions_;
  bool sketched_;  ///< cannot be chosen: its name and summary are all that anyone will ask for
};

/// The whole command line: global flags go on `root()`, then parse() runs the chosen command.
class Parser {
 public:
  Parser(const std::string& summary, std::vector<std::string> arguments, Detail detail);
  ~Parser();
  [[nodiscard]] CommandLine root();

  /// What parsing came to: an action to run, or a text to print (help on stdout, exit 0; an error
  /// on stderr, exit 2), which is only right when the whole command line was built.
  struct Outcome {
    std::function<int()> action;
    std::string output;
    std::string error;
  };
  [[nodiscard]] Outcome parse();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kaitoctl
