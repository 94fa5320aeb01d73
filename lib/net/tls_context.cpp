#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <cstring>

#include "kaito/base/text.hpp"
#include "kaito/net/tls_check.hpp"
#include "net/certificate_text.hpp"

namespace kaito::net {
namespace {

constexpr unsigned char http_1_1[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/// Never prompts on a terminal: an encrypted key is an error.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
  return -1;
}

/// The certificates of a PEM text in order; other kinds of block and text between blocks are passed
/// over. A damaged certificate ends the reading, with the error left in OpenSSL's queue.
std::vector<CertificateHandle> read_certificates(std::string_view pem, bool& damaged) {
  std::vector<CertificateHandle> certificates;
  const BioHandle in = read_from(pem);
  ERR_clear_error();
  for (;;) {
    CertificateHandle certificate(PEM_read_bio_X509(in.get(), nullptr, no_password, nullptr));
    if (!certificate) break;
    certificates.push_back(std::move(certificate));
  }
  damaged = ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
  return certificates;
}

int choose_http_1_1(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void* /*data*/) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_size, http_1_1, sizeof http_1_1, offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

ContextHandle make_context(const SSL_METHOD* method) {
  ERR_clear_error();
  ContextHandle context(SSL_CTX_new(method));
  if (!context) return context;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_read_ahead(context.get(), 1);  // a record in one system call, not two
  SSL_CTX_set_mode(context.get(), SSL_MODE_AUTO_RETRY | SSL_MODE_RELEASE_BUFFERS);
  // Peers often close without close_notify; HTTP's own framing tells whether a message is whole.
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

}  // namespace

Result<void> TlsContext::trust(const TlsOptions& options, bool system_too) {
  if (options.skip_verification) {
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
    verifies_ = false;
    return {};
  }
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  // As Go does: any certificate of the bundle is an anchor, also an intermediate or a leaf.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context_.get()), X509_V_FLAG_PARTIAL_CHAIN);
  anchors_ = options.ca_source.empty() ? "the configured CA" : options.ca_source;
  if (options.ca_pem.empty()) anchors_ = "the system's list of certificate authorities";
  if (options.ca_pem.empty() || system_too) {
    SSL_CTX_set_default_verify_paths(context_.get());
  }
  if (options.ca_pem.empty()) return {};
  return add_anchors(options.ca_pem);
}

Result<void> TlsContext::add_anchors(const std::string& ca_pem) {
  bool damaged = false;
  const auto anchors = read_certificates(ca_pem, damaged);
  if (damaged) {
    return fail(ErrorCode::invalid,
                anchors_ + ": a certificate in it is damaged: " + take_openssl_error());
  }
  if (anchors.empty()) {
    return fail(ErrorCode::invalid, anchors_ + ": there is no PEM certificate in it",
                "it should have a block that begins with -----BEGIN CERTIFICATE-----");
  }
  X509_STORE* store = SSL_CTX_get_cert_store(context_.get());
  for (const auto& anchor : anchors) {
    if (X509_STORE_add_cert(store, anchor.get()) != 1) {
      return fail(ErrorCode::invalid, anchors_ + ": " + take_openssl_error());
    }
  }
  ERR_clear_error();
  return {};
}

Result<void> TlsContext::ask_clients(const std::string& ca_pem) {
  anchors_ = "the clients' CA";
  KAITO_CHECK(add_anchors(ca_pem));
  bool damaged = false;
  for (const auto& anchor : read_certificates(ca_pem, damaged)) {
    // The hint for a client with several certificates.
    if (SSL_CTX_add_client_CA(context_.get(), anchor.get()) != 1)
      return fail(ErrorCode::invalid, anchors_ + ": " + take_openssl_error());
  }
  ERR_clear_error();
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  return {};
}

Result<void> TlsContext::identify(const std::string& cert_pem, const std::string& key_pem,
                                  std::string_view whose) {
  const std::string name(whose);
  bool damaged = false;
  const auto certificates = read_certificates(cert_pem, damaged);
  if (damaged) {
    return fail(ErrorCode::invalid,
                "the " + name + " certificate is damaged: " + take_openssl_error());
  }
  if (certificates.empty()) {
    return fail(ErrorCode::invalid, "the " + name + " certificate has no PEM certificate in it");
  }
  ERR_clear_error();
  const BioHandle in = read_from(key_pem);
  const KeyHandle key(PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, nullptr));
  if (!key) {
    ERR_clear_error();
    const bool encrypted = key_pem.find("ENCRYPTED") != std::string::npos;
    return fail(ErrorCode::invalid,
                encrypted ? "the " + name + " key is encrypted with a password"
                          : "the " + name + " key is not a PEM private key",
                encrypted ? "decrypt it first: openssl pkey -in KEY -out DECRYPTED" : "");
  }
  if (X509_check_private_key(certificates.front().get(), key.get()) != 1) {
    ERR_clear_error();
    return fail(ErrorCode::invalid,
                "the " + name + " key does not belong to the " + name + " certificate (" +
                    name_text(X509_get_subject_name(certificates.front().get())) + ")");
  }
  bool fine = SSL_CTX_use_certificate(context_.get(), certificates.front().get()) == 1 &&
              SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1;
  for (std::size_t i = 1; fine && i < certificates.size(); ++i) {
    fine = SSL_CTX_add1_chain_cert(context_.get(), certificates[i].get()) == 1;
  }
  if (!fine) {
    return fail(ErrorCode::invalid,
                "the " + name + " certificate cannot be used: " + take_openssl_error());
  }
  client_certificate_ = name_text(X509_get_subject_name(certificates.front().get())) +
                        ", valid until " +
                        time_text(X509_get0_notAfter(certificates.front().get()));
  ERR_clear_error();
  return {};
}

Result<std::shared_ptr<const TlsContext>> TlsContext::for_client(const TlsOptions& options) {
  auto made = std::shared_ptr<TlsContext>(new TlsContext());
  made->context_ = make_context(TLS_client_method());
  if (!made->context_) return fail(ErrorCode::internal, "OpenSSL: " + take_openssl_error());
  SSL_CTX_set_alpn_protos(made->context_.get(), http_1_1, sizeof http_1_1);
  KAITO_CHECK(made->trust(options, false));
  if (options.client_cert_pem.empty() != options.client_key_pem.empty()) {
    return fail(ErrorCode::invalid, options.client_key_pem.empty()
                                        ? "there is a client certificate but no client key"
                                        : "there is a client key but no client certificate");
  }
  if (!options.client_cert_pem.empty()) {
    KAITO_CHECK(made->identify(options.client_cert_pem, options.client_key_pem, "client"));
  }
  return std::shared_ptr<const TlsContext>(std::move(made));
}

Result<void> check_tls_options(const TlsOptions& options) {
  KAITO_CHECK(TlsContext::for_client(options));
  return {};
}

Result<std::shared_ptr<const TlsContext>> TlsContext::for_proxy(const TlsOptions& options) {
  auto made = std::shared_ptr<TlsContext>(new TlsContext());
  made->context_ = make_context(TLS_client_method());
  if (!made->context_) return fail(ErrorCode::internal, "OpenSSL: " + take_openssl_error());
  SSL_CTX_set_alpn_protos(made->context_.get(), http_1_1, sizeof http_1_1);
  KAITO_CHECK(made->trust(options, true));
  return std::shared_ptr<const TlsContext>(std::move(made));
}

Result<std::shared_ptr<const TlsContext>> TlsContext::for_server(const std::string& cert_pem,
                                                                 const std::string& key_pem,
                                                                 const std::string& client_ca_pem) {
  auto made = std::shared_ptr<TlsContext>(new TlsContext());
  made->context_ = make_context(TLS_server_method());
  if (!made->context_) return fail(ErrorCode::internal, "OpenSSL: " + take_openssl_error());
  SSL_CTX_set_num_tickets(made->context_.get(), 0);
  SSL_CTX_set_options(made->context_.get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_alpn_select_cb(made->context_.get(), choose_http_1_1, nullptr);
  auto ready = made->identify(cert_pem, key_pem, "server");
  if (ready && !client_ca_pem.empty()) ready = made->ask_clients(client_ca_pem);
  if (!ready) {
    Error error = std::move(ready).error();
    error.code = ErrorCode::failed;
    return fail(std::move(error));
  }
  return std::shared_ptr<const TlsContext>(std::move(made));
}

}  // namespace kaito::net
