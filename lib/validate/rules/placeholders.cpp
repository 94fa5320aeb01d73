#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string_view>

#include "kaito/json/json.hpp"
#include "validate/field_order.hpp"
#include "validate/placeholder.hpp"
#include "validate/rule.hpp"

namespace kaito::validate {

namespace {

/// A step of the way down to a value, made into a path only when something is found.
struct Step {
  const Step* parent = nullptr;
  std::string_view key;
  std::size_t index = 0;
  bool in_list = false;
};

FieldPath path_of(const Step* step) {
  if (step == nullptr) return {};
  const FieldPath parent = path_of(step->parent);
  return step->in_list ? parent.index(step->index) : parent.key(step->key);
}

template <class OnString>
void each_string(const json::Value& value, const Step* at, const OnString& on_string) {
  if (value.is_string()) {
    on_string(at, std::string_view(value.get_string()));
  } else if (value.is_array()) {
    std::size_t position = 0;
    for (const auto& item : value.get_array()) {
      const Step step{at, {}, position++, true};
      each_string(item, &step, on_string);
    }
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.get_object()) {
      const Step step{at, key, 0, false};
      each_string(member, &step, on_string);
    }
  }
}

bool is_free_form(std::string_view generic) {
  return generic.starts_with("metadata.") || generic.starts_with("inference.template") ||
         generic.find(".volumeSource.") != std::string_view::npos;
}

/// What belongs into the field.
std::string what_to_put(std::string_view generic) {
  if (generic.ends_with("instanceType")) return "put the GPU instance type of your cloud there";
  if (generic.ends_with("output.image")) return "put the image to push the result to there";
  if (generic.ends_with("mage")) return "put your registry and image there";
  if (generic.ends_with("imagePushSecret"))
    return "put the name of the Secret that may push to your registry there";
  if (generic.find("imagePullSecrets") != std::string_view::npos)
    return "put the name of the Secret that may pull from your registry there";
  if (generic.ends_with("modelAccessSecret"))
    return "put the name of the Secret with your HF_TOKEN there";
  if (generic.ends_with("preset.name")) return "put the name of the model there";
  return "put your own value there";
}

/// What the server wrote, or another program: nobody was meant to replace anything there.
bool is_others(std::string_view generic) {
  return generic.starts_with("status") || generic.starts_with("metadata.managedFields") ||
         generic.starts_with("metadata.annotations.kubectl.kubernetes.io/last-applied") ||
         generic.starts_with("metadata.annotations[\"kubectl.kubernetes.io/last-applied");
}

void report_placeholders(const json::Value& value, bool (*is_free)(std::string_view generic),
                         Report& report) {
  each_string(value, nullptr, [&](const Step* at, std::string_view text) {
    if (!may_hold_placeholder(text)) return;
    const FieldPath path = path_of(at);
    const std::string generic = generic_path(path);
    if (is_others(generic)) return;
    const auto found =
        placeholders_in(text, is_free(generic) ? TextKind::free_form : TextKind::field);
    if (found.empty()) return;
    std::string names = found.front();
    for (std::size_t i = 1; i < found.size(); ++i)
      names += (i + 1 == found.size() ? " and " : ", ") + found[i];
    report.add(path,
               fmt::format("still holds the placeholder{} {}", found.size() > 1 ? "s" : "", names),
               what_to_put(generic));
  });
}

void check_placeholders(const Subject& subject, Report& report) {
  if (subject.source != nullptr)
    report_placeholders(*subject.source, is_free_form, report);
  else
    report_placeholders(api::encode_workspace(subject.workspace), is_free_form, report);
}

/// The texts of a ConfigMap and the plain ones of a Secret may hold anything; what is written in
/// base64 may not.
bool is_free_in_config_map(std::string_view generic) {
  return generic != "kind" && generic != "apiVersion";
}
bool is_free_in_companion(std::string_view generic) {
  return generic.starts_with("metadata.") || generic.starts_with("stringData.");
}

constexpr Rule kRules[] = {
    {"K001", Severity::error, "a field still holds a placeholder (ACR_REPO_HERE, <your-vm-sku>)",
     check_placeholders},
};

}  // namespace

Rules placeholder_rules() {
  return kRules;
}

std::vector<Finding> check_companion(const json::Value& object) {
  std::vector<Finding> findings;
  if (!object.is_object()) return findings;
  const api::Workspace none;
  const std::vector<json::ReadProblem> no_problems;
  const Context context;
  const Subject subject{none, no_problems, context};
  Report report(kRules[0].code, kRules[0].severity, subject, findings);
  const bool texts = json::string_at(object, {"kind"}) == "ConfigMap";
  report_placeholders(object, texts ? is_free_in_config_map : is_free_in_companion, report);
  return findings;
}

}  // namespace kaito::validate
