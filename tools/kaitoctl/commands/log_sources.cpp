#include "commands/log_sources.hpp"

#include <algorithm>
#include <span>

#include "kaito/base/text.hpp"
#include "kaito/ops/pods.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::ErrorCode;
using kaito::ops::WorkspacePod;

/// The pods that were asked for: without a word the one that serves.
kaito::Result<std::vector<WorkspacePod>> chosen_pods(const LogChoice& choice,
                                                     std::vector<WorkspacePod> pods) {
  if (choice.role == "worker")
    std::erase_if(pods, [](const WorkspacePod& pod) { return pod.ordinal == 0; });
  else if (choice.role == "leader" || !choice.all_pods)
    pods.resize(1);
  if (pods.empty())
    return kaito::fail(ErrorCode::not_found,
                       "workspace \"" + choice.workspace + "\" has no workers",
                       "it runs on one node; leave --role out");
  return pods;
}

/// The container of the pod to show.
kaito::Result<std::string> chosen_container(const LogChoice& choice, const WorkspacePod& pod) {
  const auto& names = pod.containers;
  if (choice.container.empty()) return names.empty() ? std::string() : names.front();
  if (std::find(names.begin(), names.end(), choice.container) != names.end())
    return choice.container;
  const std::string near = kaito::did_you_mean(choice.container, names);
  return kaito::fail(ErrorCode::not_found,
                     "pod " + pod.name + " has no container \"" + choice.container + "\"",
                     near.empty() ? "it has " + kaito::join(names, ", ") : near);
}

/// What to show of these pods, and what was left out.
kaito::Result<std::vector<LogSource>> sources_of(Context& context, const LogChoice& choice,
                                                 const std::vector<WorkspacePod>& pods) {
  KAITO_TRY(const auto chosen, chosen_pods(choice, pods));
  std::vector<LogSource> sources;
  for (const auto& pod : chosen) {
    KAITO_TRY(auto container, chosen_container(choice, pod));
    sources.push_back({pod.name, std::move(container)});
  }
  if (choice.role.empty() && !choice.all_pods && pods.size() > 1)
    context.note("pod " + chosen.front().name + " of " + std::to_string(pods.size()) +
                 "; --all-pods shows them all");
  const auto& shown = chosen.front().containers;
  if (choice.container.empty() && shown.size() > 1)
    context.note("container " + shown.front() +
                 "; --container shows another: " + kaito::join(std::span(shown).subspan(1), ", "));
  return sources;
}

/// The first of the chosen containers that has not started, and why; "" = none.
kaito::Result<std::string> not_started(const LogChoice& choice,
                                       const std::vector<WorkspacePod>& pods) {
  KAITO_TRY(const auto chosen, chosen_pods(choice, pods));
  for (const auto& pod : chosen) {
    KAITO_TRY(const auto container, chosen_container(choice, pod));
    const auto found = pod.not_started.find(container);
    if (found != pod.not_started.end())
      return "container " + container + " of pod " + pod.name + ": " + found->second;
  }
  return std::string();
}

}  // namespace

kaito::Result<std::vector<LogSource>> log_sources(Context& context, const LogChoice& choice) {
  KAITO_TRY(auto* client, context.client());
  KAITO_TRY(const auto limits, context.limits());
  const auto& namespace_ = context.namespace_();
  KAITO_TRY(const auto pods,
            kaito::ops::workspace_pods(*client, namespace_, choice.workspace, limits));
  if (pods.empty())
    return kaito::fail(kaito::ops::explain_no_pods(*client, namespace_, choice.workspace, limits));
  return sources_of(context, choice, pods);
}

kaito::Result<std::vector<LogSource>> started_log_sources(Context& context, const LogChoice& choice,
                                                          std::chrono::nanoseconds timeout) {
  KAITO_TRY(auto* client, context.client());
  const auto limits = context.limits_until(kaito::Deadline::after(timeout));
  auto pods = kaito::ops::wait_for_pods(
      *client, context.namespace_(), choice.workspace,
      [&](const std::vector<WorkspacePod>& now) { return not_started(choice, now); },
      [&](const kaito::ops::Event& event) { context.note(event.text); }, limits);
  if (pods) return sources_of(context, choice, *pods);
  auto error = std::move(pods.error());
  if (error.code == ErrorCode::timeout)
    error = std::move(error).hinted("--pod-running-timeout 30m waits longer; kaitoctl status " +
                                    choice.workspace + " shows how far it is");
  return kaito::fail(std::move(error));
}

}  // namespace kaitoctl::commands
