#include "kube/auth/method.hpp"

namespace kaito::kube::auth {

void use_basic(const UserEntry& user, Credentials& out) {
  out.basic_user = user.username;
  out.basic_password = user.password;
}

}  // namespace kaito::kube::auth
