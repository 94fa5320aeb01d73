// Prints the names of the namespace's Workspaces that serve.
#include <kaito/json/json.hpp>
#include <kaito/k8s/resource.hpp>
#include <kaito/k8s/status.hpp>

#include <boost/json/array.hpp>
#include <iostream>

#include "cluster.hpp"

namespace {

bool is_true(const kaito::json::Value& workspace, std::string_view type) {
  const auto* conditions = kaito::json::find(workspace, {"status", "conditions"});
  if (conditions == nullptr || !conditions->is_array()) return false;
  for (const auto& condition : conditions->get_array()) {
    if (kaito::json::string_at(condition, {"type"}) == type)
      return kaito::json::string_at(condition, {"status"}) == "True";
  }
  return false;
}

kaito::Result<void> print_ready() {
  KAITO_TRY(const auto client, connect());
  const kaito::CallLimits limits{kaito::Deadline::after(std::chrono::seconds(10)), {}};
  KAITO_TRY(const auto list,
            client->list(kaito::k8s::types::workspace(), client->config().namespace_, {}, limits));
  for (const auto& item : list.items) {
    if (is_true(item.value(), "WorkspaceSucceeded"))
      std::cout << kaito::json::string_at(item.value(), {"metadata", "name"}) << '\n';
  }
  return {};
}

}  // namespace

int main() {
  const auto done = print_ready();
  if (done) return 0;
  std::cerr << done.error().describe() << '\n' << done.error().hint << '\n';
  return 1;
}
