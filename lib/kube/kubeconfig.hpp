#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/json/document.hpp"

namespace kaito::kube {

/// clusters[] of a kubeconfig. Source: client-go tools/clientcmd/api/v1/types.go.
struct ClusterEntry {
  std::string name;
  std::string file;  ///< the file that defines it, absolute; "" = flags
  std::string server;
  std::string certificate_authority;       ///< path, as written
  std::string certificate_authority_data;  ///< PEM, decoded
  std::string tls_server_name;
  std::string proxy_url;
  bool insecure_skip_tls_verify = false;
  bool disable_compression = false;
  json::Document exec_config;  ///< for exec plugins: what the cluster's extension for them says
};

/// users[].user.exec: a program that gives credentials. Arguments and variables may be secrets.
struct ExecPlugin {
  std::string command;  ///< as written
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;  ///< name, value
  std::string api_version;
  std::string install_hint;
  std::string interactive_mode;  ///< as written; "" = not given
  bool provide_cluster_info = false;
};

/// users[] of a kubeconfig.
struct UserEntry {
  std::string name;
  std::string file;
  std::string client_certificate;       ///< path, as written
  std::string client_certificate_data;  ///< PEM, decoded
  std::string client_key;
  std::string client_key_data;
  std::string token;
  std::string token_file;
  std::string username;
  std::string password;
  std::string as;
  std::string as_uid;
  std::vector<std::string> as_groups;
  std::map<std::string, std::vector<std::string>> as_extra;
  std::optional<ExecPlugin> exec;
  std::optional<std::string> auth_provider;  ///< its name

  /// Whether the entry itself holds something that must stay secret.
  [[nodiscard]] bool holds_secret() const {
    return !client_key_data.empty() || !token.empty() || !password.empty();
  }
};

/// contexts[] of a kubeconfig.
struct ContextEntry {
  std::string name;
  std::string file;
  std::string cluster;
  std::string user;
  std::string namespace_;
};

/// One kubeconfig file, or several merged.
struct Kubeconfig {
  std::vector<std::string> files;  ///< those that were read
  std::vector<ClusterEntry> clusters;
  std::vector<UserEntry> users;
  std::vector<ContextEntry> contexts;
  std::string current_context;

  [[nodiscard]] bool empty() const {
    return clusters.empty() && users.empty() && contexts.empty() && current_context.empty();
  }
};

/// Reads one kubeconfig text, YAML or JSON; an empty text is an empty configuration. Unknown fields
/// are passed over, null counts as absent. `file` is absolute and becomes the entries' origin.
/// Errors: parse, every problem on a line of its own, "FILE:LINE:COLUMN: what". Source:
/// kubernetes-client.md 1.2.
[[nodiscard]] Result<Kubeconfig> read_kubeconfig(std::string_view text, const std::string& file);

}  // namespace kaito::kube
