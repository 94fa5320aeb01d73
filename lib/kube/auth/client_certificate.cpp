#include <fmt/format.h>

#include <utility>

#include "kube/auth/method.hpp"
#include "kube/path.hpp"

namespace kaito::kube::auth {
namespace {

/// One half, from its data or its file; "" when the entry has neither.
Result<std::string> half(const UserEntry& user, const Surroundings& surroundings,
                         std::string_view name, const std::string& path, const std::string& data) {
  if (!path.empty() && !data.empty())
    return fail(ErrorCode::invalid,
                fmt::format("{0} and {0}-data are both specified for user \"{1}\" (from {2})", name,
                            user.name, user.file));
  if (path.empty()) return data;
  const auto file = seen_from_file(user.file, path);
  auto text = surroundings.read_file(file);
  if (!text)
    return fail(ErrorCode::invalid, fmt::format("cannot read {} {} (from {}): {}", name, file,
                                                user.file, text.error().message));
  return text;
}

}  // namespace

Result<void> use_client_certificate(const UserEntry& user, const Surroundings& surroundings,
                                    Credentials& out) {
  KAITO_TRY(auto certificate, half(user, surroundings, "client-certificate",
                                   user.client_certificate, user.client_certificate_data));
  KAITO_TRY(auto key,
            half(user, surroundings, "client-key", user.client_key, user.client_key_data));
  if (certificate.empty() != key.empty())
    return fail(ErrorCode::invalid,
                fmt::format("client {} missing for user \"{}\" (from {})",
                            key.empty() ? "key" : "certificate", user.name, user.file),
                "a client certificate needs its key: give both");
  out.client_cert_pem = std::move(certificate);
  out.client_key_pem = std::move(key);
  return {};
}

}  // namespace kaito::kube::auth
