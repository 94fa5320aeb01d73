#include "terminal.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace kaito::e2e {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (auto& text : texts)
    list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

}  // namespace

Terminal::Terminal(const std::string& program, const std::vector<std::string>& arguments,
                   const std::map<std::string, std::string>& environment) {
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> settings;
  for (const auto& [name, value] : environment)
    settings.push_back(name + "=" + value);
  // Everything is laid out before the fork: between it and exec nothing may allocate.
  const auto argv = pointers(words);
  const auto envp = pointers(settings);
  const winsize size{40, 100, 0, 0};
  pid_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
  if (pid_ == 0) {
    ::execve(program.c_str(), argv.data(), envp.data());
    ::_exit(127);
  }
  REQUIRE(pid_ > 0);
}

Terminal::~Terminal() {
  if (terminal_ >= 0) ::close(terminal_);
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Terminal::type(std::string_view keys) const {
  REQUIRE(::write(terminal_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
}

bool Terminal::read_some(Clock::time_point until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  if (left.count() <= 0) return false;
  pollfd wait{terminal_, POLLIN, 0};
  const int ready = ::poll(&wait, 1, static_cast<int>(left.count()));
  if (ready <= 0) return ready < 0 && errno == EINTR;
  std::array<char, 65536> buffer{};
  const ssize_t count = ::read(terminal_, buffer.data(), buffer.size());
  if (count <= 0) return false;  // EIO: the program has closed the other end
  text_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

bool Terminal::shows(std::string_view text, std::chrono::seconds within) {
  const auto until = Clock::now() + within;
  for (;;) {
    const auto found = text_.find(text, seen_);
    if (found != std::string::npos) {
      seen_ = found + text.size();
      return true;
    }
    if (!read_some(until)) return false;
  }
}

int Terminal::finish(std::chrono::seconds within) {
  const auto until = Clock::now() + within;
  while (read_some(until)) {
  }
  const bool ended = Clock::now() < until;
  if (!ended) ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  INFO(text_);
  CHECK_MESSAGE(ended, "the program did not end within " << within.count() << " s");
  CHECK_MESSAGE(text_.find("Sanitizer") == std::string::npos, "a sanitizer found something");
  CHECK_MESSAGE(text_.find("runtime error:") == std::string::npos, "a sanitizer found something");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace kaito::e2e
