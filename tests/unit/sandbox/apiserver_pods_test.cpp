#include <doctest/doctest.h>

#include "apiserver_fixture.hpp"
#include "kaito/base/time.hpp"

using namespace apiserver_test;

namespace {

constexpr const char* kIn = "/api/v1/namespaces/default";

/// What reached the pod.
struct Proxied {
  ProxyTarget target;
  net::ServerRequest request;
};

/// A cluster with pod "p" at 10.0.0.1, service "svc" (80 http -> 5000), and a listener on 5000.
struct ProxyCluster {
  ProxyCluster() : cluster({}, options()) {
    cluster.post(std::string(kIn) + "/pods", R"({"apiVersion": "v1", "kind": "Pod",
      "metadata": {"name": "p"}, "spec": {"nodeName": "n",
      "containers": [{"name": "c", "ports": [{"containerPort": 5000}]}]}})");
    cluster.merge(std::string(kIn) + "/pods/p/status", R"({"status": {"podIP": "10.0.0.1"}})");
    cluster.post(std::string(kIn) + "/services", R"({"apiVersion": "v1", "kind": "Service",
      "metadata": {"name": "svc"}, "spec": {"ports": [{"name": "http", "port": 80}]}})");
    endpoints("10.0.0.1");
  }
  void endpoints(std::string_view ip) {
    cluster.remove(std::string(kIn) + "/endpoints/svc");
    cluster.post(std::string(kIn) + "/endpoints",
                 R"({"apiVersion": "v1", "kind": "Endpoints",
      "metadata": {"name": "svc"}, "subsets": [{"ports": [{"name": "http", "port": 5000}],
      "addresses": [{"ip": ")" +
                     std::string(ip) + R"(", "targetRef": {"kind": "Pod", "name": "p"}}]}]})");
  }
  ApiServerOptions options() {
    ApiServerOptions out;
    out.proxy = [this](const ProxyTarget& target, const net::ServerRequest& request,
                       net::Responder& responder, const std::stop_token&) {
      if (target.port != 5000) return false;
      seen.push_back({target, request});
      return responder.respond(400, {}, "from the pod").has_value();
    };
    return out;
  }
  std::vector<Proxied> seen;
  Cluster cluster;
};

}  // namespace

TEST_CASE("the service proxy reaches the pod behind the service") {
  ProxyCluster it;
  const Reply reply =
      it.cluster.send("POST", std::string(kIn) + "/services/svc:80/proxy/v1/chat%2Fx?a=b&c=d",
                      "hello", "application/json", {{"Authorization", "Bearer t"}});
  // A backend's own error passes through as it is.
  CHECK(reply.status == 400);
  CHECK(reply.text == "from the pod");
  REQUIRE(it.seen.size() == 1);
  const Proxied& seen = it.seen[0];
  CHECK(seen.target.pod == "p");
  CHECK(seen.target.pod_ip == "10.0.0.1");
  CHECK(seen.target.port == 5000);
  CHECK(seen.target.service == "svc");
  CHECK(seen.request.method == "POST");
  CHECK(seen.request.target == "/v1/chat%2Fx?a=b&c=d");
  CHECK(seen.request.path == "/v1/chat/x");
  CHECK(seen.request.body == "hello");
  CHECK_FALSE(seen.request.headers.has("Authorization"));
  CHECK(seen.request.headers.get("X-Forwarded-For") == "127.0.0.1");
  CHECK(seen.request.headers.get("X-Forwarded-Uri") ==
        std::string(kIn) + "/services/svc:80/proxy/v1/chat/x");
}

TEST_CASE("other ways to the same pod") {
  ProxyCluster it;
  for (const char* path : {"/services/svc:http/proxy/health", "/services/http:svc:80/proxy/health",
                           "/pods/p:5000/proxy/health", "/pods/p/proxy/health"}) {
    CAPTURE(path);
    CHECK(it.cluster.get(std::string(kIn) + path).text == "from the pod");
  }
  CHECK(it.seen.size() == 4);
  const Reply moved = it.cluster.get(std::string(kIn) + "/services/svc:80/proxy?x=1");
  CHECK(moved.status == 301);
  CHECK(moved.headers.get("Location") == std::string(kIn) + "/services/svc:80/proxy/?x=1");
}

TEST_CASE("proxies that lead nowhere") {
  ProxyCluster it;
  struct Row {
    const char* path;
    int status;
    const char* message;
  };
  const Row rows[] = {
      {"/services/none:80/proxy/", 404, "services \"none\" not found"},
      {"/services/svc:81/proxy/", 503, "no service port 81 found for service \"svc\""},
      {"/services/svc/proxy/", 503, "no endpoints available for service \"svc\""},
      {"/pods/p:7/proxy/", 503,
       "error trying to reach service: dial tcp 10.0.0.1:7: connect: connection refused"},
      {"/pods/none:7/proxy/", 404, "pods \"none\" not found"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    const Reply reply = it.cluster.get(std::string(kIn) + row.path);
    CHECK(reply.status == row.status);
    CHECK(reply.message() == row.message);
  }
  it.endpoints("10.9.9.9");  // not the pod's address
  CHECK(it.cluster.get(std::string(kIn) + "/services/svc:80/proxy/").status == 503);
  it.cluster.remove(std::string(kIn) + "/endpoints/svc");
  CHECK(it.cluster.get(std::string(kIn) + "/services/svc:80/proxy/").status == 404);
  CHECK(it.seen.empty());
}

TEST_CASE("logs") {
  std::vector<LogLine> lines;
  const Instant start = *parse_time("2026-01-02T03:04:05Z");
  for (int i = 0; i < 4; ++i)
    lines.push_back({start + std::chrono::seconds(i), "line " + std::to_string(i)});
  ApiServerOptions options;
  options.logs = [&](const ContainerRef& container, std::size_t from, bool wait,
                     const CallLimits&) -> Result<LogRead> {
    if (container.container != "c") return fail(ErrorCode::not_found, "no such container");
    LogRead read;
    // The last line is yet to come when the log is first read.
    const std::size_t end = wait ? lines.size() : lines.size() - 1;
    for (std::size_t i = from; i < end; ++i)
      read.lines.push_back(lines[i]);
    read.ended = wait;
    return read;
  };
  Cluster cluster({}, options);
  const std::string pods = std::string(kIn) + "/pods";
  REQUIRE(cluster
              .post(pods, R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"},
    "spec": {"nodeName": "n", "containers": [{"name": "c"}]}})")
              .status == 201);
  REQUIRE(cluster
              .post(pods, R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "two"},
    "spec": {"nodeName": "n", "containers": [{"name": "c"}, {"name": "d"}]}})")
              .status == 201);
  REQUIRE(cluster
              .post(pods, R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "none"},
    "spec": {"containers": [{"name": "c"}]}})")
              .status == 201);

  struct Row {
    const char* path;
    int status;
    const char* text;
  };
  const Row rows[] = {
      {"/one/log", 200, "line 0\nline 1\nline 2\n"},
      {"/one/log?tailLines=1", 200, "line 2\n"},
      {"/one/log?tailLines=0", 200, ""},
      {"/one/log?follow=true&tailLines=1", 200, "line 2\nline 3\n"},
      {"/one/log?timestamps=true&tailLines=1", 200, "2026-01-02T03:04:07.000000Z line 2\n"},
      {"/one/log?sinceTime=2026-01-02T03:04:06Z", 200, "line 1\nline 2\n"},
      {"/one/log?limitBytes=9", 200, "line 0\nli"},
      {"/two/log?container=c&tailLines=1", 200, "line 2\n"},
      {"/none/log", 204, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    const Reply reply = cluster.get(pods + row.path);
    CHECK(reply.status == row.status);
    CHECK(reply.text == row.text);
  }
  CHECK(cluster.get(pods + "/two/log").message() ==
        "a container name must be specified for pod two, choose one of: [c d]");
  CHECK(cluster.get(pods + "/one/log?container=x").message() ==
        "container x is not valid for pod one");
  CHECK(cluster.get(pods + "/one/log?tailLines=-1").status == 422);
  CHECK(cluster.get(pods + "/absent/log").status == 404);
  CHECK(cluster.get(pods + "/one/portforward").message() == "Upgrade request required");
  REQUIRE(cluster
              .merge(pods + "/one/status", R"({"status": {"containerStatuses": [{"name": "c",
    "state": {"waiting": {"reason": "ContainerCreating"}}}]}})")
              .status == 200);
  CHECK(cluster.get(pods + "/one/log").message() ==
        "container \"c\" in pod \"one\" is waiting to start: ContainerCreating");
}
