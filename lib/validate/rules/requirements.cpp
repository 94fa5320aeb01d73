#include <fmt/format.h>

#include "kaito/base/quantity.hpp"
#include "kaito/plan/facts.hpp"
#include "validate/preset_history.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"

/// What a model needs of its nodes and of the Workspace, as admission has it: weights against
/// memory, without the estimator (rules/fit.cpp has that).
namespace kaito::validate {

namespace {

constexpr std::string_view kBypass = "kaito.sh/bypass-resource-checks";

/// Memory checks only warn where the annotation stands, whatever its value (since v0.4.5).
Severity unless_bypassed(const Subject& subject) {
  const bool bypassed =
      annotation(subject.workspace, kBypass) != nullptr && !is_before(subject.context, "v0.4.5");
  return bypassed ? Severity::warning : Severity::error;
}

std::string gib(double bytes) {
  return fmt::format("{:.4g} GiB", bytes / static_cast<double>(plan::gibibyte));
}

FieldPath instance_type() {
  return field("resource.instanceType");
}

/// The nodes that the Workspace asks for, as admission counts them.
std::int64_t nodes_of(const Subject& subject) {
  const auto& resource = subject.workspace.resource;
  return resource ? resource->count.value_or(1) : 1;
}

/// Whether the operator's release weighs an inference Workspace of that runtime where it creates
/// the nodes: all up to v0.6, then the transformers runtime alone; v1alpha1 always.
bool is_weighed(const Subject& subject) {
  const bool old = is_before(subject.context, "v0.7.0");
  const bool v1alpha1 =
      subject.context.as_written && subject.workspace.version == api::ApiVersion::v1alpha1;
  return !subject.context.own_nodes && subject.sku != nullptr &&
         subject.inference_preset != nullptr && (old || v1alpha1 || uses_transformers(subject));
}

/// The GPUs of the instance type as the operator's release has them.
plan::NodeGpus node_of(const Subject& subject) {
  if (const auto release = known_release(subject.context))
    return plan::node_gpus(*subject.sku, *release);
  return plan::node_gpus(*subject.sku);
}

/// What all nodes together have to hold: weights since v0.7.0, a figure of the package before.
std::optional<Quantity> memory_needed(const Subject& subject) {
  const auto facts = package_facts(subject.context, subject.inference_preset);
  if (is_before(subject.context, "v0.7.0"))
    return facts ? facts->total_gpu_memory : std::optional<Quantity>();
  return facts && facts->weights ? facts->weights : subject.inference_preset->weights;
}

/// v0.1.0 to v0.3.0 compared with the plain numbers of the instance type, and multiplied once too
/// often (presets-skus-estimator 3.3).
bool has_plain_numbers(const Context& context) {
  return is_before(context, "v0.3.1");
}

/// The figure of a package as such a release had it: v0.1.0 as a plain number, later ones turned it
/// into decimal gigabytes, rounded up.
std::int64_t plain_number(const Quantity& quantity, const Context& context) {
  constexpr std::int64_t kGigabyte = 1'000'000'000;
  if (is_before(context, "v0.2.0")) return quantity.value() / plan::gibibyte;
  return (quantity.value() + kGigabyte - 1) / kGigabyte;
}

void check_total_memory(const Subject& subject, Report& report) {
  if (!is_weighed(subject)) return;
  const auto needed = memory_needed(subject);
  const plan::NodeGpus node = node_of(subject);
  if (!needed || node.memory_bytes == 0) return;
  const std::int64_t nodes = nodes_of(subject);
  const bool enough = has_plain_numbers(subject.context)
                          ? nodes * (node.memory_bytes / plan::gibibyte) * node.count >=
                                plain_number(*needed, subject.context)
                          : nodes * node.memory_bytes >= needed->value();
  if (enough) return;
  report.add_as(
      unless_bypassed(subject), instance_type(),
      fmt::format("{} of {} {} {} of GPU memory; {} needs {}",
                  nodes == 1 ? "one" : std::to_string(nodes), subject.sku->name,
                  nodes == 1 ? "has" : "have",
                  gib(static_cast<double>(nodes) * static_cast<double>(node.memory_bytes)),
                  subject.inference_preset->name, gib(static_cast<double>(needed->value()))),
      "take a larger instance type, or a higher resource.count");
}

void check_one_node(const Subject& subject, Report& report) {
  if (subject.context.own_nodes || subject.sku == nullptr || subject.inference_preset == nullptr ||
      !uses_transformers(subject) || is_before(subject.context, "v0.5.0"))
    return;
  const auto needed = memory_needed(subject);
  const plan::NodeGpus node = node_of(subject);
  const auto facts = package_facts(subject.context, subject.inference_preset);
  // One that cannot be spread over nodes is V034's alone.
  if (facts && !facts->distributed) return;
  if (!needed || node.memory_bytes == 0 || node.memory_bytes >= needed->value()) return;
  report.add(instance_type(),
             fmt::format("one {} has {} of GPU memory, {} needs {}, and the transformers runtime "
                         "does not span nodes",
                         subject.sku->name, gib(static_cast<double>(node.memory_bytes)),
                         subject.inference_preset->name, gib(static_cast<double>(needed->value()))),
             "take a larger instance type, or let vLLM serve it");
}

void check_gpu_count(const Subject& subject, Report& report) {
  if (!is_weighed(subject) || !is_before(subject.context, "v0.9.1")) return;
  const auto facts = package_facts(subject.context, subject.inference_preset);
  if (!facts) return;
  const std::int64_t gpus = nodes_of(subject) * node_of(subject).count;
  if (gpus < facts->gpu_count)
    report.add_as(
        unless_bypassed(subject), instance_type(),
        fmt::format("there are {} GPUs; {} needs {} in {}", gpus, subject.inference_preset->name,
                    facts->gpu_count, subject.context.operator_release),
        "take an instance type with more GPUs, or a higher resource.count");
}

void check_gpu_memory(const Subject& subject, Report& report) {
  if (!is_weighed(subject) || !is_before(subject.context, "v0.7.0")) return;
  const auto facts = package_facts(subject.context, subject.inference_preset);
  const plan::NodeGpus node = node_of(subject);
  if (!facts || !facts->gpu_memory_each || node.count == 0) return;
  // v0.1.0 forgot to divide.
  const int gpus = is_before(subject.context, "v0.2.0") ? 1 : node.count;
  const std::int64_t each = node.memory_bytes / plan::gibibyte / gpus;
  const bool enough = has_plain_numbers(subject.context)
                          ? each >= plain_number(*facts->gpu_memory_each, subject.context)
                          : node.memory_bytes / gpus >= facts->gpu_memory_each->value();
  if (!enough)
    report.add_as(unless_bypassed(subject), instance_type(),
                  fmt::format("a GPU of {} has {} GiB; {} needs {} in {}", subject.sku->name, each,
                              subject.inference_preset->name, facts->gpu_memory_each->text(),
                              subject.context.operator_release),
                  "take an instance type with larger GPUs");
}

void check_slice(const Subject& subject, Report& report) {
  const auto& resource = subject.workspace.resource;
  const auto* preset = subject.inference_preset;
  // With an instance type there can be no partition (V014).
  if (!resource || !resource->partition || resource->partition->mode != "mig" ||
      !resource->instance_type.value_or("").empty() || preset == nullptr || !preset->weights ||
      subject.context.catalog == nullptr)
    return;
  const auto slice = plan::mig_slice(*subject.context.catalog, resource->partition->profile);
  if (!slice || preset->weights->value() <= slice->memory_bytes) return;
  report.add_as(unless_bypassed(subject), field("resource.partition"),
                fmt::format("{} has {}, and the weights of {} are {}", resource->partition->profile,
                            gib(static_cast<double>(slice->memory_bytes)), preset->name,
                            preset->weights->text()),
                "take a larger profile");
}

/// The preset options of an inference preset.
const api::PresetOptions* options_of(const Subject& subject) {
  const auto& inference = subject.workspace.inference;
  return inference && inference->preset && inference->preset->options ? &*inference->preset->options
                                                                      : nullptr;
}

bool has_access_secret(const Subject& subject) {
  const auto* options = options_of(subject);
  return options != nullptr && options->model_access_secret &&
         !options->model_access_secret->empty();
}

FieldPath access_secret() {
  return field("inference.preset.presetOptions.modelAccessSecret");
}

void check_private_preset(const Subject& subject, Report& report) {
  const auto& inference = subject.workspace.inference;
  const auto facts = package_facts(subject.context, subject.inference_preset);
  if (facts && facts->private_image && inference->preset->access_mode != "private")
    report.add(field("inference.preset.accessMode"),
               fmt::format("{} comes in an image of your own only", subject.inference_preset->name),
               "write private, and the image under presetOptions.image");
}

void check_adapters_allowed(const Subject& subject, Report& report) {
  const auto& inference = subject.workspace.inference;
  const auto facts = package_facts(subject.context, subject.inference_preset);
  if (facts && !facts->adapters && !uses_transformers(subject) && inference->adapters &&
      !inference->adapters->empty())
    report.add(field("inference.adapters"),
               subject.inference_preset->name + " takes no adapters with vLLM",
               "set the annotation kaito.sh/runtime: transformers");
}

void check_token_needed(const Subject& subject, Report& report) {
  if (subject.workspace.version != api::ApiVersion::v1beta1 || has_access_secret(subject)) return;
  const auto facts = package_facts(subject.context, subject.inference_preset);
  if (facts && facts->needs_token)
    report.add(access_secret(),
               subject.inference_preset->name + " is downloaded with a token: it is required",
               "name a Secret of this namespace that holds the token under HF_TOKEN");
}

void check_token_needed_for_all(const Subject& subject, Report& report) {
  if (subject.workspace.version != api::ApiVersion::v1beta1 || has_access_secret(subject) ||
      !is_at_least(subject.context, "v0.4.6") || !is_before(subject.context, "v0.8.0"))
    return;
  const auto facts = package_facts(subject.context, subject.inference_preset);
  if (facts && facts->download_at_runtime)
    report.add(access_secret(),
               fmt::format("is required by {} for a model that is downloaded, with or without need",
                           subject.context.operator_release),
               "name a Secret of this namespace that holds the token under HF_TOKEN");
}

void check_token_refused(const Subject& subject, Report& report) {
  if (!has_access_secret(subject)) return;
  const auto facts = package_facts(subject.context, subject.inference_preset);
  if (facts && !facts->download_at_runtime)
    report.add(access_secret(),
               fmt::format("is refused: {} comes with its weights in {}",
                           subject.inference_preset->name, subject.context.operator_release),
               "remove it");
}

constexpr Rule kRules[] = {
    {"V020", Severity::error, "a MIG slice smaller than the model's weights", check_slice},
    {"V034", Severity::error, "too little GPU memory for the model, all nodes together",
     check_total_memory},
    {"V035", Severity::error, "a model larger than a node with the transformers runtime",
     check_one_node},
    {"V039", Severity::error, "a model with a private image without accessMode private",
     check_private_preset},
    {"V042", Severity::error, "adapters for a model that takes none with vLLM",
     check_adapters_allowed},
    {"V044", Severity::error, "no Secret for a model that is downloaded with a token",
     check_token_needed},
    {"V045", Severity::error, "a Secret for a model that is not downloaded", check_token_refused},
    {"L01", Severity::error, "fewer GPUs than the model needs, before v0.9.1", check_gpu_count},
    {"L02", Severity::error, "smaller GPUs than the model needs, before v0.7.0", check_gpu_memory},
    {"L09", Severity::error, "no Secret for a model that is downloaded, v0.4.6 to v0.7",
     check_token_needed_for_all},
};

}  // namespace

Rules requirement_rules() {
  return kRules;
}

}  // namespace kaito::validate
