#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kaito/base/text.hpp"
#include "validate/release.hpp"
#include "validate/rule.hpp"

/// What an instance type can be: each rule reports one verdict.
namespace kaito::validate {

namespace {

enum class Verdict : std::uint8_t {
  fine,
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

bool has_azures_gpu_prefix(std::string_view name) {
  return to_lower(name).starts_with("standard_n");
}

Judged judge(const Subject& subject) {
  const auto& workspace = subject.workspace;
  const auto* catalog = subject.context.catalog;
  if (catalog == nullptr || !workspace.resource || !workspace.resource->instance_type) return {};
  const std::string& name = *workspace.resource->instance_type;
  // v1beta1 refuses any on the cluster's own nodes (V004).
  if (name.empty() || (subject.context.own_nodes && workspace.version == api::ApiVersion::v1beta1))
    return {};
  const std::string& cloud = subject.context.cloud;
  if (const auto* sku = catalog->find_sku(name, cloud)) return {Verdict::fine, &name, sku};
  if (const auto* sku = catalog->find_sku(name)) return {Verdict::other_cloud, &name, sku};
  if (carries_no_gpu(name)) return {Verdict::no_gpu, &name, nullptr};
  if ((cloud.empty() || cloud == "azure") && has_azures_gpu_prefix(name))
    return {Verdict::admitted_unknown, &name, nullptr};
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
    report.add(path(), quoted(*judged.name) + " is not a GPU instance type that KAITO supports",
               near_skus(subject, *judged.name));
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
  if (judged.verdict == Verdict::fine && judged.sku != nullptr && judged.sku->name != *judged.name)
    report.add(
        path(),
        fmt::format("{} is spelt {}: nodes are matched by the exact name, so that none would "
                    "ever count as ready",
                    quoted(*judged.name), judged.sku->name),
        "write " + judged.sku->name);
}

void check_carries_gpu(const Subject& subject, Report& report) {
  const Judged judged = judge(subject);
  if (judged.verdict != Verdict::no_gpu) return;
  // A pod template may do without one, where the webhook lets the type in.
  const auto& workspace = subject.workspace;
  const bool template_alone =
      workspace.inference && workspace.inference->pod_template && !workspace.inference->preset;
  const std::string& cloud = subject.context.cloud;
  const bool admitted =
      (cloud.empty() || cloud == "azure") && to_lower(*judged.name).starts_with("standard_d");
  report.add_as(template_alone && admitted ? Severity::warning : Severity::error, path(),
                fmt::format("there is no GPU on {}", quoted(*judged.name)),
                near_skus(subject, *judged.name));
}

void check_known(const Subject& subject, Report& report) {
  const Judged judged = judge(subject);
  if (judged.verdict != Verdict::admitted_unknown) return;
  // The operators that compute the node count need the memory of the type.
  const bool needs_size = !presets_of(subject.workspace).empty();
  const bool refused = needs_size && is_at_least(subject.context, "v0.7.0");
  report.add_as(refused ? Severity::error : Severity::warning, path(),
                quoted(*judged.name) +
                    " is in no table of KAITO: it is admitted, but a model cannot be sized for it",
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
    {"K025", Severity::warning, "an instance type that is admitted by its prefix alone",
     check_known},
};

}  // namespace

Rules instance_type_rules() {
  return kRules;
}

}  // namespace kaito::validate
