// endpoint: where a workspace's model server is reached.
#include <doctest/doctest.h>

#include <boost/json/value.hpp>

#include "contains.hpp"
#include "kaito/json/json.hpp"
#include "scene.hpp"

namespace kaito::e2e {
namespace {

using json::string_at;

void make_ready(const Scene& scene) {
  scene.patch_status(
      scene.workspace_ref("ws"),
      conditions({condition("InferenceReady", "True", "WorkspaceInferenceStatusSuccess")}));
}

TEST_CASE("one URL and nothing else on stdout") {
  const Scene scene;
  scene.create_workspace("ws");
  const std::string url = "http://ws." + scene.namespace_() + ".svc.cluster.local:80";
  const auto early = scene.run({"endpoint", "ws"});
  CHECK(early.exit_code == 0);
  CHECK(early.out == url + "\n");
  CHECK(early.err == Contains("not ready"));
  make_ready(scene);
  const auto ready = scene.run({"endpoint", "ws"});
  CHECK(ready.exit_code == 0);
  CHECK(ready.out == url + "\n");
  CHECK(ready.err == "");
}

TEST_CASE("every way to it, as a table and as a report") {
  const Scene scene;
  scene.create_workspace("ws");
  make_ready(scene);
  const std::string proxy =
      target().server() + "/api/v1/namespaces/" + scene.namespace_() + "/services/ws:80/proxy";
  const auto all = scene.run({"endpoint", "ws", "--all"});
  CHECK(line_of(all.out, "proxy") == std::vector<std::string>{"proxy", proxy});
  const auto report = json::parse(scene.run({"endpoint", "ws", "-o", "json"}).out);
  REQUIRE(report);
  CHECK(string_at(*report, {"kind"}) == "EndpointReport");
  CHECK(string_at(*report, {"proxyURL"}) == proxy);
}

TEST_CASE("a load balancer's address, once it has one") {
  const Scene scene;
  scene.create_workspace("ws");
  make_ready(scene);
  scene.patch(scene.workspace_ref("ws"), "metadata: {annotations: {kaito.sh/enablelb: \"True\"}}");
  const std::string inside = "http://ws." + scene.namespace_() + ".svc.cluster.local:80\n";
  CHECK(scene.run({"endpoint", "ws"}).out == inside);
  scene.create(k8s::types::service(), R"(
apiVersion: v1
kind: Service
metadata: {name: ws}
spec: {type: LoadBalancer, ports: [{name: http, port: 80, protocol: TCP, targetPort: 5000}]}
)");
  CHECK(scene.run({"endpoint", "ws"}).out == inside);
  scene.patch_status(scene.ref(k8s::types::service(), "ws"),
                     "loadBalancer: {ingress: [{ip: 192.0.2.7}]}");
  CHECK(scene.run({"endpoint", "ws"}).out == "http://192.0.2.7:80\n");
}

TEST_CASE("what has no endpoint") {
  const Scene scene;
  scene.create(k8s::types::workspace(), R"(
apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: tune}
resource: {instanceType: Standard_NC24ads_A100_v4, labelSelector: {matchLabels: {apps: phi-3}}}
tuning:
  preset: {name: phi-3-mini-128k-instruct}
  method: qlora
  input: {urls: ["https://example.com/data.parquet"]}
  output: {image: "registry.example.com/out:1", imagePushSecret: push}
)");
  const auto tuning = scene.run({"endpoint", "tune"});
  CHECK(tuning.exit_code == 1);
  CHECK(tuning.out == "");
  CHECK(tuning.err == Contains("tunes a model: it has no endpoint"));
  const auto nobody = scene.run({"endpoint", "nobody"});
  CHECK(nobody.exit_code == 5);
  CHECK(nobody.out == "");
}

}  // namespace
}  // namespace kaito::e2e
