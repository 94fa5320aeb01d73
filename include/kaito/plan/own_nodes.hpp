#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/plan/estimate.hpp"

namespace kaito::plan {

/// Nodes with the same GPUs: what a Workspace on own nodes has to select, and nothing else.
struct NodeGroup {
  NodeGpus gpus;                   ///< of each node
  std::vector<std::string> ready;  ///< names, in the order of the file
  std::vector<std::string> not_ready;
};

struct OwnNodes {
  std::vector<NodeGroup> groups;          ///< in the order of the file
  std::vector<std::string> without_gpus;  ///< names of nodes without any GPU label
};

/// Node objects as `kubectl get nodes -o yaml` gives them: a List, a NodeList, or documents of
/// their own; without a status they count as ready. Errors: parse, "FILE:LINE:COLUMN: what":
/// another kind, GPU labels that are incomplete or no numbers, no node at all.
[[nodiscard]] Result<OwnNodes> load_own_nodes(std::string_view text, const std::string& file);

}  // namespace kaito::plan
