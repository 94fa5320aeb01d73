#include <fmt/format.h>

#include "kube/auth/method.hpp"

namespace kaito::kube::auth {
namespace {

std::string too_many(const UserEntry& user, std::string_view methods) {
  return fmt::format("more than one authentication method for user \"{}\" (from {}): {}", user.name,
                     user.file, methods);
}

/// Whether the entry names credentials of its own, so that no plugin is asked.
bool has_own(const UserEntry& user) {
  return !user.token.empty() || !user.token_file.empty() || !user.username.empty() ||
         !user.client_certificate.empty() || !user.client_certificate_data.empty();
}

}  // namespace

Credentials credentials_of(const UserEntry& user, const ExecTarget& target,
                           const Surroundings& surroundings, Problems& problems) {
  const bool has_token = !user.token.empty() || !user.token_file.empty();
  if (has_token && (!user.username.empty() || !user.password.empty()))
    problems.add(too_many(user, "token and username/password"));
  const bool two_plugins = user.exec && user.auth_provider;
  if (two_plugins) problems.add(too_many(user, "exec and auth-provider"));

  Credentials credentials;
  use_token(user, credentials, problems);
  use_token_file(user, surroundings, credentials, problems);
  use_basic(user, credentials);
  use_client_certificate(user, surroundings, credentials, problems);
  if (has_own(user) || two_plugins) return credentials;
  use_auth_provider(user, problems);
  use_exec(user, target, surroundings, credentials, problems);
  return credentials;
}

}  // namespace kaito::kube::auth
