// What a command costs: connections, and requests that nobody needs.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json/value.hpp>

#include "kaito/base/text.hpp"
#include "kaito/json/json.hpp"
#include "onlooker.hpp"
#include "scene.hpp"

namespace kaito::e2e {
namespace {

using Requests = std::vector<std::string>;

/// A request that asks what the server serves.
bool is_discovery(const std::string& request) {
  const auto path = request.substr(request.find(' ') + 1);
  const auto levels = std::count(path.begin(), path.end(), '/');
  return path == "/api" || path == "/apis" || path == "/version" || path.starts_with("/openapi") ||
         (path.starts_with("/api/") && levels == 2) || (path.starts_with("/apis/") && levels <= 3);
}

/// The lines that the audit log has had from kaitoctl since it was `from` bytes long.
Requests audited(std::size_t from) {
  Requests requests;
  const auto log = read_file(target().audit_log()).substr(from);
  for (const auto line : split(log, '\n')) {
    const auto entry = json::parse(line);
    if (!entry || json::string_at(*entry, {"stage"}) != "RequestReceived") continue;
    if (!json::string_at(*entry, {"userAgent"}).starts_with("kaitoctl/")) continue;
    requests.emplace_back(json::string_at(*entry, {"requestURI"}));
  }
  return requests;
}

TEST_CASE("status NAME: one connection") {
  Scene scene;
  scene.create_workspace("ws");
  scene.patch_status(
      scene.workspace_ref("ws"),
      "workerNodes: [aks-1]\n" + conditions({condition("ResourceReady", "True", "r")}));
  const ConnectionCounter counter;
  scene.connect(counter.url(), target().ca_pem(), target().token());
  const auto outcome = scene.run({"status", "ws"});
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(counter.connections() == 1);
}

TEST_CASE("status: no discovery, and one GET where one is enough") {
  Scene scene;
  scene.create_workspace("ws");
  RequestRecorder recorder;
  scene.connect(recorder.url(), recorder.ca_pem(), target().token());
  const std::string path =
      "/apis/kaito.sh/v1beta1/namespaces/" + scene.namespace_() + "/workspaces";

  REQUIRE(scene.run({"status", "ws", "-o", "json"}).exit_code == 0);
  CHECK(recorder.requests() == Requests{"GET " + path + "/ws"});
  REQUIRE(scene.run({"status"}).exit_code == 0);
  REQUIRE(recorder.requests().size() == 2);
  CHECK(recorder.requests()[1].starts_with("GET " + path + "?"));
  REQUIRE(scene.run({"status", "ws"}).exit_code == 0);
  CHECK(recorder.requests()[2] == "GET " + path + "/ws");
  for (const auto& request : recorder.requests()) {
    CAPTURE(request);
    CHECK_FALSE(is_discovery(request));
  }
}

/// The sandbox writes no audit log; what it is asked is recorded in the case above.
const bool no_audit_log = environment("KAITO_TEST_SERVER").empty();

TEST_CASE("status NAME, in the API server's own words" * doctest::skip(no_audit_log)) {
  const Scene scene;
  scene.create_workspace("ws");
  const auto before = read_file(target().audit_log()).size();
  REQUIRE(scene.run({"status", "ws", "-o", "json"}).exit_code == 0);
  CHECK(audited(before) ==
        Requests{"/apis/kaito.sh/v1beta1/namespaces/" + scene.namespace_() + "/workspaces/ws"});
}

}  // namespace
}  // namespace kaito::e2e
