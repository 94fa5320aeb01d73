// What exec plugins print.
#include "kube/auth/exec_credential.hpp"

#include <doctest/doctest.h>

#include <string>

namespace kaito::kube::auth {
namespace {

const std::string v1 = "client.authentication.k8s.io/v1";

std::string credential(const std::string& status, const std::string& version = v1) {
  return R"({"kind":"ExecCredential","apiVersion":")" + version +
         R"(","spec":{"interactive":false},)" + R"("status":)" + status + "}";
}

TEST_CASE("credentials that are good") {
  struct Row {
    std::string what;
    std::string status;
    Credential credential;
    std::string expires;
  };
  const Row rows[] = {
      {"a token", R"({"token":"k8s-aws-v1.abc"})", {"k8s-aws-v1.abc", "", ""}, ""},
      {"with its end",
       R"({"token":"t","expirationTimestamp":"2026-03-04T05:06:07Z"})",
       {"t", "", ""},
       "2026-03-04T05:06:07Z"},
      {"another offset",
       R"({"token":"t","expirationTimestamp":"2026-03-04T05:06:07.5+02:00"})",
       {"t", "", ""},
       "2026-03-04T03:06:07Z"},
      {"null is absent",
       R"({"token":"t","clientCertificateData":null,"clientKeyData":null,"expirationTimestamp":null})",
       {"t", "", ""},
       ""},
      {"a line break behind the token", R"({"token":"t\n"})", {"t", "", ""}, ""},
      {"a certificate",
       R"({"clientCertificateData":"-----BEGIN CERTIFICATE-----","clientKeyData":"-----BEGIN PRIVATE KEY-----"})",
       {"", "-----BEGIN CERTIFICATE-----", "-----BEGIN PRIVATE KEY-----"},
       ""},
      {"both, and what nobody knows",
       R"({"token":"t","clientCertificateData":"-----BEGIN C","clientKeyData":"-----BEGIN K","new":{}})",
       {"t", "-----BEGIN C", "-----BEGIN K"},
       ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto decoded = decode_exec_credential(credential(row.status), v1);
    REQUIRE(decoded);
    CHECK(decoded->credential == row.credential);
    CHECK((decoded->expires ? format_time(*decoded->expires) : "") == row.expires);
  }
}

TEST_CASE("output that is refused says why, and never what was printed") {
  struct Row {
    std::string text;
    const char* message;
    const char* hint = "";
  };
  const std::string pem = "-----BEGIN SECRET-PEM";
  const Row rows[] = {
      {"", "printed nothing on standard output"},
      {" \n", "printed nothing on standard output"},
      {"EXECCREDENTIAL\tSECRET-TOKEN", "printed 27 bytes that are no JSON object", "--output json"},
      {"\"SECRET-TOKEN\"", "are no JSON object"},
      {"[]", "are no JSON object"},
      {credential(R"({"token":"SECRET-TOKEN"})") + "SECRET", "are no JSON object"},
      {credential(R"({"token":"SECRET-)"), "are no JSON object"},
      {R"({"kind":"SECRET","apiVersion":")" + v1 + "\"}", "whose kind is not ExecCredential"},
      {R"({"apiVersion":")" + v1 + "\"}", "whose kind is not ExecCredential"},
      {R"({"kind":"ExecCredential"})",
       "a credential without an apiVersion, but the kubeconfig asks"},
      {R"({"kind":"ExecCredential","apiVersion":"SECRET"})", "of another API, but the kubeconfig"},
      {credential(R"({"token":"SECRET"})", "client.authentication.k8s.io/v1beta1"),
       "a credential of client.authentication.k8s.io/v1beta1, but the kubeconfig asks for "
       "client.authentication.k8s.io/v1",
       "exec.apiVersion"},
      {R"({"kind":"ExecCredential","apiVersion":")" + v1 + "\"}", "without a status"},
      {credential("null"), "without a status"},
      {credential("\"SECRET\""), "whose status is not an object"},
      {credential("{}"), "neither a token nor a client certificate"},
      {credential(R"({"token":""})"), "neither a token nor a client certificate"},
      {credential(R"({"token":["SECRET"]})"), "status.token is not a string"},
      {credential(R"({"token":"SECRET TOKEN"})"), "a token that is none"},
      {credential(R"({"token":"SECRET\r\nX-Header: 1"})"), "a token that is none"},
      {credential(R"({"clientCertificateData":")" + pem + "\"}"),
       "a client certificate without its key"},
      {credential(R"({"clientKeyData":")" + pem + "\"}"), "a client key without its certificate"},
      {credential(R"({"clientCertificateData":"U0VDUkVU","clientKeyData":"U0VDUkVU"})"),
       "clientCertificateData is not PEM"},
      {credential(R"({"clientKeyData":7})"), "clientKeyData is not a string"},
      {credential(R"({"token":"SECRET","expirationTimestamp":"tomorrow"})"),
       "not an RFC 3339 time"},
      {credential(R"({"token":"SECRET","expirationTimestamp":17})"), "not a string"},
      {std::string(200, '[') + std::string(200, ']'), "are no JSON object"},
      {std::string("{\"a\":\"\0\"}", 9), "are no JSON object"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto decoded = decode_exec_credential(row.text, v1);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == ErrorCode::unauthenticated);
    CAPTURE(decoded.error().message);
    CHECK(decoded.error().message.find(row.message) != std::string::npos);
    CHECK(decoded.error().hint.find(row.hint) != std::string::npos);
    CHECK((decoded.error().describe() + decoded.error().hint).find("SECRET") == std::string::npos);
  }
}

}  // namespace
}  // namespace kaito::kube::auth
