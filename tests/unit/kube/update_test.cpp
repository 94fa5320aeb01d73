// What the client makes of several requests: updates, deletions, pages, creations, discovery.
#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "kaito/net/failure.hpp"
#include "scripted_server.hpp"
#include "support/scripted_transport.hpp"

namespace kaito::kube::test {
namespace {

using kaito::test::Scripted;
using kaito::test::ScriptedTransport;
using Strings = std::vector<std::string>;

const std::string all_path = "/apis/kaito.sh/v1beta1/namespaces/default/workspaces";
const std::string x_path = all_path + "/x";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Scripted answer(int status, std::string body) {
  Scripted scripted;
  scripted.status = status;
  scripted.body = std::move(body);
  return scripted;
}

Scripted object(const std::string& version, const std::string& uid = "u1",
                const std::string& more = "") {
  return answer(200, R"({"metadata":{"name":"x","uid":")" + uid + R"(","resourceVersion":")" +
                         version + "\"" + more + "}}");
}

const Scripted not_found = answer(404, failure(404, "NotFound", "workspaces \\\"x\\\" not found"));
const Scripted conflict = answer(409, failure(409, "Conflict", "the object has been modified"));

struct Cluster {
  std::shared_ptr<ScriptedTransport> transport = std::make_shared<ScriptedTransport>(not_found);
  std::unique_ptr<Client> client = Client::over(transport, {});
};

json::Value parsed(const std::string& text) {
  auto value = json::parse(text);
  REQUIRE(value);
  return *value;
}

TEST_CASE("update: the change is made again on fresh data when others were quicker") {
  Cluster cluster;
  cluster.transport->on("GET " + x_path, {object("1"), object("2"), object("3")});
  cluster.transport->on("PUT " + x_path, {conflict, conflict, object("4")});
  int calls = 0;
  const auto mutate = [&](json::Value& value) -> Result<void> {
    value.at("metadata").as_object()["labels"] = json::Object{{"n", ++calls}};
    return {};
  };
  const auto updated = cluster.client->update(workspace_x, mutate, {}, soon());
  REQUIRE_MESSAGE(updated.has_value(), updated.error().describe());
  CHECK(calls == 3);
  const auto writes = cluster.transport->writes();
  REQUIRE(writes.size() == 3);
  CHECK(has(writes[2].body, R"("resourceVersion":"3")"));
  CHECK(has(writes[2].body, R"("labels":{"n":3})"));
}

TEST_CASE("update: five attempts, no write for no change, and errors as they come") {
  const auto label = [](json::Value& value) -> Result<void> {
    value.at("metadata").as_object()["labels"] = json::Object{{"n", 1}};
    return {};
  };
  {
    Cluster cluster;
    cluster.transport->on("GET " + x_path, {object("1")}).on("PUT " + x_path, {conflict});
    const auto updated = cluster.client->update(workspace_x, label, {}, soon());
    REQUIRE_FALSE(updated);
    CHECK(updated.error().code == ErrorCode::conflict);
    CHECK(has(updated.error().describe(), "the last of 5 attempts"));
    CHECK(cluster.transport->writes().size() == 5);
  }
  {
    Cluster cluster;
    cluster.transport->on("GET " + x_path, {object("1")});
    const auto nothing = [](json::Value&) -> Result<void> { return {}; };
    const auto updated = cluster.client->update(workspace_x, nothing, {}, soon());
    REQUIRE(updated);
    CHECK(cluster.transport->writes().empty());
    const auto refuses = [](json::Value&) -> Result<void> {
      return fail(ErrorCode::terminal, "not with me");
    };
    CHECK(cluster.client->update(workspace_x, refuses, {}, soon()).error().code ==
          ErrorCode::terminal);
    CHECK(cluster.transport->writes().empty());
  }
  {
    Cluster cluster;
    cluster.transport->on("GET " + x_path, {object("1")});
    cluster.transport->on("PUT " + x_path + "/status", {object("2")});
    REQUIRE(cluster.client->update(workspace_x, label, {}, soon(), "status"));
    CHECK(cluster.client->update({workspace_x.type, "default", "y"}, label, {}, soon())
              .error()
              .code == ErrorCode::not_found);
  }
}

TEST_CASE("scale: read and set through the subresource") {
  Cluster cluster;
  const k8s::ObjectRef set{k8s::types::inference_set(), "default", "s"};
  const std::string path = "/apis/kaito.sh/v1beta1/namespaces/default/inferencesets/s/scale";
  const std::string scale =
      R"({"kind":"Scale","metadata":{"resourceVersion":"7"},"spec":{"replicas":2},)"
      R"("status":{"replicas":1,"selector":"a=b"}})";
  cluster.transport->on("GET " + path, {answer(200, scale)});
  cluster.transport->on("PATCH " + path, {answer(200, R"({"spec":{"replicas":5}})")});
  const auto read = cluster.client->scale(set, soon());
  REQUIRE(read);
  CHECK(read->wanted == 2);
  CHECK(read->current == 1);
  CHECK(read->selector == "a=b");
  CHECK(read->resource_version == "7");
  const auto changed = cluster.client->set_scale(set, 5, {}, soon());
  REQUIRE(changed);
  CHECK(changed->wanted == 5);
  CHECK(changed->current == 0);
  const auto sent = cluster.transport->writes();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].body == R"({"spec":{"replicas":5}})");
  CHECK(sent[0].headers.get("Content-Type") == "application/merge-patch+json");
  CHECK(cluster.client->scale(workspace_x, soon()).error().code == ErrorCode::not_found);
}

TEST_CASE("JSON patch: its media type, and what is refused before it is sent") {
  Cluster cluster;
  cluster.transport->on("PATCH " + x_path, {object("2")});
  const auto operations = parsed(R"([{"op":"remove","path":"/metadata/labels"}])");
  REQUIRE(cluster.client->json_patch(workspace_x, operations, {}, soon()));
  const auto sent = cluster.transport->writes();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].headers.get("Content-Type") == "application/json-patch+json");
  CHECK(sent[0].body == R"([{"op":"remove","path":"/metadata/labels"}])");
  CHECK(cluster.client->json_patch(workspace_x, parsed("{}"), {}, soon()).error().code ==
        ErrorCode::usage);
  json::Value many(json::Array(10001, json::Value(json::Object())));
  CHECK(cluster.client->json_patch(workspace_x, many, {}, soon()).error().code == ErrorCode::usage);
  CHECK(cluster.transport->writes().size() == 1);
}

TEST_CASE("deleting many: only with a selector, only in one namespace") {
  Cluster cluster;
  cluster.transport->on(
      "DELETE " + all_path,
      {answer(200, R"({"kind":"WorkspaceList","items":[{"metadata":{"name":"x"}}]})"),
       answer(200, R"({"kind":"Status","status":"Success"})")});
  const auto& type = workspace_x.type;
  const auto removed =
      cluster.client->remove_matching(type, "default", "app in (a,b)", "", {}, soon());
  REQUIRE(removed);
  REQUIRE(removed->items.size() == 1);
  CHECK(json::string_at(removed->items[0].value(), {"kind"}) == "Workspace");
  CHECK(cluster.transport->requests()[0].target ==
        all_path + "?labelSelector=app%20in%20%28a%2Cb%29");
  CHECK(has(cluster.transport->requests()[0].body, R"("propagationPolicy":"Background")"));
  CHECK(cluster.client->remove_matching(type, "default", "", "metadata.name=x", {}, soon())
            .value()
            .items.empty());

  k8s::DeleteOptions with_uid;
  with_uid.uid = "u1";
  for (const auto& refused :
       {cluster.client->remove_matching(type, "default", "", " ", {}, soon()),
        cluster.client->remove_matching(type, "", "a=b", "", {}, soon()),
        cluster.client->remove_matching(type, "default", "a=b", "", with_uid, soon())}) {
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::usage);
  }
  CHECK(cluster.transport->requests().size() == 2);
}

std::string event(const char* type, const std::string& version, const std::string& uid = "u1") {
  return std::string(R"({"type":")") + type +
         R"(","object":{"metadata":{"name":"x","resourceVersion":")" + version + R"(","uid":")" +
         uid + "\"}}}\n";
}

TEST_CASE("waiting for a deletion") {
  const std::string expired =
      R"({"type":"ERROR","object":)" + failure(410, "Expired", "old") + "}\n";
  const Scripted forbidden = answer(403, failure(403, "Forbidden", "cannot watch"));
  struct Row {
    const char* what;
    std::vector<Scripted> gets;
    std::vector<Scripted> watches;
    std::string uid;
  };
  const Row rows[] = {
      {"gone already", {not_found}, {}, ""},
      {"its kind is gone", {answer(404, "404 page not found\n")}, {}, ""},
      {"another has its name", {object("9", "u2")}, {}, "u1"},
      {"goes", {object("1")}, {answer(200, event("MODIFIED", "2") + event("DELETED", "3"))}, "u1"},
      {"is made anew, its end unseen", {object("1")}, {answer(200, event("ADDED", "5", "u2"))}, ""},
      {"the stream ends before",
       {object("1"), not_found},
       {answer(200, event("MODIFIED", "2"))},
       ""},
      {"the version is too old", {object("1"), not_found}, {answer(200, expired)}, ""},
      {"may not be watched", {object("1"), object("1"), not_found}, {forbidden}, ""},
      {"bookmarks are no sign",
       {object("1"), not_found},
       {answer(200, R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"8"}}})"
                    "\n")},
       ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Cluster cluster;
    auto gets = row.gets;
    if (gets[0].body.starts_with("404")) gets[0].type = "text/plain";
    cluster.transport->on("GET " + x_path, gets).on("WATCH " + all_path, row.watches);
    const auto waited = cluster.client->wait_for_deletion(workspace_x, row.uid, soon());
    CHECK_MESSAGE(waited.has_value(), waited.error().describe());
    CHECK(cluster.transport->count("GET " + x_path) == row.gets.size());
    if (row.watches.empty()) continue;
    CHECK(has(cluster.transport->requests()[1].target,
              "fieldSelector=metadata.name%3Dx&resourceVersion=1"));
  }
}

TEST_CASE("a wait for a deletion that ends in vain says what keeps the object") {
  struct Row {
    std::string more;
    const char* says;
  };
  const Row rows[] = {
      {"", "nobody has asked for its deletion"},
      {R"(,"deletionTimestamp":"2026-01-02T03:04:05Z","finalizers":["a/b","c\u001b[31m"])",
       "finalizers: a/b, c\\x1b[31m"},
      {R"(,"deletionTimestamp":"2026-01-02T03:04:05Z")", "it is being deleted"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.says);
    Cluster cluster;
    cluster.transport->on("GET " + x_path, {object("1", "u1", row.more)});
    cluster.transport->on("WATCH " + all_path, {answer(200, "")});
    const auto waited = cluster.client->wait_for_deletion(
        workspace_x, "", {Deadline::after(std::chrono::milliseconds(30)), {}});
    REQUIRE_FALSE(waited);
    CHECK(waited.error().code == ErrorCode::timeout);
    CHECK_MESSAGE(has(waited.error().describe(), row.says), waited.error().describe());
    CHECK(has(waited.error().describe(), "workspace \"x\" is still there"));
  }
  Cluster refused;
  refused.transport->on("GET " + x_path, {answer(401, failure(401, "Unauthorized", "no"))});
  CHECK(refused.client->wait_for_deletion(workspace_x, "", soon()).error().code ==
        ErrorCode::unauthenticated);
}

Scripted page(const std::string& names, const std::string& next) {
  std::string items;
  for (const char name : names)
    items += std::string(items.empty() ? "" : ",") + R"({"metadata":{"name":")" + name + "\"}}";
  return answer(200, R"({"metadata":{"resourceVersion":"5","continue":")" + next +
                         R"("},"items":[)" + items + "]}");
}

TEST_CASE("a list page by page holds one page at a time, and says when it starts over") {
  const Scripted expired = answer(
      410, R"({"kind":"Status","status":"Failure","code":410,"reason":"Expired","message":"old",)"
           R"("metadata":{"continue":"fresh"}})");
  Cluster cluster;
  cluster.transport->on("GET " + all_path, {page("ab", "t1"), page("", "t2"), expired,
                                            page("xy", "t3"), expired, page("z", "")});
  Strings seen;
  const auto note = [&](ListPage part) -> Result<void> {
    std::string names = part.first ? "first:" : "next:";
    for (const auto& item : part.list.items)
      names += json::string_at(item.value(), {"metadata", "name"});
    seen.push_back(names + "@" + part.list.resource_version);
    return {};
  };
  k8s::ListOptions options;
  options.limit = 2;
  REQUIRE(cluster.client->list_pages(workspace_x.type, "default", options, note, soon()));
  CHECK(seen == Strings{"first:ab@5", "next:@5", "first:xy@5", "next:z@5"});
  CHECK(cluster.transport->lines()[5] == "GET " + all_path + "?limit=2&continue=fresh");

  cluster.transport->on("GET " + all_path, {page("ab", "t1"), page("c", "")});
  const auto stops = [&](ListPage) -> Result<void> { return fail(ErrorCode::terminal, "enough"); };
  const auto before = cluster.transport->requests().size();
  const auto stopped =
      cluster.client->list_pages(workspace_x.type, "default", options, stops, soon());
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == ErrorCode::terminal);
  CHECK(cluster.transport->requests().size() == before + 1);
}

TEST_CASE("a create whose answer got lost is decided by its nonce") {
  const auto workspace =
      parsed(R"({"apiVersion":"kaito.sh/v1beta1","kind":"Workspace","metadata":{"name":"x"}})");
  Scripted lost;
  lost.failure = Error{ErrorCode::unreachable,
                       "reset by peer",
                       {},
                       {},
                       std::make_shared<const net::Failure>(net::Stage::exchange)};
  const auto marked = [](const std::string& nonce) {
    return object("1", "u1", R"(,"annotations":{"kaitoctl.dev/creation-nonce":")" + nonce + "\"}");
  };
  struct Row {
    const char* what;
    std::string nonce;
    Scripted post;
    Scripted get;
    std::optional<ErrorCode> code;
    std::size_t gets;
  };
  const Row rows[] = {
      {"ours", "n1", lost, marked("n1"), std::nullopt, 1},
      {"behind a gateway", "n1", answer(504, "late"), marked("n1"), std::nullopt, 1},
      {"another's", "n1", lost, marked("n2"), ErrorCode::already_exists, 1},
      {"not there", "n1", lost, not_found, ErrorCode::unreachable, 1},
      {"without a nonce", "", lost, marked(""), ErrorCode::unreachable, 0},
      {"refused", "n1", answer(422, failure(422, "Invalid", "no")), marked("n1"),
       ErrorCode::invalid, 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Cluster cluster;
    cluster.transport->on("POST " + all_path, {row.post}).on("GET " + x_path, {row.get});
    k8s::WriteOptions options;
    options.creation_nonce = row.nonce;
    const auto created =
        cluster.client->create_object(workspace_x.type, "default", workspace, options, soon());
    CHECK(cluster.transport->count("POST " + all_path) == 1);  // never a second write
    CHECK(cluster.transport->count("GET " + x_path) == row.gets);
    CHECK(has(cluster.transport->requests()[0].body, "creation-nonce") == !row.nonce.empty());
    REQUIRE(created.has_value() == !row.code.has_value());
    if (row.code) CHECK(created.error().code == *row.code);
  }
}

TEST_CASE("what the server does about unknown fields is asked for where it is wanted") {
  Cluster cluster;
  cluster.transport->on("PATCH " + x_path, {object("1")});
  k8s::WriteOptions options;
  options.field_validation = k8s::FieldValidation::strict;
  options.dry_run = k8s::DryRun::server;
  REQUIRE(cluster.client->apply(workspace_x, parsed("{}"), options, soon()));
  CHECK(cluster.transport->requests()[0].target ==
        x_path + "?fieldManager=kaitoctl&fieldValidation=Strict&dryRun=All");
}

TEST_CASE("what is served is remembered, what is not is asked for again") {
  const std::string group = "GET /apis/kaito.sh";
  const std::string version = group + "/v1beta1";
  Scripted absent = answer(404, "404 page not found\n");
  absent.type = "text/plain";
  Cluster cluster;
  cluster.transport->on(version, {absent, answer(200, R"({"resources":[{"name":"other"}]})"),
                                  answer(200, R"({"resources":[{"name":"workspaces"}]})")});
  cluster.transport->on(group, {answer(200, R"({"versions":[{"version":"v1beta1"}]})")});
  auto& client = *cluster.client;
  CHECK_FALSE(client.serves(workspace_x.type, soon()).value());
  CHECK_FALSE(client.serves(workspace_x.type, soon()).value());
  for (int i = 0; i < 3; ++i) {
    CHECK(client.serves(workspace_x.type, soon()).value());
    CHECK(client.served_versions("kaito.sh", soon()).value() == Strings{"v1beta1"});
  }
  CHECK(cluster.transport->count(version) == 3);
  CHECK(cluster.transport->count(group) == 1);

  // A request that finds the API gone ends all that.
  cluster.transport->on("GET " + x_path, {absent});
  CHECK(client.get(workspace_x, soon()).error().code == ErrorCode::not_served);
  CHECK(client.serves(workspace_x.type, soon()).value());
  CHECK(client.served_versions("kaito.sh", soon()));
  CHECK(cluster.transport->count(version) == 4);
  CHECK(cluster.transport->count(group) == 2);
}

std::string described(const ApiResources& resources) {
  std::string text;
  for (const auto& each : resources.all) {
    text += each.type.api_version() + " " + each.type.plural + " " + each.type.kind +
            (each.type.namespaced ? " namespaced " : " cluster ") + each.singular;
    for (const auto& name : each.short_names)
      text += " ~" + name;
    for (const auto& name : each.subresources)
      text += " /" + name;
    text += each.preferred ? " preferred\n" : "\n";
  }
  for (const auto& failed : resources.failed)
    text += "failed " + failed.substr(0, failed.find(':')) + "\n";
  return text;
}

TEST_CASE("the whole picture is the same from an old server and from a new one") {
  const std::string expected =
      "v1 pods Pod namespaced pod ~po /log preferred\n"
      "kaito.sh/v1beta1 workspaces Workspace namespaced workspace ~wk /status preferred\n"
      "kaito.sh/v1alpha1 workspaces Workspace namespaced workspace ~wk preferred-not\n"
      "failed metrics.k8s.io/v1beta1\n";
  const std::string wanted = [&] {
    auto text = expected;
    text.erase(text.find(" preferred-not"), 14);
    return text;
  }();

  Cluster old;
  old.transport->on("GET /api", {answer(200, R"({"kind":"APIVersions","versions":["v1"]})")});
  old.transport->on(
      "GET /apis",
      {answer(200, R"({"kind":"APIGroupList","groups":[{"name":"kaito.sh","versions":[)"
                   R"({"version":"v1beta1"},{"version":"v1alpha1"}],"preferredVersion":)"
                   R"({"version":"v1beta1"}},{"name":"metrics.k8s.io","versions":)"
                   R"([{"version":"v1beta1"}],"preferredVersion":{"version":"v1beta1"}}]})")});
  old.transport->on(
      "GET /api/v1",
      {answer(200, R"({"resources":[{"name":"pods","singularName":"pod","namespaced":true,)"
                   R"("kind":"Pod","shortNames":["po"],"verbs":["get"]},)"
                   R"({"name":"pods/log","namespaced":true,"kind":"Pod"},)"
                   R"({"name":"lost/child","kind":"X"}]})")});
  const auto workspaces = [](const char* more) {
    return answer(200,
                  std::string(R"({"resources":[{"name":"workspaces","singularName":"workspace",)"
                              R"("namespaced":true,"kind":"Workspace","shortNames":["wk"]})") +
                      more + "]}");
  };
  old.transport->on("GET /apis/kaito.sh/v1beta1",
                    {workspaces(R"(,{"name":"workspaces/status","kind":"Workspace"})")});
  old.transport->on("GET /apis/kaito.sh/v1alpha1", {workspaces("")});
  old.transport->on("GET /apis/metrics.k8s.io/v1beta1", {answer(500, "down")});
  const auto legacy = old.client->resources(soon());
  REQUIRE_MESSAGE(legacy.has_value(), legacy.error().describe());
  CHECK(described(*legacy) == wanted);
  CHECK(has(std::string(old.transport->requests()[0].headers.get("Accept")),
            "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"));

  Cluster recent;
  const auto gathered = [](std::string items) {
    auto scripted = answer(200, R"({"kind":"APIGroupDiscoveryList","items":[)" + items + "]}");
    scripted.type = "application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io";
    return scripted;
  };
  recent.transport->on(
      "GET /api",
      {gathered(R"({"metadata":{},"versions":[{"version":"v1","freshness":"Current","resources":)"
                R"([{"resource":"pods","responseKind":{"kind":"Pod"},"scope":"Namespaced",)"
                R"("singularResource":"pod","shortNames":["po"],"subresources":)"
                R"([{"subresource":"log"}]},{"resource":"kindless"}]}]})")});
  const std::string workspace_resource =
      R"({"resource":"workspaces","responseKind":{"kind":"Workspace"},"scope":"Namespaced",)"
      R"("singularResource":"workspace","shortNames":["wk"])";
  recent.transport->on(
      "GET /apis",
      {gathered(
          R"({"metadata":{"name":"kaito.sh"},"versions":[{"version":"v1beta1","resources":[)" +
          workspace_resource +
          R"(,"subresources":[{"subresource":"status"}]}]},{"version":"v1alpha1",)"
          R"("resources":[)" +
          workspace_resource +
          R"(}]}]},{"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1",)"
          R"("freshness":"Stale"}]})")});
  const auto aggregated = recent.client->resources(soon());
  REQUIRE_MESSAGE(aggregated.has_value(), aggregated.error().describe());
  CHECK(described(*aggregated) == wanted);
  CHECK(recent.transport->requests().size() == 2);
}

}  // namespace
}  // namespace kaito::kube::test
