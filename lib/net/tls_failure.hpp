#pragma once

#include <string>
#include <vector>

#include "kaito/base/error.hpp"
#include "net/tls_context.hpp"

namespace kaito::net {

/// What the verification of a peer's certificate stumbled over, noted while OpenSSL still has the
/// certificate at hand.
struct CertificateProblem {
  int code = 0;  ///< X509_V_ERR_...; 0 = none
  std::string issuer;
  std::vector<std::string> names;  ///< that the leaf is valid for
  std::string not_before;
  std::string not_after;

  /// To be called from a verify callback.
  void note(X509_STORE_CTX* store);
};

/// What went wrong, for people. `server`: "host:port"; `name`: what the certificate should be valid
/// for.
[[nodiscard]] Error explain(const CertificateProblem& problem, const TlsContext& context,
                            const std::string& server, const std::string& name);

/// The same for OpenSSL's error code (ERR_peek_error) of a handshake, read or write.
[[nodiscard]] Error explain_tls_error(unsigned long code, const TlsContext& context,
                                      const std::string& server);

/// The code means that the peer spoke plain HTTP, not TLS.
[[nodiscard]] bool is_plain_http(unsigned long code);

}  // namespace kaito::net
