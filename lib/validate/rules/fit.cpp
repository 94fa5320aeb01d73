#include <fmt/format.h>

#include <algorithm>

#include "kaito/plan/facts.hpp"
#include "validate/config.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"

/// What the operator will reckon once it has admitted the Workspace: nothing of it is checked by
/// its webhook (workspace-api.md T15, T16, T20).
namespace kaito::validate {

namespace {

/// The estimate and what it is of. `release` is the operator's, or the newest known.
struct Sized {
  plan::Estimate estimate;
  plan::NodeGpus node;
};

/// `context_tokens`: what the settings ask for, where they do.
std::optional<Sized> size(const Subject& subject,
                          std::optional<std::int64_t> context_tokens = std::nullopt) {
  const auto* preset = subject.inference_preset;
  if (preset == nullptr || subject.sku == nullptr || subject.context.own_nodes ||
      uses_transformers(subject) || is_before(subject.context, "v0.7.0"))
    return std::nullopt;
  const plan::Release release = known_release(subject.context).value_or(plan::default_release());
  // On a release that dropped the type K022 has said all.
  if (!plan::offered(*subject.sku, release)) return std::nullopt;
  const auto model = plan::model_facts(*subject.context.catalog, *preset, release);
  if (!model) return std::nullopt;
  plan::Demand demand;
  demand.context_tokens = context_tokens;
  demand.requested_nodes = subject.workspace.resource->count.value_or(1);
  Sized sized;
  sized.node = plan::node_gpus(*subject.sku, release);
  sized.estimate = plan::estimate(*model, sized.node, demand, *release.profile);
  if (!sized.estimate.estimated) return std::nullopt;
  return sized;
}

std::string_view reason(plan::Fit fit) {
  switch (fit) {
    case plan::Fit::gpu_too_small:
      return "what the server needs beside the weights fills a GPU";
    case plan::Fit::not_distributable:
      return "it needs more than one node, and this release cannot spread it";
    case plan::Fit::not_splittable:
      return "it has to fit one GPU";
    case plan::Fit::slice_too_small:
      return "the slice is too small";
    case plan::Fit::fits:
      break;
  }
  return "";
}

void check_fits(const Subject& subject, Report& report) {
  const auto sized = size(subject);
  if (!sized || sized->estimate.fit == plan::Fit::fits) return;
  const std::string_view why = reason(sized->estimate.fit);
  report.add(field("resource.instanceType"),
             fmt::format("{} does not fit on {}: {}", subject.inference_preset->name,
                         subject.sku->name, why),
             "kaitoctl plan " + subject.inference_preset->name + " shows which fit");
}

void check_node_count(const Subject& subject, Report& report) {
  const auto sized = size(subject);
  if (!sized || sized->estimate.fit != plan::Fit::fits) return;
  const std::int64_t asked =
      std::max<std::int64_t>(subject.workspace.resource->count.value_or(1), 1);
  if (sized->estimate.nodes <= asked) return;
  report.add(
      field("resource.instanceType"),
      fmt::format("the operator will make {} nodes of {} for {}, not {}: it reckons from "
                  "the GPU memory and does not ask",
                  sized->estimate.nodes, subject.sku->name, subject.inference_preset->name, asked),
      "kaitoctl plan " + subject.inference_preset->name +
          " shows larger types; to keep this one, write resource.count: " +
          std::to_string(sized->estimate.nodes));
}

/// The context that the settings ask for costs memory on each node.
void check_context(const Subject& subject, Report& report) {
  const auto context = plan::scanned_max_model_len(subject.config->text);
  const auto usual = size(subject);
  const auto sized = context ? size(subject, context) : std::nullopt;
  if (!sized || !usual || usual->estimate.fit != plan::Fit::fits) return;
  const FieldPath path = subject.config->path().key("vllm").key("max-model-len");
  const std::string fix =
      fmt::format("write less; kaitoctl plan {} --context-length {} shows what fits",
                  subject.inference_preset->name, *context);
  if (sized->estimate.fit != plan::Fit::fits)
    report.add_as(Severity::error, path,
                  fmt::format("{} tokens do not fit on {}: {}", *context, subject.sku->name,
                              reason(sized->estimate.fit)),
                  fix);
  else if (sized->estimate.nodes > usual->estimate.nodes)
    report.add(
        path,
        fmt::format("{} tokens make the operator take {} nodes of {} instead of {}", *context,
                    sized->estimate.nodes, subject.sku->name, usual->estimate.nodes),
        fix);
}

constexpr Rule kConfigRules[] = {
    {"K035", Severity::warning, "a model for which the operator will make more nodes than asked",
     check_context},
};

constexpr Rule kRules[] = {
    {"K034", Severity::error, "a model that the operator will not fit on the instance type",
     check_fits},
    {"K035", Severity::warning, "a model for which the operator will make more nodes than asked",
     check_node_count},
};

}  // namespace

Rules config_fit_rules() {
  return kConfigRules;
}

Rules fit_rules() {
  return kRules;
}

}  // namespace kaito::validate
