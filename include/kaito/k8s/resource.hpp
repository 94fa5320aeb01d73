#pragma once

#include <string>
#include <string_view>

namespace kaito::k8s {

/// A kind as the API server serves it. `group` is empty for the core group.
struct ResourceType {
  std::string group;
  std::string version;
  std::string kind;
  std::string plural;
  bool namespaced = true;

  /// "v1" or "kaito.sh/v1beta1".
  [[nodiscard]] std::string api_version() const;
  /// "workspaces.kaito.sh" ("pods" in the core group): how server messages and RBAC name it.
  [[nodiscard]] std::string qualified_plural() const;
  /// "/api/v1" or "/apis/kaito.sh/v1beta1".
  [[nodiscard]] std::string base_path() const;
  bool operator==(const ResourceType&) const = default;
};

/// The kinds we read and write.
namespace types {
[[nodiscard]] ResourceType workspace(std::string_view version = "v1beta1");
[[nodiscard]] ResourceType inference_set(std::string_view version = "v1beta1");
[[nodiscard]] ResourceType pod();
[[nodiscard]] ResourceType service();
[[nodiscard]] ResourceType endpoints();
[[nodiscard]] ResourceType config_map();
[[nodiscard]] ResourceType secret();
[[nodiscard]] ResourceType event();
[[nodiscard]] ResourceType node();
[[nodiscard]] ResourceType name_space();
[[nodiscard]] ResourceType stateful_set();
[[nodiscard]] ResourceType deployment();
[[nodiscard]] ResourceType controller_revision();
[[nodiscard]] ResourceType job();
[[nodiscard]] ResourceType lease();
[[nodiscard]] ResourceType node_claim();  ///< karpenter.sh/v1, cluster scope
[[nodiscard]] ResourceType custom_resource_definition();
}  // namespace types

}  // namespace kaito::k8s
