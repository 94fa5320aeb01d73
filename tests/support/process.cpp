#include "support/process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "kaito/base/text.hpp"

namespace kaito::test {

namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;

  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    read_end = ends[0];
    write_end = ends[1];
  }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (auto& text : texts)
    list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

/// Starts it with the ordinary signal behaviour, whatever this program does with its own signals.
int spawn(pid_t& pid, const std::string& program, std::vector<std::string> arguments,
          std::vector<std::string> environment, int in, int out, int err) {
  posix_spawn_file_actions_t files{};
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t ordinary;
  sigemptyset(&none);
  sigemptyset(&ordinary);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE})
    sigaddset(&ordinary, signal);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &ordinary);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  arguments.insert(arguments.begin(), program);
  const int problem = ::posix_spawn(&pid, program.c_str(), &files, &attributes,
                                    pointers(arguments).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return problem;
}

std::vector<std::string>& secrets() {
  static std::vector<std::string> texts;
  return texts;
}

void check_secrets(const std::string& text) {
  for (const auto& secret : secrets()) {
    const auto at = text.find(secret);
    // Not the text itself: what failed is in a log that others read.
    CHECK_MESSAGE(at == std::string::npos, "a secret that begins with "
                                               << secret.substr(0, 4) << " was printed, after: "
                                               << text.substr(at < 100 ? 0 : at - 100, 100));
  }
}

bool is_log_line(std::string_view line) {
  for (const std::string_view start : {"> ", "< ", "attempt "})
    if (line.starts_with(start)) return true;
  const auto word = line.substr(0, line.find(' '));
  const auto rest = line.substr(std::min(line.size(), word.size() + 1));
  return rest.starts_with("http") &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string without_log(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const auto line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
    if (!is_log_line(line)) kept += line;
    text.remove_prefix(line.size());
  }
  return kept;
}

}  // namespace

void keep_secret(const std::string& text) {
  for (const auto& form : {text, base64_encode(text)})
    if (std::find(secrets().begin(), secrets().end(), form) == secrets().end())
      secrets().push_back(form);
}

Process::Process(const std::string& program, const std::vector<std::string>& arguments,
                 const Options& options)
    : logs_(options.logs) {
  const Pipe in;
  const Pipe out;
  const Pipe err;
  std::vector<std::string> environment;
  for (const auto& [name, value] : options.environment)
    environment.push_back(name + "=" + value);
  const int problem =
      spawn(pid_, program, arguments, environment, in.read_end, out.write_end, err.write_end);
  for (const int descriptor : {in.read_end, out.write_end, err.write_end})
    ::close(descriptor);
  pipes_ = {out.read_end, err.read_end};
  for (const int descriptor : pipes_)
    ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
  const ssize_t written = ::write(in.write_end, options.input.data(), options.input.size());
  ::close(in.write_end);
  REQUIRE_MESSAGE(problem == 0, "cannot start " << program << ": " << std::strerror(problem));
  // A program that ends without reading its input is no mistake of the test.
  REQUIRE((written == static_cast<ssize_t>(options.input.size()) || errno == EPIPE));
}

Process::~Process() {
  for (const int descriptor : pipes_) {
    if (descriptor >= 0) ::close(descriptor);
  }
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool Process::read_some(Clock::time_point until) {
  std::array<pollfd, 2> waits{pollfd{pipes_[0], POLLIN, 0}, pollfd{pipes_[1], POLLIN, 0}};
  if (pipes_[0] < 0 && pipes_[1] < 0) return false;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  if (left.count() <= 0) return false;
  if (::poll(waits.data(), waits.size(), static_cast<int>(left.count())) <= 0)
    return errno == EINTR;
  for (std::size_t i = 0; i < pipes_.size(); ++i) {
    if (pipes_[i] < 0 || waits[i].revents == 0) continue;
    std::array<char, 65536> buffer{};
    const ssize_t count = ::read(pipes_[i], buffer.data(), buffer.size());
    if (count > 0) {
      texts_[i].append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0) {
      ::close(pipes_[i]);
      pipes_[i] = -1;
    }
  }
  return true;
}

bool Process::wait_for(std::size_t stream, std::string_view text, Clock::time_point until) {
  while (texts_[stream].find(text) == std::string::npos) {
    if (!read_some(until)) return false;
  }
  return true;
}

bool Process::prints(std::string_view text, std::chrono::seconds within) {
  return wait_for(0, text, Clock::now() + within);
}

bool Process::says(std::string_view text, std::chrono::seconds within) {
  return wait_for(1, text, Clock::now() + within);
}

void Process::send(int signal) const {
  REQUIRE(::kill(pid_, signal) == 0);
}

Outcome Process::finish(std::chrono::seconds within) {
  const auto until = Clock::now() + within;
  while (read_some(until)) {
  }
  const bool ended = pipes_[0] < 0 && pipes_[1] < 0;
  if (!ended) ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  Outcome outcome{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out(), err()};
  INFO("stdout: " << outcome.out);
  INFO("stderr: " << outcome.err);
  CHECK_MESSAGE(ended, "the program did not end within " << within.count() << " s");
  const bool clean = outcome.err.find("Sanitizer") == std::string::npos &&
                     outcome.err.find("runtime error:") == std::string::npos;
  CHECK_MESSAGE(clean, "a sanitizer found something");
  check_secrets(outcome.out);
  check_secrets(outcome.err);
  if (logs_) outcome.err = without_log(outcome.err);
  return outcome;
}

}  // namespace kaito::test
