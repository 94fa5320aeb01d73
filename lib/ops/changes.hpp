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

/// A refusal of the server as people need it: of a conflict which field, whose, and its values here
/// and in the `live` object (not those of a Secret), or that the file holds an old resourceVersion;
/// of fields that the cluster does not know where they are written. Other errors come back as they
/// are.
[[nodiscard]] Error explain_refusal(Error error, const DeployItem& item,
                                    const json::Document& live);

}  // namespace kaito::ops
