// kubernetes-client.md 8.7: lists, pages, selectors, tables.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <set>

#include "session.hpp"

namespace kaito::conformance {
namespace {

constexpr const char* as_table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

/// The list's names whatever their order, for selectors.
std::string names_where(Session& session, const std::string& query) {
  const Reply reply = session.get(session.workspaces() + "?" + query);
  return reply.status == 200 ? reply.names() : std::to_string(reply.status);
}

std::string cells(const Reply& table, std::size_t row = 0) {
  const json::Value* rows = json::find(table.body, {"rows"});
  if (rows == nullptr || rows->get_array().size() <= row) return "no such row";
  return json::write(*json::find(rows->get_array()[row], {"cells"}));
}

std::string columns(const Reply& table) {
  std::string out;
  const json::Value* list = json::find(table.body, {"columnDefinitions"});
  if (list == nullptr) return "none";
  for (const json::Value& column : list->get_array())
    out += (out.empty() ? "" : " ") + std::string(json::string_at(column, {"name"}));
  return out;
}

TEST_CASE("L01 an empty list: no items, a version, its kind") {
  Session session;
  const Reply list = session.get(session.workspaces());
  CHECK(list.status == 200);
  CHECK(list.at({"kind"}) == "WorkspaceList");
  CHECK(list.at({"apiVersion"}) == "kaito.sh/v1beta1");
  CHECK(list.at({"items"}) == "[]");
  CHECK_FALSE(list.version().empty());
}

TEST_CASE("L02 twelve objects in pages of two: six pages of one version, nothing missing") {
  Session session;
  std::string all;
  for (int i = 10; i < 22; ++i) {
    REQUIRE(session.create(fmt::format("w{}", i)).status == 201);
    all += fmt::format("{}w{}", all.empty() ? "" : ",", i);
  }
  std::string seen;
  std::set<std::string> versions;
  std::string token;
  int pages = 0;
  do {
    const Reply page = session.get(session.workspaces() + "?limit=2&continue=" + token);
    REQUIRE(page.status == 200);
    if (pages == 0) CHECK(page.meta("remainingItemCount") == "10");
    versions.insert(page.version());
    seen += (pages == 0 ? "" : ",") + page.names();
    token = page.meta("continue");
    ++pages;
  } while (!token.empty() && pages < 20);
  CHECK(pages == 6);
  CHECK(versions.size() == 1);
  CHECK(seen == all);

  k8s::ListOptions options;
  options.limit = 5;
  const auto list =
      target().client().list(k8s::types::workspace(), session.space(), options, soon());
  REQUIRE(list);
  CHECK(list->items.size() == 12);
}

TEST_CASE("L03 created and deleted while paging: later pages show the state of the first") {
  Session session;
  for (const char* name : {"a", "b", "c"})
    REQUIRE(session.create(name).status == 201);
  const Reply first = session.get(session.workspaces() + "?limit=1");
  CHECK(first.names() == "a");
  REQUIRE(session.create("bb").status == 201);
  REQUIRE(session.remove(session.workspaces("c")).status == 200);
  const Reply rest =
      session.get(session.workspaces() + "?limit=10&continue=" + first.meta("continue"));
  CHECK(rest.names() == "b,c");
  CHECK(rest.version() == first.version());
}

TEST_CASE("L04 continue with a version: 400") {
  Session session;
  for (const char* name : {"a", "b"})
    REQUIRE(session.create(name).status == 201);
  const Reply first = session.get(session.workspaces() + "?limit=1");
  const Reply both = session.get(session.workspaces() +
                                 "?limit=1&resourceVersion=5&continue=" + first.meta("continue"));
  CHECK(both.status == 400);
  CHECK(both.message() == "specifying resource version is not allowed when using continue");
}

TEST_CASE("L05 a bad continue: 400; a limit that is no number: 400") {
  Session session;
  CHECK(session.get(session.workspaces() + "?continue=nonsense").status == 400);
  CHECK(session.get(session.workspaces() + "?limit=x").status == 400);
}

/// Forgets the server's history after the first page of a list.
class ForgetsAfterOnePage final : public net::Transport {
 public:
  explicit ForgetsAfterOnePage(Session& session) : session_(session) {
    net::ClientOptions options;
    options.server = *net::parse_url(target().server());
    options.tls.ca_pem = target().ca_pem();
    auto http = net::HttpClient::create(std::move(options));
    REQUIRE(http);
    http_ = std::move(*http);
  }
  Result<net::HttpResponse> send(const net::HttpRequest& request,
                                 const CallLimits& limits) override {
    net::HttpRequest with_token = request;
    with_token.headers.set("Authorization", "Bearer " + target().token());
    auto answer = http_->send(with_token, limits);
    if (answer) statuses.push_back(answer->head.status);
    if (statuses.size() == 1) {
      REQUIRE(session_.create("bb").status == 201);
      target().forget_history();
    }
    return answer;
  }
  Result<std::unique_ptr<net::BodyStream>> open(const net::HttpRequest& request,
                                                const CallLimits& limits) override {
    return http_->open(request, limits);
  }
  std::vector<int> statuses;

 private:
  Session& session_;
  std::unique_ptr<net::HttpClient> http_;
};

TEST_CASE("L06 history lost while paging: 410 with a token to go on; the client starts over") {
  Session session;
  for (const char* name : {"a", "b", "c"})
    REQUIRE(session.create(name).status == 201);
  const Reply first = session.get(session.workspaces() + "?limit=1");
  REQUIRE(session.create("bb").status == 201);
  target().forget_history();
  const Reply expired =
      session.get(session.workspaces() + "?limit=1&continue=" + first.meta("continue"));
  CHECK(expired.status == 410);
  CHECK(expired.reason() == "Expired");
  const std::string token = expired.meta("continue");
  REQUIRE_FALSE(token.empty());
  CHECK(session.get(session.workspaces() + "?continue=" + token).names() == "b,bb,c");

  REQUIRE(session.remove(session.workspaces("bb")).status == 200);
  auto transport = std::make_shared<ForgetsAfterOnePage>(session);
  const auto client = kube::Client::over(transport, {});
  k8s::ListOptions options;
  options.limit = 2;
  const auto list = client->list(k8s::types::workspace(), session.space(), options, soon());
  REQUIRE(list);
  CHECK(list->items.size() == 4);
  CHECK(transport->statuses.at(1) == 410);
}

TEST_CASE("L07 label selectors of every form") {
  struct Row {
    const char* query;
    const char* names;
  };
  const Row rows[] = {
      {"labelSelector=env%3Dprod", "a"},
      {"labelSelector=env%3D%3Dprod", "a"},
      {"labelSelector=env!%3Dprod", "b,c"},
      {"labelSelector=env+in+(prod,test)", "a,b"},
      {"labelSelector=env+notin+(prod)", "b,c"},
      {"labelSelector=env", "a,b"},
      {"labelSelector=!env", "c"},
      {"labelSelector=env%3Dprod,tier%3D1", "a"},
      {"labelSelector=tier%3E0", "a"},
      {"labelSelector=tier%3C1", ""},
  };
  Session session;
  REQUIRE(session.create("a", R"({"metadata": {"labels": {"env": "prod", "tier": "1"}}})").status ==
          201);
  REQUIRE(session.create("b", R"({"metadata": {"labels": {"env": "test"}}})").status == 201);
  REQUIRE(session.create("c").status == 201);
  for (const Row& row : rows) {
    CAPTURE(row.query);
    CHECK(names_where(session, row.query) == row.names);
  }
  const Reply page = session.get(session.workspaces() + "?limit=1&labelSelector=env");
  CHECK(page.meta("remainingItemCount").empty());
}

TEST_CASE("L08 malformed selectors and unknown fields: 400") {
  Session session;
  CHECK(names_where(session, "labelSelector=a%3D%3D%3Db") == "400");
  CHECK(names_where(session, "labelSelector=a+in+x") == "400");
  CHECK(names_where(session, "fieldSelector=a") == "400");
  const Reply unknown = session.get(session.workspaces() + "?fieldSelector=spec.x%3D1");
  CHECK(unknown.status == 400);
  CHECK(unknown.message() == "field label not supported: spec.x");
}

TEST_CASE("L09 field selectors on the name") {
  Session session;
  for (const char* name : {"a", "b", "c"})
    REQUIRE(session.create(name).status == 201);
  CHECK(names_where(session, "fieldSelector=metadata.name%3Db") == "b");
  CHECK(names_where(session, "fieldSelector=metadata.name!%3Db") == "a,c");
  CHECK(names_where(session, "fieldSelector=metadata.namespace%3Dother") == "");
}

TEST_CASE("L10 resourceVersionMatch: alone 422, Exact of the past, Exact of a forgotten past 410") {
  Session session;
  const Reply a = session.create("a");
  const Reply b = session.create("b");
  REQUIRE(b.status == 201);
  CHECK(names_where(session, "resourceVersionMatch=Exact") == "422");
  CHECK(names_where(session, "resourceVersionMatch=Exact&resourceVersion=0") == "422");
  const std::string exact = "resourceVersionMatch=Exact&resourceVersion=" + a.version();
  CHECK(names_where(session, exact) == "a");
  // Out of the server's cache, which keeps no order and promises no more than this version.
  const std::string later =
      names_where(session, "resourceVersionMatch=NotOlderThan&resourceVersion=" + b.version());
  CHECK((later == "a,b" || later == "b,a"));
  target().forget_history();
  CHECK(names_where(session, exact) == "410");
}

TEST_CASE("L11 as a table: KAITO's columns, null for what is missing, ages") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  REQUIRE(session
              .merge(session.workspaces("a") + "/status", R"({"status": {"conditions": [
    {"type": "ResourceReady", "status": "True", "reason": "r", "message": "m",
     "lastTransitionTime": "2026-01-02T03:04:05Z"}]}})")
              .status == 200);
  const Reply table = session.get(session.workspaces(), {{"Accept", as_table}});
  CHECK(table.at({"kind"}) == "Table");
  CHECK(table.at({"apiVersion"}) == "meta.k8s.io/v1");
  CHECK(columns(table) ==
        "Name Instance ResourceReady InferenceReady JobStarted WorkspaceSucceeded TargetNodeCount "
        "State Age");
  const std::string row = cells(table);
  CHECK(row.starts_with(R"(["a","Standard_NC24ads_A100_v4","True",null,null,null,null,null,")"));
  CHECK(row.ends_with(R"(s"])"));
  const json::Value* object = json::find(json::find(table.body, {"rows"})->at(0), {"object"});
  REQUIRE(object != nullptr);
  CHECK(json::string_at(*object, {"kind"}) == "PartialObjectMetadata");
  CHECK(json::string_at(*object, {"metadata", "name"}) == "a");
  CHECK(session.get(session.workspaces() + "?includeObject=None", {{"Accept", as_table}})
            .text.find("PartialObjectMetadata") == std::string::npos);
  const Reply one = session.get(session.workspaces("a"), {{"Accept", as_table}});
  CHECK(one.at({"kind"}) == "Table");
}

TEST_CASE("L12 metadata alone: as a list 200, the singular form on a list 406") {
  Session session;
  REQUIRE(session.create("a").status == 201);
  const auto ask = [&](const std::string& path, const std::string& as) {
    return session.get(path, {{"Accept", "application/json;as=" + as + ";v=v1;g=meta.k8s.io"}});
  };
  const Reply list = ask(session.workspaces(), "PartialObjectMetadataList");
  CHECK(list.status == 200);
  CHECK(list.at({"kind"}) == "PartialObjectMetadataList");
  CHECK(list.names() == "a");
  CHECK(json::find(json::find(list.body, {"items"})->at(0), {"resource"}) == nullptr);
  CHECK(ask(session.workspaces(), "PartialObjectMetadata").status == 406);
  CHECK(ask(session.workspaces("a"), "PartialObjectMetadata").at({"kind"}) ==
        "PartialObjectMetadata");
}

TEST_CASE(
    "L13 items of built-in kinds leave kind and apiVersion to the list; the client fills in") {
  Session session;
  REQUIRE(session.post(session.core("configmaps"), config_map("m")).status == 201);
  const Reply list = session.get(session.core("configmaps"));
  CHECK(list.at({"kind"}) == "ConfigMapList");
  for (const json::Value& item : json::find(list.body, {"items"})->get_array()) {
    CHECK(json::find(item, {"kind"}) == nullptr);
    CHECK(json::find(item, {"apiVersion"}) == nullptr);
  }
  REQUIRE(session.create("a").status == 201);
  const Reply custom = session.get(session.workspaces());
  CHECK(json::string_at(json::find(custom.body, {"items"})->at(0), {"kind"}) == "Workspace");
  const auto filled = target().client().list(k8s::types::config_map(), session.space(), {}, soon());
  REQUIRE(filled);
  for (const auto& item : filled->items) {
    CHECK(json::string_at(item.value(), {"kind"}) == "ConfigMap");
    CHECK(json::string_at(item.value(), {"apiVersion"}) == "v1");
  }
}

TEST_CASE("L14 all namespaces at once, by namespace and name") {
  Session one;
  Session two;
  REQUIRE(one.create("x", R"({"metadata": {"labels": {"l14": "yes"}}})").status == 201);
  REQUIRE(two.create("a", R"({"metadata": {"labels": {"l14": "yes"}}})").status == 201);
  const Reply list = one.get("/apis/kaito.sh/v1beta1/workspaces?labelSelector=l14%3Dyes");
  CHECK(list.names() == (one.space() < two.space() ? "x,a" : "a,x"));
  CHECK(one.post("/apis/kaito.sh/v1beta1/workspaces", workspace("b")).status >= 400);
}

TEST_CASE("L15 field selectors of pods, events and secrets") {
  Session session;
  const auto pod = [](std::string_view name, std::string_view node) {
    return fmt::format(R"({{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "{}"}},
      "spec": {{"nodeName": "{}", "containers": [{{"name": "c", "image": "i"}}]}}}})",
                       name, node);
  };
  REQUIRE(session.post(session.core("pods"), pod("bound", "n1")).status == 201);
  REQUIRE(session.post(session.core("pods"), pod("free", "")).status == 201);
  const auto names = [&](const std::string& plural, const std::string& selector) {
    const Reply reply = session.get(session.core(plural) + "?fieldSelector=" + selector);
    return reply.status == 200 ? reply.names() : std::to_string(reply.status);
  };
  CHECK(names("pods", "spec.nodeName%3Dn1") == "bound");
  CHECK(names("pods", "spec.nodeName%3D") == "free");
  CHECK(names("pods", "status.phase%3DPending,spec.nodeName!%3D") == "bound");
  CHECK(names("pods", "spec.priority%3D1") == "400");
  const auto event = [&](std::string_view name, std::string_view of) {
    return fmt::format(
        R"({{"apiVersion": "v1", "kind": "Event", "metadata": {{"name": "{}"}}, "reason": "R",
        "type": "Normal", "message": "m", "involvedObject": {{"kind": "Workspace",
        "namespace": "{}", "name": "{}"}}}})",
        name, session.space(), of);
  };
  REQUIRE(session.post(session.core("events"), event("e1", "a")).status == 201);
  REQUIRE(session.post(session.core("events"), event("e2", "b")).status == 201);
  CHECK(names("events", "involvedObject.name%3Da,involvedObject.kind%3DWorkspace") == "e1");
  CHECK(names("events", "type%3DWarning") == "");
}

TEST_CASE("L16 tables of built-in kinds: what kubectl get shows") {
  Session session;
  REQUIRE(session
              .post(session.core("pods"), R"({"apiVersion": "v1", "kind": "Pod", "metadata":
    {"name": "p"}, "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "i"},
    {"name": "d", "image": "i"}]}})")
              .status == 201);
  REQUIRE(session
              .send("PATCH", session.core("pods", "p") + "/status",
                    R"({"status": {"phase": "Running", "podIP": "10.1.2.3", "podIPs":
                    [{"ip": "10.1.2.3"}], "containerStatuses": [
                    {"name": "c", "ready": true, "restartCount": 2, "image": "i", "imageID": "",
                     "state": {"running": {}}},
                    {"name": "d", "ready": false, "restartCount": 0, "image": "i", "imageID": "",
                     "state": {"running": {}}}]}})",
                    kStrategicPatch)
              .status == 200);
  const auto row = [&](const std::string& path) {
    return cells(session.get(path, {{"Accept", as_table}}));
  };
  const std::string pod = row(session.core("pods"));
  CHECK_MESSAGE(pod.starts_with(R"(["p","1/2","Running",2,")"), pod);
  REQUIRE(
      session.post(session.core("configmaps"), config_map("m", R"({"data": {"l": "w"}})")).status ==
      201);
  const std::string map = row(session.core("configmaps", "m"));
  CHECK_MESSAGE(map.starts_with(R"(["m",2,")"), map);
  REQUIRE(session
              .post(session.core("services"), R"({"apiVersion": "v1", "kind": "Service",
    "metadata": {"name": "s"}, "spec": {"clusterIP": "None", "selector": {"a": "b"}, "ports":
    [{"port": 80, "name": "x"}, {"port": 53, "protocol": "UDP", "name": "y"}]}})")
              .status == 201);
  const std::string service = row(session.core("services", "s"));
  CHECK_MESSAGE(service.starts_with(R"(["s","ClusterIP","None","<none>","80/TCP,53/UDP",")"),
                service);
}

}  // namespace
}  // namespace kaito::conformance
