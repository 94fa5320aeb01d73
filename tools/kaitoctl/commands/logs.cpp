#include <chrono>
#include <memory>

#include "commands/log_printing.hpp"
#include "commands/log_sources.hpp"
#include "commands/registry.hpp"
#include "exit_codes.hpp"
#include "kaito/ops/serving.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::ErrorCode;

struct Flags {
  std::string name;
  bool follow = false;
  bool previous = false;
  bool timestamps = false;
  bool all_pods = false;
  std::optional<std::int64_t> tail;
  std::string since;
  std::string container;
  std::string role;
  std::string running_timeout = "20s";
};

kaito::Result<kaito::k8s::LogOptions> log_options(const Flags& flags) {
  kaito::k8s::LogOptions options;
  options.follow = flags.follow;
  options.previous = flags.previous;
  options.timestamps = flags.timestamps;
  if (flags.tail && *flags.tail < 0)
    return kaito::fail(ErrorCode::usage, "--tail cannot be less than 0", "leave it out for all");
  options.tail_lines = flags.tail;
  if (flags.since.empty()) return options;
  KAITO_TRY(const auto since, parse_duration_flag("--since", flags.since));
  if (since <= std::chrono::nanoseconds(0))
    return kaito::fail(ErrorCode::usage, "--since \"" + flags.since + "\" is no time ago",
                       "--since 10m shows the last ten minutes");
  options.since_seconds = std::chrono::ceil<std::chrono::seconds>(since).count();
  return options;
}

kaito::Result<std::chrono::nanoseconds> running_timeout(const Flags& flags) {
  KAITO_TRY(const auto timeout,
            parse_duration_flag("--pod-running-timeout", flags.running_timeout));
  if (timeout <= std::chrono::nanoseconds(0))
    return kaito::fail(ErrorCode::usage, "--pod-running-timeout must be longer than 0s");
  return timeout;
}

kaito::Result<int> logs(Context& context, const Flags& flags) {
  KAITO_TRY(const auto named, parse_object_name(flags.name));
  KAITO_TRY(const auto options, log_options(flags));
  KAITO_TRY(const auto timeout, running_timeout(flags));
  KAITO_TRY(auto* client, context.client());
  KAITO_TRY(const auto limits, context.limits());
  const std::string& namespace_ = context.namespace_();
  LogChoice choice{"", flags.container, flags.role, flags.all_pods};
  KAITO_TRY(choice.workspace, kaito::ops::serving_workspace(*client, namespace_, named.name,
                                                            named.inference_set, limits));
  // What wrote before the last restart has started once.
  const bool waits = flags.follow && !flags.previous;
  KAITO_TRY(const auto sources,
            waits ? started_log_sources(context, choice, timeout) : log_sources(context, choice));
  KAITO_CHECK(print_logs(context, *client, namespace_, sources, options));
  return exit_done;
}

}  // namespace

void add_logs(CommandLine& root, Context& context) {
  auto flags = std::make_shared<Flags>();
  auto command = root.command("logs", "Show what the model server of a workspace wrote");
  command.positional("NAME", flags->name, "Workspace, or inferenceset/NAME")
      .flag("-f,--follow", flags->follow, "Go on, over broken connections too, until it ends")
      .flag("-p,--previous", flags->previous, "Of the container before its last restart")
      .integer("--tail", flags->tail, "Only the last lines")
      .text("--since", flags->since, "Only what is newer (10m, 1h)", "DURATION")
      .flag("--timestamps", flags->timestamps, "When each line was written")
      .text("-c,--container", flags->container, "Container of the pod", "NAME")
      .choice("--role", flags->role, {"leader", "worker"}, "Of several nodes: which pods")
      .flag("--all-pods", flags->all_pods, "All pods, each line with its pod's name")
      .text("--pod-running-timeout", flags->running_timeout,
            "With -f: how long to wait for its start (default: 20s)", "DURATION")
      .footer(
          "Examples:\n"
          "  kaitoctl logs workspace-phi-3-mini -f --pod-running-timeout 30m\n"
          "  kaitoctl logs workspace-phi-3-mini --previous --tail 50\n");
  command.run([&context, flags] { return context.exit_code_of(logs(context, *flags)); });
}

}  // namespace kaitoctl::commands
