#include <fmt/format.h>

#include "kube/auth/method.hpp"

namespace kaito::kube::auth {

Result<void> use_exec(const UserEntry& user, Credentials& out) {
  static_cast<void>(out);
  if (!user.exec) return {};
  return fail(ErrorCode::unauthenticated,
              fmt::format("user \"{}\" (from {}) uses the exec plugin \"{}\", which is not "
                          "supported yet",
                          user.name, user.file, user.exec->command),
              "get a token from the plugin yourself and pass it with --token (`aws eks get-token`, "
              "`kubelogin get-token`, `gke-gcloud-auth-plugin` and `kubectl create token` print "
              "one)");
}

}  // namespace kaito::kube::auth
