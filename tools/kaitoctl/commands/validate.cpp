#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <iostream>
#include <memory>

#include "commands/registry.hpp"
#include "commands/validate_input.hpp"
#include "exit_codes.hpp"
#include "kaito/base/text.hpp"
#include "kaito/ops/cluster_facts.hpp"
#include "kaito/plan/profile.hpp"
#include "kaito/validate/review.hpp"
#include "output/finding_rules.hpp"
#include "output/finding_writer.hpp"
#include "output/format.hpp"

namespace kaitoctl::commands {

namespace {

using kaito::ErrorCode;
using kaito::Result;
using kaito::validate::ReviewCounts;
using kaito::validate::Severity;

struct Flags {
  std::vector<std::string> files;
  std::vector<std::string> named;  ///< as arguments: the same as with -f
  bool recursive = false;
  std::string output = "text";
  std::string fail_on = "error";
  std::string release;
  std::string cloud;
  std::string provisioner;
  bool own_nodes = false;
  bool list_rules = false;
  std::string explain;
};

FindingFormat format_of(const std::string& name) {
  if (name == "json") return FindingFormat::json;
  if (name == "yaml") return FindingFormat::yaml;
  if (name == "sarif") return FindingFormat::sarif;
  if (name == "junit") return FindingFormat::junit;
  return name == "github" ? FindingFormat::github : FindingFormat::text;
}

Severity severity_of(const std::string& name) {
  if (name == "info") return Severity::info;
  return name == "warning" ? Severity::warning : Severity::error;
}

Result<kaito::validate::Context> rule_context(Context& context, const Flags& flags) {
  kaito::validate::Context rules;
  KAITO_TRY(rules.catalog, context.catalog());
  rules.cloud = flags.cloud;
  rules.as_written = true;
  if (flags.own_nodes && !flags.provisioner.empty() && flags.provisioner != "byo")
    return kaito::fail(ErrorCode::usage,
                       "--byo and --provisioner " + flags.provisioner + " contradict each other");
  rules.own_nodes = flags.own_nodes || flags.provisioner == "byo";
  rules.own_nodes_known = flags.own_nodes || !flags.provisioner.empty();
  if (!flags.release.empty()) {
    KAITO_TRY(const auto release, kaito::plan::find_release(flags.release));
    const auto& [major, minor, patch] = release.number;
    rules.operator_release = fmt::format("v{}.{}.{}", major, minor, patch);
    if (release.newer_than_known)
      context.note(flags.release + " is newer than this kaitoctl: checked by the rules of " +
                   kaito::plan::default_release().name);
  }
  return rules;
}

/// Whether the command line names a cluster to ask.
bool names_cluster(const kaito::kube::ConfigOverrides& cluster) {
  return !(cluster.context.empty() && cluster.cluster.empty() && cluster.user.empty() &&
           cluster.kubeconfig.empty() && cluster.server.empty() && cluster.token.empty());
}

/// What is known beside the files, and where the objects are that they name.
struct Surroundings {
  kaito::ops::ClusterFacts facts;
  kaito::validate::Elsewhere elsewhere;
  std::string namespace_ = "default";
};

Result<Surroundings> surroundings(Context& context, const Flags& flags) {
  Surroundings around;
  KAITO_TRY(auto rules, rule_context(context, flags));
  const auto& cluster = context.flags().cluster;
  if (!names_cluster(cluster)) {
    around.facts.context = std::move(rules);
    if (!cluster.namespace_.empty()) around.namespace_ = cluster.namespace_;
    return around;
  }
  KAITO_TRY(auto* client, context.client());
  KAITO_TRY(const auto limits, context.limits());
  KAITO_TRY(around.facts, kaito::ops::cluster_facts(*client, std::move(rules), limits));
  around.elsewhere = kaito::ops::objects_of(*client, limits);
  around.namespace_ = context.namespace_();
  const auto& known = around.facts.context;
  context.note("the cluster's operator is " +
               (known.operator_release.empty() ? "of an unknown release" : known.operator_release) +
               (known.cloud.empty() ? "" : ", on " + known.cloud) +
               (known.own_nodes ? ", with the cluster's own nodes" : ""));
  return around;
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string summary(const ReviewCounts& counts) {
  std::string text = counted(counts.errors, "error") + ", " + counted(counts.warnings, "warning");
  if (counts.infos > 0) text += ", " + counted(counts.infos, "note");
  text += " in " + counted(counts.objects, "object");
  if (counts.passed_over > 0)
    text += fmt::format("; {} of other kinds passed over", counted(counts.passed_over, "document"));
  if (counts.broken > 0) text += "; " + counted(counts.broken, "document") + " could not be read";
  return text;
}

bool is_failed(const ReviewCounts& counts, Severity fail_on) {
  const std::size_t found = counts.errors + (fail_on <= Severity::warning ? counts.warnings : 0) +
                            (fail_on == Severity::info ? counts.infos : 0);
  return found > 0;
}

Result<int> check(Context& context, const Flags& flags) {
  if (flags.files.empty())
    return kaito::fail(ErrorCode::usage, "nothing to check",
                       "name a file, a folder or - for stdin with -f");
  KAITO_TRY(auto around, surroundings(context, flags));
  KAITO_TRY(const auto files, input_files(context, flags.files, flags.recursive));

  SourceLines lines(context);
  FindingStyle style;
  style.color = context.color_out();
  style.fail_on = severity_of(flags.fail_on);
  if (context.environment().out_is_terminal) {
    style.line = [&lines](const kaito::SourcePlace& place) { return lines.at(place); };
    style.width = static_cast<std::size_t>(std::max(context.environment().width, 40));
  }
  const auto writer = finding_writer(format_of(flags.output), context.out(), std::move(style));
  auto rules = around.facts.context;
  if (around.facts.nodes) rules.nodes = &*around.facts.nodes;
  kaito::validate::Review review(
      std::move(rules), around.namespace_,
      [&writer](const kaito::validate::Reviewed& reviewed) { writer->write(reviewed); },
      around.elsewhere);
  int code = exit_done;
  for (const auto& file : files)
    if (const auto read = review_file(context, file, review); !read)
      code = context.report(read.error());
  review.finish();
  writer->finish(review.counts());

  const auto& counts = review.counts();
  if (counts.objects == 0 && counts.broken == 0 && code == exit_done)
    context.warn("there is no Workspace or InferenceSet in the input");
  else if (counts.documents > 0)
    context.note(summary(counts));
  if (counts.broken > 0) code = exit_usage;
  if (code != exit_done) return code;
  return is_failed(counts, severity_of(flags.fail_on)) ? exit_failed : exit_done;
}

/// What --list-rules and --explain print: text, json or yaml.
Result<void> print(Context& context, const Flags& flags, const std::string& text,
                   const kaito::json::Value& value) {
  if (flags.output == "text")
    context.out() << text;
  else if (flags.output == "json" || flags.output == "yaml")
    context.out() << format_value(value,
                                  flags.output == "json" ? OutputFormat::json : OutputFormat::yaml);
  else
    return kaito::fail(ErrorCode::usage, "rules are not written as " + flags.output,
                       "-o takes text, json or yaml here");
  return {};
}

Result<int> explain(Context& context, const Flags& flags) {
  const auto rules = kaito::validate::rules();
  std::vector<std::string> codes;
  for (const auto& rule : rules) {
    if (kaito::equals_ignoring_case(rule.code, flags.explain)) {
      KAITO_CHECK(
          print(context, flags, rule_text(rule, context.environment().width), rule_list({rule})));
      return exit_done;
    }
    codes.emplace_back(rule.code);
  }
  const std::string meant = kaito::did_you_mean(flags.explain, codes);
  return kaito::fail(ErrorCode::not_found,
                     "there is no rule \"" + kaito::shorten(flags.explain, 60) + "\"",
                     meant.empty() ? "--list-rules shows them" : meant);
}

Result<int> validate(Context& context, const Flags& flags) {
  if (!flags.explain.empty()) return explain(context, flags);
  if (!flags.list_rules) return check(context, flags);
  const auto rules = kaito::validate::rules();
  KAITO_CHECK(print(context, flags, rule_table(rules), rule_list(rules)));
  return exit_done;
}

}  // namespace

void add_validate(CommandLine& root, Context& context) {
  auto flags = std::make_shared<Flags>();
  auto command =
      root.command("validate", "Check Workspaces and InferenceSets before they are sent");
  command.positionals("FILES", flags->named, "Files and folders, as with -f")
      .texts("-f,--filename", flags->files, "File, folder, or - for stdin; repeatable", "FILE")
      .flag("-R,--recursive", flags->recursive, "Folders in the folders too")
      .choice("-o,--output", flags->output, {"text", "json", "yaml", "sarif", "junit", "github"},
              "Format of the findings")
      .choice("--fail-on", flags->fail_on, {"error", "warning", "info"},
              "Exit with 1 when there is such a finding or a worse one")
      .text("--kaito-version", flags->release, "Release of the operator; its rules are applied",
            "VERSION")
      .choice("--cloud", flags->cloud, {"azure", "aws", "arc"}, "Cloud that the operator runs on")
      .flag("--byo", flags->own_nodes, "The operator works with the cluster's own nodes")
      .choice("--provisioner", flags->provisioner, {"gpu-provisioner", "karpenter", "byo"},
              "How the operator gets its nodes")
      .flag("--list-rules", flags->list_rules, "Show all rules")
      .text("--explain", flags->explain, "Explain a rule", "CODE")
      .footer(
          "Examples:\n"
          "  kaitoctl validate -f workspace.yaml\n"
          "  kaitoctl validate -f manifests -R -o sarif > findings.sarif\n"
          "  helm template chart | kaitoctl validate -f - --fail-on warning");
  command.run([&context, flags] {
    flags->files.insert(flags->files.end(), flags->named.begin(), flags->named.end());
    return context.exit_code_of(validate(context, *flags));
  });
}

}  // namespace kaitoctl::commands
