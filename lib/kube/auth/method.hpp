#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kaito/kube/config.hpp"
#include "kube/kubeconfig.hpp"
#include "kube/problems.hpp"

/// The ways to prove who one is, a file each. A new method is a function here, its file, and a line
/// in credentials.cpp.
namespace kaito::kube::auth {

/// What a user entry comes to.
struct Credentials {
  std::shared_ptr<CredentialSource> source;
  std::string basic_user;
  std::string basic_password;
  std::string client_cert_pem;
  std::string client_key_pem;

  [[nodiscard]] bool any() const {
    return source != nullptr || !basic_user.empty() || !client_cert_pem.empty();
  }
};

/// The cluster that the credentials are for, as far as a plugin may be told about it.
struct ExecTarget {
  const ClusterEntry& cluster;
  const ClusterConfig& resolved;
};

/// Everything the entry configures. Certificate and token may both be there: both are sent. Plugins
/// count only where nothing else is configured. What is wrong (contradictions, unreadable files, a
/// provider that is not supported) is added to `problems`. Source: kubernetes-client.md 1.7.
[[nodiscard]] Credentials credentials_of(const UserEntry& user, const ExecTarget& target,
                                         const Surroundings& surroundings, Problems& problems);

// Each does nothing where the entry does not use the method.
/// Files are read again once a minute, and a pair that was replaced is used from then on.
void use_client_certificate(const UserEntry& user, const Surroundings& surroundings,
                            Credentials& out, Problems& problems);
void use_token(const UserEntry& user, Credentials& out, Problems& problems);
/// Goes over a literal token, which stays as the answer for as long as the file cannot be read.
void use_token_file(const UserEntry& user, const Surroundings& surroundings, Credentials& out,
                    Problems& problems);
void use_basic(const UserEntry& user, Credentials& out);
/// Nothing is run yet. Source: kubernetes-client.md 1.8.
void use_exec(const UserEntry& user, const ExecTarget& target, const Surroundings& surroundings,
              Credentials& out, Problems& problems);
void use_auth_provider(const UserEntry& user, Problems& problems);

/// Why TLS cannot use the credential's certificate with its key; nothing when it can, or has none.
[[nodiscard]] std::optional<Error> pair_problem(const Credential& credential);

/// A token fit for a header: printable ASCII without blanks. Empty when it is, else what is wrong.
[[nodiscard]] std::string token_problem(std::string_view token);

}  // namespace kaito::kube::auth
