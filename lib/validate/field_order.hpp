#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kaito/api/fields.hpp"
#include "kaito/validate/finding.hpp"

namespace kaito::validate {

/// Sorts findings by where their field stands in the kind's list of fields (list items by their
/// position, unknown fields last); findings on one field keep their order.
enum class FieldsOf : std::uint8_t { workspace, inference_set };
void sort_by_field(std::vector<Finding>& findings, FieldsOf kind);

/// The path with "[]" for every list item, as api::Field has it.
[[nodiscard]] std::string generic_path(const FieldPath& path);

}  // namespace kaito::validate
