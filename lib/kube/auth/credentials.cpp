#include <fmt/format.h>

#include "kube/auth/method.hpp"

namespace kaito::kube::auth {

Result<Credentials> credentials_of(const UserEntry& user, const Surroundings& surroundings) {
  const bool has_token = !user.token.empty() || !user.token_file.empty();
  if (has_token && (!user.username.empty() || !user.password.empty()))
    return fail(ErrorCode::invalid,
                fmt::format("more than one authentication method for user \"{}\" (from {}): token "
                            "and username/password",
                            user.name, user.file));
  if (user.exec && user.auth_provider)
    return fail(ErrorCode::invalid,
                fmt::format("more than one authentication method for user \"{}\" (from {}): exec "
                            "and auth-provider",
                            user.name, user.file));

  Credentials credentials;
  KAITO_CHECK(use_client_certificate(user, surroundings, credentials));
  KAITO_CHECK(use_token(user, credentials));
  KAITO_CHECK(use_token_file(user, surroundings, credentials));
  KAITO_CHECK(use_basic(user, credentials));
  if (credentials.any()) return credentials;
  KAITO_CHECK(use_auth_provider(user, credentials));
  KAITO_CHECK(use_exec(user, credentials));
  return credentials;
}

}  // namespace kaito::kube::auth
