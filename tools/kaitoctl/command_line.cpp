#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <sstream>

#include "kaito/base/text.hpp"

namespace kaitoctl {

namespace {

/// kubectl's manner: usage line, then flags in two columns.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() {
    column_width(34);
    label("REQUIRED", "");
    label("TEXT:FILE", "FILE");
    label("OPTIONS", "flags");
    label("SUBCOMMAND", "COMMAND");
    label("SUBCOMMANDS", "COMMANDS");
    label("Positionals", "Arguments");
  }

  /// The commands stand before the flags: they are what somebody new looks for.
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    if (mode == CLI::AppFormatMode::Sub) return CLI::Formatter::make_help(app, name, mode);
    return make_description(app) + make_usage(app, name) + make_positionals(app) +
           make_subcommands(app, mode) + make_groups(app, mode) + "\n" + make_footer(app);
  }

  /// CLI11's releases do not agree on the blank line before it.
  std::string make_footer(const CLI::App* app) const override {
    const std::string footer = app->get_footer();
    return footer.empty() ? footer : footer + "\n";
  }

  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    return CLI::Formatter::make_group(group == "Options" ? "Flags" : group, is_positional,
                                      std::move(options));
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_size() == 0) return {};
    return " " + option->get_type_name();
  }
};

}  // namespace

struct CommandLine::Actions {
  std::vector<std::string> arguments;
  Detail detail;
  std::map<const CLI::App*, std::function<int()>> of;
};

struct Parser::Impl {
  CLI::App app;
  CommandLine::Actions actions;
};

namespace {

const CLI::App* chosen(const CLI::App* app) {
  const auto subcommands = app->get_subcommands();
  return subcommands.empty() ? app : chosen(subcommands.front());
}

std::vector<std::string> command_names(const CLI::App* app) {
  std::vector<std::string> names;
  for (const CLI::App* subcommand : app->get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(subcommand->get_name());
  return names;
}

std::vector<std::string> flag_names(const CLI::App* app) {
  std::vector<std::string> names;
  for (; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options())
      for (const std::string& name : option->get_lnames())
        names.push_back("--" + name);
  }
  return names;
}

std::string command_path(const CLI::App* app) {
  if (app->get_parent() == nullptr) return "kaitoctl";
  return command_path(app->get_parent()) + " " + app->get_name();
}

/// What to say about words that no command or flag took.
std::string unknown_words(const CLI::App* app, const std::vector<std::string>& words) {
  const std::string& word = words.front();
  const bool is_flag = word.size() > 1 && word.front() == '-';
  const auto known = is_flag ? flag_names(app) : command_names(app);
  std::string text = is_flag         ? "unknown flag " + word
                     : known.empty() ? "unexpected argument \"" + word + "\""
                                     : "unknown command \"" + word + "\" for " + command_path(app);
  const std::string near = kaito::did_you_mean(word, known);
  return near.empty() ? text : text + "; " + near;
}

std::string usage_error(const CLI::App* app, const std::string& text) {
  return "error: " + kaito::escape_controls(text) + "\n  hint: see " + command_path(app) +
         " --help\n";
}

}  // namespace

/// Whether a flag that has these names may be among the arguments, or is wanted anyway.
bool CommandLine::is_needed(const std::string& names) const {
  if (sketched_) return false;
  if (actions_->detail == Detail::whole) return true;
  const auto& words = actions_->arguments;
  const auto parts = kaito::split(names, ',');
  return std::any_of(parts.begin(), parts.end(), [&words](std::string_view name) {
    const bool is_long = name.starts_with("--");
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
      // Short ones may stand together: -qy.
      if (!is_long) return word.starts_with('-') && !word.starts_with("--");
      return word.starts_with(name);
    });
  });
}

CommandLine& CommandLine::flag(const std::string& names, bool& out, const std::string& help) {
  if (!is_needed(names)) return *this;
  app_->add_flag(names, out, help);
  return *this;
}

CommandLine& CommandLine::text(const std::string& names, std::string& out, const std::string& help,
                               const std::string& value_name) {
  if (!is_needed(names)) return *this;
  app_->add_option(names, out, help)->type_name(value_name);
  return *this;
}

CommandLine& CommandLine::texts(const std::string& names, std::vector<std::string>& out,
                                const std::string& help, const std::string& value_name) {
  if (!is_needed(names)) return *this;
  app_->add_option(names, out, help)
      ->type_name(value_name)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  return *this;
}

CommandLine& CommandLine::integer(const std::string& names, std::optional<std::int64_t>& out,
                                  const std::string& help, const std::string& value_name) {
  if (!is_needed(names)) return *this;
  app_->add_option(names, out, help)->type_name(value_name);
  return *this;
}

CommandLine& CommandLine::hidden_integer(const std::string& names,
                                         std::optional<std::int64_t>& out) {
  if (!is_needed(names)) return *this;
  app_->add_option(names, out)->group("");
  return *this;
}

CommandLine& CommandLine::real(const std::string& names, std::optional<double>& out,
                               const std::string& help, const std::string& value_name) {
  if (!is_needed(names)) return *this;
  app_->add_option(names, out, help)->type_name(value_name);
  return *this;
}

CommandLine& CommandLine::choice(const std::string& names, std::string& out,
                                 const std::vector<std::string>& allowed, const std::string& help) {
  if (!is_needed(names)) return *this;
  const std::string list = kaito::join(allowed, "|");
  app_->add_option(names, out, help)
      ->type_name(list)
      ->check(CLI::Validator(
          [allowed, list](const std::string& value) {
            if (std::find(allowed.begin(), allowed.end(), value) != allowed.end())
              return std::string();
            return "\"" + value + "\" is not one of " + list;
          },
          "", ""));
  return *this;
}

CommandLine& CommandLine::positional(const std::string& name, std::string& out,
                                     const std::string& help) {
  if (sketched_) return *this;
  app_->add_option(name, out, help)->type_name("");
  return *this;
}

CommandLine& CommandLine::positionals(const std::string& name, std::vector<std::string>& out,
                                      const std::string& help) {
  if (sketched_) return *this;
  app_->add_option(name, out, help)->type_name("");
  return *this;
}

CommandLine& CommandLine::footer(const std::string& text) {
  if (sketched_) return *this;
  app_->footer(text);
  return *this;
}

CommandLine CommandLine::command(const std::string& name, const std::string& summary) {
  const auto& words = actions_->arguments;
  const bool named = std::find(words.begin(), words.end(), name) != words.end();
  const bool whole = actions_->detail == Detail::whole;
  if (app_ == nullptr || (!named && !whole)) return {nullptr, actions_, true};
  CLI::App* app = app_->add_subcommand(name, summary);
  app->group("Commands");
  app->fallthrough();
  app->allow_extras(false);
  return {app, actions_, sketched_ || !named};
}

void CommandLine::run(std::function<int()> action) {
  if (sketched_) return;
  actions_->of[app_] = std::move(action);
}

Parser::Parser(const std::string& summary, std::vector<std::string> arguments, Detail detail)
    : impl_(std::make_unique<Impl>()) {
  impl_->actions.arguments = std::move(arguments);
  impl_->actions.detail = detail;
  impl_->app.description(summary);
  impl_->app.name("kaitoctl");
  impl_->app.formatter(std::make_shared<HelpFormatter>());
  impl_->app.set_help_flag("-h,--help", "Show help");
}

Parser::~Parser() = default;

CommandLine Parser::root() {
  return CommandLine(&impl_->app, &impl_->actions);
}

Parser::Outcome Parser::parse() {
  auto arguments = impl_->actions.arguments;
  CLI::App& app = impl_->app;
  Outcome outcome;
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    const CLI::App* at = chosen(&app);
    const std::string above = at->get_parent() == nullptr ? "" : command_path(at->get_parent());
    outcome.output = at->help(above, CLI::AppFormatMode::Normal);
    return outcome;
  } catch (const CLI::ExtrasError&) {
    const CLI::App* at = chosen(&app);
    const auto words = app.remaining(true);
    outcome.error =
        usage_error(at, words.empty() ? "unexpected argument" : unknown_words(at, words));
    return outcome;
  } catch (const CLI::ParseError& error) {
    outcome.error = usage_error(chosen(&app), error.what());
    return outcome;
  }
  const CLI::App* at = chosen(&app);
  const auto found = impl_->actions.of.find(at);
  if (found == impl_->actions.of.end()) {
    // A group such as `kaitoctl sandbox` alone: its help, as an answer at the top and an error
    // below.
    if (at == &app)
      outcome.output = app.help();
    else
      outcome.error = usage_error(at, "which one? " + command_path(at) + " has the commands " +
                                          kaito::join(command_names(at), ", "));
    return outcome;
  }
  outcome.action = found->second;
  return outcome;
}

}  // namespace kaitoctl
