#include "kaito/kube/credential.hpp"

#include <utility>

namespace kaito::kube {
namespace {

class FixedToken final : public CredentialSource {
 public:
  explicit FixedToken(std::string token)
      : credential_(std::make_shared<const Credential>(Credential{std::move(token), {}, {}})) {}

  Result<std::shared_ptr<const Credential>> credential(const CallLimits& /*limits*/) override {
    return credential_;
  }
  std::string name() const override { return "a token"; }

 private:
  const std::shared_ptr<const Credential> credential_;
};

}  // namespace

Result<bool> CredentialSource::renew_after_refusal(
    const std::shared_ptr<const Credential>& /*refused*/, const CallLimits& /*limits*/) {
  return false;
}

std::shared_ptr<CredentialSource> fixed_token(std::string token) {
  return std::make_shared<FixedToken>(std::move(token));
}

}  // namespace kaito::kube
