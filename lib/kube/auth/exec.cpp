#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/value.hpp>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <utility>

#include "kaito/base/duration.hpp"
#include "kube/auth/child_process.hpp"
#include "kube/auth/exec_credential.hpp"
#include "kube/auth/exec_plugin.hpp"
#include "kube/auth/method.hpp"
#include "kube/path.hpp"

namespace kaito::kube::auth {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// A plugin that nobody answers is not waited for longer than this.
constexpr std::chrono::seconds longest_run{60};
/// A credential is replaced before it expires on its way to the server.
constexpr std::chrono::seconds early{10};
/// Install hints are long: where requests are made again and again they are not.
constexpr unsigned most_hints = 10;
constexpr std::chrono::hours hint_period{1};

bool is_program(const std::string& file) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0;
}

/// Runs the plugin, and puts its name before what goes wrong.
class PluginRunner {
 public:
  PluginRunner(UserEntry user, std::optional<json::Value> cluster, const Surroundings& surroundings)
      : user_(std::move(user)),
        cluster_(std::move(cluster)),
        environment_(surroundings.environment),
        stdin_available_(surroundings.stdin_available),
        now_(surroundings.now) {}

  [[nodiscard]] std::string name() const {
    return fmt::format("exec plugin \"{}\"", plugin().command);
  }

  Result<ExecCredential> run(const CallLimits& limits) {
    const bool available = stdin_available_ && stdin_available_();
    const auto wanted = interaction_of(plugin());
    if (wanted == Interaction::always && !available)
      return failed(
          "wants to ask on the terminal (interactiveMode Always), and standard input is none",
          "run the command in a terminal, with nothing piped into it");
    const bool interactive = available && wanted != Interaction::never;

    ChildProgram program;
    auto found =
        find_plugin(plugin().command, user_.file, variable_in(environment_, "PATH"), is_program);
    if (!found) return not_found();
    program.path = std::move(*found);
    program.name = plugin().command;
    program.arguments = plugin().arguments;
    program.environment = exec_environment(
        environment_, plugin(), exec_info(plugin(), interactive, cluster_ ? &*cluster_ : nullptr));
    program.shares_stdin = interactive;
    return decoded(run_within(program, limits));
  }

 private:
  [[nodiscard]] const ExecPlugin& plugin() const { return *user_.exec; }

  [[nodiscard]] std::string whose() const {
    return fmt::format("{} of user \"{}\" (from {})", name(), user_.name, user_.file);
  }

  [[nodiscard]] tl::unexpected<Error> failed(std::string_view what, std::string hint = {}) const {
    return fail(ErrorCode::unauthenticated, fmt::format("{} {}", whose(), what), std::move(hint));
  }

  tl::unexpected<Error> not_found() {
    const bool path = plugin().command.find('/') != std::string::npos;
    const auto what = path ? fmt::format("is not there, or is no program: {}",
                                         seen_from_file(user_.file, plugin().command))
                           : std::string("is not installed: no folder of PATH has it");
    auto hint = shown_hint(plugin().install_hint);
    if (hint.empty() || !may_hint()) hint = "install it, or pass --token";
    return failed(what, std::move(hint));
  }

  bool may_hint() {
    const auto now = now_ ? now_() : SteadyClock::now();
    if (hints_ == 0 || now - first_hint_ >= hint_period) {
      first_hint_ = now;
      hints_ = 0;
    }
    return ++hints_ <= most_hints;
  }

  /// A plugin that asks somebody has the caller's time, any other one longest_run at most.
  Result<ChildEnd> run_within(const ChildProgram& program, const CallLimits& limits) const {
    CallLimits own = limits;
    if (!program.shares_stdin) own.deadline = limits.deadline.sooner(Deadline::after(longest_run));
    auto end = run_child(program, own);
    if (end) return end;
    Error error = std::move(end).error();
    if (error.code == ErrorCode::interrupted) return fail(std::move(error).in(whose()));
    if (error.code != ErrorCode::timeout) return failed(error.message);
    if (SteadyClock::now() >= limits.deadline.moment()) return fail(std::move(error).in(whose()));
    return failed(fmt::format("did not end within {}", format_duration(longest_run)),
                  "run it by hand and see what it waits for");
  }

  [[nodiscard]] Result<ExecCredential> decoded(Result<ChildEnd> end) const {
    if (!end) return fail(std::move(end).error());
    if (end->signal != 0) return failed(fmt::format("was killed by signal {}", end->signal));
    if (end->exit_code != 0)
      return failed(fmt::format("ended with exit code {}", end->exit_code),
                    "what it says about it stands above; run it by hand to see more");
    auto credential = decode_exec_credential(end->output, plugin().api_version);
    if (!credential) return failed(credential.error().message, credential.error().hint);
    if (auto problem = pair_problem(credential->credential); problem)
      return failed(fmt::format("printed a certificate that cannot be used: {}", problem->message));
    return credential;
  }

  const UserEntry user_;
  const std::optional<json::Value> cluster_;
  const std::vector<std::string> environment_;
  const std::function<bool()> stdin_available_;
  const std::function<SteadyClock::time_point()> now_;
  unsigned hints_ = 0;
  SteadyClock::time_point first_hint_{};
};

/// The plugin's credential, kept until it expires or is refused. One run at a time: who needs a
/// credential meanwhile waits, and shares what comes of it.
class ExecCredentials final : public CredentialSource {
 public:
  ExecCredentials(PluginRunner runner, std::function<Instant()> wall_clock)
      : runner_(std::move(runner)), name_(runner_.name()), wall_clock_(std::move(wall_clock)) {}

  Result<std::shared_ptr<const Credential>> credential(const CallLimits& limits) override {
    std::unique_lock lock(mutex_);
    // Once: where a plugin gives what has expired already, that is what there is.
    bool renewed = false;
    while (!renewed && !fresh()) {
      KAITO_TRY(renewed, renew(lock, limits));
    }
    return current_;
  }

  Result<bool> renew_after_refusal(const std::shared_ptr<const Credential>& refused,
                                   const CallLimits& limits) override {
    std::unique_lock lock(mutex_);
    bool renewed = false;
    while (!renewed && current_ == refused) {
      KAITO_TRY(renewed, renew(lock, limits));
    }
    return *current_ != *refused;
  }

  std::string name() const override { return name_; }

 private:
  using Lock = std::unique_lock<std::mutex>;

  [[nodiscard]] bool fresh() const {
    if (current_ == nullptr) return false;
    if (!expires_) return true;
    const Instant now = wall_clock_ ? wall_clock_() : std::chrono::system_clock::now();
    return now + early < *expires_;
  }

  /// Runs the plugin, or waits for the run that is under way. A failure of that run is everybody's,
  /// unless it was only that one caller who gave up: then this gives false.
  Result<bool> renew(Lock& lock, const CallLimits& limits) {
    if (!running_) return run(lock, limits);
    const auto seen = runs_;
    changed_.wait_until(lock, limits.stop, limits.deadline.moment(),
                        [&] { return !running_ || runs_ != seen; });
    if (runs_ != seen) {
      if (failure_) return fail(*failure_);
      return true;
    }
    if (limits.stop.stop_requested()) return fail(ErrorCode::interrupted, "interrupted");
    if (running_) return fail(ErrorCode::timeout, fmt::format("timed out waiting for {}", name_));
    return false;
  }

  Result<bool> run(Lock& lock, const CallLimits& limits) {
    running_ = true;
    lock.unlock();
    auto outcome = runner_.run(limits);
    lock.lock();
    running_ = false;
    changed_.notify_all();
    if (!outcome) {
      const auto code = outcome.error().code;
      if (code != ErrorCode::timeout && code != ErrorCode::interrupted) {
        ++runs_;
        failure_ = outcome.error();
      }
      return fail(std::move(outcome).error());
    }
    ++runs_;
    failure_.reset();
    expires_ = outcome->expires;
    current_ = std::make_shared<const Credential>(std::move(outcome->credential));
    return true;
  }

  PluginRunner runner_;  ///< used by the one who set running_
  const std::string name_;
  const std::function<Instant()> wall_clock_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool running_ = false;
  unsigned long runs_ = 0;  ///< that ended, and not only because their caller gave up
  std::optional<Error> failure_;
  std::shared_ptr<const Credential> current_;
  std::optional<Instant> expires_;
};

}  // namespace

void use_exec(const UserEntry& user, const ExecTarget& target, const Surroundings& surroundings,
              Credentials& out, Problems& problems) {
  if (!user.exec) return;
  if (auto found = exec_problems(user); !found.empty()) return problems.add(std::move(found));
  std::optional<json::Value> cluster;
  if (user.exec->provide_cluster_info) cluster = exec_cluster(target.cluster, target.resolved);
  out.source = std::make_shared<ExecCredentials>(
      PluginRunner(user, std::move(cluster), surroundings), surroundings.wall_clock);
}

}  // namespace kaito::kube::auth
