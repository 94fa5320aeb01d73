// chat, through the API server's service proxy.
#include <doctest/doctest.h>

#include <boost/json/value.hpp>
#include <csignal>

#include "contains.hpp"
#include "kaito/json/json.hpp"
#include "model_stub.hpp"
#include "scene.hpp"

namespace kaito::e2e {
namespace {

using Requests = std::vector<std::string>;

/// A port on which nobody listens: one that was just given back.
int free_port() {
  net::ServerOptions options;
  options.address = target().address();
  const auto server = net::HttpServer::start(
      options, [](const net::ServerRequest&, net::Responder&, const std::stop_token&) {});
  REQUIRE(server);
  return (*server)->port();
}

TEST_CASE("a piped prompt: the reply alone on stdout, each piece as it comes") {
  const Scene scene;
  ModelStub stub(ModelStub::Speaks::openai);
  scene.create_workspace("workspace-phi-3-mini");
  make_ready(scene, "workspace-phi-3-mini");
  serve_at(scene, "workspace-phi-3-mini", stub.port());

  const auto chatting = scene.start({"chat", "workspace-phi-3-mini"}, "hi\n");
  // The first piece is there while the server still holds back the others.
  REQUIRE(chatting->prints("Hello"));
  CHECK(chatting->out() == "Hello");
  stub.let_go();
  const auto outcome = chatting->finish();
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "Hello, you said: hi\n");
  CHECK(outcome.err == "");
  CHECK(stub.requests() == Requests{"GET /v1/models", "POST /v1/chat/completions"});
}

TEST_CASE("a prompt as words, a file beside it, and the reply as a report") {
  const Scene scene;
  ModelStub stub(ModelStub::Speaks::openai);
  stub.let_go();
  scene.create_workspace("ws");
  make_ready(scene, "ws");
  serve_at(scene, "ws", stub.port());
  const auto words = scene.run({"chat", "workspace/ws", "good", "morning"});
  INFO(words.err);
  CHECK(words.exit_code == 0);
  CHECK(words.out == "Hello, you said: good morning\n");

  const auto file = scene.write("question.txt", "what is this?\n");
  const auto both = scene.run({"chat", "ws", "tell me:", "-f", file, "-o", "json"});
  INFO(both.err);
  CHECK(both.exit_code == 0);
  const auto report = json::parse(both.out);
  REQUIRE(report);
  CHECK(json::string_at(*report, {"kind"}) == "ChatReply");
  CHECK(json::string_at(*report, {"text"}) == "Hello, you said: tell me:\n\nwhat is this?");
}

/// Lets alice talk to pods, and not through services.
void grant_pods(const Scene& scene) {
  constexpr std::string_view group = "rbac.authorization.k8s.io";
  scene.create({std::string(group), "v1", "Role", "roles"}, R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: talker}
rules:
- {apiGroups: [kaito.sh], resources: [workspaces], verbs: [get]}
- {apiGroups: [""], resources: [pods], verbs: [list]}
- {apiGroups: [""], resources: [pods/proxy], verbs: [get, create]}
)");
  scene.create({std::string(group), "v1", "RoleBinding", "rolebindings"}, R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: talker}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: talker}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: alice}]
)");
}

TEST_CASE("where services/proxy is forbidden, chat goes to a ready pod, and says so") {
  Scene scene;
  // The port of a model server's container: a pod's Service is not asked for another.
  ModelStub stub(ModelStub::Speaks::openai, 5000);
  stub.let_go();
  scene.create_workspace("ws");
  make_ready(scene, "ws");
  serve_at(scene, "ws", stub.port());
  grant_pods(scene);
  scene.connect(target().server(), target().ca_pem(), target().limited_token());
  // A kube-apiserver hears of roles a moment later.
  const auto give_up = Deadline::Clock::now() + patience;
  auto outcome = scene.run({"chat", "ws", "hi"});
  while (outcome.exit_code == 4 && Deadline::Clock::now() < give_up)
    outcome = scene.run({"chat", "ws", "hi"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "Hello, you said: hi\n");
  CHECK(outcome.err == Contains("the service proxy is forbidden here: talking to pod \"ws-0\""));
  CHECK(stub.requests() == Requests{"GET /v1/models", "POST /v1/chat/completions"});
}

TEST_CASE("an older server that has only /chat is found out") {
  const Scene scene;
  ModelStub stub(ModelStub::Speaks::old_chat);
  scene.create_workspace("ws");
  make_ready(scene, "ws");
  serve_at(scene, "ws", stub.port());
  const auto outcome = scene.run({"chat", "ws"}, "hi");
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "Hello, you said: hi\n");
  CHECK(stub.requests() == Requests{"GET /v1/models", "GET /openapi.json", "POST /chat"});
}

TEST_CASE("a reply that breaks off is no success") {
  const Scene scene;
  ModelStub stub(ModelStub::Speaks::openai_broken);
  scene.create_workspace("ws");
  make_ready(scene, "ws");
  serve_at(scene, "ws", stub.port());
  const auto outcome = scene.run({"chat", "ws"}, "hi");
  CHECK(outcome.exit_code != 0);
  CHECK(outcome.out == "Hello\n");
  CHECK(outcome.err == Contains("error: "));
}

TEST_CASE("Ctrl-C ends a reply") {
  const Scene scene;
  ModelStub stub(ModelStub::Speaks::openai);
  scene.create_workspace("ws");
  make_ready(scene, "ws");
  serve_at(scene, "ws", stub.port());
  const auto chatting = scene.start({"chat", "ws"}, "hi");
  REQUIRE(chatting->prints("Hello"));
  chatting->send(SIGINT);
  CHECK(chatting->finish().exit_code == 130);
  stub.let_go();
}

TEST_CASE("a model that is still loading: what holds it back") {
  const Scene scene;
  scene.create_workspace("ws");
  // No Service yet, then a Service whose pod listens to nobody.
  for (const bool has_pod : {false, true}) {
    CAPTURE(has_pod);
    if (has_pod) serve_at(scene, "ws", free_port());
    scene.patch_status(
        scene.workspace_ref("ws"),
        conditions({condition("ResourceReady", "True", "workspaceResourceStatusSuccess"),
                    condition("InferenceReady", "False", "ModelLoading", "weights: 40%")}));
    const auto outcome = scene.run({"chat", "ws"}, "hi");
    INFO(outcome.err);
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.out == "");
    CHECK(outcome.err ==
          Contains("workspace \"ws\" is not ready: InferenceReady is False (ModelLoading): "
                   "weights: 40%"));
    CHECK(outcome.err == Contains("hint: wait for it with kaitoctl status ws -w"));
  }
}

TEST_CASE("a workspace that is ready, and a server that is gone") {
  const Scene scene;
  scene.create_workspace("ws");
  make_ready(scene, "ws");
  serve_at(scene, "ws", free_port());
  const auto outcome = scene.run({"chat", "ws"}, "hi");
  INFO(outcome.err);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.out == "");
  CHECK(outcome.err == Contains("hint: "));
}

TEST_CASE("a workspace that is not there") {
  const Scene scene;
  const auto outcome = scene.run({"chat", "nobody"}, "hi");
  INFO(outcome.err);
  CHECK(outcome.exit_code == 5);
  CHECK(outcome.out == "");
  CHECK(outcome.err == Contains("\"nobody\""));
}

TEST_CASE("no prompt at all") {
  const Scene scene;
  const auto outcome = scene.run({"chat", "ws"}, "");
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == Contains("echo hi | kaitoctl chat ws"));
}

}  // namespace
}  // namespace kaito::e2e
