// kubectl as a user has it, against the server: KAITO_TEST_KUBECTL names the program. Without it
// these cases do not run; kubectl.sh sees to that.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "backend.hpp"
#include "support/process.hpp"

namespace kaito::conformance {
namespace {

using test::Outcome;
using test::Process;

const bool no_kubectl = test::environment("KAITO_TEST_KUBECTL").empty();

/// A namespace, and kubectl with a configuration whose context has it.
class Kubectl : public Session {
 public:
  Kubectl() : folder_(target().folder() / space()) {
    std::filesystem::create_directories(folder_);
    const auto ca = write("ca.pem", target().ca_pem());
    write("config", fmt::format(R"(apiVersion: v1
kind: Config
current-context: it
contexts: [{{name: it, context: {{cluster: it, user: admin, namespace: {}}}}}]
clusters: [{{name: it, cluster: {{server: "{}", certificate-authority: "{}"}}}}]
users: [{{name: admin, user: {{token: "{}"}}}}]
)",
                                space(), target().server(), ca, target().token()));
  }

  std::string write(const std::string& name, const std::string& text) const {
    const auto path = folder_ / name;
    std::ofstream(path) << text;
    return path;
  }

  [[nodiscard]] std::unique_ptr<Process> start(std::vector<std::string> arguments,
                                               const std::string& input = "") const {
    Process::Options options;
    options.environment = {{"KUBECONFIG", folder_ / "config"},
                           {"HOME", folder_},
                           {"PATH", test::environment("PATH")},
                           {"LC_ALL", "C.UTF-8"}};
    options.input = input;
    return std::make_unique<Process>(test::environment("KAITO_TEST_KUBECTL"), arguments, options);
  }
  /// To its end; what it said is told when a check of the case fails.
  [[nodiscard]] Outcome run(const std::vector<std::string>& arguments,
                            const std::string& input = "") const {
    return start(arguments, input)->finish();
  }
  /// The same, and it has to succeed; gives stdout.
  std::string good(const std::vector<std::string>& arguments, const std::string& input = "") const {
    const Outcome outcome = run(arguments, input);
    std::string line;
    for (const auto& argument : arguments)
      line += " " + argument;
    CHECK_MESSAGE(outcome.exit_code == 0, "kubectl" << line << "\n" << outcome.err);
    return outcome.out;
  }

 private:
  std::filesystem::path folder_;
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

constexpr const char* ready = R"({"status": {"conditions": [
  {"type": "ResourceReady", "status": "True", "reason": "r", "message": "m",
   "lastTransitionTime": "2026-01-02T03:04:05Z"}]}})";

TEST_CASE("B01 get: the table with KAITO's columns, wide, by short name" *
          doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  REQUIRE(kubectl.create("a").status == 201);
  REQUIRE(kubectl.merge(kubectl.workspaces("a") + "/status", ready).status == 200);
  const std::string table = kubectl.good({"get", "workspaces"});
  CHECK_MESSAGE(has(table, "NAME"), table);
  CHECK_MESSAGE(has(table, "RESOURCEREADY"), table);
  CHECK_MESSAGE(has(table, "Standard_NC24ads_A100_v4"), table);
  CHECK(has(kubectl.good({"get", "wk", "a", "-o", "wide"}), "True"));
  CHECK(has(kubectl.good({"get", "workspaces", "-A", "--no-headers"}), kubectl.space()));
  const Outcome missing = kubectl.run({"get", "workspace", "nobody"});
  CHECK(missing.exit_code == 1);
  CHECK(
      has(missing.err, R"(Error from server (NotFound): workspaces.kaito.sh "nobody" not found)"));
}

TEST_CASE("B02 get -o yaml, json, name, jsonpath; selectors" * doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  REQUIRE(kubectl.create("a", R"({"metadata": {"labels": {"l": "1"}}})").status == 201);
  REQUIRE(kubectl.create("b").status == 201);
  CHECK(has(kubectl.good({"get", "workspace", "a", "-o", "yaml"}), "kind: Workspace"));
  const json::Value object = parsed(kubectl.good({"get", "workspace", "a", "-o", "json"}));
  CHECK(json::int_at(object, {"resource", "count"}) == 1);
  CHECK(kubectl.good({"get", "workspaces", "-o", "name"}) ==
        "workspace.kaito.sh/a\nworkspace.kaito.sh/b\n");
  CHECK(kubectl.good({"get", "workspaces", "-l", "l=1", "-o", "name"}) == "workspace.kaito.sh/a\n");
  CHECK(kubectl.good({"get", "workspaces", "--field-selector", "metadata.name=b", "-o", "name"}) ==
        "workspace.kaito.sh/b\n");
  CHECK(kubectl.good({"get", "workspace", "a", "-o", "jsonpath={.inference.preset.name}"}) ==
        "phi-3-mini-4k-instruct");
  CHECK(has(kubectl.good({"get", "workspaces.v1alpha1.kaito.sh", "a", "-o", "yaml"}),
            "apiVersion: kaito.sh/v1alpha1"));
}

TEST_CASE("B03 get -w: what is there, then what comes" * doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  REQUIRE(kubectl.create("first").status == 201);
  const auto watch = kubectl.start({"get", "workspaces", "-w"});
  CHECK(watch->prints("first"));
  REQUIRE(kubectl.create("second").status == 201);
  CHECK(watch->prints("second"));
  watch->send(SIGINT);
  static_cast<void>(watch->finish());
}

TEST_CASE("B04 create configmap, secret; get them back" * doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  CHECK(kubectl.good({"create", "configmap", "m", "--from-literal=k=v"}) ==
        "configmap/m created\n");
  CHECK(kubectl.good({"get", "configmap", "m", "-o", "jsonpath={.data.k}"}) == "v");
  CHECK(has(kubectl.good({"get", "configmaps", "m"}), "DATA"));
  CHECK(kubectl.good({"create", "secret", "generic", "s", "--from-literal=p=q"}) ==
        "secret/s created\n");
  CHECK(kubectl.good({"get", "secret", "s", "-o", "jsonpath={.data.p}"}) == "cQ==");
  CHECK(kubectl.run({"create", "configmap", "m"}).exit_code == 1);
}

TEST_CASE("B05 apply: created, unchanged, configured; a field left out goes" *
          doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  const auto file = kubectl.write("ws.json", workspace("a", R"({"resource": {"count": 2}})"));
  CHECK(kubectl.good({"apply", "-f", file}) == "workspace.kaito.sh/a created\n");
  CHECK(kubectl.good({"apply", "-f", file}) == "workspace.kaito.sh/a unchanged\n");
  kubectl.write("ws.json", workspace("a", R"({"metadata": {"labels": {"l": "1"}}})"));
  CHECK(kubectl.good({"apply", "-f", file}) == "workspace.kaito.sh/a configured\n");
  const Reply now = kubectl.get(kubectl.workspaces("a"));
  CHECK(now.at({"resource", "count"}) == "1");
  CHECK(now.at({"metadata", "labels", "l"}) == "1");
  CHECK(has(kubectl.good({"apply", "-f", "-"}, config_map("m")), "configmap/m created"));
  CHECK(has(kubectl.good({"apply", "-f", "-"}, config_map("m", R"({"data": {"x": "y"}})")),
            "configmap/m configured"));
}

TEST_CASE("B06 apply --server-side: applied; a conflict names manager and field; force" *
          doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  const auto file = kubectl.write("ws.json", workspace("a", R"({"resource": {"count": 2}})"));
  CHECK(has(kubectl.good({"apply", "--server-side", "-f", file}),
            "workspace.kaito.sh/a serverside-applied"));
  kubectl.write("ws.json", workspace("a", R"({"resource": {"count": 3}})"));
  const Outcome conflict =
      kubectl.run({"apply", "--server-side", "--field-manager=other", "-f", file});
  CHECK(conflict.exit_code == 1);
  CHECK_MESSAGE(has(conflict.err, "conflict with \"kubectl\""), conflict.err);
  CHECK_MESSAGE(has(conflict.err, ".resource.count"), conflict.err);
  CHECK(has(kubectl.good({"apply", "--server-side", "--field-manager=other", "--force-conflicts",
                          "-f", file}),
            "serverside-applied"));
  CHECK(kubectl.get(kubectl.workspaces("a")).at({"resource", "count"}) == "3");
}

TEST_CASE("B07 patch, label, annotate, replace" * doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  REQUIRE(kubectl.create("a").status == 201);
  CHECK(kubectl.good({"patch", "workspace", "a", "--type=merge", "-p",
                      R"({"resource":{"count":4}})"}) == "workspace.kaito.sh/a patched\n");
  CHECK(kubectl.good({"patch", "workspace", "a", "--type=json", "-p",
                      R"([{"op":"replace","path":"/resource/count","value":5}])"}) ==
        "workspace.kaito.sh/a patched\n");
  CHECK(has(kubectl.good({"label", "workspace", "a", "x=y"}), "labeled"));
  CHECK(has(kubectl.good({"annotate", "workspace", "a", "p=q"}), "annotat"));
  const Reply now = kubectl.get(kubectl.workspaces("a"));
  CHECK(now.at({"resource", "count"}) == "5");
  CHECK(now.at({"metadata", "labels", "x"}) == "y");
  CHECK(now.at({"metadata", "annotations", "p"}) == "q");
  const auto file = kubectl.write("ws.json", kubectl.changed("a", R"({"resource": {"count": 6}})"));
  CHECK(kubectl.good({"replace", "-f", file}) == "workspace.kaito.sh/a replaced\n");
  REQUIRE(kubectl.post(kubectl.core("configmaps"), config_map("m")).status == 201);
  CHECK(has(kubectl.good({"patch", "configmap", "m", "-p", R"({"data":{"z":"1"}})"}), "patched"));
}

TEST_CASE("B08 wait for a condition and for the end" * doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  REQUIRE(kubectl.create("a").status == 201);
  const auto waits =
      kubectl.start({"wait", "--for=condition=ResourceReady", "workspace/a", "--timeout=50s"});
  REQUIRE(kubectl.merge(kubectl.workspaces("a") + "/status", ready).status == 200);
  const Outcome met = waits->finish();
  CHECK_MESSAGE(met.exit_code == 0, met.err);
  CHECK(met.out == "workspace.kaito.sh/a condition met\n");
  // Gone before kubectl has seen it, it would be "not found": its log says when it watches.
  const auto gone = kubectl.start({"wait", "--for=delete", "workspace/a", "--timeout=50s", "-v=6"});
  REQUIRE(gone->says("watch=true"));
  REQUIRE(kubectl.remove(kubectl.workspaces("a")).status == 200);
  CHECK(gone->finish().exit_code == 0);
  REQUIRE(kubectl.create("b").status == 201);
  CHECK(kubectl.run({"wait", "--for=condition=ResourceReady", "workspace/b", "--timeout=1s"})
            .exit_code == 1);
}

TEST_CASE("B09 delete: waits for finalizers; by selector; what is not there" *
          doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  REQUIRE(kubectl.create("a", R"({"metadata": {"finalizers": ["example.com/hold"]}})").status ==
          201);
  const auto deletes = kubectl.start({"delete", "workspace", "a"});
  CHECK(deletes->prints("workspace.kaito.sh \"a\" deleted"));
  CHECK_FALSE(kubectl.get(kubectl.workspaces("a")).meta("deletionTimestamp").empty());
  REQUIRE(kubectl.merge(kubectl.workspaces("a"), R"({"metadata": {"finalizers": null}})").status ==
          200);
  CHECK(deletes->finish().exit_code == 0);
  for (const char* name : {"b", "c"})
    REQUIRE(kubectl.create(name, R"({"metadata": {"labels": {"go": "yes"}}})").status == 201);
  REQUIRE(kubectl.create("d").status == 201);
  CHECK(has(kubectl.good({"delete", "workspaces", "-l", "go=yes"}), "\"c\" deleted"));
  CHECK(kubectl.get(kubectl.workspaces()).names() == "d");
  CHECK(kubectl.run({"delete", "workspace", "nobody"}).exit_code == 1);
  CHECK(kubectl.run({"delete", "workspace", "nobody", "--ignore-not-found"}).exit_code == 0);
}

TEST_CASE("B10 scale an InferenceSet and a Deployment" * doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  REQUIRE(kubectl.post(kubectl.inference_sets(), inference_set("s")).status == 201);
  CHECK(has(kubectl.good({"scale", "inferenceset", "s", "--replicas=3"}), "scaled"));
  CHECK(kubectl.get(kubectl.inference_sets("s")).at({"spec", "replicas"}) == "3");
  REQUIRE(kubectl
              .post(kubectl.group("apps/v1", "deployments"), R"({"apiVersion": "apps/v1",
    "kind": "Deployment", "metadata": {"name": "d"}, "spec": {"replicas": 0,
    "selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}},
    "spec": {"containers": [{"name": "c", "image": "i"}]}}}})")
              .status == 201);
  CHECK(has(kubectl.good({"scale", "deployment", "d", "--replicas=2"}), "scaled"));
  CHECK(kubectl.get(kubectl.group("apps/v1", "deployments", "d")).at({"spec", "replicas"}) == "2");
}

TEST_CASE("B11 api-resources, api-versions, version" * doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  const std::string resources = kubectl.good({"api-resources", "--api-group=kaito.sh"});
  CHECK_MESSAGE(has(resources, "workspaces"), resources);
  CHECK_MESSAGE(has(resources, "wk,wks"), resources);
  CHECK_MESSAGE(has(resources, "InferenceSet"), resources);
  CHECK(has(kubectl.good({"api-versions"}), "kaito.sh/v1beta1\n"));
  CHECK(has(kubectl.good({"version"}), "v1."));
}

TEST_CASE("B12 explain a field of a Workspace" * doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  CHECK(eventually([&] {  // the server writes its description anew some time after the CRD
    return has(kubectl.run({"explain", "workspace.resource"}).out, "labelSelector");
  }));
  const std::string text = kubectl.good({"explain", "workspace.resource.count"});
  CHECK_MESSAGE(has(text, "<integer>"), text);
}

TEST_CASE("B13 a server-side dry run, and a mistake in a file" * doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  const auto file = kubectl.write("ws.json", workspace("a"));
  CHECK(eventually([&] {
    return has(kubectl.run({"create", "--dry-run=server", "-f", file}).out,
               "workspace.kaito.sh/a created (server dry run)");
  }));
  CHECK(kubectl.get(kubectl.workspaces("a")).status == 404);
  const auto wrong =
      kubectl.write("wrong.json", workspace("a", R"({"resource": {"labelSelector": null}})"));
  const Outcome refused = kubectl.run({"create", "-f", wrong, "--validate=false"});
  CHECK(refused.exit_code == 1);
  CHECK_MESSAGE(has(refused.err, "resource.labelSelector: Required value"), refused.err);
  CHECK(kubectl.run({"create", "-f", wrong}).exit_code == 1);
}

TEST_CASE("B14 auth can-i, and what alice is told" * doctest::skip(no_kubectl)) {
  Kubectl kubectl;
  CHECK(kubectl.good({"auth", "can-i", "create", "workspaces"}) == "yes\n");
  const Outcome alice = kubectl.run({"get", "workspaces", "--as=alice"});
  CHECK(alice.exit_code == 1);
  CHECK_MESSAGE(has(alice.err, "Error from server (Forbidden)"), alice.err);
  CHECK_MESSAGE(has(alice.err, "User \"alice\" cannot list resource \"workspaces\""), alice.err);
}

TEST_CASE("B15 proxy: the server's API and a service behind it, without credentials" *
          doctest::skip(no_kubectl)) {
  Backend backend([](const net::ServerRequest&, net::Responder& responder, const std::stop_token&) {
    // A peer that has gone shows in what the case misses.
    static_cast<void>(responder.respond(200, {}, "from the backend"));
  });
  Kubectl kubectl;
  serve_at(kubectl, "svc", backend.port());
  const auto proxy = kubectl.start({"proxy", "--port=0"});
  REQUIRE(proxy->prints("Starting to serve on 127.0.0.1:"));
  const std::string& said = proxy->out();
  const auto at = said.find("127.0.0.1:");
  net::ClientOptions options;
  options.server = *net::parse_url("http://" + said.substr(at, said.find('\n', at) - at));
  auto http = net::HttpClient::create(std::move(options));
  REQUIRE(http);
  net::HttpRequest request;
  request.target = kubectl.core("services", "svc:80") + "/proxy/hello";
  const auto answer = (*http)->send(request, soon());
  REQUIRE(answer);
  CHECK(answer->body == "from the backend");
  CHECK(backend.last().target == "/hello");
  proxy->send(SIGTERM);
  static_cast<void>(proxy->finish());
}

TEST_CASE("B16 logs of a pod" * doctest::skip(no_kubectl)) {
  Backend kubelet(
      [](const net::ServerRequest&, net::Responder& responder, const std::stop_token&) {
        // A peer that has gone shows in what the case misses.
        static_cast<void>(responder.respond(200, {}, "a line\nanother\n"));
      },
      Backend::Over::tls);
  Kubectl kubectl;
  run_pod(kubectl, "p", R"([{"name": "c", "image": "i"}])", kubelet.port());
  CHECK(kubectl.good({"logs", "p"}) == "a line\nanother\n");
  CHECK(has(kubectl.good({"logs", "-f", "p", "-c", "c"}), "another"));
  CHECK(kubectl.run({"logs", "nobody"}).exit_code == 1);
}

}  // namespace
}  // namespace kaito::conformance
