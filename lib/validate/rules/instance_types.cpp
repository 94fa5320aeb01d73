#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"

/// What an instance type can be: each rule reports one verdict.
namespace kaito::validate {

namespace {

enum class Verdict : std::uint8_t {
  fine,
  too_new,      ///< in the table of a later release than the operator's
  other_cloud,  ///< in the table of a cloud that the operator does not run on
  no_gpu,
  admitted_unknown,  ///< in no table, but Azure's webhook lets the prefix in
  unknown,
};

struct Judged {
  Verdict verdict = Verdict::fine;
  const std::string* name = nullptr;  ///< as written; nullptr when there is nothing to judge
  const catalog::Sku* sku = nullptr;
};

/// The letters before the first digit: "standard_nc24ads_a100_v4" -> "nc", "c5.xlarge" -> "c".
std::string_view letters(std::string_view text) {
  const auto* const end =
      std::find_if_not(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// Families that are known to carry no GPU: all of Azure's but N*, of which NP has FPGAs, and the
/// general families of AWS.
bool carries_no_gpu(std::string_view name) {
  const std::string lower = to_lower(name);
  constexpr std::string_view kAzure = "standard_";
  if (lower.starts_with(kAzure)) {
    const std::string_view family = letters(std::string_view(lower).substr(kAzure.size()));
    return !family.empty() && (family.front() != 'n' || family == "np");
  }
  constexpr std::array kAws{std::string_view("a"),  std::string_view("c"),   std::string_view("d"),
                            std::string_view("h"),  std::string_view("hpc"), std::string_view("i"),
                            std::string_view("im"), std::string_view("is"),  std::string_view("m"),
                            std::string_view("r"),  std::string_view("t"),   std::string_view("x"),
                            std::string_view("z")};
  return lower.find('.') != std::string::npos &&
         std::find(kAws.begin(), kAws.end(), letters(lower)) != kAws.end();
}

/// Azure's webhook lets any name with such a beginning in; before v0.10.0 in this letter case only.
bool has_azures_prefix(const Subject& subject, std::string_view name) {
  const std::string& cloud = subject.context.cloud;
  if (!cloud.empty() && cloud != "azure") return false;
  const auto starts = [](std::string_view text, std::string_view n, std::string_view d) {
    return text.starts_with(n) || text.starts_with(d);
  };
  return is_before(subject.context, "v0.10.0")
             ? starts(name, "Standard_N", "Standard_D")
             : starts(to_lower(name.substr(0, 10)), "standard_n", "standard_d");
}

Judged judge(const Subject& subject) {
  const auto& workspace = subject.workspace;
  if (subject.context.catalog == nullptr || !workspace.resource ||
      !workspace.resource->instance_type)
    return {};
  const std::string& name = *workspace.resource->instance_type;
  // v1beta1 refuses any on the cluster's own nodes (V004).
  if (name.empty() || (subject.context.own_nodes && workspace.version == api::ApiVersion::v1beta1))
    return {};
  const std::string& cloud = subject.context.cloud;
  if (const auto* sku = subject.sku) {
    if (!cloud.empty() && sku->cloud != cloud) return {Verdict::other_cloud, &name, sku};
    const bool too_new = is_before(subject.context, sku->first_release);
    return {too_new ? Verdict::too_new : Verdict::fine, &name, sku};
  }
  if (carries_no_gpu(name)) return {Verdict::no_gpu, &name, nullptr};
  if (has_azures_prefix(subject, name)) return {Verdict::admitted_unknown, &name, nullptr};
  return {Verdict::unknown, &name, nullptr};
}

FieldPath path() {
  return field("resource.instanceType");
}

std::string near_skus(const Subject& subject, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& sku : subject.context.catalog->skus())
    if (sku.lifecycle == catalog::Lifecycle::current &&
        (subject.context.cloud.empty() || sku.cloud == subject.context.cloud))
      names.push_back(sku.name);
  const std::string meant = did_you_mean(name, names);
  return meant.empty() ? "kaitoctl skus list shows those that there are" : meant;
}

void check_supported(const Subject& subject, Report& report) {
  const Judged judged = judge(subject);
  if (judged.verdict == Verdict::other_cloud)
    report.add(path(),
               fmt::format("{} is an instance type of {}; the operator runs on {}",
                           judged.sku->name, judged.sku->cloud, subject.context.cloud),
               near_skus(subject, *judged.name));
  if (judged.verdict == Verdict::unknown)
    report.add(path(), in_quotes(*judged.name) + " is not a GPU instance type that KAITO supports",
               near_skus(subject, *judged.name));
  if (judged.verdict == Verdict::too_new) {
    const bool admitted = has_azures_prefix(subject, *judged.name);
    report.add_as(admitted ? Severity::warning : Severity::error, path(),
                  fmt::format("{} came with {}; the operator here is {}", judged.sku->name,
                              judged.sku->first_release, subject.context.operator_release),
                  "choose another instance type, or a newer operator");
  }
}

void check_retired(const Subject& subject, Report& report) {
  const Judged judged = judge(subject);
  if (judged.verdict != Verdict::fine || judged.sku == nullptr ||
      judged.sku->lifecycle != catalog::Lifecycle::retired)
    return;
  const catalog::Sku& sku = *judged.sku;
  const bool dropped = is_at_least(subject.context, sku.retired_in);
  std::string message = fmt::format("{} was dropped in {}", sku.name, sku.retired_in);
  if (!sku.retired_because.empty()) message += ": " + sku.retired_because;
  if (dropped)
    message += fmt::format("; the operator here is {}", subject.context.operator_release);
  const auto* instead = subject.context.catalog->replacement_for(sku);
  report.add_as(dropped ? Severity::error : Severity::warning, path(), message,
                instead != nullptr ? "use " + instead->name : "choose another instance type");
}

void check_letter_case(const Subject& subject, Report& report) {
  const Judged judged = judge(subject);
  if (judged.verdict != Verdict::fine || judged.sku == nullptr || judged.sku->name == *judged.name)
    return;
  const bool refused =
      is_before(subject.context, "v0.10.0") && !has_azures_prefix(subject, *judged.name);
  report.add_as(refused ? Severity::error : Severity::warning, path(),
                fmt::format("{} is spelt {}: nodes are matched by the exact name, so that none "
                            "would ever count as ready",
                            in_quotes(*judged.name), judged.sku->name),
                "write " + judged.sku->name);
}

/// 80 for "8.0"; 0 when not known.
int compute_capability(const catalog::Sku& sku) {
  const std::string& text = sku.compute_capability;
  const std::size_t dot = text.find('.');
  if (dot == std::string::npos || dot == 0 || dot + 2 != text.size()) return 0;
  int whole = 0;
  for (const char c : text.substr(0, dot))
    whole = whole * 10 + (c - '0');
  return whole * 10 + (text.back() - '0');
}

bool is_served_in_bfloat16(const catalog::Preset* preset) {
  if (preset == nullptr) return false;
  const json::Value& record = preset->record.value();
  return json::string_at(record, {"vllm", "parameters", "dtype"}) == "bfloat16";
}

void check_compute_capability(const Subject& subject, Report& report) {
  constexpr int kVllm = 70;
  constexpr int kBfloat16 = 80;
  // A release that is known either dropped such types (K022) or served models in other formats.
  if (subject.sku == nullptr || subject.sku->vendor != "nvidia" || uses_transformers(subject) ||
      !subject.context.operator_release.empty() || !subject.workspace.inference ||
      !subject.workspace.inference->preset)
    return;
  const int capability = compute_capability(*subject.sku);
  if (capability == 0 || capability >= kBfloat16) return;
  const catalog::Sku& sku = *subject.sku;
  const auto* instead = subject.context.catalog->replacement_for(sku);
  const std::string fix =
      instead != nullptr ? "use " + instead->name : "choose a newer instance type";
  if (capability < kVllm)
    report.add(path(),
               fmt::format("{} has GPUs of compute capability {}: vLLM needs 7.0", sku.name,
                           sku.compute_capability),
               fix);
  else if (is_served_in_bfloat16(subject.inference_preset))
    report.add(path(),
               fmt::format("{} has GPUs of compute capability {}: {} is served in bfloat16, which "
                           "needs 8.0",
                           sku.name, sku.compute_capability, subject.inference_preset->name),
               fix);
}

void check_vendor(const Subject& subject, Report& report) {
  if (subject.sku == nullptr || subject.sku->vendor == "nvidia" ||
      presets_of(subject.workspace).empty())
    return;
  report.add(path(),
             fmt::format("{} has no NVIDIA GPU: the images of KAITO's models are built for CUDA",
                         subject.sku->name),
             near_skus(subject, subject.sku->name));
}

void check_carries_gpu(const Subject& subject, Report& report) {
  const Judged judged = judge(subject);
  if (judged.verdict != Verdict::no_gpu) return;
  // A pod template may do without one, where the webhook lets the type in.
  const auto& workspace = subject.workspace;
  const bool template_alone =
      workspace.inference && workspace.inference->pod_template && !workspace.inference->preset;
  const bool admitted = has_azures_prefix(subject, *judged.name);
  report.add_as(template_alone && admitted ? Severity::warning : Severity::error, path(),
                fmt::format("there is no GPU on {}", in_quotes(*judged.name)),
                near_skus(subject, *judged.name));
}

void check_known(const Subject& subject, Report& report) {
  const Judged judged = judge(subject);
  if (judged.verdict != Verdict::admitted_unknown) return;
  // Operators that compute the node count, and tuning, need the memory of the type; a pod template
  // does not, and neither do nodes that are there already.
  const bool refused = !presets_of(subject.workspace).empty() && !subject.context.own_nodes &&
                       !is_before(subject.context, "v0.7.0");
  report.add_as(refused ? Severity::error : Severity::warning, path(),
                refused ? in_quotes(*judged.name) +
                              " is in no table of KAITO: the webhook lets it in for its first "
                              "letters, but no model can be sized for it"
                        : in_quotes(*judged.name) + " is in no table of KAITO",
                near_skus(subject, *judged.name));
}

constexpr Rule kRules[] = {
    {"V031", Severity::error, "an instance type that KAITO does not support", check_supported},
    {"K022", Severity::warning,
     "an instance type that newer operators dropped (an error where such an operator is known)",
     check_retired},
    {"K023", Severity::warning, "an instance type in another letter case than the cloud's",
     check_letter_case},
    {"K024", Severity::error, "an instance type without a GPU", check_carries_gpu},
    {"K025", Severity::error,
     "an instance type that no release knows, admitted by its first letters (a warning for a pod "
     "template and on own nodes)",
     check_known},
    {"K026", Severity::warning, "GPUs of a compute capability that the model does not run on",
     check_compute_capability},
    {"K027", Severity::warning, "a model on GPUs that are not NVIDIA's", check_vendor},
};

}  // namespace

Rules instance_type_rules() {
  return kRules;
}

}  // namespace kaito::validate
