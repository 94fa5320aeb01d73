#include <iostream>
#include <memory>

#include "commands/registry.hpp"
#include "exit_codes.hpp"
#include "kaito/base/text.hpp"
#include "kaito/ops/remove.hpp"
#include "kaito/ops/status.hpp"

namespace kaitoctl::commands {

namespace {

struct Flags {
  std::vector<std::string> names;
  bool wait = false;
  std::string timeout = "10m";
  std::string dry_run = "none";
};

/// The object in the version that the cluster serves.
kaito::Result<kaito::k8s::ObjectRef> locate(Context& context, const std::string& typed) {
  KAITO_TRY(const auto named, parse_object_name(typed));
  const auto type =
      named.inference_set ? kaito::k8s::types::inference_set() : kaito::k8s::types::workspace();
  return kaito::k8s::ObjectRef{type, context.namespace_(), named.name};
}

std::string object_line(const kaito::ops::RemovalPlan& plan) {
  return kaito::to_lower(plan.ref.type.kind) + "." + plan.ref.type.group + "/" + plan.ref.name;
}

std::string question_for(const std::vector<kaito::ops::RemovalPlan>& plans) {
  std::string text;
  for (const auto& plan : plans) {
    text += text.empty() ? "Delete " : ", ";
    text += plan.ref.type.kind + " " + plan.ref.name;
  }
  return text + "?";
}

kaito::Result<int> remove(Context& context, const Flags& flags) {
  KAITO_TRY(const auto timeout, parse_duration_flag("--timeout", flags.timeout));
  if (flags.names.empty())
    return kaito::fail(kaito::ErrorCode::usage, "delete needs the name of a workspace",
                       "kaitoctl status lists them");
  KAITO_TRY(auto* client, context.client());
  KAITO_TRY(const auto limits, context.limits());
  std::vector<kaito::ops::RemovalPlan> plans;
  for (const auto& name : flags.names) {
    KAITO_TRY(const auto ref, locate(context, name));
    KAITO_TRY(auto plan, kaito::ops::plan_removal(*client, ref, limits));
    for (const auto& also : plan.goes_too)
      context.note("also goes: " + also);
    plans.push_back(std::move(plan));
  }
  const auto dry_run =
      flags.dry_run == "none" ? kaito::k8s::DryRun::none : kaito::k8s::DryRun::server;
  if (flags.dry_run != "none") {
    if (flags.dry_run == "client") {
      for (const auto& plan : plans)
        context.out() << object_line(plan) << " deleted (dry run)\n";
      return exit_done;
    }
  } else {
    KAITO_TRY(const bool agreed, context.confirm(question_for(plans)));
    if (!agreed) {
      context.note("nothing was deleted");
      return exit_failed;
    }
  }
  const auto wait_limits = context.limits_until(kaito::Deadline::after(timeout));
  for (const auto& plan : plans) {
    KAITO_TRY(const auto removed,
              kaito::ops::remove(*client, plan, flags.wait, dry_run, context.event_sink(),
                                 flags.wait ? wait_limits : limits));
    context.out() << object_line(plan)
                  << (removed.gone || flags.dry_run != "none" ? " deleted" : " is being deleted")
                  << (flags.dry_run != "none" ? " (server dry run)" : "") << '\n';
  }
  return exit_done;
}

}  // namespace

void add_delete(CommandLine& root, Context& context) {
  auto flags = std::make_shared<Flags>();
  auto command =
      root.command("delete", "Delete workspaces, with the nodes and claims that are theirs");
  command.positionals("NAME", flags->names, "Workspaces, or inferenceset/NAME")
      .flag("--wait", flags->wait, "Return when they are gone")
      .text("--timeout", flags->timeout, "How long to wait", "DURATION")
      .choice("--dry-run", flags->dry_run, {"none", "client", "server"},
              "Say what would be deleted");
  command.run([&context, flags] { return context.exit_code_of(remove(context, *flags)); });
}

}  // namespace kaitoctl::commands
