#include "kube/certified_transport.hpp"

#include <stop_token>
#include <utility>

#include "kaito/net/failure.hpp"

namespace kaito::kube {
namespace {

/// A body whose connection is given up when its certificate is.
class CertifiedStream final : public net::BodyStream {
 public:
  CertifiedStream(std::unique_ptr<net::BodyStream> stream, std::stop_token replaced)
      : stream_(std::move(stream)), head_(stream_->head()), replaced_(std::move(replaced)) {}

  [[nodiscard]] const net::HttpHead& head() const override { return head_; }

  Result<std::string> read(const CallLimits& limits) override {
    if (replaced_.stop_requested()) return given_up();
    std::stop_source either;
    const auto stop = [&either] { static_cast<void>(either.request_stop()); };
    const std::stop_callback by_caller(limits.stop, stop);
    const std::stop_callback by_replacement(replaced_, stop);
    auto piece = stream_->read({limits.deadline, either.get_token()});
    const bool interrupted = !piece && piece.error().code == ErrorCode::interrupted;
    if (interrupted && !limits.stop.stop_requested()) return given_up();
    return piece;
  }

 private:
  tl::unexpected<Error> given_up() {
    stream_.reset();
    return fail(Error{ErrorCode::unreachable,
                      "the client certificate was replaced: connections of the old one are closed",
                      {},
                      {},
                      std::make_shared<const net::Failure>(net::Stage::exchange)});
  }

  std::unique_ptr<net::BodyStream> stream_;  // null once given up
  const net::HttpHead head_;
  const std::stop_token replaced_;
};

}  // namespace

/// The connections made with one certificate.
class CertifiedTransport::Certified final : public net::Transport {
 public:
  Certified(std::shared_ptr<net::Transport> inner, const Credential& credential)
      : inner_(std::move(inner)),
        certificate_(credential.client_cert_pem),
        key_(credential.client_key_pem) {}

  [[nodiscard]] bool is_for(const Credential& credential) const {
    return certificate_ == credential.client_cert_pem && key_ == credential.client_key_pem;
  }
  void give_up() { static_cast<void>(replaced_.request_stop()); }

  Result<net::HttpResponse> send(const net::HttpRequest& request,
                                 const CallLimits& limits) override {
    return inner_->send(request, limits);
  }

  Result<std::unique_ptr<net::BodyStream>> open(const net::HttpRequest& request,
                                                const CallLimits& limits) override {
    KAITO_TRY(auto stream, inner_->open(request, limits));
    return std::make_unique<CertifiedStream>(std::move(stream), replaced_.get_token());
  }

  /// What was upgraded is its caller's, and goes on.
  Result<net::Upgraded> upgrade(const net::HttpRequest& request,
                                const CallLimits& limits) override {
    return inner_->upgrade(request, limits);
  }

 private:
  const std::shared_ptr<net::Transport> inner_;
  const std::string certificate_;
  const std::string key_;
  std::stop_source replaced_;
};

CertifiedTransport::CertifiedTransport(std::shared_ptr<net::Transport> first,
                                       const net::TlsOptions& tls, TransportFactory make)
    : first_(std::move(first)), make_(std::move(make)) {
  if (!tls.client_cert_pem.empty())
    current_ = std::make_shared<Certified>(first_,
                                           Credential{{}, tls.client_cert_pem, tls.client_key_pem});
}

Result<std::shared_ptr<net::Transport>> CertifiedTransport::transport_for(
    const Credential& credential) {
  if (credential.client_cert_pem.empty() || !make_) return first_;
  std::shared_ptr<Certified> replaced;  // closed after the lock is gone
  const std::lock_guard lock(mutex_);
  if (current_ != nullptr && current_->is_for(credential)) return current_;
  KAITO_TRY(auto made, make_(credential));
  replaced = std::exchange(current_, std::make_shared<Certified>(std::move(made), credential));
  if (replaced != nullptr) replaced->give_up();
  return current_;
}

}  // namespace kaito::kube
