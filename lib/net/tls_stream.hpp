#pragma once

#include <memory>
#include <optional>
#include <string>

#include "kaito/net/byte_stream.hpp"
#include "kaito/net/certificate.hpp"
#include "net/tls_context.hpp"

namespace kaito::net {

/// What the other end has shown, and proved to own.
struct PeerCertificate {
  CertificateSubject subject;
  bool trusted = false;  ///< signed by who the context trusts, valid now, and for this purpose
};

/// TLS over another stream. OpenSSL reads and writes through it with the limits of the call at
/// hand, so everything blocks and ends as it does.
class TlsStream final : public ByteStream {
 public:
  /// `name`: what the certificate must be valid for and, unless an IP address, the SNI. `server`
  /// is "host:port" for messages. Errors: unreachable (not trusted, other name, not TLS, ...),
  /// unauthenticated (client certificate rejected), timeout, interrupted.
  [[nodiscard]] static Result<std::unique_ptr<TlsStream>> connect(
      std::unique_ptr<ByteStream> lower, std::shared_ptr<const TlsContext> context,
      const std::string& name, const std::string& server, const CallLimits& limits);
  /// The server's side. A peer that speaks plain HTTP is told so. Errors: as of connect.
  [[nodiscard]] static Result<std::unique_ptr<TlsStream>> accept(
      std::unique_ptr<ByteStream> lower, std::shared_ptr<const TlsContext> context,
      const CallLimits& limits);
  ~TlsStream() override;

  [[nodiscard]] Result<std::size_t> read_some(std::span<char> into,
                                              const CallLimits& limits) override;
  [[nodiscard]] Result<void> write(std::string_view bytes, const CallLimits& limits) override;
  [[nodiscard]] bool peer_closed() const override;
  [[nodiscard]] bool quiet() const override;
  void finish_writing() noexcept override;
  [[nodiscard]] std::uint64_t bytes_sent() const override;
  /// Nothing when there is none: clients need none, and only those show theirs who are asked.
  [[nodiscard]] std::optional<PeerCertificate> peer_certificate() const;

 private:
  struct Impl;
  explicit TlsStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kaito::net
