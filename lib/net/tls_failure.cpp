#include "net/tls_failure.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <chrono>

#include "kaito/base/text.hpp"
#include "kaito/base/time.hpp"
#include "net/certificate_text.hpp"

namespace kaito::net {
namespace {

constexpr std::size_t names_shown = 12;

std::string list(std::vector<std::string> names) {
  if (names.empty()) return "no host name or address at all";
  const std::size_t count = names.size();
  if (count > names_shown) names.resize(names_shown);
  std::string text = join(names, ", ");
  if (count > names_shown) text += fmt::format(" and {} more", count - names_shown);
  return text;
}

Error unreachable(std::string message, std::string hint = {}) {
  return Error{ErrorCode::unreachable, std::move(message), {}, std::move(hint), nullptr};
}

std::string now_text() {
  return format_time(std::chrono::system_clock::now());
}

/// Alerts with which a server turns down our certificate, or the lack of one.
bool is_about_client_certificate(int reason) {
  switch (reason) {
    case SSL_R_SSLV3_ALERT_NO_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return true;
    default:
      return false;
  }
}

}  // namespace

void CertificateProblem::note(X509_STORE_CTX* store) {
  if (code != 0) return;  // the first one is the cause
  code = X509_STORE_CTX_get_error(store);
  if (const X509* leaf = X509_STORE_CTX_get0_cert(store)) names = alternative_names(*leaf);
  if (const X509* current = X509_STORE_CTX_get_current_cert(store)) {
    issuer = name_text(X509_get_issuer_name(current));
    not_before = time_text(X509_get0_notBefore(current));
    not_after = time_text(X509_get0_notAfter(current));
  }
}

Error explain(const CertificateProblem& problem, const TlsContext& context,
              const std::string& server, const std::string& name) {
  switch (problem.code) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return unreachable(
          fmt::format("the certificate of {} is signed by \"{}\", which {} does not vouch for",
                      server, problem.issuer, context.anchors()),
          "the kubeconfig may belong to a cluster that was recreated since: fetch it again");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return unreachable(
          fmt::format("the certificate of {} is valid for {}, not for {}", server,
                      list(problem.names), name),
          "use one of those names in the server's URL, or set tls-server-name to one of them");
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return unreachable(fmt::format("the certificate of {} expired at {} (the clock here says {})",
                                     server, problem.not_after, now_text()),
                         "renew the server's certificate, or set this machine's clock");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return unreachable(
          fmt::format("the certificate of {} is valid only from {} on (the clock here says {})",
                      server, problem.not_before, now_text()),
          "set this machine's clock");
    case X509_V_ERR_INVALID_PURPOSE:
      return unreachable(fmt::format("the certificate of {} is not a server certificate", server));
    default:
      return unreachable(fmt::format("the certificate of {} is not accepted: {}", server,
                                     X509_verify_cert_error_string(problem.code)));
  }
}

bool is_plain_http(unsigned long code) {
  const int reason = ERR_GET_REASON(code);
  return ERR_GET_LIB(code) == ERR_LIB_SSL &&
         (reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST);
}

Error explain_tls_error(unsigned long code, const TlsContext& context, const std::string& server) {
  const int reason = ERR_GET_REASON(code);
  if (is_plain_http(code) || reason == SSL_R_WRONG_VERSION_NUMBER) {
    return unreachable(fmt::format("{} does not speak TLS", server),
                       "it may speak plain HTTP: check whether the URL should begin with http://");
  }
  if (is_about_client_certificate(reason)) {
    Error error{ErrorCode::unauthenticated, {}, {}, {}, nullptr};
    if (context.client_certificate().empty()) {
      error.message = fmt::format("{} wants a client certificate, and there is none", server);
      error.hint = "add a client certificate to the user entry of the kubeconfig";
    } else {
      error.message = fmt::format("{} rejected the client certificate ({})", server,
                                  context.client_certificate());
      error.hint = "it may have expired or belong to another cluster: fetch the kubeconfig again";
    }
    return error;
  }
  if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION) {
    return unreachable(fmt::format("{} offers no TLS version that is safe", server),
                       "TLS 1.2 is the least that is accepted");
  }
  const char* text = ERR_reason_error_string(code);
  return unreachable(
      fmt::format("TLS with {} failed: {}", server, text == nullptr ? "unknown error" : text));
}

}  // namespace kaito::net
