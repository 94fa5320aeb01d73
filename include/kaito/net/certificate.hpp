#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kaito/base/result.hpp"

namespace kaito::net {

/// A certificate authority and a server certificate made on the spot, for the sandbox and tests.
struct SelfSigned {
  std::string ca_pem;
  std::string cert_pem;
  std::string key_pem;
};
/// EC P-256, valid from now for `days`, SANs: each name as DNS or IP. Errors: internal.
[[nodiscard]] Result<SelfSigned> make_self_signed(const std::vector<std::string>& names, int days);

/// Whom a certificate names: a user and the groups, where Kubernetes reads it.
struct CertificateSubject {
  std::string common_name;
  std::vector<std::string> organizations;
};

/// A certificate and its private key.
struct CertifiedKey {
  std::string cert_pem;
  std::string key_pem;
};

/// A certificate authority for clients, made on the spot; its key stays in here. Safe to use from
/// several threads.
class ClientAuthority {
 public:
  /// EC P-256, valid from now for `days`. Errors: internal.
  [[nodiscard]] static Result<ClientAuthority> make(int days);

  [[nodiscard]] const std::string& ca_pem() const;
  /// A new key and a certificate of it, for a TLS client. Errors: internal (also: a name that is
  /// empty or longer than 64 characters).
  [[nodiscard]] Result<CertifiedKey> certify(const CertificateSubject& subject, int days) const;

 private:
  struct Impl;
  explicit ClientAuthority(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace kaito::net
