#include "kube/auth/exec_credential.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "kube/auth/method.hpp"

namespace kaito::kube::auth {
namespace {

constexpr json::ParseLimits small{std::size_t{1} << 20, 32};
constexpr std::string_view api_group = "client.authentication.k8s.io/";

tl::unexpected<Error> unfit(std::string message, std::string hint = {}) {
  return fail(ErrorCode::unauthenticated, std::move(message), std::move(hint));
}

/// "client.authentication.k8s.io/v1alpha1". Any other text could be anything, a credential among
/// it.
bool is_plugin_version(std::string_view version) {
  constexpr std::size_t longest = 16;
  if (!version.starts_with(api_group)) return false;
  const auto name = version.substr(api_group.size());
  return name.size() <= longest && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

Result<void> check_version(const json::Object& object, std::string_view wanted) {
  const json::Value* found = object.if_contains("apiVersion");
  const std::string_view version =
      found != nullptr && found->is_string() ? std::string_view(found->get_string()) : "";
  if (version == wanted) return {};
  const auto shown = version.empty()              ? std::string("without an apiVersion")
                     : is_plugin_version(version) ? fmt::format("of {}", version)
                                                  : std::string("of another API");
  return unfit(
      fmt::format("printed a credential {}, but the kubeconfig asks for {}", shown, wanted),
      "set the user's exec.apiVersion in the kubeconfig to what the plugin speaks, or update "
      "the plugin");
}

/// A string member; "" when absent or null.
Result<std::string> text_of(const json::Object& status, std::string_view member) {
  const json::Value* found = status.if_contains(member);
  if (found == nullptr || found->is_null()) return std::string();
  if (const auto* text = found->if_string()) return std::string(text->data(), text->size());
  return unfit(fmt::format("printed a credential whose status.{} is not a string", member));
}

Result<void> check_pem(std::string_view member, std::string_view text) {
  if (text.empty() || text.find("-----BEGIN ") != std::string_view::npos) return {};
  return unfit(fmt::format("printed a credential whose status.{} is not PEM text", member));
}

Result<ExecCredential> decode_status(const json::Object& status) {
  ExecCredential out;
  KAITO_TRY(const auto token, text_of(status, "token"));
  out.credential.token = std::string(trim(token));
  if (auto problem = token_problem(out.credential.token); !problem.empty())
    return unfit(fmt::format("printed a token that is none: {}", problem));
  KAITO_TRY(out.credential.client_cert_pem, text_of(status, "clientCertificateData"));
  KAITO_TRY(out.credential.client_key_pem, text_of(status, "clientKeyData"));
  KAITO_CHECK(check_pem("clientCertificateData", out.credential.client_cert_pem));
  KAITO_CHECK(check_pem("clientKeyData", out.credential.client_key_pem));
  const bool certificate = !out.credential.client_cert_pem.empty();
  const bool key = !out.credential.client_key_pem.empty();
  if (certificate != key)
    return unfit(fmt::format("printed a client {} without its {}",
                             certificate ? "certificate" : "key",
                             certificate ? "key" : "certificate"));
  if (!certificate && out.credential.token.empty())
    return unfit("printed a credential with neither a token nor a client certificate");

  KAITO_TRY(const auto expires, text_of(status, "expirationTimestamp"));
  if (!expires.empty()) {
    const auto instant = parse_time(expires);
    if (!instant)
      return unfit("printed a credential whose status.expirationTimestamp is not an RFC 3339 time");
    out.expires = *instant;
  }
  return out;
}

}  // namespace

Result<ExecCredential> decode_exec_credential(std::string_view text, std::string_view api_version) {
  if (trim(text).empty()) return unfit("printed nothing on standard output");
  const auto value = json::parse(text, small);
  // Not the parser's own words: they might show a piece of a token.
  const json::Object* object = value ? value->if_object() : nullptr;
  if (object == nullptr)
    return unfit(
        fmt::format("printed {} bytes that are no JSON object", text.size()),
        "run it by hand: it must print one ExecCredential as JSON and nothing else (for `aws`: "
        "pass --output json)");
  if (json::string_at(*value, {"kind"}) != "ExecCredential")
    return unfit("printed a JSON object whose kind is not ExecCredential",
                 "run it by hand: it must print one ExecCredential and nothing else");
  KAITO_CHECK(check_version(*object, api_version));
  const json::Value* status = object->if_contains("status");
  if (status == nullptr || status->is_null()) return unfit("printed a credential without a status");
  if (!status->is_object()) return unfit("printed a credential whose status is not an object");
  return decode_status(status->get_object());
}

}  // namespace kaito::kube::auth
