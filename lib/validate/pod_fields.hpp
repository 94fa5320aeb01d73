#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/field_path.hpp"
#include "kaito/json/value.hpp"
#include "validate/rule.hpp"

/// What the webhook's strict decoder refuses in the parts of an object that the CRD's schema leaves
/// open: pod templates, volumes, a set's update strategy. Source: workspace-api.md 0, V010, S08.
namespace kaito::validate {

/// One struct of the Kubernetes API: "NAME:TYPE NAME:TYPE ...". A type is s (text), i (whole
/// number), b (boolean), q (quantity), n (whole number or text), ? (anything) or the name of
/// another struct, after [] (a list of those) or {} (a map to those).
struct StructFields {
  std::string_view name;
  std::string_view fields;
};
/// Sorted by name.
[[nodiscard]] std::span<const StructFields> pod_structs();

struct PodProblem {
  FieldPath path;
  std::string message;
  std::string fix;
};
/// What of `value` cannot be decoded as that struct: unknown fields, values of the wrong type,
/// quantities that are none. As Go decodes: null is absent, and letter case does not matter. `at`
/// is where the value stands. Not more than 100 problems.
[[nodiscard]] std::vector<PodProblem> pod_problems(const json::Value& value,
                                                   std::string_view struct_name,
                                                   const FieldPath& at);

/// The rules on them, of a Workspace and of a set itself.
[[nodiscard]] Rules open_part_rules();
[[nodiscard]] Rules open_part_set_rules();

}  // namespace kaito::validate
