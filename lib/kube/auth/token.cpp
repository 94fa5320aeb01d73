#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kaito/base/text.hpp"
#include "kube/auth/method.hpp"

namespace kaito::kube::auth {
namespace {

class FixedToken final : public TokenSource {
 public:
  explicit FixedToken(std::string token) : token_(std::move(token)) {}
  Result<std::string> token() override { return token_; }

 private:
  std::string token_;
};

}  // namespace

std::string token_problem(std::string_view token) {
  const bool fit =
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return fit ? "" : "it holds blanks, line breaks or bytes that are not ASCII";
}

Result<void> use_token(const UserEntry& user, Credentials& out) {
  const auto token = trim(user.token);
  if (token.empty()) return {};
  if (auto problem = token_problem(token); !problem.empty())
    return fail(ErrorCode::invalid,
                fmt::format("the token of user \"{}\" (from {}) is no token: {}", user.name,
                            user.file, problem));
  out.token = std::make_shared<FixedToken>(std::string(token));
  return {};
}

}  // namespace kaito::kube::auth
