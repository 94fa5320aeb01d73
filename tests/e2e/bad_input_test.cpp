// What goes wrong before anything is done: a clear message, the exit code of its kind, nothing
// created.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "contains.hpp"
#include "kaito/net/server.hpp"
#include "scene.hpp"

namespace kaito::e2e {
namespace {

constexpr const char* good = R"(apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata:
  name: ws
resource:
  instanceType: Standard_NC24ads_A100_v4
  labelSelector:
    matchLabels:
      apps: phi-3
inference:
  preset:
    name: phi-3-mini-4k-instruct
)";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

/// deploy, status and chat all end the same way; deploy created nothing.
void check_all_fail(const Scene& scene, int exit_code, const std::vector<std::string>& messages) {
  const auto file = scene.write("ws.yaml", good);
  const std::vector<std::vector<std::string>> rows{
      {"deploy", "-f", file}, {"status"}, {"status", "ws"}, {"chat", "ws", "hi"}};
  for (const auto& arguments : rows) {
    CAPTURE(arguments.front());
    const auto outcome = scene.run(arguments);
    INFO(outcome.err);
    CHECK(outcome.exit_code == exit_code);
    CHECK(outcome.out == "");
    CHECK(outcome.err == Contains("error: "));
    CHECK(outcome.err == Contains("hint: "));
    for (const auto& message : messages)
      CHECK(outcome.err == Contains(message));
  }
  CHECK(scene.objects() == 0);
}

TEST_CASE("no kubeconfig anywhere") {
  Scene scene;
  scene.unset_variable("KUBECONFIG");
  check_all_fail(scene, 6,
                 {"no cluster configuration found", "KUBECONFIG is not set", "/.kube/config",
                  "kaitoctl sandbox up"});
}

TEST_CASE("a kubeconfig that is named and not there, or cannot be parsed") {
  Scene scene;
  auto outcome = scene.run({"status", "--kubeconfig", "/does/not/exist"});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == Contains("/does/not/exist"));
  const auto broken = scene.write("broken", "apiVersion: v1\nclusters: [\n");
  outcome = scene.run({"status", "--kubeconfig", broken});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == Contains(broken + ":3:1: "));
}

TEST_CASE("a server that cannot be reached") {
  Scene scene;
  std::uint16_t port = 0;
  {
    net::ServerOptions options;
    options.address = target().address();
    const auto server = net::HttpServer::start(
        options, [](const net::ServerRequest&, net::Responder&, const std::stop_token&) {});
    REQUIRE(server);
    port = (*server)->port();
  }
  const auto url = fmt::format("https://{}:{}", target().address(), port);
  scene.connect(url, target().ca_pem(), target().token());
  check_all_fail(scene, 6, {fmt::format("{}:{}", target().address(), port), "refused"});
}

TEST_CASE("a server that another authority vouches for") {
  Scene scene;
  const auto other = net::make_self_signed({"127.0.0.1"}, 1);
  REQUIRE(other);
  scene.connect(target().server(), other->ca_pem, target().token());
  check_all_fail(scene, 6, {"is signed by", "ca.pem"});
}

TEST_CASE("a token that is wrong, as an expired one is") {
  Scene scene;
  scene.connect(target().server(), target().ca_pem(), "not-the-right-one");
  check_all_fail(scene, 4, {"expired"});
  const auto outcome = scene.run({"status"});
  CHECK(outcome.err.find("not-the-right-one") == std::string::npos);
}

TEST_CASE("a user who may not") {
  Scene scene;
  scene.connect(target().server(), target().ca_pem(), target().limited_token());
  const auto file = scene.write("ws.yaml", good);
  struct Row {
    std::vector<std::string> arguments;
    std::string permission;
  };
  const Row rows[] = {{{"deploy", "-f", file}, "workspaces.kaito.sh"},
                      {{"status"}, "list workspaces.kaito.sh"},
                      {{"status", "ws"}, "get workspaces.kaito.sh"},
                      {{"chat", "ws", "hi"}, "services/proxy"},
                      {{"delete", "ws", "-y"}, "workspaces.kaito.sh"}};
  for (const auto& row : rows) {
    CAPTURE(row.permission);
    const auto outcome = scene.run(row.arguments);
    INFO(outcome.err);
    CHECK(outcome.exit_code == 4);
    CHECK(outcome.out == "");
    CHECK(outcome.err == Contains("kubectl auth can-i"));
    CHECK(outcome.err == Contains(row.permission));
  }
  CHECK(scene.objects() == 0);
}

TEST_CASE("a file that is wrong, at the place where it is wrong") {
  struct Row {
    std::string what;
    std::string text;
    int exit_code;
    const char* place;
    std::vector<const char*> messages;
  };
  const Row rows[] = {
      {"a syntax error", replaced(good, "apps: phi-3", "apps: [phi-3"), 2, ":10:10: ", {"\"]\""}},
      {"a duplicate key",
       replaced(good, "metadata:\n  name: ws", "metadata:\n  name: ws\n  name: w2"),
       2,
       ":5:3",
       {"name"}},
      {"an unknown field",
       replaced(good, "instanceType:", "instanceTyp:"),
       1,
       ":6:3: error: ",
       {"resource.instanceTyp", "instanceType"}},
      {"an unknown preset",
       replaced(good, "4k-instruct", "4k-instrct"),
       1,
       ":12:5: error: ",
       {"inference.preset.name", "phi-3-mini-4k-instruct"}},
      {"an unknown instance type",
       replaced(good, "Standard_NC24ads_A100_v4", "p4d.25xlarge"),
       1,
       ":6:3: error: ",
       {"resource.instanceType", "p4d.24xlarge"}},
      {"no GPU on it",
       replaced(good, "Standard_NC24ads_A100_v4", "Standard_D4s_v5"),
       1,
       ":6:3: error: ",
       {"no GPU"}},
      {"a bad name",
       replaced(good, "name: ws", "name: Ws_1"),
       1,
       ":4:3: error: ",
       {"metadata.name"}},
      {"a kind that deploy does not take",
       replaced(good, "kind: Workspace", "kind: Workspce"),
       1,
       ":2:1",
       {"Workspce"}},
      {"an API version that there is not",
       replaced(good, "v1beta1", "v2"),
       1,
       ":1:1",
       {"kaito.sh/v1beta1"}},
  };
  const Scene scene;
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto file = scene.write("ws.yaml", row.text);
    const auto outcome = scene.run({"deploy", "-f", file});
    INFO(outcome.err);
    CHECK(outcome.exit_code == row.exit_code);
    CHECK(outcome.out == "");
    CHECK(outcome.err == Contains(file + row.place));
    for (const char* message : row.messages)
      CHECK(outcome.err == Contains(message));
    CHECK(scene.objects() == 0);
  }
}

TEST_CASE("a file that is not there, and one with nothing in it") {
  const Scene scene;
  const auto absent = scene.run({"deploy", "-f", "/does/not/exist.yaml"});
  CHECK(absent.exit_code == 2);
  CHECK(absent.err == Contains("/does/not/exist.yaml"));
  const auto empty = scene.run({"deploy", "-f", scene.write("empty.yaml", "# nothing\n")});
  CHECK(empty.exit_code == 2);
}

TEST_CASE("a namespace that is not there") {
  const Scene scene;
  const auto file = scene.write("ws.yaml", good);
  const auto outcome = scene.run({"deploy", "-f", file, "-n", "e2e-no-such-namespace"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 5);
  CHECK(outcome.err == Contains("kubectl create namespace e2e-no-such-namespace"));
}

TEST_CASE("a command line that makes no sense") {
  const Scene scene;
  const auto typo = scene.run({"stauts"});
  CHECK(typo.exit_code == 2);
  CHECK(typo.out == "");
  CHECK(typo.err == Contains("status"));
  CHECK(scene.run({"deploy"}).exit_code == 2);
  CHECK(scene.run({"status", "--no-such-flag"}).exit_code == 2);
  const auto model = scene.run({"deploy", "phi-3-minny"});
  CHECK(model.exit_code == 5);
  CHECK(model.err == Contains("phi-3-mini"));
  CHECK(scene.objects() == 0);
}

}  // namespace
}  // namespace kaito::e2e
