// kubernetes-client.md 8.8: errors and warnings as servers give them.
#include <doctest/doctest.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "session.hpp"

namespace kaito::conformance {
namespace {

TEST_CASE(
    "E09 an object with three mistakes: three causes, and the client's error names them all") {
  Session session;
  const char* mistakes = R"({"resource": {"labelSelector": null, "count": "x"},
                             "inference": {"preset": {"accessMode": "zzz"}}})";
  const Reply reply = session.create("a", mistakes);
  CHECK(reply.status == 422);
  const json::Value* causes = json::find(reply.body, {"details", "causes"});
  REQUIRE(causes != nullptr);
  CHECK(causes->get_array().size() == 3);
  const auto made = target().client().create_object(k8s::types::workspace(), session.space(),
                                                    parsed(workspace("a", mistakes)), {}, soon());
  REQUIRE_FALSE(made);
  CHECK(made.error().code == ErrorCode::invalid);
  const std::string text = made.error().describe();
  for (const char* field :
       {"resource.labelSelector", "resource.count", "inference.preset.accessMode"})
    CHECK_MESSAGE(text.find(field) != std::string::npos, text);
}

TEST_CASE("E12 a deprecated API: a Warning header, told once") {
  if (minor_version() >= 22) {
    not_for_this_server("it serves no deprecated version");
    return;
  }
  Wire wire;
  const Reply reply = wire.get("/apis/apiextensions.k8s.io/v1beta1/customresourcedefinitions");
  CHECK(reply.status == 200);
  CHECK(reply.headers.get("Warning").starts_with("299 - \"apiextensions.k8s.io/v1beta1"));
}

TEST_CASE("E13 groups impersonated without a user: 500 in plain text") {
  Session session;
  const Reply reply = session.get(session.workspaces(), {{"Impersonate-Group", "g"}});
  CHECK(reply.status == 500);
  CHECK(reply.at({"kind"}).empty());
  CHECK(reply.text.find("without impersonating a user") != std::string::npos);
}

TEST_CASE("E15 POST to an object's path: 405; of a custom kind it creates like any other") {
  Session session;
  REQUIRE(session.post(session.core("configmaps"), config_map("m")).status == 201);
  const Reply reply = session.post(session.core("configmaps", "m"), config_map("m"));
  CHECK(reply.status == 405);
  CHECK(reply.reason() == "MethodNotAllowed");
  REQUIRE(session.create("a").status == 201);
  CHECK(session.post(session.workspaces("a"), workspace("a")).status == 409);
}

TEST_CASE("E16 the client's error says which of the two 404s it was") {
  Session session;
  auto& client = target().client();
  const auto object = client.get({k8s::types::workspace(), session.space(), "nobody"}, soon());
  REQUIRE_FALSE(object);
  CHECK(object.error().code == ErrorCode::not_found);
  k8s::ResourceType gizmo{"gizmos.example.com", "v1", "Gizmo", "gizmos", true};
  const auto kind = client.get({gizmo, session.space(), "nobody"}, soon());
  REQUIRE_FALSE(kind);
  CHECK(kind.error().code == ErrorCode::not_served);
}

}  // namespace
}  // namespace kaito::conformance
