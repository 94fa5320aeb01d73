#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kaito/api/workspace.hpp"
#include "kaito/catalog/catalog.hpp"

namespace kaito::sandbox {

/// How many nodes of its instance type the Workspace gets, or why none can be worked out.
struct Sizing {
  std::int64_t nodes = 0;
  std::string problem;
};

/// As the operator of v0.12 does it at a context of 2048 tokens. Source: workspace-api.md 1.6.
[[nodiscard]] Sizing size_workspace(const api::Workspace& workspace,
                                    const catalog::Catalog& catalog);

}  // namespace kaito::sandbox
