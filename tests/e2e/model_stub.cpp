#include "model_stub.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <thread>

#include "kaito/json/json.hpp"

namespace kaito::e2e {

namespace {

net::Headers content_type(const char* type) {
  net::Headers headers;
  headers.add("Content-Type", type);
  return headers;
}

/// A model thinks before it answers, and the kube-apiserver counts on it: Go's reverse proxy breaks
/// off an answer that overtakes the end of the request's body ("use of closed network connection",
/// a few times in a hundred at no delay).
constexpr std::chrono::milliseconds thinking_time{100};

/// A peer that has gone away shows in what it has not printed.
void respond(net::Responder& responder, int status, const std::string& body) {
  static_cast<void>(responder.respond(status, content_type("application/json"), body));
}

std::string chunk(const std::string& text) {
  json::Object delta;
  delta["content"] = text;
  return fmt::format(
      R"(data: {{"id":"1","object":"chat.completion.chunk","created":1,"model":"stub","choices":[{{"index":0,"delta":{},"finish_reason":null}}]}})"
      "\n\n",
      json::write(delta));
}

constexpr const char* last_chunk =
    R"(data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"stub","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
    "\n\ndata: [DONE]\n\n";

constexpr const char* models =
    R"({"object":"list","data":[{"id":"stub","object":"model","owned_by":"vllm"}]})";

constexpr const char* old_description =
    R"({"openapi":"3.1.0","paths":{"/":{},"/healthz":{},"/chat":{}},"components":{"schemas":{"UnifiedRequestModel":{"properties":{"prompt":{},"generate_kwargs":{}}}}}})";

/// The last message of a chat request, or an older one's prompt.
std::string prompt_of(const std::string& body) {
  const auto value = json::parse(body);
  if (!value) return "(no JSON)";
  const auto* messages = json::find(*value, {"messages"});
  if (messages == nullptr || !messages->is_array() || messages->get_array().empty())
    return std::string(json::string_at(*value, {"prompt"}));
  return std::string(json::string_at(messages->get_array().back(), {"content"}));
}

}  // namespace

ModelStub::ModelStub(Speaks speaks, std::uint16_t port) : speaks_(speaks) {
  net::ServerOptions options;
  options.address = target().address();
  options.port = port;
  auto started = net::HttpServer::start(
      std::move(options),
      [this](const net::ServerRequest& request, net::Responder& responder,
             const std::stop_token& stop) { answer(request, responder, stop); });
  REQUIRE(started);
  server_ = std::move(*started);
}

void ModelStub::let_go() {
  const std::lock_guard hold(mutex_);
  held_ = false;
  changed_.notify_all();
}

std::vector<std::string> ModelStub::requests() {
  const std::lock_guard hold(mutex_);
  return requests_;
}

void ModelStub::answer(const net::ServerRequest& request, net::Responder& responder,
                       const std::stop_token& stop) {
  {
    const std::lock_guard hold(mutex_);
    requests_.push_back(request.method + " " + request.path);
  }
  if (request.method == "POST") std::this_thread::sleep_for(thinking_time);
  const bool openai = speaks_ != Speaks::old_chat;
  const std::string asked = request.method + " " + request.path;
  if (openai && asked == "GET /v1/models") return respond(responder, 200, models);
  if (openai && asked == "POST /v1/chat/completions")
    return stream_reply(prompt_of(request.body), responder, stop);
  if (!openai && asked == "GET /openapi.json") return respond(responder, 200, old_description);
  if (!openai && asked == "POST /chat") {
    json::Object reply;
    reply["Result"] = "Hello, you said: " + prompt_of(request.body);
    return respond(responder, 200, json::write(reply));
  }
  respond(responder, 404, R"({"detail":"Not Found"})");
}

void ModelStub::stream_reply(const std::string& prompt, net::Responder& responder,
                             const std::stop_token& stop) {
  if (!responder.begin(200, content_type("text/event-stream"))) return;
  if (!responder.write(chunk("Hello"))) return;
  if (speaks_ == Speaks::openai_broken) return;
  {
    std::unique_lock hold(mutex_);
    changed_.wait_for(hold, stop, patience, [this] { return !held_; });
  }
  if (!responder.write(chunk(", you said: "))) return;
  if (!responder.write(chunk(prompt))) return;
  static_cast<void>(responder.write(last_chunk));
}

void serve_at(const Scene& scene, const std::string& name, int port) {
  const auto& space = scene.namespace_();
  const auto& address = target().address();
  scene.create(k8s::types::node(), fmt::format("{{apiVersion: v1, kind: Node, metadata: {{name: "
                                               "model-{}-{}}}}}",
                                               space, name));
  scene.create(k8s::types::pod(), fmt::format(R"(
apiVersion: v1
kind: Pod
metadata: {{name: {1}-0, labels: {{kaito.sh/workspace: {1}}}}}
spec: {{nodeName: model-{0}-{1}, containers: [{{name: model, image: "example.com/model:1"}}]}}
)",
                                              space, name));
  scene.patch_status(scene.ref(k8s::types::pod(), name + "-0"), fmt::format(R"(
phase: Running
podIP: {0}
podIPs: [{{ip: {0}}}]
conditions: [{{type: Ready, status: "True"}}]
)",
                                                                            address));
  // Without a selector: the controllers leave its Endpoints to us.
  scene.create(k8s::types::service(), fmt::format(R"(
apiVersion: v1
kind: Service
metadata: {{name: {0}}}
spec: {{ports: [{{name: http, port: 80, protocol: TCP, targetPort: {1}}}]}}
)",
                                                  name, port));
  scene.create(k8s::types::endpoints(), fmt::format(R"(
apiVersion: v1
kind: Endpoints
metadata: {{name: {1}}}
subsets:
- addresses: [{{ip: {2}, nodeName: model-{0}-{1}, targetRef: {{kind: Pod, name: {1}-0, namespace: {0}}}}}]
  ports: [{{name: http, port: {3}, protocol: TCP}}]
)",
                                                    space, name, address, port));
}

}  // namespace kaito::e2e
