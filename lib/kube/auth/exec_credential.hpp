#pragma once

#include <optional>
#include <string_view>

#include "kaito/base/result.hpp"
#include "kaito/base/time.hpp"
#include "kaito/kube/credential.hpp"

namespace kaito::kube::auth {

/// What an exec plugin printed.
struct ExecCredential {
  Credential credential;           ///< a token, a certificate with its key, or both
  std::optional<Instant> expires;  ///< nothing: good until the server refuses it
};

/// Decodes a plugin's whole standard output: one ExecCredential object as JSON, of exactly the API
/// version that was asked for. Pure. Errors: unauthenticated; the message follows the plugin's name
/// ("printed no JSON") and never quotes the output, which may hold credentials. Source:
/// kubernetes-client.md 1.8; client-go pkg/apis/clientauthentication/v1/types.go.
[[nodiscard]] Result<ExecCredential> decode_exec_credential(std::string_view text,
                                                            std::string_view api_version);

}  // namespace kaito::kube::auth
