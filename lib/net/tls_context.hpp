#pragma once

#include <memory>
#include <string>

#include "kaito/net/client.hpp"
#include "net/openssl_handles.hpp"

namespace kaito::net {

/// What connections of one client, or of one server, share: protocol versions, trust anchors, our
/// certificate. Immutable, so threads may share it.
class TlsContext {
 public:
  /// Errors: invalid (CA, client certificate or key cannot be read; they do not belong together).
  [[nodiscard]] static Result<std::shared_ptr<const TlsContext>> for_client(
      const TlsOptions& options);
  /// For a proxy reached over TLS: the same anchors and the system's, no client certificate.
  [[nodiscard]] static Result<std::shared_ptr<const TlsContext>> for_proxy(
      const TlsOptions& options);
  /// With `client_ca_pem` it asks for client certificates, and takes any: whether it trusts one is
  /// for the stream to tell. Errors: failed (certificate, key or CA cannot be read; they do not
  /// belong together).
  [[nodiscard]] static Result<std::shared_ptr<const TlsContext>> for_server(
      const std::string& cert_pem, const std::string& key_pem,
      const std::string& client_ca_pem = {});

  [[nodiscard]] SSL_CTX* native() const { return context_.get(); }
  [[nodiscard]] bool verifies() const { return verifies_; }
  /// "the CA of the kubeconfig" for messages.
  [[nodiscard]] const std::string& anchors() const { return anchors_; }
  /// "CN=me, valid until 2026-01-02T03:04:05Z", or "" without a client certificate.
  [[nodiscard]] const std::string& client_certificate() const { return client_certificate_; }

 private:
  TlsContext() = default;
  Result<void> trust(const TlsOptions& options, bool system_too);
  Result<void> add_anchors(const std::string& ca_pem);
  Result<void> ask_clients(const std::string& ca_pem);
  Result<void> identify(const std::string& cert_pem, const std::string& key_pem,
                        std::string_view whose);

  ContextHandle context_;
  bool verifies_ = true;
  std::string anchors_;
  std::string client_certificate_;
};

}  // namespace kaito::net
