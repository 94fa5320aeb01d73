#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

namespace kaito::net {

template <auto free_function>
struct FreeWith {
  template <class T>
  void operator()(T* handle) const {
    free_function(handle);
  }
};

using BioHandle = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using CertificateHandle = std::unique_ptr<X509, FreeWith<X509_free>>;
using ContextHandle = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using SessionHandle = std::unique_ptr<SSL, FreeWith<SSL_free>>;

/// A read-only BIO over text that must outlive it.
[[nodiscard]] BioHandle read_from(std::string_view text);

/// OpenSSL's oldest queued complaint in words, and the queue emptied; "unknown error" when there is
/// none.
[[nodiscard]] std::string take_openssl_error();

}  // namespace kaito::net
