#pragma once

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kaito/net/server.hpp"

namespace kaito::kube::test {

/// How a private key is written down.
enum class KeyForm : unsigned char { pkcs8, traditional, encrypted };

struct Identity {
  std::string cert_pem;
  std::string key_pem;
};

/// A certificate of that name, signed by itself. `rsa`: else EC P-256.
inline Identity make_identity(const std::string& name, bool rsa = false,
                              KeyForm form = KeyForm::pkcs8) {
  EVP_PKEY* key = rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_sign(certificate, key, EVP_sha256());

  const auto text_of = [](BIO* out) {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out, &bytes);
    std::string text(bytes, static_cast<std::size_t>(size));
    BIO_free(out);
    return text;
  };
  Identity made;
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, certificate);
  made.cert_pem = text_of(out);
  out = BIO_new(BIO_s_mem());
  unsigned char password[] = "secret";
  if (form == KeyForm::traditional)
    PEM_write_bio_PrivateKey_traditional(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  else if (form == KeyForm::encrypted)
    PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_128_cbc(), reinterpret_cast<char*>(password), 6,
                                  nullptr, nullptr);
  else
    PEM_write_bio_PKCS8PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  made.key_pem = text_of(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

/// A TLS server that asks for a client certificate and takes any. Every GET is answered with the
/// certificate's common name ("" = none) and the number of the connection; GET /watch with a body
/// that does not end until the connection does.
class MutualTlsServer {
 public:
  MutualTlsServer()
      : own_(*net::make_self_signed({"127.0.0.1"}, 1)), context_(SSL_CTX_new(TLS_server_method())) {
    load_own_certificate();
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    SSL_CTX_set_session_id_context(context_, reinterpret_cast<const unsigned char*>("t"), 1);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~MutualTlsServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    {
      const std::lock_guard lock(mutex_);
      for (const int socket : sockets_)
        ::shutdown(socket, SHUT_RDWR);
    }
    for (auto& thread : threads_)
      thread.join();
    for (const int socket : sockets_)
      ::close(socket);
    SSL_CTX_free(context_);
  }
  MutualTlsServer(const MutualTlsServer&) = delete;
  MutualTlsServer& operator=(const MutualTlsServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& ca_pem() const { return own_.ca_pem; }
  /// Connections that the other side has closed.
  [[nodiscard]] int closed() const { return closed_; }

 private:
  void load_own_certificate() {
    BIO* in = BIO_new_mem_buf(own_.cert_pem.data(), static_cast<int>(own_.cert_pem.size()));
    X509* certificate = PEM_read_bio_X509(in, nullptr, nullptr, nullptr);
    BIO_free(in);
    in = BIO_new_mem_buf(own_.key_pem.data(), static_cast<int>(own_.key_pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
    BIO_free(in);
    REQUIRE(SSL_CTX_use_certificate(context_, certificate) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context_, key) == 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }

  void accept_all() {
    for (int number = 1;; ++number) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      const std::lock_guard lock(mutex_);
      sockets_.push_back(socket);
      threads_.emplace_back([this, socket, number] { serve(socket, number); });
    }
  }

  void serve(int socket, int number) {
    SSL* tls = SSL_new(context_);
    SSL_set_fd(tls, socket);
    if (SSL_accept(tls) == 1) {
      const auto who = common_name(tls);
      while (answer_one(tls, who + " " + std::to_string(number))) {
      }
    }
    ++closed_;
    ::shutdown(socket, SHUT_RDWR);
    SSL_free(tls);
    ERR_clear_error();
  }

  static std::string common_name(SSL* tls) {
    X509* certificate = SSL_get1_peer_certificate(tls);
    if (certificate == nullptr) return "nobody";
    char name[64] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof name);
    X509_free(certificate);
    return name;
  }

  static bool answer_one(SSL* tls, const std::string& body) {
    std::string head;
    char piece[1024];
    while (head.find("\r\n\r\n") == std::string::npos) {
      const int count = SSL_read(tls, piece, sizeof piece);
      if (count <= 0) return false;
      head.append(piece, static_cast<std::size_t>(count));
    }
    const bool endless = head.find("watch=") != std::string::npos;
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" +
                               (endless ? std::string("Transfer-Encoding: chunked\r\n\r\n")
                                        : "Content-Length: " + std::to_string(body.size() + 2) +
                                              "\r\n\r\n\"" + body + "\"");
    return SSL_write(tls, answer.data(), static_cast<int>(answer.size())) > 0;
  }

  const net::SelfSigned own_;
  SSL_CTX* context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> closed_{0};
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace kaito::kube::test
