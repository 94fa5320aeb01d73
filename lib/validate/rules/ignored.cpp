#include <fmt/format.h>

#include <array>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"

/// What is accepted and then has no effect.
namespace kaito::validate {

namespace {

bool given(const std::optional<std::string>& text) {
  return text && !text->empty();
}

void check_count(const Subject& subject, Report& report) {
  const auto& resource = subject.workspace.resource;
  const auto& inference = subject.workspace.inference;
  // A pod template and the transformers runtime take it, and so did all before v0.7.0.
  if (!resource || resource->count.value_or(1) <= 1 || !inference || !inference->preset ||
      uses_transformers(subject) || is_before(subject.context, "v0.7.0"))
    return;
  report.add(field("resource.count"),
             fmt::format("is {}, which is a wish: with vLLM the operator reckons the number of "
                         "nodes itself",
                         *resource->count),
             "kaitoctl plan shows how many it will be");
}

void check_config(const Subject& subject, Report& report) {
  const auto& inference = subject.workspace.inference;
  // Before v0.4.1 the field is not there (K009).
  if (!inference || !given(inference->config) || is_before(subject.context, "v0.4.1")) return;
  if (inference->pod_template && !inference->preset)
    report.add(field("inference.config"), "is ignored beside a template", "remove it");
  else if (uses_transformers(subject))
    report.add(field("inference.config"), "is ignored by the transformers runtime",
               "remove it, or let vLLM serve the model");
}

/// Annotations that only a preset served by vLLM has a use for.
constexpr std::array kForVllm{
    std::string_view("kaito.sh/performance-mode"), std::string_view("kaito.sh/disable-benchmark"),
    std::string_view("kaito.sh/model-streaming"), std::string_view("kaito.sh/use-local-weights")};

void check_annotations(const Subject& subject, Report& report) {
  const auto& workspace = subject.workspace;
  if (workspace.meta.annotations.empty()) return;
  const char* why = nullptr;
  if (workspace.tuning)
    why = "has no effect on tuning";
  else if (workspace.inference && workspace.inference->pod_template && !workspace.inference->preset)
    why = "has no effect on a pod template";
  else if (uses_transformers(subject))
    why = "has no effect on the transformers runtime";
  if (why == nullptr) return;
  for (const std::string_view key : kForVllm)
    if (annotation(workspace, key) != nullptr) report.add(annotation_path(key), why, "remove it");
  if (workspace.tuning && annotation(workspace, "kaito.sh/enablelb") != nullptr)
    report.add(annotation_path("kaito.sh/enablelb"), why, "remove it");
}

constexpr Rule kRules[] = {
    {"K028", Severity::info, "resource.count with vLLM, which does not go by it", check_count},
    {"K048", Severity::warning, "an inference config that nothing reads", check_config},
    {"K016", Severity::warning, "an annotation without effect on what the Workspace does",
     check_annotations},
};

}  // namespace

Rules ignored_rules() {
  return kRules;
}

}  // namespace kaito::validate
