#include "sandbox/apiserver/selection.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "sandbox/apiserver/api_error.hpp"
#include "sandbox/apiserver/object.hpp"
#include "sandbox/apiserver/resource.hpp"

namespace kaito::sandbox {
namespace {

/// The field's value as the selector compares it: "" when absent.
[[nodiscard]] std::string field_text(const json::Value& object, std::string_view field) {
  const json::Value* value = &object;
  for (const std::string_view key : split(field, '.')) {
    value = value->is_object() ? value->get_object().if_contains(key) : nullptr;
    if (value == nullptr || value->is_null()) return {};
  }
  if (value->is_string()) return std::string(value->get_string());
  // An event's source is selected by its component.
  if (value->is_object()) return std::string(json::string_at(*value, {"component"}));
  return json::write(*value);
}

[[nodiscard]] std::string default_text(std::string_view field) {
  return field == "spec.unschedulable" ? "false" : "";
}

}  // namespace

Result<void> check_fields(const k8s::FieldSelector& fields, const Resource& resource) {
  for (const k8s::FieldSelector::Part& part : fields.parts) {
    const bool known = part.field == "metadata.name" || part.field == "metadata.namespace" ||
                       std::ranges::find(resource.selectable_fields, part.field) !=
                           resource.selectable_fields.end();
    if (!known) return fail(bad_request("field label not supported: " + part.field));
  }
  return {};
}

bool is_selected(const json::Value& object, const k8s::LabelSelector& labels,
                 const k8s::FieldSelector& fields) {
  for (const k8s::FieldSelector::Part& part : fields.parts) {
    std::string value = field_text(object, part.field);
    if (value.empty()) value = default_text(part.field);
    if ((value == part.value) == part.negated) return false;
  }
  return labels.empty() || labels.matches(labels_of(object));
}

}  // namespace kaito::sandbox
