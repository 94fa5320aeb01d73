#include <iostream>
#include <memory>
#include <optional>

#include "commands/deploy_flags.hpp"
#include "commands/registry.hpp"
#include "exit_codes.hpp"
#include "kaito/base/text.hpp"
#include "kaito/ops/cluster_facts.hpp"
#include "kaito/ops/deploy.hpp"
#include "output/format.hpp"
#include "ui/progress.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::ops::DeployDocument;
using kaito::ops::Deployed;

/// The documents of all -f files, read and parsed before anything is sent.
kaito::Result<std::vector<DeployDocument>> read_files(Context& context, const DeployFlags& flags) {
  std::vector<DeployDocument> documents;
  for (const auto& file : flags.files) {
    KAITO_TRY(const auto text, context.read_input(file));
    KAITO_TRY(auto loaded, kaito::json::load_yaml(text, file));
    if (loaded.empty()) return kaito::fail(kaito::ErrorCode::parse, file + " holds no document");
    for (auto& document : loaded)
      documents.push_back({std::move(document.value), std::move(document.places)});
  }
  return documents;
}

/// The objects of MODEL and the flags. Where the instance type is ours to choose, the cluster is
/// asked for it, and `facts` are what it said.
kaito::Result<std::vector<DeployDocument>> build(Context& context, const DeployFlags& flags,
                                                 std::optional<kaito::ops::ClusterFacts>& facts) {
  KAITO_TRY(const auto* catalog, context.catalog());
  KAITO_TRY(const auto request, model_request(context, flags));
  kaito::ops::AskCluster ask;
  if (flags.dry_run != "client") {
    ask = [&]() -> kaito::Result<kaito::validate::Context> {
      KAITO_TRY(auto* client, context.client());
      KAITO_TRY(const auto limits, context.limits());
      KAITO_TRY(facts, kaito::ops::cluster_facts(*client, {}, limits));
      return facts->context;
    };
  }
  KAITO_TRY(auto built, kaito::ops::build_from_model(request, *catalog, ask));
  for (const auto& note : built.notes)
    context.note(note);
  std::vector<DeployDocument> documents;
  for (auto& object : built.objects)
    documents.push_back({std::move(object), {}});
  return documents;
}

std::string_view outcome_text(Deployed::Outcome outcome, const std::string& dry_run) {
  switch (outcome) {
    case Deployed::Outcome::created:
      return dry_run == "server" ? "created (server dry run)" : "created";
    case Deployed::Outcome::changed:
      return dry_run == "server" ? "configured (server dry run)" : "configured";
    case Deployed::Outcome::unchanged:
      return dry_run == "server" ? "unchanged (server dry run)" : "unchanged";
    case Deployed::Outcome::dry_run:
      return "valid (dry run)";
  }
  return "";
}

void print_outcome(Context& context, const std::vector<Deployed>& deployed, OutputFormat format,
                   const std::string& dry_run) {
  std::vector<const kaito::json::Value*> objects;
  for (const auto& one : deployed) {
    objects.push_back(&one.object.value());
    if (format == OutputFormat::name)
      context.out() << object_name_line(one.object.value()) << '\n';
    else if (is_tabular(format))
      context.out() << object_name_line(one.object.value()) << ' '
                    << outcome_text(one.outcome, dry_run) << '\n';
  }
  if (format == OutputFormat::json || format == OutputFormat::yaml)
    context.out() << format_objects(objects, format);
  context.out() << std::flush;
}

/// Waits for each Workspace and InferenceSet in turn, all within one timeout.
kaito::Result<void> wait_for(Context& context, kaito::kube::Client& client,
                             const std::vector<Deployed>& deployed, const DeployFlags& flags,
                             std::chrono::nanoseconds timeout) {
  const auto limits = context.limits_until(kaito::Deadline::after(timeout));
  for (const auto& one : deployed) {
    if (one.kind != "Workspace" && one.kind != "InferenceSet") continue;
    const auto type = one.kind == "Workspace" ? kaito::k8s::types::workspace()
                                              : kaito::k8s::types::inference_set();
    Progress progress(context, progress_style(flags.progress, context));
    auto ready =
        kaito::ops::wait_ready(client, {type, one.namespace_, one.name}, progress.sink(), limits);
    if (ready) continue;
    auto error = std::move(ready.error());
    if (error.code == kaito::ErrorCode::interrupted || error.code == kaito::ErrorCode::timeout) {
      error =
          std::move(error).hinted(kaito::to_lower(one.kind) + " \"" + one.name +
                                  "\" stays; look again with kaitoctl status " + one.name + " -w");
    }
    return kaito::fail(std::move(error));
  }
  return {};
}

kaito::Result<int> deploy(Context& context, const DeployFlags& flags) {
  KAITO_TRY(const auto format, parse_output_format(flags.output));
  KAITO_CHECK(check_combination(flags));
  KAITO_TRY(const auto timeout, parse_duration_flag("--timeout", flags.timeout));
  KAITO_TRY(const auto* catalog, context.catalog());
  const bool client_dry_run = flags.dry_run == "client";

  // Everything that needs no cluster first: a bad file is refused without one.
  std::optional<kaito::ops::ClusterFacts> facts;
  auto documents = flags.files.empty() ? build(context, flags, facts) : read_files(context, flags);
  if (!documents) return kaito::fail(std::move(documents.error()));

  kaito::kube::Client* client = nullptr;
  if (!client_dry_run) {
    KAITO_CHECK(
        kaito::ops::check_documents(*documents, deploy_options(context, flags), *catalog, {}));
    KAITO_TRY(client, context.client());
  }
  KAITO_TRY(const auto limits, context.limits());
  auto options = deploy_options(context, flags);
  options.cluster = std::move(facts);
  KAITO_TRY(const auto deployed, kaito::ops::deploy(client, *documents, options, *catalog,
                                                    context.event_sink(), limits));
  print_outcome(context, deployed, format, flags.dry_run);
  if (flags.wait && flags.dry_run == "none")
    KAITO_CHECK(wait_for(context, *client, deployed, flags, timeout));
  return exit_done;
}

}  // namespace

void add_deploy(CommandLine& root, Context& context) {
  auto flags = std::make_shared<DeployFlags>();
  auto command = root.command("deploy", "Deploy a model, or the workspaces of a file");
  add_deploy_flags(command, *flags);
  command.run([&context, flags] { return context.exit_code_of(deploy(context, *flags)); });
}

}  // namespace kaitoctl::commands
