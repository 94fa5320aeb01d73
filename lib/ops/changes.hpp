#pragma once

#include <string>
#include <vector>

#include "kaito/base/error.hpp"
#include "ops/documents.hpp"

namespace kaito::ops {

/// The fields that an update changes, "resource.count: 1 -> 2"; what the server alone writes is
/// left out. Secret data is named, not shown.
[[nodiscard]] std::vector<std::string> changes_between(const DeployItem& item,
                                                       const json::Document& before,
                                                       const json::Document& after);

/// The object as it may be shown: the values of a Secret left out.
[[nodiscard]] json::Document without_secrets(json::Document object);

/// A conflict as people need it: which field, whose; or that the file holds an old resourceVersion.
/// Other errors come back as they are.
[[nodiscard]] Error explain_conflict(Error error, const DeployItem& item);

}  // namespace kaito::ops
