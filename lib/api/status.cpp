#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/api/workspace.hpp"
#include "kaito/json/json.hpp"

namespace kaito::api {

WorkspaceStatus read_status(const Workspace& workspace) {
  WorkspaceStatus status;
  if (!workspace.status) return status;
  const json::Value& value = workspace.status.value();

  if (const auto* nodes = json::find(value, {"workerNodes"}); nodes && nodes->is_array())
    for (const auto& node : nodes->get_array())
      if (node.is_string()) status.worker_nodes.emplace_back(std::string_view(node.get_string()));
  json::Object object;
  object["status"] = value;
  status.conditions = k8s::conditions_of(object);
  status.state = json::string_at(value, {"state"});
  // Absent until it is computed, which is not the same as none.
  if (json::find(value, {"targetNodeCount"}))
    status.target_node_count = json::int_at(value, {"targetNodeCount"});
  status.peak_tokens_per_minute =
      json::string_at(value, {"performance", "metrics", "peakTokensPerMinute", "value"});
  return status;
}

}  // namespace kaito::api
