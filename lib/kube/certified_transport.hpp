#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "kaito/kube/credential.hpp"
#include "kaito/net/client.hpp"
#include "kaito/net/http.hpp"

namespace kaito::kube {

/// A transport whose connections prove who one is with the credential's client certificate.
using TransportFactory =
    std::function<Result<std::shared_ptr<net::Transport>>(const Credential& credential)>;

/// The connections to a server, for client certificates that change while the program runs. Another
/// certificate means other connections: kept ones are dropped, and bodies that still arrive over
/// old ones end, so that nobody goes on as somebody who one no longer is. Thread-safe.
class CertifiedTransport {
 public:
  /// `first`: the transport made with `tls`, where no other certificate comes from a credential.
  /// Without a factory there is no other.
  CertifiedTransport(std::shared_ptr<net::Transport> first, const net::TlsOptions& tls,
                     TransportFactory make);

  [[nodiscard]] const std::shared_ptr<net::Transport>& first() const { return first_; }
  /// The transport for a request with this credential. Errors: invalid (the certificate and its key
  /// cannot be used).
  [[nodiscard]] Result<std::shared_ptr<net::Transport>> transport_for(const Credential& credential);

 private:
  class Certified;
  const std::shared_ptr<net::Transport> first_;
  const TransportFactory make_;
  std::mutex mutex_;
  std::shared_ptr<Certified> current_;
};

}  // namespace kaito::kube
