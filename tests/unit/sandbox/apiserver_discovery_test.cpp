#include <doctest/doctest.h>

#include "apiserver_fixture.hpp"

using namespace apiserver_test;

namespace {

/// "name:verb,verb" of one resource in a discovery list, or "".
[[nodiscard]] const json::Value* resource_in(const Reply& list, std::string_view name) {
  const json::Value* resources = json::find(list.body, {"resources"});
  if (resources == nullptr) return nullptr;
  for (const json::Value& each : resources->get_array()) {
    if (json::string_at(each, {"name"}) == name) return &each;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("discovery documents") {
  Cluster cluster;
  CHECK(cluster.get("/api").at({"versions"}) == R"(["v1"])");
  CHECK(cluster.get("/apis").at({"kind"}) == "APIGroupList");
  const Reply group = cluster.get("/apis/kaito.sh");
  CHECK(group.at({"preferredVersion", "version"}) == "v1beta1");
  CHECK(json::find(group.body, {"versions"})->get_array().size() == 2);
  CHECK(json::string_at(json::find(group.body, {"versions"})->at(1), {"version"}) == "v1alpha1");

  const Reply version = cluster.get("/apis/kaito.sh/v1beta1");
  CHECK(version.at({"groupVersion"}) == "kaito.sh/v1beta1");
  const json::Value* workspaces = resource_in(version, "workspaces");
  REQUIRE(workspaces != nullptr);
  CHECK(json::write(*json::find(*workspaces, {"verbs"})) ==
        R"(["delete","deletecollection","get","list","patch","create","update","watch"])");
  CHECK(json::write(*json::find(*workspaces, {"shortNames"})) == R"(["wk","wks"])");
  const json::Value* status = resource_in(version, "workspaces/status");
  REQUIRE(status != nullptr);
  CHECK(json::write(*json::find(*status, {"verbs"})) == R"(["get","patch","update"])");
  const json::Value* scale = resource_in(version, "inferencesets/scale");
  REQUIRE(scale != nullptr);
  CHECK(json::string_at(*scale, {"group"}) == "autoscaling");
  CHECK(json::string_at(*scale, {"version"}) == "v1");
  CHECK(json::string_at(*scale, {"kind"}) == "Scale");
  CHECK(resource_in(cluster.get("/api/v1"), "pods/log") != nullptr);
  CHECK(resource_in(cluster.get("/apis/karpenter.sh/v1"), "nodeclaims") != nullptr);
  CHECK(cluster.get("/version").at({"gitVersion"}) == "v1.33.0");
  CHECK(cluster.get("/version").at({"minor"}) == "33");
}

TEST_CASE("what is not served is a text 404, what does not exist a Status") {
  Cluster cluster;
  for (const char* target :
       {"/apis/kaito.sh/v9", "/apis/kaito.sh/v1beta1/namespaces/default/things", "/apis/nope.io",
        "/apis/nope.io/v1/things", "/nowhere",
        "/apis/karpenter.sh/v1/namespaces/default/nodeclaims",
        "/api/v1/namespaces/default/nodes/n"}) {
    CAPTURE(target);
    const Reply reply = cluster.get(target);
    CHECK(reply.status == 404);
    CHECK(reply.text == "404 page not found\n");
  }
  const Reply absent = cluster.get("/apis/karpenter.sh/v1/nodeclaims/n");
  CHECK(absent.status == 404);
  CHECK(absent.at({"details", "name"}) == "n");
  for (const char* target : {"/healthz", "/livez", "/readyz", "/readyz/ping"})
    CHECK(cluster.get(target).text == "ok");
}

TEST_CASE("who may ask") {
  ApiServerOptions options;
  options.bearer_token = "secret";
  Cluster cluster({}, options);
  const auto with = [&](std::string_view target, std::string_view authorization) {
    return cluster.send("GET", target, "", "", {{"Authorization", std::string(authorization)}});
  };
  CHECK(with(kWorkspaces, "Bearer secret").status == 200);
  for (const char* wrong : {"Bearer wrong", "Bearer secretx", "Basic c2VjcmV0", "Bearer"}) {
    CAPTURE(wrong);
    const Reply reply = with(kWorkspaces, wrong);
    CHECK(reply.status == 401);
    CHECK(reply.reason() == "Unauthorized");
    CHECK(reply.message() == "Unauthorized");
  }
  const Reply nobody = cluster.get("/api/v1/namespaces");
  CHECK(nobody.status == 403);
  CHECK(nobody.message() ==
        "namespaces is forbidden: User \"system:anonymous\" cannot list resource \"namespaces\" in "
        "API group \"\" at the cluster scope");
  CHECK(cluster.get("/apis").message() ==
        "forbidden: User \"system:anonymous\" cannot get path \"/apis\"");
  CHECK(cluster.create_workspace("a").message() ==
        "workspaces.kaito.sh is forbidden: User \"system:anonymous\" cannot create resource "
        "\"workspaces\" in API group \"kaito.sh\" in the namespace \"default\"");
  CHECK(cluster.get("/version").status == 200);
  CHECK(cluster.get("/readyz").status == 200);
}

TEST_CASE("a user without rights, and acting as somebody else") {
  ApiServerOptions options;
  options.bearer_token = "secret";
  options.limited_token = "little";
  Cluster cluster({}, options);
  const auto as = [&](std::string_view token, std::string_view user) {
    std::vector<std::pair<std::string, std::string>> headers = {
        {"Authorization", "Bearer " + std::string(token)}};
    if (!user.empty()) headers.emplace_back("Impersonate-User", user);
    return cluster.send("GET", kWorkspaces, "", "", headers);
  };
  CHECK(as("secret", "").status == 200);
  CHECK(as("little", "").message() ==
        "workspaces.kaito.sh is forbidden: User \"alice\" cannot list resource \"workspaces\" in "
        "API group \"kaito.sh\" in the namespace \"default\"");
  CHECK(as("secret", "bob").message().find("User \"bob\" cannot list") != std::string::npos);
  CHECK(as("little", "bob").message().starts_with("users \"bob\" is forbidden"));
  CHECK(cluster.send("GET", "/apis", "", "", {{"Authorization", "Bearer little"}}).status == 200);
}

TEST_CASE("OpenAPI: what kubectl asks for, in each form") {
  Cluster cluster;
  const Reply v2 = cluster.get("/openapi/v2");
  CHECK(v2.at({"swagger"}) == "2.0");
  const json::Value* count =
      json::find(v2.body, {"definitions", "sh.kaito.v1beta1.Workspace", "properties", "resource",
                           "properties", "count", "type"});
  REQUIRE(count != nullptr);
  CHECK(*count == "integer");
  const char* protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
  const Reply bytes = cluster.send("GET", "/openapi/v2", "", "", {{"Accept", protobuf}});
  CHECK(bytes.headers.get("Content-Type") ==
        "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
  // Field 1, swagger; field 2, info: a title and a version.
  CHECK(
      bytes.text.starts_with("\x0a\x03"
                             "2.0\x12\x10\x0a\x0aKubernetes\x12\x02v1"));
  CHECK(cluster.get("/openapi/v3").text.find("/openapi/v3/apis/kaito.sh/v1beta1") !=
        std::string::npos);
  CHECK(cluster.get("/openapi/v3/apis/kaito.sh/v1beta1").text.find("fieldValidation") !=
        std::string::npos);
  CHECK(cluster.get("/openapi/v3/apis/nope/v1").status == 404);
}

TEST_CASE("access reviews allow everything") {
  Cluster cluster;
  const Reply reply =
      cluster.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                   R"({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
          "spec": {"resourceAttributes": {"verb": "create", "resource": "pods"}}})");
  CHECK(reply.status == 201);
  CHECK(reply.at({"status", "allowed"}) == "true");
}

TEST_CASE("kinds come and go with their CRDs") {
  Cluster cluster;
  const Reply made = cluster.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", R"({
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "things.example.com"},
    "spec": {"group": "example.com", "scope": "Namespaced",
      "names": {"plural": "things", "kind": "Thing"},
      "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema":
        {"type": "object", "properties": {"spec": {"type": "object", "properties":
          {"size": {"type": "integer", "minimum": 1, "maximum": 5}}}}}}}]}})");
  CHECK(made.status == 201);
  const Reply crd =
      cluster.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com");
  CHECK(crd.at({"status", "storedVersions"}) == R"(["v1"])");
  CHECK(crd.at({"status", "acceptedNames", "listKind"}) == "ThingList");
  const std::string things = "/apis/example.com/v1/namespaces/default/things";
  const auto thing = [&](std::string_view size) {
    return cluster.post(things, R"({"apiVersion": "example.com/v1", "kind": "Thing",
      "metadata": {"name": "t)" + std::string(size) +
                                    R"("}, "spec": {"size": )" + std::string(size) + "}}");
  };
  CHECK(thing("3").status == 201);
  CHECK(thing("6").message() ==
        "Thing.example.com \"t6\" is invalid: spec.size: Invalid value: 6: spec.size in body "
        "should be less than or equal to 5");
  // Without the status subresource, status is a field like others.
  CHECK(cluster.merge(things + "/t3", R"({"spec": {"size": 4}})").meta("generation") == "2");
  CHECK(cluster
            .post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", R"({
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "wrong.example.com"},
    "spec": {"group": "example.com", "scope": "Sideways", "names": {"plural": "others"}}})")
            .status == 422);
}
