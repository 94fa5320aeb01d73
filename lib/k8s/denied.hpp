#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kaito::k8s {

/// Who may not do what, read from the text of a 403.
struct Denied {
  std::string user;
  std::string verb;
  std::string resource;  ///< "workspaces.kaito.sh"; empty when it is about a path
  std::string subresource;
  std::string path;        ///< "/apis"; empty when it is about a resource
  std::string namespace_;  ///< empty at the cluster scope
  bool cluster_scope = false;

  /// "kubectl auth can-i create workspaces.kaito.sh --namespace default": the question that the
  /// server answered with no.
  [[nodiscard]] std::string question() const;
};

/// Nothing when the text is not the API server's own ("... is forbidden: User "alice" cannot create
/// resource ..."), or holds anything that does not belong into a command to copy: the text is not
/// trusted. Source: kubernetes-client.md 3.4.
[[nodiscard]] std::optional<Denied> read_denied(std::string_view message);

}  // namespace kaito::k8s
