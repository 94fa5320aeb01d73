#include "net/certificate_text.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>

#include <array>
#include <ctime>

#include "kaito/base/text.hpp"
#include "kaito/base/time.hpp"

namespace kaito::net {
namespace {

constexpr std::size_t longest_text = 300;

std::string address_text(const ASN1_OCTET_STRING* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int length = ASN1_STRING_length(address);
  const int family = length == 4 ? AF_INET : AF_INET6;
  if (length != 4 && length != 16) return "?";
  const char* done = inet_ntop(family, ASN1_STRING_get0_data(address), text.data(),
                               static_cast<socklen_t>(text.size()));
  return done == nullptr ? std::string("?") : std::string(done);
}

/// The values of one kind in a name, in order.
std::vector<std::string> values_of(const X509_NAME* name, int kind) {
  std::vector<std::string> values;
  for (int at = X509_NAME_get_index_by_NID(name, kind, -1); at >= 0;
       at = X509_NAME_get_index_by_NID(name, kind, at)) {
    unsigned char* text = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size >= 0) values.emplace_back(reinterpret_cast<const char*>(text), size);
    OPENSSL_free(text);
  }
  return values;
}

}  // namespace

BioHandle read_from(std::string_view text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string take_openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  const char* reason = ERR_reason_error_string(code);
  if (reason != nullptr) return reason;
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

std::string name_text(const X509_NAME* name) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!out || name == nullptr) return "?";
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  if (size <= 0) return "?";
  return escape_controls(shorten({data, static_cast<std::size_t>(size)}, longest_text));
}

std::string time_text(const ASN1_TIME* moment) {
  std::tm broken_down{};
  if (moment == nullptr || ASN1_TIME_to_tm(moment, &broken_down) != 1) return "?";
  return format_time(std::chrono::system_clock::from_time_t(timegm(&broken_down)));
}

std::vector<std::string> alternative_names(const X509& certificate) {
  std::vector<std::string> names;
  auto* found = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  if (found == nullptr) return names;
  for (int i = 0; i < sk_GENERAL_NAME_num(found); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(found, i);
    if (name->type == GEN_DNS) {
      const ASN1_IA5STRING* dns = name->d.dNSName;
      const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(dns)),
                                  static_cast<std::size_t>(ASN1_STRING_length(dns)));
      names.push_back(escape_controls(shorten(text, longest_text)));
    } else if (name->type == GEN_IPADD) {
      names.push_back(address_text(name->d.iPAddress));
    }
  }
  GENERAL_NAMES_free(found);
  return names;
}

CertificateSubject subject_of(const X509& certificate) {
  const X509_NAME* name = X509_get_subject_name(&certificate);
  CertificateSubject subject;
  if (const auto names = values_of(name, NID_commonName); !names.empty())
    subject.common_name = names.back();
  subject.organizations = values_of(name, NID_organizationName);
  return subject;
}

}  // namespace kaito::net
