// What roles and their bindings grant.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "session.hpp"

namespace kaito::conformance {
namespace {

constexpr std::string_view kAlice =
    R"({"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"})";

std::string roles(const Session& session, std::string_view plural, std::string_view name = {}) {
  return session.group("rbac.authorization.k8s.io/v1", plural, name);
}

std::string cluster_wide(std::string_view plural, std::string_view name = {}) {
  return fmt::format("/apis/rbac.authorization.k8s.io/v1/{}{}{}", plural, name.empty() ? "" : "/",
                     name);
}

std::string role(std::string_view kind, std::string_view name, std::string_view rules) {
  return fmt::format(
      R"({{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "{}", "metadata": {{"name": "{}"}},
          "rules": {}}})",
      kind, name, rules);
}

std::string binding(std::string_view kind, std::string_view name, std::string_view role_kind,
                    std::string_view subject) {
  return fmt::format(
      R"({{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "{}", "metadata": {{"name": "{}"}},
          "roleRef": {{"apiGroup": "rbac.authorization.k8s.io", "kind": "{}", "name": "{}"}},
          "subjects": [{}]}})",
      kind, name, role_kind, name, subject);
}

/// A Role NAME in the case's namespace, bound to the subject.
void grant(Session& session, std::string_view name, std::string_view rules,
           std::string_view subject = kAlice) {
  REQUIRE(session.post(roles(session, "roles"), role("Role", name, rules)).status == 201);
  REQUIRE(
      session.post(roles(session, "rolebindings"), binding("RoleBinding", name, "Role", subject))
          .status == 201);
}

/// Whether alice may, once the server has heard of what was granted.
bool comes_to(Wire& who, const std::string& target, int status) {
  return eventually([&] { return who.get(target).status == status; });
}

/// Removes what is not in the case's namespace.
class ClusterRole {
 public:
  ClusterRole(Session& session, std::string_view rules)
      : session_(session), name_(unique_name("conformance:reader-")) {
    REQUIRE(session.post(cluster_wide("clusterroles"), role("ClusterRole", name_, rules)).status ==
            201);
  }
  ~ClusterRole() {
    CHECK(session_.remove(cluster_wide("clusterroles", name_)).status == 200);
    if (bound_) CHECK(session_.remove(cluster_wide("clusterrolebindings", name_)).status == 200);
  }
  ClusterRole(const ClusterRole&) = delete;
  ClusterRole& operator=(const ClusterRole&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  void bind_everywhere() {
    REQUIRE(session_
                .post(cluster_wide("clusterrolebindings"),
                      binding("ClusterRoleBinding", name_, "ClusterRole", kAlice))
                .status == 201);
    bound_ = true;
  }

 private:
  Session& session_;
  std::string name_;
  bool bound_ = false;
};

}  // namespace

TEST_CASE("R01 a Role and its binding: the verbs, groups and resources that it lists, no other") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  Wire alice(target().limited_token());
  CHECK(alice.get(session.workspaces("a")).status == 403);
  grant(session, "reader",
        R"([{"apiGroups": ["kaito.sh"], "resources": ["workspaces"], "verbs": ["get", "list"]}])");
  CHECK(comes_to(alice, session.workspaces("a"), 200));
  CHECK(alice.get(session.workspaces()).names() == "a");
  CHECK(alice.remove(session.workspaces("a")).message() ==
        fmt::format("workspaces.kaito.sh \"a\" is forbidden: User \"alice\" cannot delete resource "
                    "\"workspaces\" in API group \"kaito.sh\" in the namespace \"{}\"",
                    session.space()));
  CHECK(alice.get(session.workspaces() + "?watch=1").status == 403);
  CHECK(alice.get(session.inference_sets()).status == 403);
  CHECK(alice.get(session.core("configmaps")).status == 403);
  CHECK(alice.get("/apis/kaito.sh/v1beta1/workspaces").status == 403);
  CHECK(alice.get("/apis/kaito.sh/v1beta1/namespaces/default/workspaces").status == 403);
}

TEST_CASE(
    "R02 resourceNames: those objects and no list; a service's proxy is named with its port") {
  Session session;
  for (const char* name : {"a", "b"})
    REQUIRE(session.create(name).status == 201);
  Wire alice(target().limited_token());
  grant(session, "one", R"([
    {"apiGroups": ["kaito.sh"], "resources": ["workspaces"], "resourceNames": ["a"], "verbs": ["*"]},
    {"apiGroups": [""], "resources": ["services/proxy"], "resourceNames": ["svc:80"],
     "verbs": ["get"]}])");
  CHECK(comes_to(alice, session.workspaces("a"), 200));
  CHECK(alice.get(session.workspaces("b")).status == 403);
  CHECK(alice.get(session.workspaces()).status == 403);
  CHECK(alice.post(session.workspaces(), workspace("c")).status == 403);
  CHECK(alice.get(session.core("services", "svc:80/proxy/")).status == 404);
  CHECK(alice.get(session.core("services", "svc:81/proxy/")).status == 403);
}

TEST_CASE("R03 a subresource is a resource of its own") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  Wire alice(target().limited_token());
  grant(session, "status", R"([
    {"apiGroups": ["*"], "resources": ["workspaces/status", "*/scale"], "verbs": ["get", "patch"]}])");
  CHECK(comes_to(alice, session.workspaces("a/status"), 200));
  CHECK(alice.get(session.workspaces("a")).status == 403);
  CHECK(alice.merge(session.workspaces("a"), "{}").status == 403);
  CHECK(alice.merge(session.workspaces("a/status"), "{}").status == 200);
  CHECK(alice.get(session.inference_sets("none/scale")).status == 404);
}

TEST_CASE(
    "R04 a ClusterRole: bound in a namespace it holds there, bound in the cluster everywhere") {
  Session session;
  Wire alice(target().limited_token());
  ClusterRole reader(session, R"([
    {"apiGroups": ["kaito.sh"], "resources": ["*"], "verbs": ["list"]},
    {"nonResourceURLs": ["/nowhere/*"], "verbs": ["get"]}])");
  REQUIRE(session
              .post(roles(session, "rolebindings"),
                    binding("RoleBinding", reader.name(), "ClusterRole", kAlice))
              .status == 201);
  CHECK(comes_to(alice, session.workspaces(), 200));
  CHECK(alice.get("/apis/kaito.sh/v1beta1/workspaces").status == 403);
  CHECK(alice.get("/nowhere/here").status == 403);
  reader.bind_everywhere();
  CHECK(comes_to(alice, "/apis/kaito.sh/v1beta1/workspaces", 200));
  CHECK(alice.get("/nowhere/here").status == 404);
  CHECK(alice.get("/nowhere").status == 403);
}

TEST_CASE("R05 groups and service accounts are subjects too") {
  Session session;
  grant(session, "by-group",
        R"([{"apiGroups": ["kaito.sh"], "resources": ["workspaces"], "verbs": ["list"]}])",
        R"({"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "readers"})");
  grant(session, "by-account",
        R"([{"apiGroups": ["kaito.sh"], "resources": ["inferencesets"], "verbs": ["list"]}])",
        fmt::format(R"({{"kind": "ServiceAccount", "name": "robot", "namespace": "{}"}})",
                    session.space()));
  const HeaderList in_group{{"Impersonate-User", "bob"}, {"Impersonate-Group", "readers"}};
  const HeaderList account{
      {"Impersonate-User", fmt::format("system:serviceaccount:{}:robot", session.space())}};
  CHECK(eventually([&] { return session.get(session.workspaces(), in_group).status == 200; }));
  CHECK(eventually([&] { return session.get(session.inference_sets(), account).status == 200; }));
  CHECK(session.get(session.workspaces(), {{"Impersonate-User", "bob"}}).status == 403);
  CHECK(session.get(session.workspaces(), account).status == 403);
}

TEST_CASE("R06 a SelfSubjectAccessReview says what is granted; without its binding nothing is") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  Wire alice(target().limited_token());
  grant(session, "reader",
        R"([{"apiGroups": ["kaito.sh"], "resources": ["workspaces"], "verbs": ["get"]}])");
  const auto may = [&](std::string_view verb) {
    return alice
        .post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
              fmt::format(
                  R"({{"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                      "spec": {{"resourceAttributes": {{"group": "kaito.sh", "name": "a",
                        "resource": "workspaces", "verb": "{}", "namespace": "{}"}}}}}})",
                  verb, session.space()))
        .at({"status", "allowed"});
  };
  CHECK(eventually([&] { return may("get") == "true"; }));
  CHECK(may("delete") == "false");
  CHECK(session.remove(roles(session, "rolebindings", "reader")).status == 200);
  CHECK(comes_to(alice, session.workspaces("a"), 403));
  CHECK(may("get") == "false");
}

TEST_CASE("R07 a binding's role cannot be changed: 422") {
  Session session;
  grant(session, "reader", "[]");
  const Reply reply =
      session.merge(roles(session, "rolebindings", "reader"), R"({"roleRef": {"name": "other"}})");
  CHECK(reply.status == 422);
  CHECK(reply.causes() == "FieldValueInvalid roleRef");
  CHECK(reply.message().find("cannot change roleRef") != std::string::npos);
}

}  // namespace kaito::conformance
