#pragma once

#include <string>
#include <vector>

#include "kaito/base/time.hpp"
#include "kaito/json/document.hpp"
#include "kaito/ops/status.hpp"

namespace kaitoctl {

struct StatusColumns {
  bool namespaces = false;
  bool wide = false;
  bool header = true;
};

/// The table of Workspaces.
[[nodiscard]] std::string status_table(const std::vector<kaito::json::Document>& workspaces,
                                       const StatusColumns& columns, kaito::Instant now);

/// One Workspace for reading: what it is, its conditions with reason and age, nodes, claims, pods,
/// endpoint, last events.
[[nodiscard]] std::string status_detail_text(const kaito::ops::StatusDetail& detail,
                                             kaito::Instant now, bool color);

}  // namespace kaitoctl
