#include "kube/auth/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <limits>
#include <thread>
#include <utility>

namespace kaito::kube::auth {
namespace {

using std::chrono::milliseconds;
using Clock = Deadline::Clock;

constexpr milliseconds grace{50};
constexpr int first_other_descriptor = 3;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

Error errno_error(std::string_view what, int number) {
  return Error{
      ErrorCode::failed, fmt::format("{}: {}", what, std::strerror(number)), {}, {}, nullptr};
}

/// What posix_spawn takes, freed at the end.
struct SpawnPlan {
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const auto& text : texts)
    pointers.push_back(const_cast<char*>(text.c_str()));  // NOLINT: execve's old signature
  pointers.push_back(nullptr);
  return pointers;
}

/// Starts the program with `output` as its standard output. Gives its process id.
Result<pid_t> start(const ChildProgram& program, int output) {
  SpawnPlan plan;
  int problem = 0;
  if (!program.shares_stdin)
    problem =
        posix_spawn_file_actions_addopen(&plan.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (problem == 0)
    problem = posix_spawn_file_actions_adddup2(&plan.actions, output, STDOUT_FILENO);
  if (problem == 0)
    problem = posix_spawn_file_actions_addclosefrom_np(&plan.actions, first_other_descriptor);
  // Signals that we block or ignore are the program's to decide about.
  sigset_t none;
  sigset_t defaults;
  sigemptyset(&none);
  sigfillset(&defaults);
  if (problem == 0) problem = posix_spawnattr_setsigmask(&plan.attributes, &none);
  if (problem == 0) problem = posix_spawnattr_setsigdefault(&plan.attributes, &defaults);
  if (problem == 0)
    problem = posix_spawnattr_setflags(
        &plan.attributes, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));

  std::vector<std::string> words{program.name};
  words.insert(words.end(), program.arguments.begin(), program.arguments.end());
  pid_t pid = 0;
  if (problem == 0)
    problem = posix_spawn(&pid, program.path.c_str(), &plan.actions, &plan.attributes,
                          pointers_to(words).data(), pointers_to(program.environment).data());
  if (problem != 0) return fail(errno_error("cannot be run", problem));
  return pid;
}

/// A descriptor that becomes readable when something happened elsewhere.
class Bell {
 public:
  Bell() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  [[nodiscard]] int descriptor() const { return event_.get(); }
  void ring() const {
    const std::uint64_t one = 1;
    // Only a full counter could refuse it, and then the bell has been rung.
    [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
  }
  void quieten() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto read = ::read(event_.get(), &count, sizeof count);
  }

 private:
  Descriptor event_;
};

/// A running child. It is reaped by finish() alone, so that its process id stays its own until
/// then.
class Child {
 public:
  Child(pid_t pid, const Bell& bell)
      : pid_(pid), bell_(bell), watcher_([this] {
          siginfo_t info{};
          while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 &&
                 errno == EINTR) {
          }
          ended_ = true;
          bell_.ring();
        }) {}

  [[nodiscard]] bool ended() const { return ended_; }

  /// Ends it if it has not ended, and gives how it ended.
  ChildEnd finish() {
    if (!ended_) {
      ::kill(pid_, SIGTERM);
      await(Clock::now() + grace);
      if (!ended_) ::kill(pid_, SIGKILL);
    }
    watcher_.join();
    int status = 0;
    pid_t reaped = 0;
    do {
      reaped = ::waitpid(pid_, &status, 0);
    } while (reaped < 0 && errno == EINTR);
    ChildEnd end;
    if (reaped != pid_) return end;  // a program that ignores SIGCHLD has it reaped unseen
    if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    return end;
  }

 private:
  void await(Clock::time_point until) const {
    while (!ended_) {
      const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
      if (left <= 0) return;
      pollfd bell{bell_.descriptor(), POLLIN, 0};
      ::poll(&bell, 1, static_cast<int>(left));
      bell_.quieten();
    }
  }

  const pid_t pid_;
  const Bell& bell_;
  std::atomic<bool> ended_{false};
  std::jthread watcher_;  // last: it uses the rest
};

/// The read end of the pipe.
class Output {
 public:
  Output(Descriptor pipe, std::size_t most) : pipe_(std::move(pipe)), most_(most) {}

  [[nodiscard]] int descriptor() const { return pipe_.get(); }
  [[nodiscard]] bool open() const { return pipe_.get() >= 0; }
  std::string take() { return std::move(text_); }

  /// Takes what has arrived, without waiting. Errors: failed.
  Result<void> read_available() {
    std::array<char, 4096> piece{};
    while (open()) {
      const auto count = ::read(pipe_.get(), piece.data(), piece.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return {};
      if (count < 0) return fail(errno_error("its output cannot be read", errno));
      if (count == 0) pipe_.close();
      text_.append(piece.data(), static_cast<std::size_t>(count));
      if (text_.size() > most_)
        return fail(ErrorCode::failed, fmt::format("it printed more than {} bytes", most_));
    }
    return {};
  }

 private:
  Descriptor pipe_;
  const std::size_t most_;
  std::string text_;
};

/// For poll(): until the deadline, rounded up; -1 = without end.
int poll_time(Deadline deadline) {
  if (deadline.is_never()) return -1;
  const auto left = std::chrono::ceil<milliseconds>(deadline.moment() - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

/// Until the child has ended. Errors: timeout, interrupted, failed.
Result<void> follow(const Child& child, const Bell& bell, Output& output,
                    const CallLimits& limits) {
  for (;;) {
    // What a child left behind still holds the pipe for is not waited for.
    const bool ended = child.ended();
    KAITO_CHECK(output.read_available());
    if (ended) return {};
    if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
    if (Clock::now() >= limits.deadline.moment()) return fail(ErrorCode::timeout, "timed out");
    std::array<pollfd, 2> watched{pollfd{bell.descriptor(), POLLIN, 0},
                                  pollfd{output.descriptor(), POLLIN, 0}};
    if (::poll(watched.data(), output.open() ? 2 : 1, poll_time(limits.deadline)) < 0 &&
        errno != EINTR)
      return fail(errno_error("it cannot be waited for", errno));
    bell.quieten();
  }
}

}  // namespace

Result<ChildEnd> run_child(const ChildProgram& program, const CallLimits& limits) {
  if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return fail(errno_error("no pipe for its output", errno));
  Output output{Descriptor(ends[0]), program.most_output};
  Descriptor write_end{ends[1]};
  // Ours alone: the child's end stays as it expects it.
  ::fcntl(output.descriptor(), F_SETFL, O_NONBLOCK);

  const Bell bell;
  if (bell.descriptor() < 0) return fail(errno_error("no descriptor to wait with", errno));
  KAITO_TRY(const pid_t pid, start(program, write_end.get()));
  write_end.close();
  Child child(pid, bell);
  const std::stop_callback wake(limits.stop, [&bell] { bell.ring(); });
  auto followed = follow(child, bell, output, limits);
  auto end = child.finish();
  if (!followed) return fail(std::move(followed).error());
  end.output = output.take();
  return end;
}

}  // namespace kaito::kube::auth
