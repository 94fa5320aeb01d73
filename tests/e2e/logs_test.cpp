// logs: what the pods of a workspace wrote, through the API server from a kubelet that we play.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <mutex>

#include "contains.hpp"
#include "kaito/net/server.hpp"
#include "scene.hpp"

namespace kaito::e2e {
namespace {

/// Answers for each container "one of POD/CONTAINER" and "two ...", and remembers what it was
/// asked.
class Kubelet {
 public:
  Kubelet() {
    net::ServerOptions options;
    options.address = target().address();
    auto certificate = net::make_self_signed({options.address}, 1);
    REQUIRE(certificate);
    options.cert_pem = certificate->cert_pem;
    options.key_pem = certificate->key_pem;
    auto started = net::HttpServer::start(
        std::move(options), [this](const net::ServerRequest& request, net::Responder& responder,
                                   const std::stop_token&) { answer(request, responder); });
    REQUIRE(started);
    server_ = std::move(*started);
  }

  [[nodiscard]] int port() const { return server_->port(); }
  [[nodiscard]] std::string last_target() {
    const std::lock_guard hold(mutex_);
    return last_target_;
  }

 private:
  void answer(const net::ServerRequest& request, net::Responder& responder) {
    const std::string target = request.target;
    {
      const std::lock_guard hold(mutex_);
      last_target_ = target;
    }
    // /containerLogs/NAMESPACE/POD/CONTAINER?...
    std::string path = target.substr(0, target.find('?'));
    path.erase(0, path.find('/', std::string("/containerLogs/").size()) + 1);
    const bool times = target.find("timestamps=true") != std::string::npos;
    std::string text;
    for (const char* line : {"one", "two"}) {
      if (times) text += fmt::format("2026-01-02T03:04:0{}.000000000Z ", text.empty() ? 5 : 6);
      text += fmt::format("{} of {} \x1b[31m\n", line, path);
    }
    net::Headers headers;
    headers.add("Content-Type", "text/plain");
    // A peer that has gone shows in what the case misses.
    static_cast<void>(responder.respond(200, headers, text));
  }

  std::mutex mutex_;
  std::string last_target_;
  std::unique_ptr<net::HttpServer> server_;  ///< last: stops before the rest goes
};

void add_node(const Scene& scene, int kubelet_port) {
  scene.create(k8s::types::node(),
               fmt::format(R"(
apiVersion: v1
kind: Node
metadata: {{name: logs-{}}}
status:
  addresses: [{{type: InternalIP, address: "{}"}}]
  daemonEndpoints: {{kubeletEndpoint: {{Port: {}}}}}
)",
                           scene.namespace_(), target().address(), kubelet_port));
}

/// A pod as it is before its kubelet knows of it.
void add_new_pod(const Scene& scene, const std::string& name, const std::string& containers) {
  scene.create(k8s::types::pod(), fmt::format(R"(
apiVersion: v1
kind: Pod
metadata: {{name: {}, labels: {{kaito.sh/workspace: ws}}}}
spec: {{nodeName: logs-{}, restartPolicy: Never, containers: {}}}
)",
                                              name, scene.namespace_(), containers));
}

/// A pod that has run to its end, so that a followed log ends too.
void add_pod(const Scene& scene, const std::string& name, const std::string& containers) {
  add_new_pod(scene, name, containers);
  scene.patch_status(scene.ref(k8s::types::pod(), name), "phase: Succeeded\n");
}

constexpr const char* one_container = R"([{name: ws, image: "example.com/model:1"}])";

TEST_CASE("the log of a workspace on one node") {
  Kubelet kubelet;
  const Scene scene;
  scene.create_workspace("ws");
  add_node(scene, kubelet.port());
  add_pod(scene, "ws-0", one_container);

  const auto whole = scene.run({"logs", "ws"});
  CHECK_MESSAGE(whole.exit_code == 0, whole.err);
  CHECK(whole.out == "one of ws-0/ws \x1b[31m\ntwo of ws-0/ws \x1b[31m\n");
  CHECK(whole.err == "");
  const auto part = scene.run(
      {"logs", "workspace/ws", "--tail", "5", "--since", "90s", "--previous", "--timestamps"});
  CHECK_MESSAGE(part.exit_code == 0, part.err);
  CHECK(part.out == Contains("2026-01-02T03:04:05.000000000Z one of ws-0/ws"));
  const std::string asked = kubelet.last_target();
  for (const char* parameter :
       {"tailLines=5", "sinceSeconds=90", "previous=true", "timestamps=true"})
    CHECK_MESSAGE(asked.find(parameter) != std::string::npos, asked);

  const auto followed = scene.run({"logs", "ws", "-f"});
  CHECK_MESSAGE(followed.exit_code == 0, followed.err);
  CHECK(followed.out == whole.out);
}

TEST_CASE("the logs of a workspace on several nodes") {
  Kubelet kubelet;
  const Scene scene;
  scene.create_workspace("ws");
  add_node(scene, kubelet.port());
  for (const char* pod : {"ws-10", "ws-2", "ws-0"})
    add_pod(scene, pod, R"([{name: side, image: "i:1"}, {name: ws, image: "i:1"}])");

  const auto leader = scene.run({"logs", "ws"});
  CHECK_MESSAGE(leader.exit_code == 0, leader.err);
  CHECK(leader.out == Contains("one of ws-0/side"));
  CHECK(leader.err ==
        "pod ws-0 of 3; --all-pods shows them all\n"
        "container side; --container shows another: ws\n");
  const auto all = scene.run({"logs", "ws", "--all-pods", "-c", "ws", "--tail", "1"});
  CHECK(all.out ==
        "[ws-0] one of ws-0/ws \x1b[31m\n[ws-0] two of ws-0/ws \x1b[31m\n"
        "[ws-2] one of ws-2/ws \x1b[31m\n[ws-2] two of ws-2/ws \x1b[31m\n"
        "[ws-10] one of ws-10/ws \x1b[31m\n[ws-10] two of ws-10/ws \x1b[31m\n");
  const auto workers = scene.run({"logs", "ws", "--role", "worker", "-c", "ws", "-f"});
  CHECK_MESSAGE(workers.exit_code == 0, workers.err);
  CHECK(workers.out == Contains("[ws-2] two of ws-2/ws"));
  CHECK(workers.out == Contains("[ws-10] two of ws-10/ws"));
  CHECK(workers.out.find("ws-0") == std::string::npos);
}

constexpr const char* creating =
    "containerStatuses: [{name: ws, image: i, imageID: '', ready: false, restartCount: 0, "
    "state: {waiting: {reason: ContainerCreating}}}]\n";

TEST_CASE("logs -f waits for the pod and its container, and says so") {
  Kubelet kubelet;
  const Scene scene;
  scene.create_workspace("ws");
  scene.patch_status(scene.workspace_ref("ws"),
                     conditions({condition("ResourceReady", "False", "NodesNotReady")}));
  add_node(scene, kubelet.port());
  const auto logs = scene.start({"logs", "ws", "-f", "--pod-running-timeout", "10m"});
  REQUIRE(logs->says("waiting for pods of workspace \"ws\": ResourceReady is False"));
  add_new_pod(scene, "ws-0", one_container);
  REQUIRE(logs->says("waiting for container ws of pod ws-0: pending"));
  const auto pod = scene.ref(k8s::types::pod(), "ws-0");
  scene.patch_status(pod, creating);
  REQUIRE(logs->says("waiting for container ws of pod ws-0: ContainerCreating"));
  CHECK(logs->out() == "");
  scene.patch_status(pod,
                     "phase: Succeeded\ncontainerStatuses: [{name: ws, image: i, imageID: '', "
                     "ready: false, restartCount: 0, state: {terminated: {exitCode: 0}}}]\n");
  const auto outcome = logs->finish();
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "one of ws-0/ws \x1b[31m\ntwo of ws-0/ws \x1b[31m\n");
}

TEST_CASE("logs -f of a container that does not start: given up after a while, or with Ctrl-C") {
  const Scene scene;
  scene.create_workspace("ws");
  add_node(scene, 0);
  add_new_pod(scene, "ws-0", one_container);
  scene.patch_status(scene.ref(k8s::types::pod(), "ws-0"), creating);
  const auto outcome = scene.run({"logs", "ws", "-f", "--pod-running-timeout", "3s"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 124);
  CHECK(outcome.out == "");
  CHECK(outcome.err ==
        Contains("timed out waiting for container ws of pod ws-0: ContainerCreating"));
  CHECK(outcome.err == Contains("--pod-running-timeout 30m waits longer"));

  const auto logs = scene.start({"logs", "ws", "-f", "--pod-running-timeout", "10m"});
  REQUIRE(logs->says("waiting for container ws of pod ws-0: ContainerCreating"));
  logs->send(SIGINT);
  CHECK(logs->finish().exit_code == 130);
}

TEST_CASE("logs that cannot be shown say why") {
  const Scene scene;
  const auto absent = scene.run({"logs", "ws"});
  CHECK(absent.exit_code == 5);
  CHECK(absent.err == Contains("\"ws\" not found"));
  scene.create_workspace("ws");
  scene.patch_status(scene.workspace_ref("ws"),
                     conditions({condition("ResourceReady", "False", "NodesNotReady")}));
  const auto early = scene.run({"logs", "ws"});
  CHECK(early.exit_code == 1);
  CHECK(early.err == Contains("workspace \"ws\" has no pods: ResourceReady is False"));

  add_node(scene, 0);
  add_pod(scene, "ws-0", one_container);
  const auto container = scene.run({"logs", "ws", "-c", "wz"});
  CHECK(container.exit_code == 5);
  CHECK(container.err == Contains("pod ws-0 has no container \"wz\""));
  CHECK(container.err == Contains("did you mean \"ws\"?"));
  const auto workers = scene.run({"logs", "ws", "--role", "worker"});
  CHECK(workers.exit_code == 5);
  CHECK(workers.err == Contains("has no workers"));
  for (const auto& [flag, value] : {std::pair{"--tail", "-1"},
                                    {"--since", "0s"},
                                    {"--since", "soon"},
                                    {"--role", "boss"},
                                    {"--pod-running-timeout", "0s"}}) {
    CAPTURE(flag);
    CAPTURE(value);
    CHECK(scene.run({"logs", "ws", flag, value}).exit_code == 2);
  }
}

}  // namespace
}  // namespace kaito::e2e
