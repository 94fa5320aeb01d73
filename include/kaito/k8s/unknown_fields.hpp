#pragma once

#include <string>
#include <vector>

#include "kaito/k8s/status.hpp"

namespace kaito::k8s {

/// The fields that a refusal says the server does not know ("resource.bogus", as it writes them):
/// of a server-side apply, which every version refuses, and of fieldValidation=Strict. Nothing for
/// other errors, and where the refusal has more to say than that. Source: apimachinery
/// managedfields/internal/structuredmerge.go, runtime/error.go.
[[nodiscard]] std::vector<std::string> unknown_fields(const Status& status);

}  // namespace kaito::k8s
