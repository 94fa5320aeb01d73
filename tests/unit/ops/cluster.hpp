#pragma once

#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "kaito/catalog/catalog.hpp"
#include "kaito/json/json.hpp"
#include "kaito/json/yaml.hpp"
#include "kaito/kube/client.hpp"
#include "kaito/ops/deploy.hpp"
#include "support/scripted_transport.hpp"

namespace kaito::ops::test {

using kaito::test::failing;
using kaito::test::Scripted;
using kaito::test::ScriptedTransport;

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A JSON value, written as YAML.
inline json::Value yaml(const std::string& text) {
  auto documents = json::load_yaml(text, "test.yaml");
  REQUIRE_MESSAGE(documents, documents.error().describe());
  REQUIRE(documents->size() == 1);
  return documents->front().value.value();
}

inline Scripted object(const json::Value& value) {
  return {200, json::write(value)};
}

/// An answer with a failure Status.
inline Scripted refusal(int code, const std::string& reason, const std::string& message) {
  boost::json::object status;
  status["kind"] = "Status";
  status["apiVersion"] = "v1";
  status["status"] = "Failure";
  status["message"] = message;
  status["reason"] = reason;
  status["code"] = code;
  return {code, json::write(status)};
}
inline Scripted not_found() {
  return refusal(404, "NotFound", "not found");
}
/// For a path that the server does not have.
inline Scripted not_served() {
  return {404, "404 page not found\n", "text/plain"};
}

inline Scripted list_of(const std::vector<json::Value>& items) {
  boost::json::array array(items.begin(), items.end());
  boost::json::object list;
  list["kind"] = "List";
  list["metadata"] = {{"resourceVersion", "100"}};
  list["items"] = std::move(array);
  return {200, json::write(list)};
}

/// A watch that tells these events, each a read, and ends; or fails so.
inline Scripted watch(const std::vector<std::pair<std::string, json::Value>>& events,
                      std::optional<Error> breaks = {}) {
  Scripted answer;
  answer.pieces = {"\n"};
  for (const auto& [type, value] : events) {
    boost::json::object event;
    event["type"] = type;
    event["object"] = value;
    answer.pieces.push_back(json::write(event) + "\n");
  }
  answer.breaks = std::move(breaks);
  return answer;
}

inline const std::string group = "/apis/kaito.sh";
inline const std::string betas = group + "/v1beta1/namespaces/default/workspaces";
inline const std::string alphas = group + "/v1alpha1/namespaces/default/workspaces";
inline const std::string set_betas = group + "/v1beta1/namespaces/default/inferencesets";
inline const std::string set_alphas = group + "/v1alpha1/namespaces/default/inferencesets";
inline const std::string core = "/api/v1/namespaces/default";

inline Scripted served(const std::vector<std::string>& versions) {
  boost::json::array list;
  for (const auto& version : versions) {
    boost::json::object entry;
    entry["version"] = version;
    list.push_back(std::move(entry));
  }
  boost::json::object answer;
  answer["kind"] = "APIGroup";
  answer["versions"] = std::move(list);
  return {200, json::write(answer)};
}

/// The operator's Deployment with this image.
inline Scripted operator_with(const std::string& image) {
  return list_of({yaml("{spec: {template: {spec: {containers: [{image: 'sidecar:1'}, {image: '" +
                       image + "'}]}}}}")});
}

/// An API server that follows a script (what it does not know is not found), a client to it, and
/// what was told on the way.
struct Cluster {
  std::shared_ptr<ScriptedTransport> server = std::make_shared<ScriptedTransport>(not_found());
  std::unique_ptr<kube::Client> client;
  std::vector<Event> events;

  Cluster() {
    kube::ClusterConfig config;
    config.server = {true, "cluster.example", 443, ""};
    client = kube::Client::over(server, config);
    server->on("GET " + group, {served({"v1beta1", "v1alpha1"})});
  }

  [[nodiscard]] EventSink sink() {
    return [this](const Event& event) { events.push_back(event); };
  }
  [[nodiscard]] std::vector<std::string> told(Event::Kind kind) const {
    std::vector<std::string> texts;
    for (const auto& event : events)
      if (event.kind == kind) texts.push_back(event.text);
    return texts;
  }
  /// All that was told, a line each.
  [[nodiscard]] std::string all_told() const {
    std::string text;
    for (const auto& event : events)
      text += event.text + "\n";
    return text;
  }
};

/// Limits that no test should reach.
inline CallLimits soon() {
  return {Deadline::after(std::chrono::seconds(20)), {}};
}

inline const catalog::Catalog& catalog() {
  const auto builtin = catalog::Catalog::builtin();
  REQUIRE(builtin);
  return **builtin;
}

/// What a timeout inside a watch looks like.
inline Error late() {
  return Error{ErrorCode::timeout, "timed out", {}, "", nullptr};
}

}  // namespace kaito::ops::test
