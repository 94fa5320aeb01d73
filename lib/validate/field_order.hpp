#pragma once

#include <vector>

#include "kaito/api/fields.hpp"
#include "kaito/validate/finding.hpp"

namespace kaito::validate {

/// Sorts findings by where their field stands in the kind's list of fields (list items by their
/// position, unknown fields last); findings on one field keep their order.
void sort_by_field(std::vector<Finding>& findings, const std::vector<api::Field>& fields);

/// The path with "[]" for every list item, as api::Field has it.
[[nodiscard]] std::string generic_path(const FieldPath& path);

}  // namespace kaito::validate
