#include "sandbox/apiserver/protobuf_body.hpp"

#include <doctest/doctest.h>

#include <random>

#include "apiserver_fixture.hpp"
#include "kaito/base/text.hpp"

using namespace apiserver_test;

namespace {

// As kubectl 1.33 sends them.
constexpr std::string_view kMayList =  // auth can-i list pods
    "azhzAAoyChdhdXRob3JpemF0aW9uLms4cy5pby92MRIXU2VsZlN1YmplY3RBY2Nlc3NSZXZpZXcSPQoQCgASABoAIgAqAD"
    "IA"
    "OABCABIfCh0KB2RlZmF1bHQSBGxpc3QaACIAKgRwb2RzMgA6ABoICAASABoAIAAaACIA";
constexpr std::string_view kConfigMap =  // create configmap x --from-literal a=b
    "azhzAAoPCgJ2MRIJQ29uZmlnTWFwEiIKGAoBeBIAGgdkZWZhdWx0IgAqADIAOABCABIGCgFhEgFiGgAiAA==";
constexpr std::string_view kSecret =  // create secret generic s --from-literal p=q
    "azhzAAoMCgJ2MRIGU2VjcmV0EiQKGAoBcxIAGgdkZWZhdWx0IgAqADIAOABCABIGCgFwEgFxGgAaACIA";
constexpr std::string_view kBinding =  // create rolebinding rb --role r --user alice
    "azhzAAorChxyYmFjLmF1dGhvcml6YXRpb24uazhzLmlvL3YxEgtSb2xlQmluZGluZxJtChkKAnJiEgAaB2RlZmF1bHQiAC"
    "oA"
    "MgA4AEIAEioKBFVzZXISGXJiYWMuYXV0aG9yaXphdGlvbi5rOHMuaW8aBWFsaWNlIgAaJAoZcmJhYy5hdXRob3JpemF0aW"
    "9u"
    "Lms4cy5pbxIEUm9sZRoBchoAIgA=";

[[nodiscard]] std::string bytes_of(std::string_view base64) {
  auto bytes = base64_decode(base64);
  REQUIRE(bytes);
  return *bytes;
}

[[nodiscard]] json::Value read(std::string_view base64) {
  auto value = read_protobuf(bytes_of(base64));
  REQUIRE(value);
  return std::move(*value);
}

/// A message whose one field is another one.
[[nodiscard]] std::string field(char number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}

[[nodiscard]] std::string message(const std::string& api_version, const std::string& kind,
                                  const std::string& raw) {
  return std::string("k8s\0", 4) + field(1, field(1, api_version) + field(2, kind)) + field(2, raw);
}

[[nodiscard]] std::string refusal(const std::string& body) {
  const auto value = read_protobuf(body);
  return value ? "" : value.error().message;
}

}  // namespace

TEST_CASE("what kubectl sends as protobuf means what it would as JSON") {
  CHECK(json::equivalent(read(kConfigMap), parsed(R"({
    "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "default"},
    "data": {"a": "b"}})")));
  CHECK(json::equivalent(read(kSecret), parsed(R"({
    "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "default"},
    "data": {"p": "cQ=="}})")));
  CHECK(json::equivalent(read(kMayList), parsed(R"({
    "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "metadata": {},
    "spec": {"resourceAttributes": {"namespace": "default", "verb": "list", "resource": "pods"}}})")));
  CHECK(json::equivalent(read(kBinding), parsed(R"({
    "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
    "metadata": {"name": "rb", "namespace": "default"},
    "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "alice"}],
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}})")));
}

TEST_CASE("protobuf: a pointer's zero stays, times are text, numbers may be long") {
  // Lease: leaseTransitions 0, leaseDurationSeconds 300, renewTime 1700000000.5 s.
  const std::string spec =
      std::string("\x10\xac\x02", 3) +
      field(4, std::string("\x08\x80\xe2\xcf\xaa\x06\x10\x80\xca\xb5\xee\x01", 12)) +
      std::string("\x28\x00", 2);
  const auto lease = read_protobuf(message("coordination.k8s.io/v1", "Lease", field(2, spec)));
  REQUIRE(lease);
  CHECK(
      json::write(*json::find(*lease, {"spec"})) ==
      R"({"leaseDurationSeconds":300,"renewTime":"2023-11-14T22:13:20.500000Z","leaseTransitions":0})");
}

TEST_CASE("the API server takes protobuf, and says what it cannot read of it") {
  Cluster cluster;
  const auto post = [&](std::string_view target, const std::string& body) {
    return cluster.send("POST", target, body, kProtobufType, {});
  };
  CHECK(post("/api/v1/namespaces/default/configmaps", bytes_of(kConfigMap)).status == 201);
  CHECK(cluster.get("/api/v1/namespaces/default/configmaps/x").at({"data", "a"}) == "b");
  CHECK(post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", bytes_of(kMayList))
            .at({"status", "allowed"}) == "true");
  const Reply pod = post("/api/v1/namespaces/default/pods", message("v1", "Pod", ""));
  CHECK(pod.status == 415);
  CHECK(pod.message() == "the sandbox does not read v1 Pod as protobuf: send it as JSON");
  CHECK(post("/api/v1/namespaces/default/configmaps", "{}").status == 400);
}

TEST_CASE("protobuf that is broken is refused") {
  CHECK(refusal("").find("does not begin with \"k8s\"") != std::string::npos);
  CHECK(refusal(message("v1", "ConfigMap", field(1, field(1, "\xff")))).find("not UTF-8") !=
        std::string::npos);
  CHECK(refusal(message("v1", "ConfigMap", "\x07")).find("unknown type") != std::string::npos);
  CHECK(refusal(message("v1", "ConfigMap", std::string(11, '\xff'))).find("too long") !=
        std::string::npos);
  CHECK(refusal(message("v1", "ConfigMap", "\x0a\x7f")).find("ends too early") !=
        std::string::npos);
  // Between two fields a message may end, with less in it.
  const std::string whole = bytes_of(kBinding);
  const json::Value binding = read(kBinding);
  for (std::size_t size = 0; size < whole.size() - 4; ++size) {
    const auto part = read_protobuf(std::string_view(whole).substr(0, size));
    CHECK_FALSE((part && json::equivalent(*part, binding)));
  }
}

TEST_CASE("protobuf with any byte changed is read or refused, nothing else") {
  std::mt19937 random(7);
  int refused = 0;
  for (const std::string_view sample : {kMayList, kConfigMap, kSecret, kBinding}) {
    const std::string whole = bytes_of(sample);
    for (int i = 0; i < 2000; ++i) {
      std::string changed = whole;
      for (int n = 0; n < 3; ++n)
        changed[random() % changed.size()] = static_cast<char>(random());
      refused += refusal(changed).empty() ? 0 : 1;
    }
  }
  CHECK(refused > 1000);
  CHECK(refused < 8000);
}
