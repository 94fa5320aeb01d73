#include "backend.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace kaito::conformance {

Backend::Backend(Answer answer, Over over) {
  net::ServerOptions options;
  options.address = target().address();
  if (over == Over::tls) {
    auto certificate = net::make_self_signed({options.address}, 1);
    REQUIRE(certificate);
    options.cert_pem = certificate->cert_pem;
    options.key_pem = certificate->key_pem;
  }
  auto started = net::HttpServer::start(
      std::move(options),
      [this, answer = std::move(answer)](const net::ServerRequest& request,
                                         net::Responder& responder, const std::stop_token& stop) {
        {
          const std::lock_guard hold(mutex_);
          last_ = request;
        }
        answer(request, responder, stop);
      });
  REQUIRE(started);
  server_ = std::move(*started);
}

net::ServerRequest Backend::last() const {
  const std::lock_guard hold(mutex_);
  return last_;
}

void run_pod(Session& session, const std::string& name, const std::string& containers,
             int kubelet_port) {
  const auto& address = target().address();
  const std::string node = session.space() + "-" + name;
  const Reply node_made =
      session.post("/api/v1/nodes", fmt::format(R"({{"apiVersion": "v1", "kind": "Node", "metadata":
        {{"name": "{}"}}, "status": {{"addresses": [{{"type": "InternalIP", "address": "{}"}}],
        "daemonEndpoints": {{"kubeletEndpoint": {{"Port": {}}}}}}}}})",
                                                node, address, kubelet_port));
  REQUIRE_MESSAGE(node_made.status == 201, node_made.text);
  const Reply made =
      session.post(session.core("pods"),
                   fmt::format(R"({{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "{}"}},
                       "spec": {{"nodeName": "{}", "containers": {}}}}})",
                               name, node, containers));
  REQUIRE_MESSAGE(made.status == 201, made.text);
  const Reply runs = session.send("PATCH", session.core("pods", name) + "/status",
                                  fmt::format(R"({{"status": {{"phase": "Running", "podIP": "{0}",
                   "podIPs": [{{"ip": "{0}"}}],
                   "conditions": [{{"type": "Ready", "status": "True"}}]}}}})",
                                              address),
                                  kStrategicPatch);
  REQUIRE_MESSAGE(runs.status == 200, runs.text);
}

void serve_at(Session& session, const std::string& name, int port) {
  run_pod(session, name + "-0");
  // Without a selector: the controllers leave its Endpoints to us.
  REQUIRE(session
              .post(session.core("services"),
                    fmt::format(R"({{"apiVersion": "v1", "kind": "Service", "metadata":
                    {{"name": "{}"}}, "spec": {{"ports": [{{"name": "http", "port": 80,
                    "targetPort": {}}}]}}}})",
                                name, port))
              .status == 201);
  REQUIRE(session
              .post(session.core("endpoints"),
                    fmt::format(R"({{"apiVersion": "v1", "kind": "Endpoints", "metadata":
                    {{"name": "{0}"}}, "subsets": [{{"addresses": [{{"ip": "{1}", "targetRef":
                    {{"kind": "Pod", "name": "{0}-0", "namespace": "{2}"}}}}],
                    "ports": [{{"name": "http", "port": {3}}}]}}]}})",
                                name, target().address(), session.space(), port))
              .status == 201);
}

}  // namespace kaito::conformance
