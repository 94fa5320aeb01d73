#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "kaito/kube/config.hpp"
#include "kube/kubeconfig.hpp"

/// The ways to prove who one is, a file each. A new method is a function here, its file, and a line
/// in credentials.cpp.
namespace kaito::kube::auth {

/// What a user entry comes to.
struct Credentials {
  std::shared_ptr<TokenSource> token;
  std::string basic_user;
  std::string basic_password;
  std::string client_cert_pem;
  std::string client_key_pem;

  [[nodiscard]] bool any() const {
    return token != nullptr || !basic_user.empty() || !client_cert_pem.empty();
  }
};

/// Everything the entry configures. Certificate and token may both be there: both are sent. Plugins
/// count only where nothing else is configured. Errors: invalid (contradictions, unreadable files),
/// unauthenticated (a plugin that is not supported). Source: kubernetes-client.md 1.7.
[[nodiscard]] Result<Credentials> credentials_of(const UserEntry& user,
                                                 const Surroundings& surroundings);

// Each does nothing where the entry does not use the method.
[[nodiscard]] Result<void> use_client_certificate(const UserEntry& user,
                                                  const Surroundings& surroundings,
                                                  Credentials& out);
[[nodiscard]] Result<void> use_token(const UserEntry& user, Credentials& out);
/// Goes over a literal token, which stays as the answer for as long as the file cannot be read.
[[nodiscard]] Result<void> use_token_file(const UserEntry& user, const Surroundings& surroundings,
                                          Credentials& out);
[[nodiscard]] Result<void> use_basic(const UserEntry& user, Credentials& out);
[[nodiscard]] Result<void> use_exec(const UserEntry& user, Credentials& out);
[[nodiscard]] Result<void> use_auth_provider(const UserEntry& user, Credentials& out);

/// A token fit for a header: printable ASCII without blanks. Empty when it is, else what is wrong.
[[nodiscard]] std::string token_problem(std::string_view token);

}  // namespace kaito::kube::auth
