#include <fmt/format.h>

#include "kube/auth/method.hpp"

namespace kaito::kube::auth {
namespace {

std::string replacement_for(const std::string& provider) {
  if (provider == "azure")
    return "install kubelogin and run `kubelogin convert-kubeconfig`, or pass --token";
  if (provider == "gcp")
    return "install gke-gcloud-auth-plugin and fetch the cluster's credentials again, or pass "
           "--token";
  return "use an exec plugin in its place, or pass --token";
}

}  // namespace

void use_auth_provider(const UserEntry& user, Problems& problems) {
  if (!user.auth_provider) return;
  problems.add(
      Error{ErrorCode::unauthenticated,
            fmt::format("user \"{}\" (from {}) uses the auth-provider \"{}\", which is not "
                        "supported",
                        user.name, user.file, *user.auth_provider),
            {},
            replacement_for(*user.auth_provider),
            nullptr});
}

}  // namespace kaito::kube::auth
