#pragma once

#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/json.hpp"
#include "kaito/net/server.hpp"
#include "sandbox/apiserver/api_server.hpp"
#include "sandbox/apiserver/crd.hpp"
#include "sandbox/apiserver/store.hpp"

namespace apiserver_test {

using namespace kaito;
using namespace kaito::sandbox;

[[nodiscard]] inline json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  return value ? std::move(*value) : json::Value("not JSON: " + std::string(text));
}

/// Takes an answer in instead of a connection; may be read while it is being written.
class FakeResponder : public net::Responder {
 public:
  Result<void> respond(int status, const net::Headers& headers, std::string_view body) override {
    const std::lock_guard lock(mutex_);
    status_ = status;
    headers_ = headers;
    body_ = body;
    return {};
  }
  Result<void> begin(int status, const net::Headers& headers) override {
    return respond(status, headers, "");
  }
  Result<void> write(std::string_view piece) override {
    const std::lock_guard lock(mutex_);
    body_ += piece;
    return {};
  }
  bool gone() override { return gone_; }

  void leave() { gone_ = true; }
  [[nodiscard]] int status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }
  [[nodiscard]] std::string body() const {
    const std::lock_guard lock(mutex_);
    return body_;
  }
  [[nodiscard]] net::Headers headers() const {
    const std::lock_guard lock(mutex_);
    return headers_;
  }

 private:
  mutable std::mutex mutex_;
  int status_ = 0;
  net::Headers headers_;
  std::string body_;
  std::atomic<bool> gone_ = false;
};

/// What came back.
struct Reply {
  int status = 0;
  net::Headers headers;
  std::string text;
  json::Value body;

  [[nodiscard]] std::string at(std::initializer_list<std::string_view> keys) const {
    const json::Value* found = json::find(body, keys);
    if (found == nullptr) return "";
    return found->is_string() ? std::string(found->get_string()) : json::write(*found);
  }
  [[nodiscard]] std::string meta(std::string_view key) const { return at({"metadata", key}); }
  [[nodiscard]] std::string reason() const { return at({"reason"}); }
  [[nodiscard]] std::string message() const { return at({"message"}); }
  /// "reason field" of each cause, joined by ";".
  [[nodiscard]] std::string causes() const {
    std::string out;
    const json::Value* list = json::find(body, {"details", "causes"});
    if (list == nullptr) return out;
    for (const json::Value& cause : list->get_array()) {
      if (!out.empty()) out += ";";
      out += std::string(json::string_at(cause, {"reason"})) + " " +
             std::string(json::string_at(cause, {"field"}));
    }
    return out;
  }
  /// The names in a list, joined by ",".
  [[nodiscard]] std::string names() const {
    std::string out;
    const json::Value* list = json::find(body, {"items"});
    if (list == nullptr) return "no items";
    for (const json::Value& item : list->get_array()) {
      if (!out.empty()) out += ",";
      out += meta_string(item, "name");
    }
    return out;
  }
};

inline constexpr std::string_view kWorkspaces =
    "/apis/kaito.sh/v1beta1/namespaces/default/workspaces";
inline constexpr std::string_view kMerge = "application/merge-patch+json";
inline constexpr std::string_view kApply = "application/apply-patch+yaml";

[[nodiscard]] inline std::string in_workspaces(std::string_view name) {
  return std::string(kWorkspaces) + "/" + std::string(name);
}

/// A Workspace that the schema accepts, with `patch` (a merge patch) laid over it.
[[nodiscard]] inline std::string workspace(std::string_view name, std::string_view patch = "{}") {
  json::Value object = parsed(R"({
    "apiVersion": "kaito.sh/v1beta1", "kind": "Workspace", "metadata": {},
    "resource": {"instanceType": "Standard_NC24ads_A100_v4",
                 "labelSelector": {"matchLabels": {"apps": "phi"}}},
    "inference": {"preset": {"name": "phi-3-mini-4k-instruct"}}})");
  if (!name.empty()) object.as_object()["metadata"].as_object()["name"] = name;
  json::merge_patch(object, parsed(patch));
  return json::write(object);
}

/// An API server with KAITO's CRDs, called without a socket. Time stands still until it is moved.
struct Cluster {
  explicit Cluster(StoreOptions store_options = {}, ApiServerOptions server_options = {})
      : store(with_clock(std::move(store_options))), server(store, std::move(server_options)) {
    installed = install_embedded_crds(store).has_value();
  }

  StoreOptions with_clock(StoreOptions options) {
    options.clock = [this] { return Instant(std::chrono::seconds(seconds.load())); };
    return options;
  }

  Reply send(std::string method, std::string_view target, std::string_view body = {},
             std::string_view content_type = {},
             const std::vector<std::pair<std::string, std::string>>& headers = {}) {
    FakeResponder responder;
    server.handle(request(std::move(method), target, body, content_type, headers), responder, {});
    Reply reply{responder.status(), responder.headers(), responder.body(), {}};
    if (auto value = json::parse(reply.text)) reply.body = std::move(*value);
    return reply;
  }

  static net::ServerRequest request(
      std::string method, std::string_view target, std::string_view body = {},
      std::string_view content_type = {},
      const std::vector<std::pair<std::string, std::string>>& headers = {}) {
    net::ServerRequest request;
    request.method = std::move(method);
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    request.body = body;
    request.peer = "127.0.0.1";
    request.headers.add("User-Agent", "tester/1.0");
    if (!content_type.empty()) request.headers.add("Content-Type", std::string(content_type));
    for (const auto& [name, value] : headers)
      request.headers.add(name, value);
    return request;
  }

  Reply get(std::string_view target) { return send("GET", target); }
  Reply post(std::string_view target, std::string_view body) {
    return send("POST", target, body, "application/json");
  }
  Reply put(std::string_view target, std::string_view body) {
    return send("PUT", target, body, "application/json");
  }
  Reply merge(std::string_view target, std::string_view body) {
    return send("PATCH", target, body, kMerge);
  }
  Reply apply(std::string_view target, std::string_view body) {
    return send("PATCH", target, body, kApply);
  }
  Reply remove(std::string_view target, std::string_view body = {}) {
    return send("DELETE", target, body, body.empty() ? "" : "application/json");
  }
  Reply create_workspace(std::string_view name, std::string_view patch = "{}") {
    return post(kWorkspaces, workspace(name, patch));
  }

  std::atomic<std::int64_t> seconds = 1'700'000'000;
  Store store;
  ApiServer server;
  bool installed = false;
};

}  // namespace apiserver_test
