#pragma once

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace kaito::net::test {

/// A certificate with its key; the handles are for those that it signs.
struct MadeCertificate {
  std::string cert_pem;
  std::string key_pem;
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;
};

/// What a certificate says. Seconds are counted from now.
struct CertificateWish {
  std::string common_name;
  std::string alternatives{};  ///< "DNS:a,IP:127.0.0.1"; "" = none
  std::string usage = "serverAuth";
  bool authority = false;
  long valid_from = -60;
  long valid_until = 3600;
};

/// EC P-256; signed by `issuer`, or by itself.
inline MadeCertificate make_certificate(const CertificateWish& wish,
                                        const MadeCertificate* issuer = nullptr) {
  const std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::shared_ptr<X509> made(X509_new(), X509_free);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), issuer == nullptr ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), wish.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), wish.valid_until);
  X509_set_pubkey(made.get(), key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1,
                             -1, 0);
  X509* signer = issuer == nullptr ? made.get() : issuer->certificate.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(signer));
  const auto add = [&](int kind, const std::string& value) {
    if (value.empty()) return;
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, signer, made.get(), nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    REQUIRE(extension != nullptr);
    X509_add_ext(made.get(), extension, -1);
    X509_EXTENSION_free(extension);
  };
  add(NID_basic_constraints, wish.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  add(NID_ext_key_usage, wish.authority ? "" : wish.usage);
  add(NID_subject_alt_name, wish.alternatives);
  REQUIRE(X509_sign(made.get(), issuer == nullptr ? key.get() : issuer->key.get(), EVP_sha256()) >
          0);

  const auto text_of = [](const auto& write) {
    const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
    write(out.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
  };
  return {text_of([&](BIO* out) { PEM_write_bio_X509(out, made.get()); }), text_of([&](BIO* out) {
            PEM_write_bio_PKCS8PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          }),
          made, key};
}

}  // namespace kaito::net::test
