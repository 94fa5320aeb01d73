#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kaito/base/text.hpp"
#include "kube/auth/method.hpp"

namespace kaito::kube::auth {
std::string token_problem(std::string_view token) {
  const bool fit =
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return fit ? "" : "it holds blanks, line breaks or bytes that are not ASCII";
}

void use_token(const UserEntry& user, Credentials& out, Problems& problems) {
  const auto token = trim(user.token);
  if (token.empty()) return;
  if (auto problem = token_problem(token); !problem.empty())
    problems.add(fmt::format("the token of user \"{}\" (from {}) is no token: {}", user.name,
                             user.file, problem));
  else
    out.source = fixed_token(std::string(token));
}

}  // namespace kaito::kube::auth
