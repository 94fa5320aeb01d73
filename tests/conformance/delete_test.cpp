// kubernetes-client.md 8.6: deletes, finalizers, garbage collection.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "session.hpp"

namespace kaito::conformance {
namespace {

constexpr const char* held = R"({"metadata": {"finalizers": ["example.com/hold"]}})";

/// A merge patch that makes `owner` the owner.
std::string owned_by(const Reply& owner, bool blocks = false, std::string_view more = "") {
  return fmt::format(
      R"({{"metadata": {{"ownerReferences": [{{"apiVersion": "{}", "kind": "{}", "name": "{}",
        "uid": "{}", "blockOwnerDeletion": {}}}]{}}}}})",
      owner.at({"apiVersion"}), owner.at({"kind"}), owner.meta("name"), owner.meta("uid"), blocks,
      more);
}

bool gone(Session& session, std::string_view name) {
  return session.get(session.workspaces(name)).status == 404;
}

TEST_CASE("X01 DELETE: Success with the uid, then 404") {
  Session session;
  const Reply made = session.create("a");
  const Reply reply = session.remove(session.workspaces("a"));
  CHECK(reply.status == 200);
  CHECK(reply.at({"kind"}) == "Status");
  CHECK(reply.at({"status"}) == "Success");
  CHECK(reply.at({"details", "uid"}) == made.meta("uid"));
  CHECK(reply.at({"details", "kind"}) == "workspaces");
  CHECK(reply.at({"details", "group"}) == "kaito.sh");
  const Reply after = session.get(session.workspaces("a"));
  CHECK(after.status == 404);
  CHECK(after.message() == "workspaces.kaito.sh \"a\" not found");
  CHECK(session.remove(session.workspaces("a")).status == 404);
}

TEST_CASE("X02 DELETE with a finalizer: the object, marked, generation and one") {
  Session session;
  REQUIRE(session.create("a", held).status == 201);
  const Reply marked = session.remove(session.workspaces("a"));
  CHECK(marked.status == 200);
  CHECK(marked.at({"kind"}) == "Workspace");
  CHECK_FALSE(marked.meta("deletionTimestamp").empty());
  CHECK(marked.meta("deletionGracePeriodSeconds") == "0");
  CHECK(marked.meta("generation") == "2");
}

TEST_CASE("X03 DELETE again: same version") {
  Session session;
  REQUIRE(session.create("a", held).status == 201);
  const Reply marked = session.remove(session.workspaces("a"));
  const Reply again = session.remove(session.workspaces("a"));
  CHECK(again.status == 200);
  CHECK(again.version() == marked.version());
}

TEST_CASE("X04 POST of the name meanwhile: 409 that says so") {
  Session session;
  REQUIRE(session.create("a", held).status == 201);
  REQUIRE(session.remove(session.workspaces("a")).status == 200);
  const Reply taken = session.create("a");
  CHECK(taken.status == 409);
  CHECK(taken.reason() == "AlreadyExists");
  CHECK(taken.message().starts_with("object is being deleted: "));
}

TEST_CASE("X05 another finalizer meanwhile: 422; other changes pass") {
  Session session;
  REQUIRE(session.create("a", held).status == 201);
  REQUIRE(session.remove(session.workspaces("a")).status == 200);
  const Reply added =
      session.merge(session.workspaces("a"),
                    R"({"metadata": {"finalizers": ["example.com/hold", "example.com/more"]}})");
  CHECK(added.status == 422);
  CHECK(added.causes().starts_with("FieldValueForbidden metadata.finalizers"));  // or twice
  CHECK(session.merge(session.workspaces("a"), R"({"resource": {"count": 2}})").status == 200);
}

TEST_CASE("X06 the last finalizer taken off: the object, then 404 and a DELETED event") {
  Session session;
  REQUIRE(session.create("a", held).status == 201);
  const Reply marked = session.remove(session.workspaces("a"));
  auto watch = session.watch(session.workspaces() + "?watch=1&resourceVersion=" + marked.version());
  const Reply released =
      session.merge(session.workspaces("a"), R"({"metadata": {"finalizers": null}})");
  CHECK(released.status == 200);
  CHECK(released.at({"kind"}) == "Workspace");
  CHECK(gone(session, "a"));
  auto event = watch.next_change();
  REQUIRE(event);
  if (event->type == "MODIFIED") event = watch.next_change();  // newer servers write it once more
  REQUIRE(event);
  CHECK(event->type == "DELETED");
  CHECK(event->name() == "a");
}

TEST_CASE("X07 preconditions that do not hold: 409, nothing deleted") {
  Session session;
  const Reply made = session.create("a");
  const Reply uid = session.remove(session.workspaces("a"), R"({"preconditions": {"uid": "u"}})");
  CHECK(uid.status == 409);
  CHECK(uid.reason() == "Conflict");
  CHECK(uid.at({"details", "kind"}) == "Workspace");
  CHECK(session.remove(session.workspaces("a"), R"({"preconditions": {"resourceVersion": "1"}})")
            .status == 409);
  CHECK(session.get(session.workspaces("a")).status == 200);
  CHECK(session
            .remove(session.workspaces("a"),
                    R"({"preconditions": {"uid": ")" + made.meta("uid") + R"("}})")
            .status == 200);
}

TEST_CASE("X08 an unknown propagation policy: 422") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  CHECK(session.remove(session.workspaces("a") + "?propagationPolicy=Bogus").status == 422);
  CHECK(session.remove(session.workspaces("a"), R"({"propagationPolicy": "Bogus"})").status == 422);
  CHECK(session.get(session.workspaces("a")).status == 200);
}

TEST_CASE("X09 Foreground: the answer carries the finalizer; a collector takes it off") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const Reply reply = session.remove(session.workspaces("a") + "?propagationPolicy=Foreground");
  CHECK(reply.status == 200);
  CHECK(reply.at({"kind"}) == "Workspace");
  CHECK(reply.meta("finalizers") == R"(["foregroundDeletion"])");
  CHECK_FALSE(reply.meta("deletionTimestamp").empty());
  CHECK(eventually([&] { return gone(session, "a"); }));
}

TEST_CASE("X10 Orphan: the answer carries the finalizer; dependents lose their owner and stay") {
  Session session;
  const Reply owner = session.create("owner");
  REQUIRE(session.create("child", owned_by(owner)).status == 201);
  const Reply reply = session.remove(session.workspaces("owner") + "?propagationPolicy=Orphan");
  CHECK(reply.status == 200);
  CHECK(reply.meta("finalizers") == R"(["orphan"])");
  CHECK(eventually([&] { return gone(session, "owner"); }));
  const Reply child = session.get(session.workspaces("child"));
  CHECK(child.status == 200);
  CHECK(child.meta("ownerReferences").empty());
}

TEST_CASE("X11 Background: the owner goes at once, then its dependents, to the end of the chain") {
  Session session;
  const Reply first = session.create("first");
  const Reply second = session.create("second", owned_by(first));
  REQUIRE(session.create("third", owned_by(second)).status == 201);
  REQUIRE(session.post(session.core("configmaps"), config_map("config", owned_by(first))).status ==
          201);
  CHECK(session.remove(session.workspaces("first")).at({"kind"}) == "Status");
  CHECK(gone(session, "first"));
  CHECK(eventually([&] { return session.get(session.workspaces()).names().empty(); }));
  CHECK(
      eventually([&] { return session.get(session.core("configmaps", "config")).status == 404; }));
}

TEST_CASE("X12 Foreground with a dependent that holds on: the owner waits") {
  Session session;
  const Reply owner = session.create("owner");
  REQUIRE(session.create("child", owned_by(owner, true, R"(, "finalizers": ["example.com/hold"])"))
              .status == 201);
  REQUIRE(
      session.remove(session.workspaces("owner") + "?propagationPolicy=Foreground").at({"kind"}) ==
      "Workspace");
  CHECK(eventually(
      [&] { return !session.get(session.workspaces("child")).meta("deletionTimestamp").empty(); }));
  CHECK(session.get(session.workspaces("owner")).status == 200);
  REQUIRE(session
              .send("PATCH", session.workspaces("child"),
                    R"([{"op": "remove", "path": "/metadata/finalizers"}])", kJsonPatch)
              .status == 200);
  CHECK(eventually([&] { return gone(session, "child") && gone(session, "owner"); }));
}

TEST_CASE("X13 a dependent whose owner never was: collected; with one owner alive: kept") {
  Session session;
  const Reply alive = session.create("alive");
  REQUIRE(session
              .create("lost", R"({"metadata": {"ownerReferences": [{"apiVersion":
                "kaito.sh/v1beta1", "kind": "Workspace", "name": "nobody", "uid": "gone"}]}})")
              .status == 201);
  REQUIRE(session
              .create("kept", fmt::format(
                                  R"({{"metadata": {{"ownerReferences": [
        {{"apiVersion": "kaito.sh/v1beta1", "kind": "Workspace", "name": "nobody", "uid": "gone"}},
        {{"apiVersion": "kaito.sh/v1beta1", "kind": "Workspace", "name": "alive", "uid": "{}"}}]}}}})",
                                  alive.meta("uid")))
              .status == 201);
  CHECK(eventually([&] { return gone(session, "lost"); }));
  CHECK(eventually([&] {
    const Reply kept = session.get(session.workspaces("kept"));
    return kept.status == 200 && kept.meta("ownerReferences").find("nobody") == std::string::npos;
  }));
}

TEST_CASE("X14 DELETE as a dry run: Success, and the object remains") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  CHECK(session.remove(session.workspaces("a") + "?dryRun=All").at({"status"}) == "Success");
  CHECK(session.get(session.workspaces("a")).status == 200);
}

TEST_CASE("X15 DELETE of a collection by selector: the list of what went; others remain") {
  Session session;
  for (const char* name : {"a", "b"})
    REQUIRE(session.create(name, R"({"metadata": {"labels": {"go": "yes"}}})").status == 201);
  REQUIRE(session.create("c").status == 201);
  const Reply deleted = session.remove(session.workspaces() + "?labelSelector=go%3Dyes");
  CHECK(deleted.status == 200);
  CHECK(deleted.at({"kind"}) == "WorkspaceList");
  CHECK(deleted.names() == "a,b");
  CHECK(session.get(session.workspaces()).names() == "c");
}

TEST_CASE(
    "X16 waiting for the end of one object: another of its name, with another uid, is the end") {
  Session session;
  const Reply first = session.create("a");
  const k8s::ObjectRef ref{k8s::types::workspace(), session.space(), "a"};
  k8s::DeleteOptions options;
  options.uid = first.meta("uid");
  const auto deleted = target().client().remove(ref, options, soon());
  REQUIRE(deleted);
  CHECK(deleted->gone);
  CHECK(deleted->uid == first.meta("uid"));
  const Reply second = session.create("a");
  CHECK(second.meta("uid") != first.meta("uid"));
  const auto again = target().client().remove(ref, options, soon());
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::conflict);
  CHECK(session.get(session.workspaces("a")).status == 200);
}

TEST_CASE("X17 an owner without uid, and two controllers: 422") {
  Session session;
  const Reply nameless = session.create("a", R"({"metadata": {"ownerReferences": [
    {"apiVersion": "v1", "kind": "Pod", "name": "p"}]}})");
  CHECK(nameless.status == 422);
  CHECK(nameless.causes() == "FieldValueInvalid metadata.ownerReferences.uid");
  const Reply two = session.create("a", R"({"metadata": {"ownerReferences": [
    {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "1", "controller": true},
    {"apiVersion": "v1", "kind": "Pod", "name": "q", "uid": "2", "controller": true}]}})");
  CHECK(two.status == 422);
  CHECK(two.causes() == "FieldValueInvalid metadata.ownerReferences");
}

TEST_CASE("X18 a Job without a policy is orphaned; the client says Background and its pods go") {
  Session session;
  const std::string jobs = session.group("batch/v1", "jobs");
  const char* job = R"({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"},
    "spec": {"parallelism": 0, "template": {"spec": {"restartPolicy": "Never",
             "containers": [{"name": "c", "image": "i"}]}}}})";
  const auto dependent = [&](const Reply& owner) {
    return config_map("dependent", owned_by(owner));
  };
  const Reply first = session.post(jobs, job);
  REQUIRE(first.status == 201);
  REQUIRE(session.post(session.core("configmaps"), dependent(first)).status == 201);
  REQUIRE(session.remove(jobs + "/j").meta("finalizers").find("orphan") != std::string::npos);
  REQUIRE(eventually([&] { return session.get(jobs + "/j").status == 404; }));
  CHECK(session.get(session.core("configmaps", "dependent")).status == 200);
  REQUIRE(session.remove(session.core("configmaps", "dependent")).status == 200);

  const Reply second = session.post(jobs, job);
  REQUIRE(session.post(session.core("configmaps"), dependent(second)).status == 201);
  const auto deleted =
      target().client().remove({k8s::types::job(), session.space(), "j"}, {}, soon());
  REQUIRE(deleted);
  CHECK(eventually(
      [&] { return session.get(session.core("configmaps", "dependent")).status == 404; }));
}

TEST_CASE("X19 POST into a namespace that terminates: 403 with its cause") {
  Session session;
  const std::string name = unique_name("going");
  const std::string place = "/api/v1/namespaces/" + name;
  REQUIRE(session
              .post("/api/v1/namespaces",
                    R"({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ")" + name +
                        R"("}})")
              .status == 201);
  const std::string maps = place + "/configmaps";
  REQUIRE(session.post(maps, config_map("m", held)).status == 201);
  const Reply going = session.remove(place);
  CHECK(going.status == 200);
  CHECK(going.at({"status", "phase"}) == "Terminating");
  const Reply refused = session.post(maps, config_map("late"));
  CHECK(refused.status == 403);
  CHECK(refused.reason() == "Forbidden");
  CHECK(refused.causes() == "NamespaceTerminating metadata.namespace");
  CHECK(eventually([&] { return !session.get(maps + "/m").meta("deletionTimestamp").empty(); }));
  REQUIRE(session.merge(maps + "/m", R"({"metadata": {"finalizers": null}})").status == 200);
  CHECK(eventually([&] { return session.get(place).status == 404; }));
}

TEST_CASE("X20 a pod on a node gets its grace; without grace it goes at once") {
  Session session;
  const auto pod = [](std::string_view name, std::string_view node) {
    return fmt::format(R"({{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "{}"}},
      "spec": {{"nodeName": "{}", "containers": [{{"name": "c", "image": "i"}}]}}}})",
                       name, node);
  };
  REQUIRE(session.post(session.core("pods"), pod("runs", "n1")).status == 201);
  const Reply marked = session.remove(session.core("pods", "runs"));
  CHECK(marked.status == 200);
  CHECK(marked.at({"kind"}) == "Pod");
  CHECK(marked.meta("deletionGracePeriodSeconds") == "30");
  CHECK(session.get(session.core("pods", "runs")).status == 200);
  CHECK(session.remove(session.core("pods", "runs") + "?gracePeriodSeconds=0").at({"kind"}) ==
        "Pod");
  CHECK(session.get(session.core("pods", "runs")).status == 404);
  REQUIRE(session.post(session.core("pods"), pod("waits", "")).status == 201);
  CHECK(session.remove(session.core("pods", "waits")).status == 200);
  CHECK(session.get(session.core("pods", "waits")).status == 404);
}

TEST_CASE("X21 the namespace default cannot be deleted: 403") {
  Wire wire;
  const Reply refused = wire.remove("/api/v1/namespaces/default");
  CHECK(refused.status == 403);
  CHECK(refused.reason() == "Forbidden");
}

TEST_CASE("X22 a body of DELETE wins over the query") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const Reply reply = session.remove(session.workspaces("a") + "?propagationPolicy=Foreground",
                                     R"({"propagationPolicy": "Background"})");
  CHECK(reply.status == 200);
  CHECK(reply.at({"kind"}) == "Status");
}

}  // namespace
}  // namespace kaito::conformance
