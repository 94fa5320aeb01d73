#pragma once

#include <memory>
#include <string>

#include "kaito/base/deadline.hpp"
#include "kaito/base/result.hpp"

namespace kaito::kube {

/// What proves to a server who one is, at one moment. Certificate and token may both be there: both
/// are sent.
struct Credential {
  std::string token;            ///< bearer token; "" = none
  std::string client_cert_pem;  ///< leaf first; "" = none, together with its key
  std::string client_key_pem;
  bool operator==(const Credential&) const = default;
};

/// Where credentials come from that change while a program runs: token and certificate files that
/// are replaced in place, exec plugins. Called from several threads.
///
///   config.credentials = fixed_token("...");   // the simplest one
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;

  /// The credential for a request about to be sent; never null. Quick when nothing changed; may
  /// run a plugin, which ends with the limits. Errors: unauthenticated (none to be had, and why),
  /// timeout, interrupted.
  [[nodiscard]] virtual Result<std::shared_ptr<const Credential>> credential(
      const CallLimits& limits) = 0;

  /// The server refused this credential (401): gets another one where that is possible. True when
  /// credential() gives a different one now, so that the request is worth repeating. Errors: as of
  /// credential().
  [[nodiscard]] virtual Result<bool> renew_after_refusal(
      const std::shared_ptr<const Credential>& refused, const CallLimits& limits);

  /// What went wrong without keeping credential() from giving an older one; "" = nothing. For logs.
  [[nodiscard]] virtual std::string problem() const { return {}; }

  /// What it is, for messages: `exec plugin "aws"`, "token file /path"; no secrets.
  [[nodiscard]] virtual std::string name() const = 0;
};

/// A token that stays the same.
[[nodiscard]] std::shared_ptr<CredentialSource> fixed_token(std::string token);

}  // namespace kaito::kube
