#pragma once

#include <cstdint>

#include "kaito/json/value.hpp"

namespace kaito::sandbox {

/// What the simulated operator makes for a Workspace: shapes like KAITO's, with a simulated
/// container. All are owned by the Workspace and carry the label kaito.sh/workspace.
[[nodiscard]] json::Value serving_service(const json::Value& workspace);
[[nodiscard]] json::Value headless_service(const json::Value& workspace);
[[nodiscard]] json::Value serving_stateful_set(const json::Value& workspace, std::int64_t nodes);
[[nodiscard]] json::Value tuning_job(const json::Value& workspace);
/// The claim for one node; `number` tells the claims of a Workspace apart.
[[nodiscard]] json::Value node_claim(const json::Value& workspace, std::int64_t number);

}  // namespace kaito::sandbox
