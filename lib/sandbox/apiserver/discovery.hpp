#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kaito/json/value.hpp"
#include "sandbox/apiserver/resource.hpp"

namespace kaito::sandbox {

/// The discovery document at a path (/api, /apis, /apis/<group>, /apis/<group>/<version>,
/// /api/v1, /version), or nothing when there is none.
[[nodiscard]] std::optional<json::Value> discovery_document(const Registry& registry,
                                                            std::string_view path,
                                                            std::string_view git_version);

/// The kinds that are only ever created and answered, never stored.
[[nodiscard]] bool is_review_group(std::string_view group, std::string_view version);

}  // namespace kaito::sandbox
