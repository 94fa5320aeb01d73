#include "net/tls_stream.hpp"

#include <openssl/err.h>

#include <climits>
#include <mutex>
#include <optional>
#include <utility>

#include "kaito/net/url.hpp"
#include "net/certificate_text.hpp"
#include "net/tls_failure.hpp"

namespace kaito::net {
namespace {

/// What OpenSSL's reads and writes go through: the stream below, the limits of the call at hand,
/// and the error that stopped it.
struct Carrier {
  std::unique_ptr<ByteStream> stream;
  const CallLimits* limits = nullptr;
  std::optional<Error> error;
  bool at_end = false;
};

Carrier& carrier_of(BIO* bio) {
  return *static_cast<Carrier*>(BIO_get_data(bio));
}

int carrier_read(BIO* bio, char* into, int size) {
  Carrier& carrier = carrier_of(bio);
  BIO_clear_retry_flags(bio);
  auto count = carrier.stream->read_some({into, static_cast<std::size_t>(size)}, *carrier.limits);
  if (!count) {
    // "Retry" keeps OpenSSL's state whole, so that a read that timed out can be taken up again.
    carrier.error = std::move(count).error();
    BIO_set_retry_read(bio);
    return -1;
  }
  if (*count == 0) carrier.at_end = true;
  return static_cast<int>(*count);
}

int carrier_write(BIO* bio, const char* from, int size) {
  Carrier& carrier = carrier_of(bio);
  BIO_clear_retry_flags(bio);
  auto written = carrier.stream->write({from, static_cast<std::size_t>(size)}, *carrier.limits);
  if (!written) {
    carrier.error = std::move(written).error();
    BIO_set_retry_write(bio);
    return -1;
  }
  return size;
}

long carrier_control(BIO* bio, int command, long /*number*/, void* /*data*/) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return carrier_of(bio).at_end ? 1 : 0;
  return 0;
}

int carrier_create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO_METHOD* carrier_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "kaito stream");
    if (made == nullptr) return made;
    BIO_meth_set_read(made, carrier_read);
    BIO_meth_set_write(made, carrier_write);
    BIO_meth_set_ctrl(made, carrier_control);
    BIO_meth_set_create(made, carrier_create);
    return made;
  }();
  return method;
}

int note_problem(int accepted, X509_STORE_CTX* store) {
  if (accepted == 1) return 1;
  const auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  static_cast<CertificateProblem*>(SSL_get_app_data(ssl))->note(store);
  return 0;
}

/// What to say to a plain HTTP request; Go's servers use these words, and clients look for them.
constexpr std::string_view plain_http_answer =
    "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

}  // namespace

struct TlsStream::Impl {
  std::shared_ptr<const TlsContext> context;
  Carrier carrier;
  CertificateProblem problem;
  std::string server;
  std::string name;
  SessionHandle ssl;    // after what it points to
  bool broken = false;  // no orderly end is possible any more

  /// Sets up `ssl`; false when OpenSSL has no memory.
  bool prepare() {
    ssl.reset(SSL_new(context->native()));
    BIO* bio = BIO_new(carrier_method());
    if (!ssl || bio == nullptr) {
      BIO_free(bio);
      return false;
    }
    BIO_set_data(bio, &carrier);
    SSL_set_bio(ssl.get(), bio, bio);
    SSL_set_app_data(ssl.get(), &problem);
    return true;
  }

  bool expect_name() {
    const bool literal = is_ip_literal(name);
    if (!literal && SSL_set_tlsext_host_name(ssl.get(), name.c_str()) != 1) return false;
    if (!context->verifies()) return true;
    SSL_set_verify(ssl.get(), SSL_VERIFY_PEER, note_problem);
    X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl.get());
    X509_VERIFY_PARAM_set_hostflags(
        wanted, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return literal ? X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) == 1
                   : X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), name.size()) == 1;
  }

  /// Runs an OpenSSL call with the limits in place.
  template <class Call>
  int with_limits(const CallLimits& limits, const Call& call) {
    ERR_clear_error();
    carrier.limits = &limits;
    carrier.error.reset();
    const int result = call();
    carrier.limits = nullptr;
    return result;
  }

  /// Why the last OpenSSL call gave `result`.
  tl::unexpected<Error> failure(int result) {
    if (carrier.error) {
      Error error = std::move(*carrier.error);
      carrier.error.reset();
      if (error.code == ErrorCode::unreachable) broken = true;
      return fail(std::move(error));
    }
    const int kind = SSL_get_error(ssl.get(), result);
    const unsigned long code = ERR_peek_error();
    ERR_clear_error();
    broken = true;
    if (problem.code != 0) return fail(explain(problem, *context, server, name));
    if (kind == SSL_ERROR_SSL && code != 0) return fail(explain_tls_error(code, *context, server));
    return fail(ErrorCode::unreachable, "closed the connection");
  }
};

TlsStream::TlsStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

TlsStream::~TlsStream() {
  if (impl_) finish_writing();
}

Result<std::unique_ptr<TlsStream>> TlsStream::connect(std::unique_ptr<ByteStream> lower,
                                                      std::shared_ptr<const TlsContext> context,
                                                      const std::string& name,
                                                      const std::string& server,
                                                      const CallLimits& limits) {
  auto impl = std::make_unique<Impl>();
  impl->context = std::move(context);
  impl->carrier.stream = std::move(lower);
  impl->server = server;
  impl->name = name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
  if (!impl->prepare() || !impl->expect_name()) {
    return fail(ErrorCode::internal, "OpenSSL: " + take_openssl_error());
  }
  const int result = impl->with_limits(limits, [&] { return SSL_connect(impl->ssl.get()); });
  if (result != 1) {
    impl->broken = true;
    if (impl->carrier.at_end && !impl->carrier.error && impl->problem.code == 0) {
      return fail(ErrorCode::unreachable,
                  server + " closed the connection during the TLS handshake",
                  "it may not speak TLS: check whether the URL should begin with http://");
    }
    return impl->failure(result);
  }
  return std::unique_ptr<TlsStream>(new TlsStream(std::move(impl)));
}

Result<std::unique_ptr<TlsStream>> TlsStream::accept(std::unique_ptr<ByteStream> lower,
                                                     std::shared_ptr<const TlsContext> context,
                                                     const CallLimits& limits) {
  auto impl = std::make_unique<Impl>();
  impl->context = std::move(context);
  impl->carrier.stream = std::move(lower);
  impl->server = "the peer";
  if (!impl->prepare()) return fail(ErrorCode::internal, "OpenSSL: " + take_openssl_error());
  const int result = impl->with_limits(limits, [&] { return SSL_accept(impl->ssl.get()); });
  if (result != 1) {
    impl->broken = true;
    if (is_plain_http(ERR_peek_error())) {
      // A peer that does not read the answer is none of our concern.
      (void)impl->carrier.stream->write(plain_http_answer, limits);
      impl->carrier.stream->finish_writing();
    }
    return impl->failure(result);
  }
  return std::unique_ptr<TlsStream>(new TlsStream(std::move(impl)));
}

Result<std::size_t> TlsStream::read_some(std::span<char> into, const CallLimits& limits) {
  const int size = static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX));
  const int result =
      impl_->with_limits(limits, [&] { return SSL_read(impl_->ssl.get(), into.data(), size); });
  if (result > 0) return static_cast<std::size_t>(result);
  if (!impl_->carrier.error && SSL_get_error(impl_->ssl.get(), result) == SSL_ERROR_ZERO_RETURN) {
    return std::size_t{0};
  }
  return impl_->failure(result);
}

Result<void> TlsStream::write(std::string_view bytes, const CallLimits& limits) {
  while (!bytes.empty()) {
    const int size = static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX));
    const int result =
        impl_->with_limits(limits, [&] { return SSL_write(impl_->ssl.get(), bytes.data(), size); });
    if (result <= 0) {
      impl_->broken = true;
      return impl_->failure(result);
    }
    bytes.remove_prefix(static_cast<std::size_t>(result));
  }
  return {};
}

bool TlsStream::peer_closed() const {
  return impl_->carrier.stream->peer_closed();
}

bool TlsStream::quiet() const {
  return SSL_has_pending(impl_->ssl.get()) == 0 && impl_->carrier.stream->quiet();
}

void TlsStream::finish_writing() noexcept {
  if (!std::exchange(impl_->broken, true)) {
    // A few bytes that the kernel takes at once, or else they are not worth waiting for.
    const CallLimits at_once{Deadline::after(std::chrono::milliseconds(20)), {}};
    impl_->with_limits(at_once, [&] { return SSL_shutdown(impl_->ssl.get()); });
    ERR_clear_error();
  }
  impl_->carrier.stream->finish_writing();
}

std::uint64_t TlsStream::bytes_sent() const {
  return impl_->carrier.stream->bytes_sent();
}

std::optional<PeerCertificate> TlsStream::peer_certificate() const {
  const CertificateHandle certificate(SSL_get1_peer_certificate(impl_->ssl.get()));
  if (!certificate) return std::nullopt;
  return PeerCertificate{subject_of(*certificate),
                         SSL_get_verify_result(impl_->ssl.get()) == X509_V_OK};
}

}  // namespace kaito::net
