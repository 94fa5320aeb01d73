#include "session.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <thread>

#include "kaito/k8s/request.hpp"

namespace kaito::conformance {

namespace {

std::string joined(std::vector<std::string> parts, std::string_view between) {
  std::string out;
  for (const auto& part : parts) {
    if (!out.empty()) out += between;
    out += part;
  }
  return out;
}

const json::Array* list_at(const json::Value& value, std::initializer_list<std::string_view> keys) {
  const json::Value* found = json::find(value, keys);
  return found != nullptr && found->is_array() ? &found->get_array() : nullptr;
}

std::string named(std::string path, std::string_view name) {
  if (!name.empty()) path += "/" + std::string(name);
  return path;
}

std::string patched(json::Value object, std::string_view name, std::string_view patch) {
  if (!name.empty()) object.as_object()["metadata"].as_object()["name"] = name;
  json::merge_patch(object, parsed(patch));
  return json::write(object);
}

}  // namespace

std::string Reply::at(std::initializer_list<std::string_view> keys) const {
  const json::Value* found = json::find(body, keys);
  if (found == nullptr) return "";
  return found->is_string() ? std::string(found->get_string()) : json::write(*found);
}

std::string Reply::causes() const {
  std::vector<std::string> all;
  if (const auto* list = list_at(body, {"details", "causes"})) {
    for (const json::Value& cause : *list)
      all.push_back(std::string(json::string_at(cause, {"reason"})) + " " +
                    std::string(json::string_at(cause, {"field"})));
  }
  std::sort(all.begin(), all.end());
  return joined(std::move(all), "; ");
}

std::string Reply::names() const {
  const auto* list = list_at(body, {"items"});
  if (list == nullptr) return "no items";
  std::vector<std::string> all;
  for (const json::Value& item : *list)
    all.emplace_back(json::string_at(item, {"metadata", "name"}));
  return joined(std::move(all), ",");
}

std::string Reply::owners(std::initializer_list<std::string_view> path) const {
  const auto* entries = list_at(body, {"metadata", "managedFields"});
  if (entries == nullptr) return "no managedFields";
  std::vector<std::string> all;
  for (const json::Value& entry : *entries) {
    const json::Value* fields = json::find(entry, {"fieldsV1"});
    if (fields == nullptr || json::find(*fields, path) == nullptr) continue;
    all.push_back(std::string(json::string_at(entry, {"manager"})) + " " +
                  std::string(json::string_at(entry, {"operation"})));
  }
  std::sort(all.begin(), all.end());
  return joined(std::move(all), ", ");
}

std::optional<Event> WatchStream::next(std::chrono::milliseconds within) {
  const auto deadline = Deadline::after(within);
  for (;;) {
    auto line = lines_.next();
    REQUIRE(line);
    if (*line && (*line)->empty()) continue;
    if (*line) {
      const json::Value event = parsed(**line);
      const json::Value* object = json::find(event, {"object"});
      REQUIRE(object != nullptr);
      return Event{std::string(json::string_at(event, {"type"})), *object};
    }
    auto piece = body_->read({deadline, {}});
    if (!piece && piece.error().code == ErrorCode::timeout) return std::nullopt;
    REQUIRE_MESSAGE(piece.has_value(), piece.error().describe());
    if (piece->empty()) return Event{};
    lines_.feed(*piece);
  }
}

std::optional<Event> WatchStream::next_change(std::chrono::milliseconds within) {
  const auto until = std::chrono::steady_clock::now() + within;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    auto event = next(std::max(left, std::chrono::milliseconds(0)));
    if (!event || event->type != "BOOKMARK") return event;
  }
}

Wire::Wire(const std::string& token) {
  net::ClientOptions options;
  auto url = net::parse_url(target().server());
  REQUIRE(url);
  options.server = *url;
  options.tls.ca_pem = target().ca_pem();
  options.user_agent = "conformance/1.0";
  token_ = token;
  auto http = net::HttpClient::create(std::move(options));
  REQUIRE(http);
  http_ = std::move(*http);
}

net::HttpRequest Wire::request(std::string_view method, std::string_view target,
                               std::string_view body, std::string_view content_type,
                               const HeaderList& headers) {
  net::HttpRequest request;
  request.method = method;
  request.target = target;
  request.body = body;
  if (!token_.empty()) request.headers.set("Authorization", "Bearer " + token_);
  request.headers.set("Accept", std::string(kJson));
  if (!content_type.empty()) request.headers.set("Content-Type", std::string(content_type));
  for (const auto& [name, value] : headers)
    request.headers.set(name, value);
  return request;
}

Reply Wire::send(std::string_view method, std::string_view target, std::string_view body,
                 std::string_view content_type, const HeaderList& headers) {
  auto answer = http_->send(request(method, target, body, content_type, headers), soon());
  REQUIRE_MESSAGE(answer.has_value(), answer.error().describe());
  Reply reply{answer->head.status, answer->head.headers, answer->body, nullptr};
  if (auto value = json::parse(reply.text)) reply.body = std::move(*value);
  return reply;
}

std::unique_ptr<net::BodyStream> Wire::open(std::string_view target, const HeaderList& headers) {
  auto stream = http_->open(request("GET", target, {}, {}, headers), soon());
  REQUIRE_MESSAGE(stream.has_value(), stream.error().describe());
  REQUIRE((*stream)->head().status == 200);
  return std::move(*stream);
}

WatchStream Wire::watch(std::string_view target, const HeaderList& headers) {
  return WatchStream(open(target, headers));
}

Session::Session() : space_(unique_name("space")) {
  target().install_crds();
  const Reply made =
      post("/api/v1/namespaces", fmt::format(R"({{"apiVersion":"v1","kind":"Namespace",)"
                                             R"("metadata":{{"name":"{}"}}}})",
                                             space_));
  REQUIRE_MESSAGE(made.status == 201, made.text);
}

Session::~Session() {
  // Not checked: a case that removes the CRDs finds out.
  const auto list = target().client().list(k8s::types::workspace(), space_, {}, soon());
  if (!list) return;
  for (const auto& item : list->items) {
    if (json::find(item.value(), {"metadata", "finalizers"}) == nullptr) continue;
    const k8s::ObjectRef ref{k8s::types::workspace(), space_,
                             std::string(json::string_at(item.value(), {"metadata", "name"}))};
    static_cast<void>(target().client().merge_patch(
        ref, parsed(R"({"metadata": {"finalizers": null}})"), {}, soon()));
  }
}

std::string Session::workspaces(std::string_view name, std::string_view version) const {
  return group("kaito.sh/" + std::string(version), "workspaces", name);
}

std::string Session::inference_sets(std::string_view name) const {
  return group("kaito.sh/v1beta1", "inferencesets", name);
}

std::string Session::core(std::string_view plural, std::string_view name) const {
  return named(fmt::format("/api/v1/namespaces/{}/{}", space_, plural), name);
}

std::string Session::group(std::string_view group_version, std::string_view plural,
                           std::string_view name) const {
  return named(fmt::format("/apis/{}/namespaces/{}/{}", group_version, space_, plural), name);
}

Reply Session::create(std::string_view name, std::string_view patch) {
  return post(workspaces(), workspace(name, patch));
}

std::string Session::changed(std::string_view name, std::string_view patch) {
  json::Value object = get(workspaces(name)).body;
  json::merge_patch(object, parsed(patch));
  return json::write(object);
}

std::string Session::list_version() {
  return get(workspaces()).version();
}

std::string workspace(std::string_view name, std::string_view patch) {
  return patched(parsed(R"({
    "apiVersion": "kaito.sh/v1beta1", "kind": "Workspace", "metadata": {},
    "resource": {"instanceType": "Standard_NC24ads_A100_v4",
                 "labelSelector": {"matchLabels": {"apps": "phi"}}},
    "inference": {"preset": {"name": "phi-3-mini-4k-instruct"}}})"),
                 name, patch);
}

std::string inference_set(std::string_view name, std::string_view patch) {
  return patched(parsed(R"({
    "apiVersion": "kaito.sh/v1beta1", "kind": "InferenceSet", "metadata": {},
    "spec": {"replicas": 1, "labelSelector": {"matchLabels": {"apps": "phi"}},
             "template": {"resource": {"instanceType": "Standard_NC24ads_A100_v4"},
                          "inference": {"preset": {"name": "phi-3-mini-4k-instruct"}}}}})"),
                 name, patch);
}

std::string config_map(std::string_view name, std::string_view patch) {
  return patched(parsed(R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {},
                            "data": {"k": "v"}})"),
                 name, patch);
}

json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  if (!value) {
    const std::string problem = value.error().describe() + ": " + std::string(text.substr(0, 300));
    FAIL(problem);
  }
  return std::move(*value);
}

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

std::string unique_name(std::string_view prefix) {
  static int count = 0;
  return fmt::format("{}-{}-{}", prefix, ::getpid(), ++count);
}

int minor_version() {
  static const int minor = [] {
    const auto version = target().client().server_version(soon());  // "v1.20.2"
    REQUIRE(version);
    int value = 0;
    const auto dot = version->find('.');
    REQUIRE(dot != std::string::npos);
    static_cast<void>(
        std::from_chars(version->data() + dot + 1, version->data() + version->size(), value));
    return value;
  }();
  return minor;
}

}  // namespace kaito::conformance
