#include <unistd.h>

#include <condition_variable>
#include <iostream>
#include <memory>
#include <mutex>

#include "commands/registry.hpp"
#include "exit_codes.hpp"
#include "kaito/base/text.hpp"
#include "kaito/sandbox/sandbox.hpp"
#include "sandbox_state.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::ErrorCode;

struct Flags {
  bool detach = false;
  std::optional<double> speed;
  std::optional<std::int64_t> port;
  std::optional<std::int64_t> ready_fd;
};

constexpr auto start_patience = std::chrono::seconds(15);
constexpr auto stop_patience = std::chrono::seconds(10);
constexpr std::string_view nature =
    "It is a simulation: API server, operator, nodes, GPUs and models are played by this program.";

kaito::Result<kaito::sandbox::SandboxOptions> sandbox_options(Context& context,
                                                              const Flags& flags) {
  kaito::sandbox::SandboxOptions options;
  options.speed = flags.speed.value_or(options.speed);
  if (options.speed < 0)
    return kaito::fail(ErrorCode::usage, "--speed cannot be negative",
                       "1 is real time, 60 makes a minute a second, 0 does not wait");
  if (flags.port) {
    if (*flags.port < 0 || *flags.port > 65535)
      return kaito::fail(ErrorCode::usage,
                         "--port " + std::to_string(*flags.port) + " is not a port");
    options.port = static_cast<std::uint16_t>(*flags.port);
  }
  auto lines = std::make_shared<std::mutex>();
  options.on_event = [&context, lines](const std::string& line) {
    const std::lock_guard hold(*lines);
    context.note(line);
    context.err() << std::flush;
  };
  return options;
}

/// Serves until Ctrl-C or SIGTERM.
kaito::Result<int> serve(Context& context, const Flags& flags) {
  KAITO_TRY(auto state, SandboxState::locate(context.environment()));
  KAITO_TRY(auto options, sandbox_options(context, flags));
  KAITO_CHECK(state.claim());
  const auto stop = context.stop_token();
  KAITO_TRY(auto sandbox, kaito::sandbox::Sandbox::start(std::move(options)));
  KAITO_CHECK(state.publish(sandbox->kubeconfig()));
  if (flags.ready_fd) {
    const int descriptor = static_cast<int>(*flags.ready_fd);
    if (::write(descriptor, "1", 1) != 1)
      return kaito::fail(ErrorCode::failed, "cannot report that the sandbox is ready");
    ::close(descriptor);
  }
  context.note("Sandbox ready at " + sandbox->server_url() + ". " + std::string(nature));
  context.note("In another terminal: eval \"$(kaitoctl sandbox env)\"   Ctrl-C ends it.");
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock hold(mutex);
  changed.wait(hold, stop, [] { return false; });
  state.withdraw();
  return exit_done;
}

kaito::Result<int> detach(Context& context, const Flags& flags) {
  KAITO_TRY(const auto state, SandboxState::locate(context.environment()));
  if (state.running()) {
    return kaito::fail(
        ErrorCode::already_exists, "a sandbox is already running",
        "use it: eval \"$(kaitoctl sandbox env)\", or stop it: kaitoctl sandbox down");
  }
  KAITO_TRY(const auto checked, sandbox_options(context, flags));
  std::vector<std::string> arguments{context.environment().executable, "sandbox", "up"};
  if (flags.speed) arguments.insert(arguments.end(), {"--speed", std::to_string(checked.speed)});
  if (flags.port) arguments.insert(arguments.end(), {"--port", std::to_string(checked.port)});
  KAITO_TRY(const auto process, state.start_detached(std::move(arguments), start_patience));
  context.note("Sandbox ready (process " + std::to_string(process) + "). " + std::string(nature));
  context.note("Point kaitoctl and kubectl at it: eval \"$(kaitoctl sandbox env)\"");
  return exit_done;
}

kaito::Result<int> down(Context& context) {
  KAITO_TRY(const auto state, SandboxState::locate(context.environment()));
  const auto process = state.running();
  if (!process) {
    context.note("no sandbox is running");
    return exit_done;
  }
  KAITO_CHECK(state.stop(*process, stop_patience));
  context.note("Sandbox stopped; everything in it is gone.");
  return exit_done;
}

kaito::Result<int> print_env(Context& context) {
  KAITO_TRY(const auto state, SandboxState::locate(context.environment()));
  if (!state.running())
    return kaito::fail(ErrorCode::not_found, "no sandbox is running",
                       "start one: kaitoctl sandbox up --detach");
  std::string quoted;
  for (const char c : state.kubeconfig_path())
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  context.out() << "export KUBECONFIG='" << quoted << "'\n";
  return exit_done;
}

kaito::Result<int> status(Context& context) {
  KAITO_TRY(const auto state, SandboxState::locate(context.environment()));
  const auto process = state.running();
  if (!process)
    return kaito::fail(ErrorCode::not_found, "no sandbox is running",
                       "start one: kaitoctl sandbox up --detach");
  context.out() << "running, process " << *process << "\nkubeconfig: " << state.kubeconfig_path()
                << "\nlog:        " << state.log_path() << '\n';
  return exit_done;
}

template <class F>
std::function<int()> reported(Context& context, F action) {
  return [&context, action] { return context.exit_code_of(action()); };
}

}  // namespace

void add_sandbox(CommandLine& root, Context& context) {
  auto flags = std::make_shared<Flags>();
  auto sandbox = root.command("sandbox", "A simulated cluster in this program: no Docker, no GPU");
  auto up = sandbox.command("up", "Start the simulated cluster");
  up.flag("-d,--detach", flags->detach, "In the background")
      .real(
          "--speed", flags->speed,
          "Simulated seconds per second: 1 real time, 60 (default) a minute a second, 0 no waiting")
      .integer("--port", flags->port, "Port of the API server (default: any free one)", "PORT")
      .hidden_integer("--ready-fd", flags->ready_fd);
  up.run(reported(context, [&context, flags] {
    return flags->detach ? detach(context, *flags) : serve(context, *flags);
  }));
  sandbox.command("down", "Stop it").run(reported(context, [&context] { return down(context); }));
  sandbox.command("status", "Say whether it runs").run(reported(context, [&context] {
    return status(context);
  }));
  sandbox.command("env", "Print the shell lines that point kubectl and kaitoctl at it")
      .run(reported(context, [&context] { return print_env(context); }));
}

}  // namespace kaitoctl::commands
