#include "kaito/net/certificate.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <optional>

#include "kaito/net/url.hpp"
#include "net/openssl_handles.hpp"

namespace kaito::net {
namespace {

constexpr long seconds_per_day = 24L * 60 * 60;
/// Certificates begin a little in the past, for clients whose clock is behind.
constexpr long clock_tolerance = 300;

tl::unexpected<Error> openssl_failed() {
  return fail(ErrorCode::internal, "OpenSSL cannot make a certificate: " + take_openssl_error());
}

std::string pem_of(const BioHandle& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string pem_of(X509& certificate) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_X509(out.get(), &certificate) != 1) return {};
  return pem_of(out);
}

std::string pem_of(EVP_PKEY& key) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!out ||
      PEM_write_bio_PrivateKey(out.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return {};
  }
  return pem_of(out);
}

bool set_random_serial(X509& certificate) {
  std::uint64_t number = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number) != 1) return false;
  number = (number >> 1U) | 1U;  // positive, not zero
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(&certificate), number) == 1;
}

bool add_extension(X509& certificate, X509& issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(&certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

bool add_name(X509& certificate, const char* kind, const std::string& value) {
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(&certificate), kind, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1,
                                    0) == 1;
}

/// Everything but extensions and signature.
CertificateHandle draft(const CertificateSubject& subject, EVP_PKEY& key, int days) {
  CertificateHandle certificate(X509_new());
  if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
      !set_random_serial(*certificate) || X509_set_pubkey(certificate.get(), &key) != 1 ||
      X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -clock_tolerance) == nullptr ||
      X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * seconds_per_day) == nullptr) {
    return nullptr;
  }
  for (const std::string& organization : subject.organizations)
    if (!add_name(*certificate, "O", organization)) return nullptr;
  if (!add_name(*certificate, "CN", subject.common_name)) return nullptr;
  return certificate;
}

/// "DNS:localhost,IP:127.0.0.1"; nothing when a name could not be written so.
std::optional<std::string> alternative_names_value(const std::vector<std::string>& names) {
  std::string value;
  for (const std::string& name : names) {
    if (name.empty() || name.find_first_of(",\n\r\"\\ ") != std::string::npos) return std::nullopt;
    if (!value.empty()) value += ',';
    value += is_ip_literal(name) ? "IP:" : "DNS:";
    value += name;
  }
  return value;
}

struct Authority {
  KeyHandle key;
  CertificateHandle certificate;
};

Result<Authority> make_authority(const std::string& name, int days) {
  Authority made;
  made.key.reset(EVP_EC_gen("P-256"));
  if (made.key) made.certificate = draft({name, {}}, *made.key, days);
  X509* ca = made.certificate.get();
  if (ca == nullptr || X509_set_issuer_name(ca, X509_get_subject_name(ca)) != 1 ||
      !add_extension(*ca, *ca, NID_basic_constraints, "critical,CA:TRUE") ||
      !add_extension(*ca, *ca, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(*ca, *ca, NID_subject_key_identifier, "hash") ||
      X509_sign(ca, made.key.get(), EVP_sha256()) == 0) {
    return openssl_failed();
  }
  return made;
}

/// What a certificate that an authority signs says.
struct Leaf {
  CertificateSubject subject;
  std::string usage;              ///< "serverAuth"
  std::string alternatives = {};  ///< "" = none
};

Result<CertifiedKey> sign(const Authority& authority, const Leaf& leaf, int days) {
  const KeyHandle key(EVP_EC_gen("P-256"));
  if (!key) return openssl_failed();
  const CertificateHandle made = draft(leaf.subject, *key, days);
  X509& ca = *authority.certificate;
  if (!made || X509_set_issuer_name(made.get(), X509_get_subject_name(&ca)) != 1 ||
      !add_extension(*made, ca, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(*made, ca, NID_key_usage, "critical,digitalSignature") ||
      !add_extension(*made, ca, NID_ext_key_usage, leaf.usage) ||
      !add_extension(*made, ca, NID_authority_key_identifier, "keyid") ||
      (!leaf.alternatives.empty() &&
       !add_extension(*made, ca, NID_subject_alt_name, leaf.alternatives)) ||
      X509_sign(made.get(), authority.key.get(), EVP_sha256()) == 0) {
    return openssl_failed();
  }
  CertifiedKey certified{pem_of(*made), pem_of(*key)};
  if (certified.cert_pem.empty() || certified.key_pem.empty()) return openssl_failed();
  return certified;
}

}  // namespace

Result<SelfSigned> make_self_signed(const std::vector<std::string>& names, int days) {
  ERR_clear_error();
  const auto alternatives = alternative_names_value(names);
  if (!alternatives || alternatives->empty()) {
    return fail(ErrorCode::internal, "a server certificate needs host names or addresses");
  }
  KAITO_TRY(const Authority authority, make_authority("kaito sandbox CA", days));
  KAITO_TRY(
      CertifiedKey server,
      sign(authority, {{names.front().substr(0, 64), {}}, "serverAuth", *alternatives}, days));
  SelfSigned made{pem_of(*authority.certificate), std::move(server.cert_pem),
                  std::move(server.key_pem)};
  if (made.ca_pem.empty()) return openssl_failed();
  return made;
}

struct ClientAuthority::Impl {
  Authority authority;
  std::string ca_pem;
};

Result<ClientAuthority> ClientAuthority::make(int days) {
  ERR_clear_error();
  auto impl = std::make_shared<Impl>();
  KAITO_TRY(impl->authority, make_authority("kaito sandbox client CA", days));
  impl->ca_pem = pem_of(*impl->authority.certificate);
  if (impl->ca_pem.empty()) return openssl_failed();
  return ClientAuthority(std::move(impl));
}

const std::string& ClientAuthority::ca_pem() const {
  return impl_->ca_pem;
}

Result<CertifiedKey> ClientAuthority::certify(const CertificateSubject& subject, int days) const {
  ERR_clear_error();
  return sign(impl_->authority, {subject, "clientAuth"}, days);
}

}  // namespace kaito::net
