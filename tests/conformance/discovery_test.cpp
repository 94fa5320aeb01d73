// kubernetes-client.md 8.3: what a server serves.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <set>

#include "session.hpp"

namespace kaito::conformance {
namespace {

/// The entry of an APIResourceList, or nullptr.
const json::Value* resource_in(const Reply& list, std::string_view name) {
  const json::Value* all = json::find(list.body, {"resources"});
  if (all == nullptr) return nullptr;
  for (const json::Value& each : all->get_array())
    if (json::string_at(each, {"name"}) == name) return &each;
  return nullptr;
}

std::set<std::string> verbs_of(const json::Value& resource) {
  std::set<std::string> verbs;
  const json::Value* list = json::find(resource, {"verbs"});
  REQUIRE(list != nullptr);
  for (const json::Value& verb : list->get_array())
    verbs.emplace(verb.get_string());
  return verbs;
}

void check_not_served(const Reply& reply) {
  CHECK(reply.status == 404);
  CHECK(reply.text == "404 page not found\n");
  CHECK(reply.headers.get("Content-Type").starts_with("text/plain"));
}

TEST_CASE("D01 before the CRD: 404 in plain text, and the client says that the type is missing") {
  target().remove_crds();
  Wire wire;
  check_not_served(wire.get("/apis/kaito.sh/v1beta1/namespaces/default/workspaces"));
  CHECK(eventually([&] { return wire.get("/apis/kaito.sh/v1beta1").status == 404; }));
  const auto served = target().client().serves(k8s::types::workspace(), soon());
  REQUIRE(served);
  CHECK_FALSE(*served);
  const auto missing = target().client().get({k8s::types::workspace(), "default", "x"}, soon());
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::not_served);
}

TEST_CASE("D02 after the CRD: the plural with its verbs, and its status") {
  Session session;
  const Reply list = session.get("/apis/kaito.sh/v1beta1");
  CHECK(list.status == 200);
  CHECK(list.at({"kind"}) == "APIResourceList");
  CHECK(list.at({"groupVersion"}) == "kaito.sh/v1beta1");
  const json::Value* workspaces = resource_in(list, "workspaces");
  REQUIRE(workspaces != nullptr);
  CHECK(verbs_of(*workspaces) == std::set<std::string>{"create", "delete", "deletecollection",
                                                       "get", "list", "patch", "update", "watch"});
  CHECK(json::string_at(*workspaces, {"kind"}) == "Workspace");
  CHECK(json::string_at(*workspaces, {"singularName"}) == "workspace");
  const json::Value* status = resource_in(list, "workspaces/status");
  REQUIRE(status != nullptr);
  CHECK(verbs_of(*status) == std::set<std::string>{"get", "patch", "update"});
}

TEST_CASE("D03 the group prefers v1beta1 and has v1alpha1") {
  Session session;
  const Reply group = session.get("/apis/kaito.sh");
  CHECK(group.status == 200);
  CHECK(group.at({"kind"}) == "APIGroup");
  CHECK(group.at({"preferredVersion", "groupVersion"}) == "kaito.sh/v1beta1");
  CHECK(group.text.find("kaito.sh/v1alpha1") != std::string::npos);
  const auto versions = target().client().served_versions("kaito.sh", soon());
  REQUIRE(versions);
  CHECK(*versions == std::vector<std::string>{"v1beta1", "v1alpha1"});
}

TEST_CASE(
    "D04 unknown version, plural and group: 404 in plain text; of a built-in group, a Status about "
    "nothing") {
  Session session;
  check_not_served(session.get("/apis/kaito.sh/v9"));
  check_not_served(session.get(session.group("kaito.sh/v1beta1", "gizmos")));
  check_not_served(session.get("/apis/gizmos.example.com"));
  const Reply core = session.get(session.core("gizmos"));
  CHECK(core.status == 404);
  CHECK(core.reason() == "NotFound");
  CHECK(core.message() == "the server could not find the requested resource");
  CHECK(core.at({"details", "name"}).empty());
  CHECK(core.at({"details", "kind"}).empty());
}

TEST_CASE(
    "D05 aggregated discovery asked for: its document or the older one, with the same kinds") {
  Session session;
  const Reply reply = session.get(
      "/apis", {{"Accept",
                 "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                 "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"
                 "application/json"}});
  CHECK(reply.status == 200);
  const std::string kind = reply.at({"kind"});
  const bool known = kind == "APIGroupList" || kind == "APIGroupDiscoveryList";
  CHECK_MESSAGE(known, kind);
  const bool says_so =
      reply.headers.get("Content-Type").find("as=APIGroupDiscoveryList") != std::string_view::npos;
  CHECK(says_so == (kind == "APIGroupDiscoveryList"));
  CHECK(reply.text.find("\"kaito.sh\"") != std::string::npos);
}

TEST_CASE("D07 the scale of an InferenceSet is one of autoscaling/v1") {
  Session session;
  const Reply list = session.get("/apis/kaito.sh/v1beta1");
  const json::Value* scale = resource_in(list, "inferencesets/scale");
  REQUIRE(scale != nullptr);
  CHECK(json::string_at(*scale, {"group"}) == "autoscaling");
  CHECK(json::string_at(*scale, {"version"}) == "v1");
  CHECK(json::string_at(*scale, {"kind"}) == "Scale");
  CHECK(resource_in(list, "workspaces/scale") == nullptr);
}

TEST_CASE("D08 /version has gitVersion and a minor that may end in +") {
  Wire wire;
  const Reply version = wire.get("/version");
  CHECK(version.status == 200);
  CHECK(version.at({"gitVersion"}).starts_with("v1."));
  CHECK(version.at({"major"}) == "1");
  CHECK(version.at({"minor"}).starts_with(std::to_string(minor_version())));
}

TEST_CASE("D09 a built-in group lists its kinds with short names, and /api the core version") {
  Wire wire;
  const Reply core = wire.get("/api/v1");
  CHECK(core.status == 200);
  const json::Value* pods = resource_in(core, "pods");
  REQUIRE(pods != nullptr);
  CHECK(json::write(*json::find(*pods, {"shortNames"})) == R"(["po"])");
  CHECK(resource_in(core, "pods/log") != nullptr);
  CHECK(resource_in(core, "services/proxy") != nullptr);
  const Reply apps = wire.get("/apis/apps/v1");
  REQUIRE(resource_in(apps, "deployments") != nullptr);
  const json::Value* scale = resource_in(apps, "deployments/scale");
  REQUIRE(scale != nullptr);
  CHECK(json::string_at(*scale, {"kind"}) == "Scale");
  const Reply legacy = wire.get("/api");
  CHECK(legacy.at({"kind"}) == "APIVersions");
  CHECK(legacy.at({"versions"}) == R"(["v1"])");
}

TEST_CASE("D10 health paths answer ok in plain text, to anybody") {
  Wire nobody("");
  for (const char* path : {"/healthz", "/livez", "/readyz"}) {
    CAPTURE(path);
    const Reply reply = nobody.get(path);
    CHECK(reply.status == 200);
    CHECK(reply.text == "ok");
    CHECK(reply.headers.get("Content-Type").starts_with("text/plain"));
  }
}

}  // namespace
}  // namespace kaito::conformance
