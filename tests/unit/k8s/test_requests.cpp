#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "kaito/json/json.hpp"
#include "kaito/k8s/request.hpp"

using namespace kaito;
using namespace kaito::k8s;
using std::string;

namespace {

const ObjectRef kWorkspace{types::workspace(), "default", "phi"};

json::Value object(const char* text) {
  return json::parse(text).value();
}

void check_refused(const Result<Request>& request, const string& message) {
  CAPTURE(message);
  REQUIRE_FALSE(request);
  CHECK(request.error().code == ErrorCode::usage);
  CHECK(request.error().message == message);
}

}  // namespace

TEST_CASE("resource types say how they are addressed") {
  struct Row {
    ResourceType type;
    string api_version;
    string qualified;
    string base;
    bool namespaced;
  };
  for (const Row& row : std::vector<Row>{
           {types::workspace(), "kaito.sh/v1beta1", "workspaces.kaito.sh", "/apis/kaito.sh/v1beta1",
            true},
           {types::workspace("v1alpha1"), "kaito.sh/v1alpha1", "workspaces.kaito.sh",
            "/apis/kaito.sh/v1alpha1", true},
           {types::inference_set("v1alpha1"), "kaito.sh/v1alpha1", "inferencesets.kaito.sh",
            "/apis/kaito.sh/v1alpha1", true},
           {types::pod(), "v1", "pods", "/api/v1", true},
           {types::service(), "v1", "services", "/api/v1", true},
           {types::endpoints(), "v1", "endpoints", "/api/v1", true},
           {types::config_map(), "v1", "configmaps", "/api/v1", true},
           {types::secret(), "v1", "secrets", "/api/v1", true},
           {types::event(), "v1", "events", "/api/v1", true},
           {types::node(), "v1", "nodes", "/api/v1", false},
           {types::name_space(), "v1", "namespaces", "/api/v1", false},
           {types::stateful_set(), "apps/v1", "statefulsets.apps", "/apis/apps/v1", true},
           {types::deployment(), "apps/v1", "deployments.apps", "/apis/apps/v1", true},
           {types::controller_revision(), "apps/v1", "controllerrevisions.apps", "/apis/apps/v1",
            true},
           {types::job(), "batch/v1", "jobs.batch", "/apis/batch/v1", true},
           {types::lease(), "coordination.k8s.io/v1", "leases.coordination.k8s.io",
            "/apis/coordination.k8s.io/v1", true},
           {types::node_claim(), "karpenter.sh/v1", "nodeclaims.karpenter.sh",
            "/apis/karpenter.sh/v1", false},
           {types::custom_resource_definition(), "apiextensions.k8s.io/v1",
            "customresourcedefinitions.apiextensions.k8s.io", "/apis/apiextensions.k8s.io/v1",
            false}}) {
    CAPTURE(row.qualified);
    CHECK(row.type.api_version() == row.api_version);
    CHECK(row.type.qualified_plural() == row.qualified);
    CHECK(row.type.base_path() == row.base);
    CHECK(row.type.namespaced == row.namespaced);
  }
}

TEST_CASE("reading one object") {
  const Request get = get_request(kWorkspace).value();
  CHECK(get.method == "GET");
  CHECK(get.target() == "/apis/kaito.sh/v1beta1/namespaces/default/workspaces/phi");
  CHECK(get.accept == "application/json");
  CHECK(get.content_type.empty());
  CHECK(get.body.empty());
  CHECK(get.doing == "getting workspace \"phi\" in namespace \"default\"");

  const Request status = get_request(kWorkspace, "status").value();
  CHECK(status.target() == "/apis/kaito.sh/v1beta1/namespaces/default/workspaces/phi/status");
  CHECK(status.doing == "getting the status of workspace \"phi\" in namespace \"default\"");

  CHECK(get_request({types::pod(), "a", "p"}, "proxy/metrics").value().path ==
        "/api/v1/namespaces/a/pods/p/proxy/metrics");
  CHECK(get_request({types::node(), "ignored", "n 1"}).value().target() == "/api/v1/nodes/n%201");
  CHECK(get_request({types::name_space(), "", "kube-system"}).value().doing ==
        "getting namespace \"kube-system\"");
}

TEST_CASE("lists carry their options, and never a version beside a continue token") {
  CHECK(list_request(types::workspace(), "default", {}).value().target() ==
        "/apis/kaito.sh/v1beta1/namespaces/default/workspaces?limit=500");
  const Request all = list_request(types::workspace(), "", {}).value();
  CHECK(all.target() == "/apis/kaito.sh/v1beta1/workspaces?limit=500");
  CHECK(all.doing == "listing workspaces in all namespaces");
  CHECK(list_request(types::node(), "", {}).value().doing == "listing nodes");
  CHECK(list_request(types::node(), "default", {}).value().path == "/api/v1/nodes");

  ListOptions options;
  options.label_selector = "kaito.sh/workspace=phi,x in (a,b)";
  options.field_selector = "metadata.name=phi";
  options.limit = 2;
  options.resource_version = "0";
  CHECK(list_request(types::pod(), "a", options).value().target() ==
        "/api/v1/namespaces/a/pods?labelSelector=kaito.sh%2Fworkspace%3Dphi%2Cx%20in%20%28a%2Cb%29"
        "&fieldSelector=metadata.name%3Dphi&limit=2&resourceVersion=0");
  ListOptions next;
  next.continue_token = "eyJ2+/=";
  next.resource_version = "7";
  next.limit = 0;
  CHECK(list_request(types::pod(), "a", next).value().target() ==
        "/api/v1/namespaces/a/pods?continue=eyJ2%2B%2F%3D");
}

TEST_CASE("watches ask for bookmarks and an end") {
  WatchOptions options;
  options.resource_version = "17";
  options.field_selector = "metadata.name=phi";
  options.timeout_seconds = 60;
  const Request watch = watch_request(types::workspace(), "default", options).value();
  CHECK(watch.method == "GET");
  CHECK(watch.target() ==
        "/apis/kaito.sh/v1beta1/namespaces/default/workspaces?watch=true&allowWatchBookmarks=true"
        "&fieldSelector=metadata.name%3Dphi&resourceVersion=17&timeoutSeconds=60");
  CHECK(watch.doing == "watching workspaces in namespace \"default\"");
}

TEST_CASE("writes: method, content type, options, body") {
  const json::Value phi = object(R"({"metadata":{"name":"phi"}})");
  WriteOptions options;

  const Request create = create_request(types::workspace(), "default", phi, options).value();
  CHECK(create.method == "POST");
  CHECK(create.target() ==
        "/apis/kaito.sh/v1beta1/namespaces/default/workspaces?fieldManager=kaitoctl");
  CHECK(create.content_type == "application/json");
  CHECK(create.body == R"({"metadata":{"name":"phi"}})");
  CHECK(create.doing == "creating workspace \"phi\" in namespace \"default\"");
  CHECK(
      create_request(types::event(), "a", object(R"({"metadata":{"generateName":"x-"}})"), options)
          .value()
          .doing == "creating event in namespace \"a\"");

  const Request replace = replace_request(kWorkspace, "status", phi, options).value();
  CHECK(replace.method == "PUT");
  CHECK(replace.path == "/apis/kaito.sh/v1beta1/namespaces/default/workspaces/phi/status");
  CHECK(replace.content_type == "application/json");
  CHECK(replace.doing == "updating the status of workspace \"phi\" in namespace \"default\"");

  const Request apply = apply_request(kWorkspace, "", phi, options).value();
  CHECK(apply.method == "PATCH");
  CHECK(apply.content_type == "application/apply-patch+yaml");
  CHECK(apply.target() ==
        "/apis/kaito.sh/v1beta1/namespaces/default/workspaces/phi?fieldManager=kaitoctl");
  CHECK(apply.doing == "applying workspace \"phi\" in namespace \"default\"");

  options.force = true;
  options.dry_run = DryRun::server;
  options.field_manager = "a b";
  const Request forced = apply_request(kWorkspace, "", phi, options).value();
  CHECK(forced.target() ==
        "/apis/kaito.sh/v1beta1/namespaces/default/workspaces/phi?fieldManager=a%20b&dryRun=All"
        "&force=true");
  CHECK(forced.doing == "applying workspace \"phi\" in namespace \"default\" (dry run)");

  const Request patch = merge_patch_request(kWorkspace, "", phi, options).value();
  CHECK(patch.method == "PATCH");
  CHECK(patch.content_type == "application/merge-patch+json");
  // The server refuses force on a patch that is not an apply.
  CHECK(patch.target().find("force") == string::npos);
}

TEST_CASE("deletes always say what becomes of the dependents") {
  struct Row {
    DeleteOptions options;
    string body;
  };
  for (const Row& row : std::vector<Row>{
           {{}, R"({"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"})"},
           {{Propagation::foreground, "u-1", 0, DryRun::none},
            R"({"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Foreground",)"
            R"("gracePeriodSeconds":0,"preconditions":{"uid":"u-1"}})"},
           {{Propagation::orphan, "", {}, DryRun::server},
            R"({"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Orphan",)"
            R"("dryRun":["All"]})"}}) {
    const Request request = delete_request({types::job(), "a", "tune"}, row.options).value();
    CHECK(request.method == "DELETE");
    CHECK(request.target() == "/apis/batch/v1/namespaces/a/jobs/tune");
    CHECK(request.content_type == "application/json");
    CHECK(request.body == row.body);
  }
  CHECK(delete_request(kWorkspace, {}).value().doing ==
        "deleting workspace \"phi\" in namespace \"default\"");
}

TEST_CASE("names that would change the meaning of a path are refused") {
  const auto named = [](const string& name) {
    return ObjectRef{types::workspace(), "default", name};
  };
  // Without a name, a DELETE would delete the whole collection.
  check_refused(delete_request(named(""), {}), "the name of the workspace must not be empty");
  check_refused(get_request(named("")), "the name of the workspace must not be empty");
  check_refused(get_request(named("..")),
                "the name of the workspace \"..\" must not be \".\" or \"..\"");
  check_refused(get_request(named("a/b")),
                "the name of the workspace \"a/b\" must not contain \"/\" or \"%\"");
  check_refused(get_request(named("a%2fb")),
                "the name of the workspace \"a%2fb\" must not contain \"/\" or \"%\"");
  const json::Value empty = object("{}");
  const ObjectRef homeless{types::pod(), "", "p"};
  check_refused(get_request(homeless), "the namespace must not be empty");
  check_refused(replace_request(homeless, "", empty, {}), "the namespace must not be empty");
  check_refused(apply_request(homeless, "", empty, {}), "the namespace must not be empty");
  check_refused(merge_patch_request(homeless, "", empty, {}), "the namespace must not be empty");
  check_refused(delete_request(homeless, {}), "the namespace must not be empty");
  check_refused(create_request(types::pod(), "", empty, {}), "the namespace must not be empty");
  check_refused(list_request(types::pod(), "a/b", {}),
                "the namespace \"a/b\" must not contain \"/\" or \"%\"");
  check_refused(watch_request(types::pod(), "..", {}),
                "the namespace \"..\" must not be \".\" or \"..\"");
  check_refused(get_request(kWorkspace, "status/.."),
                "the subresource \"..\" must not be \".\" or \"..\"");
  WriteOptions nobody;
  nobody.field_manager = "";
  check_refused(apply_request(kWorkspace, "", empty, nobody),
                "server-side apply needs the name of a field manager");
}

TEST_CASE("the proxy path of a service") {
  CHECK(service_proxy_path("default", "phi", 80).value() ==
        "/api/v1/namespaces/default/services/phi:80/proxy");
  CHECK(service_proxy_path("", "phi", 80).error().code == ErrorCode::usage);
  CHECK(service_proxy_path("default", "a/b", 80).error().code == ErrorCode::usage);
  CHECK(service_proxy_path("default", "phi", 0).error().message == "port 0 is not from 1 to 65535");
  CHECK(service_proxy_path("default", "phi", 65536).error().code == ErrorCode::usage);
}

TEST_CASE("percent encoding leaves only what every server reads as it is") {
  CHECK(percent_encode("AZaz09-._~") == "AZaz09-._~");
  CHECK(percent_encode("a b+c&d=e/%?#:") == "a%20b%2Bc%26d%3De%2F%25%3F%23%3A");
  CHECK(percent_encode("\xc3\xa9\n") == "%C3%A9%0A");
}

TEST_CASE("logs, port-forwards and the proxy of a pod") {
  LogOptions options;
  options.container = "model";
  options.follow = true;
  options.timestamps = true;
  options.since_time = "2026-01-02T03:04:05Z";
  const Request log = log_request("default", "phi-0", options).value();
  CHECK(log.method == "GET");
  CHECK(log.target() ==
        "/api/v1/namespaces/default/pods/phi-0/log?container=model&follow=true&timestamps=true&"
        "sinceTime=2026-01-02T03%3A04%3A05Z");
  CHECK(log.accept == "*/*");
  CHECK(log.doing == "reading the log of pod \"phi-0\" in namespace \"default\"");
  options.since_seconds = 5;
  check_refused(log_request("default", "phi-0", options),
                "a log begins at a time or some seconds ago, not both");
  options.since_time.clear();
  options.since_seconds = 0;
  check_refused(log_request("default", "phi-0", options), "sinceSeconds 0 is too small for a log");
  check_refused(log_request("default", "", {}), "the name of the pod must not be empty");

  CHECK(port_forward_request("default", "phi-0", 5000).value().target() ==
        "/api/v1/namespaces/default/pods/phi-0/portforward?ports=5000");
  check_refused(port_forward_request("default", "phi-0", 0), "port 0 is not from 1 to 65535");
  CHECK(pod_proxy_path("default", "phi-0", 5000).value() ==
        "/api/v1/namespaces/default/pods/phi-0:5000/proxy");
  CHECK(pod_proxy_path("default", "..", 5000).error().code == ErrorCode::usage);
}
