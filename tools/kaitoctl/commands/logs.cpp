#include <algorithm>
#include <memory>

#include "commands/log_printing.hpp"
#include "commands/registry.hpp"
#include "exit_codes.hpp"
#include "kaito/base/text.hpp"
#include "kaito/ops/pods.hpp"
#include "kaito/ops/serving.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::ErrorCode;
using kaito::ops::WorkspacePod;

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

/// The pods that were asked for: without a word the one that serves.
kaito::Result<std::vector<WorkspacePod>> chosen_pods(Context& context, const Flags& flags,
                                                     std::vector<WorkspacePod> pods) {
  const std::size_t total = pods.size();
  if (flags.role == "worker")
    std::erase_if(pods, [](const WorkspacePod& pod) { return pod.ordinal == 0; });
  else if (flags.role == "leader" || !flags.all_pods)
    pods.resize(1);
  if (pods.empty())
    return kaito::fail(ErrorCode::not_found, "workspace \"" + flags.name + "\" has no workers",
                       "it runs on one node; leave --role out");
  if (flags.role.empty() && !flags.all_pods && total > 1)
    context.note("pod " + pods.front().name + " of " + std::to_string(total) +
                 "; --all-pods shows them all");
  return pods;
}

/// What to show of each pod.
kaito::Result<std::vector<LogSource>> log_sources(Context& context, const Flags& flags,
                                                  const std::vector<WorkspacePod>& pods) {
  std::vector<LogSource> sources;
  for (const auto& pod : pods) {
    const auto& names = pod.containers;
    if (!flags.container.empty() &&
        std::find(names.begin(), names.end(), flags.container) == names.end()) {
      const std::string near = kaito::did_you_mean(flags.container, names);
      return kaito::fail(ErrorCode::not_found,
                         "pod " + pod.name + " has no container \"" + flags.container + "\"",
                         near.empty() ? "it has " + kaito::join(names, ", ") : near);
    }
    const std::string first = names.empty() ? std::string() : names.front();
    sources.push_back({pod.name, flags.container.empty() ? first : flags.container});
  }
  const auto& shown = pods.front().containers;
  if (flags.container.empty() && shown.size() > 1)
    context.note("container " + shown.front() +
                 "; --container shows another: " + kaito::join(std::span(shown).subspan(1), ", "));
  return sources;
}

kaito::Result<int> logs(Context& context, const Flags& flags) {
  KAITO_TRY(const auto named, parse_object_name(flags.name));
  KAITO_TRY(const auto options, log_options(flags));
  KAITO_TRY(auto* client, context.client());
  KAITO_TRY(const auto limits, context.limits());
  const std::string& namespace_ = context.namespace_();
  KAITO_TRY(const auto workspace, kaito::ops::serving_workspace(*client, namespace_, named.name,
                                                                named.inference_set, limits));
  KAITO_TRY(auto pods, kaito::ops::workspace_pods(*client, namespace_, workspace, limits));
  if (pods.empty())
    return kaito::fail(kaito::ops::explain_no_pods(*client, namespace_, workspace, limits));
  KAITO_TRY(pods, chosen_pods(context, flags, std::move(pods)));
  KAITO_TRY(const auto sources, log_sources(context, flags, pods));
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
      .footer(
          "Examples:\n"
          "  kaitoctl logs workspace-phi-3-mini -f\n"
          "  kaitoctl logs workspace-phi-3-mini --previous --tail 50\n");
  command.run([&context, flags] { return context.exit_code_of(logs(context, *flags)); });
}

}  // namespace kaitoctl::commands
