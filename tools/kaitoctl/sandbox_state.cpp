#include "sandbox_state.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

namespace kaitoctl {

using kaito::ErrorCode;

namespace {

tl::unexpected<kaito::Error> system_error(const std::string& doing) {
  return kaito::fail(ErrorCode::failed, doing + ": " + std::strerror(errno));  // NOLINT
}

kaito::Result<void> make_folders(const std::string& path) {
  for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    const bool last = slash == std::string::npos;
    if (::mkdir(part.c_str(), last ? 0700 : 0755) != 0 && errno != EEXIST)
      return system_error("cannot create the folder " + part);
    if (last) return {};
  }
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

struct flock write_lock() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::string tail_of(const std::string& path) {
  std::string text;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return text;
  constexpr off_t most = 2000;
  if (const off_t size = ::lseek(descriptor, 0, SEEK_END); size > most)
    ::lseek(descriptor, size - most, SEEK_SET);
  else
    ::lseek(descriptor, 0, SEEK_SET);
  std::array<char, 2000> buffer{};
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  if (count > 0) text.assign(buffer.data(), static_cast<std::size_t>(count));
  ::close(descriptor);
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  return text;
}

/// In the child: never returns.
[[noreturn]] void become(const std::vector<char*>& arguments, int log) {
  ::setsid();
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execv(arguments.front(), arguments.data());
  ::_exit(127);
}

}  // namespace

kaito::Result<SandboxState> SandboxState::locate(const Environment& environment) {
  std::string base = environment.variable("XDG_STATE_HOME").value_or("");
  if (base.empty() && !environment.home.empty()) base = environment.home + "/.local/state";
  if (base.empty() || base.front() != '/') {
    return kaito::fail(ErrorCode::failed, "there is no place for the sandbox's files",
                       "set HOME or XDG_STATE_HOME to an absolute path");
  }
  return SandboxState(base + "/kaitoctl/sandbox");
}

kaito::Result<void> SandboxState::make_folder() const {
  return make_folders(folder_);
}

std::optional<pid_t> SandboxState::running() const {
  const int descriptor = ::open(lock_path().c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  struct flock lock = write_lock();
  const int answer = ::fcntl(descriptor, F_GETLK, &lock);
  ::close(descriptor);
  if (answer != 0 || lock.l_type == F_UNLCK) return std::nullopt;
  return lock.l_pid;
}

kaito::Result<void> SandboxState::claim() {
  KAITO_CHECK(make_folder());
  // Held until the process ends: closing any descriptor of the file would let go of the lock.
  const int descriptor = ::open(lock_path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_error("cannot open " + lock_path());
  struct flock lock = write_lock();
  if (::fcntl(descriptor, F_SETLK, &lock) == 0) return {};
  const int error = errno;
  ::close(descriptor);
  if (error == EACCES || error == EAGAIN) {
    return kaito::fail(ErrorCode::already_exists, "a sandbox is already running",
                       "use it (kaitoctl sandbox env), or stop it first: kaitoctl sandbox down");
  }
  errno = error;
  return system_error("cannot lock " + lock_path());
}

kaito::Result<void> SandboxState::publish(const std::string& kubeconfig) {
  const std::string temporary = kubeconfig_path() + ".new";
  ::unlink(temporary.c_str());
  const int descriptor =
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return system_error("cannot create " + temporary);
  const bool written = write_all(descriptor, kubeconfig) && ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (!written || ::rename(temporary.c_str(), kubeconfig_path().c_str()) != 0)
    return system_error("cannot write " + kubeconfig_path());
  return {};
}

void SandboxState::withdraw() {
  ::unlink(kubeconfig_path().c_str());
}

kaito::Result<pid_t> SandboxState::start_detached(std::vector<std::string> arguments,
                                                  std::chrono::milliseconds patience) const {
  KAITO_CHECK(make_folder());
  const int log = ::open(log_path().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (log < 0) return system_error("cannot create " + log_path());
  std::array<int, 2> ready{};
  if (::pipe2(ready.data(), 0) != 0) {
    ::close(log);
    return system_error("cannot start the sandbox");
  }
  arguments.insert(arguments.end(), {"--ready-fd", std::to_string(ready[1])});
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (auto& argument : arguments)
    pointers.push_back(argument.data());
  pointers.push_back(nullptr);

  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ready[0]);
    become(pointers, log);
  }
  ::close(log);
  ::close(ready[1]);
  if (child < 0) {
    ::close(ready[0]);
    return system_error("cannot start the sandbox");
  }
  pollfd wait{ready[0], POLLIN, 0};
  const int polled = ::poll(&wait, 1, static_cast<int>(patience.count()));
  char byte = 0;
  const bool is_ready = polled == 1 && ::read(ready[0], &byte, 1) == 1;
  ::close(ready[0]);
  if (is_ready) return child;

  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  if (polled == 0) {
    return kaito::fail(
        ErrorCode::timeout,
        "the sandbox did not start within " + std::to_string(patience.count() / 1000) + "s",
        "its log is " + log_path());
  }
  return kaito::fail(ErrorCode::failed, "the sandbox did not start: " + tail_of(log_path()),
                     "its log is " + log_path());
}

kaito::Result<void> SandboxState::stop(pid_t process, std::chrono::milliseconds patience) const {
  if (::kill(process, SIGTERM) != 0 && errno != ESRCH)
    return system_error("cannot stop the sandbox (process " + std::to_string(process) + ")");
  const auto until = std::chrono::steady_clock::now() + patience;
  while (running()) {
    if (std::chrono::steady_clock::now() > until) {
      return kaito::fail(ErrorCode::timeout,
                         "the sandbox (process " + std::to_string(process) + ") does not end",
                         "kill " + std::to_string(process));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return {};
}

}  // namespace kaitoctl
