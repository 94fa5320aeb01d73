#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <system_error>
#include <thread>

#include "exit_codes.hpp"
#include "kaito/base/text.hpp"

namespace kaitoctl {

namespace {

kaito::Result<std::string> read_whole_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const int error = errno;
    return kaito::fail(error == ENOENT ? kaito::ErrorCode::not_found : kaito::ErrorCode::failed,
                       "cannot read " + path + ": " + std::strerror(error));
  }
  std::string text;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
      continue;
    }
    const int error = errno;
    if (count < 0 && error == EINTR) continue;
    ::close(descriptor);
    if (count == 0) return text;
    return kaito::fail(kaito::ErrorCode::failed,
                       "cannot read " + path + ": " + std::strerror(error));
  }
}

kaito::Result<std::unique_ptr<std::istream>> open_stream(const std::string& path) {
  auto stream = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (stream->good()) return stream;
  const int error = errno;
  return kaito::fail(error == ENOENT ? kaito::ErrorCode::not_found : kaito::ErrorCode::failed,
                     "cannot read " + path + ": " + std::strerror(error));
}

std::optional<unsigned> mode_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return info.st_mode & 07777U;
}

/// Whether it is a link to the folder that it is in, or to one above: who follows it never ends.
bool leads_back(const std::filesystem::directory_entry& entry) {
  std::error_code error;
  if (!entry.is_symlink(error) || !entry.is_directory(error)) return false;
  const auto target = std::filesystem::canonical(entry.path(), error);
  if (error) return false;
  const auto folder = std::filesystem::canonical(entry.path().parent_path(), error);
  if (error) return false;
  return std::mismatch(target.begin(), target.end(), folder.begin(), folder.end()).first ==
         target.end();
}

kaito::Result<std::vector<std::string>> names_in(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    if (!leads_back(*entry)) names.push_back(entry->path().filename().string());
  if (error) {
    const bool absent = error == std::errc::no_such_file_or_directory;
    return kaito::fail(absent ? kaito::ErrorCode::not_found : kaito::ErrorCode::failed,
                       "cannot read " + folder + ": " + error.message());
  }
  std::sort(names.begin(), names.end());
  return names;
}

int terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::string own_path() {
  std::array<char, 4096> buffer{};
  const ssize_t count = ::readlink("/proc/self/exe", buffer.data(), buffer.size() - 1);
  return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : std::string();
}

std::string current_directory() {
  std::array<char, 4096> buffer{};
  return ::getcwd(buffer.data(), buffer.size()) != nullptr ? std::string(buffer.data()) : "/";
}

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets them
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

/// Whether the locale writes UTF-8, by its name: the C library would load the whole of it to tell.
bool names_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale = kaito::to_lower(variable(name).value_or(""));
    if (locale.empty()) continue;
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

/// SIGINT and SIGTERM, taken by a thread of their own once a command starts to wait: the first one
/// asks for a stop, the second one ends the process. An eventfd ends the thread without delay.
struct Process::Signals {
  std::mutex mutex;
  std::stop_source source;  ///< guarded by mutex: renewed while the watcher runs
  std::atomic<int> received{0};
  int end_event = -1;
  std::thread watcher;

  std::stop_token watch() {
    const std::lock_guard hold(mutex);
    if (watcher.joinable()) return source.get_token();
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    end_event = ::eventfd(0, EFD_CLOEXEC);
    const int signals = ::signalfd(-1, &set, SFD_CLOEXEC);
    if (end_event >= 0 && signals >= 0) {
      watcher = std::thread([this, signals] { take_signals(signals); });
    } else {
      // Without descriptors to wait on, Ctrl-C ends the process the ordinary way.
      pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    }
    return source.get_token();
  }

  void renew() {
    const std::lock_guard hold(mutex);
    source = std::stop_source();
    received = 0;
  }

  void take_signals(int signals) {
    std::array<pollfd, 2> waits{pollfd{signals, POLLIN, 0}, pollfd{end_event, POLLIN, 0}};
    for (;;) {
      if (::poll(waits.data(), waits.size(), -1) < 0) continue;
      if (waits[1].revents != 0) break;
      signalfd_siginfo info{};
      if (::read(signals, &info, sizeof info) != sizeof info) continue;
      const int code = info.ssi_signo == SIGINT ? exit_interrupted : exit_terminated;
      if (received.exchange(code) != 0) ::_exit(code);
      const std::lock_guard hold(mutex);
      source.request_stop();
    }
    ::close(signals);
  }

  ~Signals() {
    if (!watcher.joinable()) return;
    const std::uint64_t one = 1;
    if (::write(end_event, &one, sizeof one) != sizeof one) std::abort();
    watcher.join();
    ::close(end_event);
  }
};

Process::Process() : signals_(std::make_unique<Signals>()) {
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): cannot fail for this signal
  std::ios::sync_with_stdio(false);

  environment_.in = &std::cin;
  environment_.out = &std::cout;
  environment_.err = &std::cerr;
  environment_.in_is_terminal = ::isatty(STDIN_FILENO) != 0;
  environment_.out_is_terminal = ::isatty(STDOUT_FILENO) != 0;
  environment_.err_is_terminal = ::isatty(STDERR_FILENO) != 0;
  environment_.utf8 = names_utf8();
  environment_.width = terminal_width();
  environment_.variable = variable;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    environment_.variables.emplace_back(*entry);
  environment_.read_file = read_whole_file;
  environment_.open_file = open_stream;
  environment_.file_mode = mode_of;
  environment_.list_folder = names_in;
  environment_.now = [] {
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
  };
  environment_.home = variable("HOME").value_or("");
  environment_.working_directory = current_directory();
  environment_.executable = own_path();
  environment_.watch_interrupts = [this] { return signals_->watch(); };
  environment_.renew_interrupts = [this] { signals_->renew(); };
  environment_.exit_code_of_interrupt = [this] { return signals_->received.load(); };
}

Process::~Process() {
  std::cout.flush();
}

}  // namespace kaitoctl
