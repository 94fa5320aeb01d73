// What exec plugins print: a credential that can be sent, or an error that quotes none of it.

#include "kube/auth/exec_credential.hpp"

#include <algorithm>
#include <string>

#include "target.hpp"

namespace {

using namespace kaito;
using fuzz::hold;

constexpr std::string_view kVersion = "client.authentication.k8s.io/v1";
/// As long as no word of ours or of the format.
constexpr std::size_t kQuoted = 40;

bool is_header_safe(std::string_view token) {
  return std::none_of(token.begin(), token.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
  });
}

bool quotes(std::string_view message, std::string_view printed) {
  for (std::size_t at = 0; at + kQuoted <= printed.size(); ++at) {
    const auto piece = printed.substr(at, kQuoted);
    if (!piece.starts_with(kVersion) && message.find(piece) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view printed = fuzz::text_of(data, size);
  const auto decoded = kube::auth::decode_exec_credential(printed, kVersion);
  if (!decoded) {
    hold(decoded.error().code == ErrorCode::unauthenticated, "one kind of error");
    hold(decoded.error().message.size() < 1000, "a message of a bounded length");
    hold(!quotes(decoded.error().message, printed), "a message without what was printed");
    return 0;
  }
  const kube::Credential& credential = decoded->credential;
  hold(is_header_safe(credential.token), "a token is one line");
  hold(credential.client_cert_pem.empty() == credential.client_key_pem.empty(),
       "a certificate comes with its key");
  hold(!credential.token.empty() || !credential.client_cert_pem.empty(), "there is something");
  return 0;
}
