#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kaito/base/text.hpp"
#include "validate/rule.hpp"
#include "validate/suppression.hpp"

namespace kaito::validate {

namespace {

/// The annotations of a Workspace that a person sets (workspace-api.md 3.2).
constexpr std::array kKnown{
    std::string_view("kaito.sh/runtime"),
    std::string_view("kaito.sh/enablelb"),
    std::string_view("kaito.sh/bypass-resource-checks"),
    std::string_view("kaito.sh/node-image-family"),
    std::string_view("kaito.sh/node-class-name"),
    std::string_view("kaito.sh/disable-benchmark"),
    std::string_view("kaito.sh/run-benchmark"),
    std::string_view("kaito.sh/performance-mode"),
    std::string_view("kaito.sh/use-local-weights"),
    std::string_view("kaito.sh/model-streaming"),
    std::string_view("kaito.sh/model-mirror-storage-class"),
    std::string_view("kaito.sh/streaming-service-account"),
    std::string_view("inference.kaito.sh/static-model-mirror"),
    std::string_view("inference.kaito.sh/stream-datarefs-url"),
    std::string_view("inference.kaito.sh/stream-identity-client-id"),
    std::string_view("inference.kaito.sh/stream-source-type"),
};

constexpr std::string_view kNodeClass = "kaito.sh/node-class-name";

/// One of the annotation's values or the rule's finding.
void check_one_of(const Subject& subject, std::string_view key,
                  std::initializer_list<std::string_view> values, std::string_view effect,
                  Report& report) {
  const std::string* value = annotation(subject.workspace, key);
  if (value == nullptr || std::find(values.begin(), values.end(), *value) != values.end()) return;
  std::vector<std::string> names;
  for (const auto& name : values)
    names.emplace_back('"' + std::string(name) + '"');
  report.add(annotation_path(key), in_quotes(*value) + std::string(effect),
             "write " + join(names, " or "));
}

void check_image_family(const Subject& subject, Report& report) {
  constexpr std::string_view kKey = "kaito.sh/node-image-family";
  const std::string* value = annotation(subject.workspace, kKey);
  if (value == nullptr) return;
  const std::string family = to_lower(trim(*value));
  if (family != "ubuntu" && family != "azurelinux")
    report.add(annotation_path(kKey), in_quotes(*value) + " is not a node image that KAITO knows",
               "write \"ubuntu\" or \"azurelinux\"");
}

void check_performance_mode(const Subject& subject, Report& report) {
  check_one_of(subject, "kaito.sh/performance-mode", {"balanced", "interactivity", "throughput"},
               " is not a performance mode", report);
}

void check_local_weights(const Subject& subject, Report& report) {
  check_one_of(subject, "kaito.sh/use-local-weights", {"true", "false"},
               " is neither true nor false", report);
}

void check_bypass(const Subject& subject, Report& report) {
  constexpr std::string_view kKey = "kaito.sh/bypass-resource-checks";
  const std::string* value = annotation(subject.workspace, kKey);
  if (value != nullptr && *value != "true" && *value != "True")
    report.add(annotation_path(kKey),
               in_quotes(*value) + " bypasses the memory checks all the same: any value does",
               "remove the annotation to keep the checks");
}

void check_load_balancer(const Subject& subject, Report& report) {
  check_one_of(subject, "kaito.sh/enablelb", {"True", "False", "false", ""},
               " does not ask for a load balancer: the value has to be exactly True", report);
}

void check_runtime(const Subject& subject, Report& report) {
  check_one_of(subject, "kaito.sh/runtime", {"vllm", "transformers"},
               " is not a runtime: vLLM would serve the model", report);
}

void check_benchmark(const Subject& subject, Report& report) {
  check_one_of(subject, "kaito.sh/disable-benchmark", {"true", "false"},
               " does not turn the benchmark off: the value has to be exactly true", report);
}

void check_node_class(const Subject& subject, Report& report) {
  const std::string* value = annotation(subject.workspace, kNodeClass);
  const auto& classes = subject.context.node_classes;
  if (value == nullptr || value->empty() || !classes ||
      std::find(classes->begin(), classes->end(), *value) != classes->end())
    return;
  const std::string meant = did_you_mean(*value, *classes);
  report.add(
      annotation_path(kNodeClass),
      in_quotes(*value) + " is not a NodeClass of the operator: those are " + join(*classes, ", "),
      meant.empty() ? "write one of them" : meant);
}

/// Codes in the annotation that silences findings (suppression.hpp).
void check_ignored_codes(const Subject& subject, Report& report) {
  const auto& annotations =
      subject.set != nullptr ? subject.set->meta.annotations : subject.workspace.meta.annotations;
  const auto found = annotations.find(std::string(kIgnoreAnnotation));
  if (found == annotations.end()) return;
  for (const std::string_view code : ignored_codes(found->second))
    if (!is_rule(code))
      report.add(annotation_path(kIgnoreAnnotation), in_quotes(code) + " is not the code of a rule",
                 "kaitoctl validate --list-rules shows the codes");
}

bool is_kaitos(std::string_view key) {
  const std::string_view prefix = key.substr(0, key.find('/'));
  return prefix == "kaito.sh" || prefix == "inference.kaito.sh";
}

/// The key without what people spell in different ways: "kaito.sh/enable-lb" is "kaitosh/enablelb".
std::string plain(std::string_view key) {
  std::string letters = to_lower(key);
  letters.erase(std::remove_if(letters.begin(), letters.end(),
                               [](char c) { return c == '-' || c == '_' || c == '.'; }),
                letters.end());
  return letters;
}

void check_known(const Subject& subject, Report& report) {
  for (const auto& [key, value] : subject.workspace.meta.annotations) {
    if (std::find(kKnown.begin(), kKnown.end(), key) != kKnown.end()) continue;
    const std::vector<std::string> known(kKnown.begin(), kKnown.end());
    const auto same = std::find_if(
        known.begin(), known.end(),
        [wanted = plain(key)](const std::string& name) { return plain(name) == wanted; });
    std::string meant;
    if (same != known.end())
      meant = "did you mean \"" + *same + "\"?";
    else if (is_kaitos(key) || key.find("kaito") != std::string::npos)
      meant = did_you_mean(key, known);
    if (!meant.empty())
      report.add(annotation_path(key), "is not an annotation that KAITO reads", meant);
  }
}

constexpr Rule kSuppressionRules[] = {
    {"K008", Severity::warning, "kaitoctl.dev/ignore has a code that there is not",
     check_ignored_codes},
};

constexpr Rule kRules[] = {
    {"V006", Severity::error, "kaito.sh/node-image-family is neither ubuntu nor azurelinux",
     check_image_family},
    {"V007", Severity::error,
     "kaito.sh/performance-mode is not balanced, interactivity or throughput",
     check_performance_mode},
    {"V009", Severity::error, "kaito.sh/node-class-name is no NodeClass of the operator",
     check_node_class},
    {"V008", Severity::error, "kaito.sh/use-local-weights is neither true nor false",
     check_local_weights},
    {"K010", Severity::warning,
     "kaito.sh/bypass-resource-checks has a value that looks like \"no\": its presence counts",
     check_bypass},
    {"K011", Severity::warning, "kaito.sh/enablelb is not exactly True", check_load_balancer},
    {"K012", Severity::warning, "kaito.sh/runtime names no runtime, so that vLLM serves",
     check_runtime},
    {"K013", Severity::warning, "kaito.sh/disable-benchmark is not exactly true", check_benchmark},
    {"K014", Severity::warning, "an annotation is spelt almost like one of KAITO's", check_known},
};

}  // namespace

Rules suppression_rules() {
  return kSuppressionRules;
}

Rules annotation_rules() {
  return kRules;
}

}  // namespace kaito::validate
