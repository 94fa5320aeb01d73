#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kaito/base/result.hpp"
#include "kaito/base/time.hpp"
#include "kaito/kube/credential.hpp"
#include "kaito/net/client.hpp"
#include "kaito/net/url.hpp"

namespace kaito::kube {

/// The outside world that finding a cluster needs, handed in by the command line (tests hand in
/// maps).
struct Surroundings {
  /// The whole file. Errors: not_found when there is none, failed otherwise (message names the
  /// errno).
  std::function<Result<std::string>(const std::string& path)> read_file;
  /// The variable's value, or nothing.
  std::function<std::optional<std::string>(const std::string& name)> variable;
  /// The file's permission bits, or nothing; may be empty (then nothing is warned about).
  std::function<std::optional<unsigned>(const std::string& path)> file_mode;
  std::string working_directory;  ///< absolute
  std::string home;               ///< "" when there is none
  std::string in_cluster_root = "/var/run/secrets/kubernetes.io/serviceaccount";
  /// The clock that decides when a token file is read again; empty = the steady clock. It and
  /// read_file are kept by the ClusterConfig's credentials, where those are read from files.
  std::function<std::chrono::steady_clock::time_point()> now;
  /// "NAME=value" of each environment variable: an exec plugin gets them all, and PATH finds it.
  std::vector<std::string> environment;
  /// Whether standard input is a terminal that nobody else reads from: a plugin may ask there.
  /// Asked before each run; empty = no.
  std::function<bool()> stdin_available;
  /// The clock that decides whether an exec plugin's credential has expired; empty = the system's.
  std::function<Instant()> wall_clock;
};

/// What the command line's flags say; empty = not given. Source: kubernetes-client.md 1.5.
struct ConfigOverrides {
  std::string kubeconfig;
  /// A controller's order: in a pod its service account goes before ~/.kube/config, though not
  /// before a file that is named.
  bool pod_before_home = false;
  std::string context;
  std::string cluster;
  std::string user;
  std::string namespace_;
  std::string server;
  std::string token;
  std::string certificate_authority;
  std::string client_certificate;
  std::string client_key;
  std::string tls_server_name;
  bool insecure_skip_tls_verify = false;
  std::string proxy_url;
  bool disable_compression = false;
  std::string as;
  std::vector<std::string> as_groups;
  std::string as_uid;
};

/// A cluster, resolved: nothing below this reads kubeconfig files or the environment again, but for
/// credentials that have to be re-read.
struct ClusterConfig {
  net::Url server;
  net::TlsOptions tls;
  std::optional<net::Proxy> proxy;
  /// What changes with time; nullptr = none. A client certificate that does not change is in `tls`.
  /// Copies of the configuration share it, and so a plugin's answer.
  std::shared_ptr<CredentialSource> credentials;
  std::string basic_user;  ///< basic authentication, where there is no token
  std::string basic_password;
  std::string impersonate_user;
  std::string impersonate_uid;
  std::vector<std::string> impersonate_groups;
  std::map<std::string, std::vector<std::string>> impersonate_extra;
  bool disable_compression = false;

  std::string namespace_ = "default";
  std::string context;  ///< names for messages; "" when made from flags or in a cluster
  std::string cluster;
  std::string user;    ///< "" also with a token given by flag
  std::string origin;  ///< the file(s), or "in-cluster", or "flags"
  std::vector<std::string>
      warnings;  ///< to be shown once (missing KUBECONFIG files, world-readable file)
};

/// Finds and resolves the cluster: --kubeconfig, or KUBECONFIG's list merged, or ~/.kube/config, or
/// the pod's service account; then the flags over it. --token replaces every credential of the
/// file, also a client certificate (which a server would prefer). No exec plugin is run yet: that
/// is for the first request (or Client::authenticate). Errors: parse (file and place), invalid (all
/// contradictions and unreadable files, a line each; unknown context with the known ones),
/// unreachable (no configuration at all: which paths and variables were tried), unauthenticated (an
/// auth-provider, which is not supported, with what to do).
[[nodiscard]] Result<ClusterConfig> load_cluster_config(const ConfigOverrides& overrides,
                                                        const Surroundings& surroundings);

}  // namespace kaito::kube
