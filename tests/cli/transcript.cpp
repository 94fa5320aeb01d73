#include "transcript.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "app.hpp"
#include "environment.hpp"
#include "kaito/base/time.hpp"

namespace kaito::test {
namespace {

std::vector<std::string> split_command(const std::string& command) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  char quote = 0;
  for (const char c : command) {
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      open = true;
    } else if (c == ' ') {
      if (open) words.push_back(word);
      word.clear();
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (quote != 0) throw std::runtime_error("a quote is not closed: " + command);
  if (open) words.push_back(word);
  return words;
}

void add_directive(Step& step, const std::string& directive) {
  std::istringstream words(directive);
  std::string kind;
  words >> kind;
  if (kind == "terminal" && words >> step.terminal_width) return;
  if (kind == "env") {
    std::string setting;
    std::getline(words >> std::ws, setting);
    const auto equals = setting.find('=');
    if (equals != std::string::npos) {
      step.variables[setting.substr(0, equals)] = setting.substr(equals + 1);
      return;
    }
  }
  throw std::runtime_error("unknown directive: " + directive);
}

void add_line(std::string& text, std::string_view line) {
  if (!line.empty() && line.back() == '\\')
    text += line.substr(0, line.size() - 1);
  else
    (text += line) += '\n';
}

void write_lines(std::string& transcript, char mark, std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    transcript += mark;
    if (!line.empty()) (transcript += ' ') += line;
    transcript += end == std::string_view::npos ? "\\\n" : "\n";
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

/// Where the commands seem to stand: messages that name a whole path read alike everywhere.
constexpr std::string_view home_folder = "/project";

std::filesystem::path real_path(const std::filesystem::path& folder, const std::string& name) {
  const bool below = name.starts_with(std::string(home_folder) + '/');
  return folder / (below ? name.substr(home_folder.size() + 1) : name);
}

Result<std::string> read_file(const std::filesystem::path& path, const std::string& name) {
  std::ifstream file(path, std::ios::binary);
  if (!file.good())
    return fail(ErrorCode::not_found, "cannot read " + name + ": No such file or directory");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

std::vector<Step> read_transcript(std::string_view text) {
  std::vector<Step> steps;
  Step next;
  std::istringstream lines{std::string(text)};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::string rest = line.size() > 2 ? line.substr(2) : "";
    const char mark = line.empty() ? '#' : line[0];
    const bool of_answer = mark == '<' || mark == '|' || mark == '!' || mark == '=';
    if (of_answer && (steps.empty() || !next.before.empty()))
      throw std::runtime_error("line " + std::to_string(number) + ": no command before it");
    if (mark == '#' || mark == '@') {
      next.before += line + '\n';
      if (mark == '@') add_directive(next, rest);
    } else if (mark == '$') {
      next.command = rest;
      steps.push_back(std::exchange(next, {}));
    } else if (mark == '<') {
      add_line(steps.back().in, rest);
    } else if (mark == '|') {
      add_line(steps.back().out, rest);
    } else if (mark == '!') {
      add_line(steps.back().err, rest);
    } else if (mark == '=') {
      steps.back().exit_code = std::stoi(rest);
    } else {
      throw std::runtime_error("line " + std::to_string(number) + ": not of a transcript: " + line);
    }
  }
  return steps;
}

std::string write_transcript(const std::vector<Step>& steps) {
  std::string text;
  for (const auto& step : steps) {
    text += step.before;
    text += "$ " + step.command + '\n';
    write_lines(text, '<', step.in);
    write_lines(text, '|', step.out);
    write_lines(text, '!', step.err);
    if (step.exit_code != 0) text += "= " + std::to_string(step.exit_code) + '\n';
  }
  return text;
}

Step run_step(const Step& step, const std::filesystem::path& folder) {
  auto words = split_command(step.command);
  if (words.empty() || words.front() != "kaitoctl")
    throw std::runtime_error("not a kaitoctl command: " + step.command);
  words.erase(words.begin());

  std::istringstream in(step.in);
  std::ostringstream out;
  std::ostringstream err;
  kaitoctl::Environment environment;
  environment.in = &in;
  environment.out = &out;
  environment.err = &err;
  environment.out_is_terminal = step.terminal_width > 0;
  environment.err_is_terminal = environment.out_is_terminal;
  environment.utf8 = true;
  if (step.terminal_width > 0) environment.width = step.terminal_width;
  environment.variable = [&step](const std::string& name) -> std::optional<std::string> {
    const auto found = step.variables.find(name);
    return found == step.variables.end() ? std::nullopt : std::optional(found->second);
  };
  environment.read_file = [&folder](const std::string& name) {
    return read_file(real_path(folder, name), name);
  };
  environment.file_mode = [&folder](const std::string& name) -> std::optional<unsigned> {
    struct stat info {};
    if (::stat(real_path(folder, name).c_str(), &info) != 0) return std::nullopt;
    return info.st_mode & 07777U;
  };
  environment.list_folder = [&folder](const std::string& name) -> Result<std::vector<std::string>> {
    std::error_code error;
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(real_path(folder, name), error))
      names.push_back(entry.path().filename().string());
    if (error) return fail(ErrorCode::not_found, "cannot read " + name + ": " + error.message());
    std::sort(names.begin(), names.end());
    return names;
  };
  environment.now = [] { return parse_time("2026-01-02T03:04:05Z").value(); };
  environment.home = "/nonexistent";
  environment.working_directory = home_folder;
  environment.watch_interrupts = [] { return std::stop_token(); };
  environment.renew_interrupts = [] {};
  environment.exit_code_of_interrupt = [] { return 0; };

  Step ran = step;
  ran.exit_code = kaitoctl::run(words, environment);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

}  // namespace kaito::test
