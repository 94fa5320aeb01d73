#include "exchange.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <boost/json/value.hpp>
#include <string_view>
#include <utility>

#include "kaito/json/json.hpp"
#include "tunnels.hpp"

namespace kaito::fault {
namespace {

using Repeats = Exchange::Repeats;

const k8s::ResourceType& workspaces() {
  static const k8s::ResourceType type = k8s::types::workspace();
  return type;
}

k8s::ObjectRef object_x(const std::string& namespace_) {
  return {workspaces(), namespace_, "x"};
}

std::string object_text(std::string_view name, int version) {
  return fmt::format(
      R"({{"apiVersion":"kaito.sh/v1beta1","kind":"Workspace","metadata":{{"name":"{}","resourceVersion":"{}"}}}})",
      name, version);
}

json::Value value_of(const std::string& text) {
  auto value = json::parse(text);
  REQUIRE(value);
  return std::move(*value);
}

std::string parameter(std::string_view target, std::string_view name) {
  const std::string wanted = std::string(name) + "=";
  const auto query = target.find('?');
  for (auto at = query; at != std::string_view::npos; at = target.find('&', at + 1)) {
    const auto piece = target.substr(at + 1, target.find('&', at + 1) - at - 1);
    if (piece.starts_with(wanted)) return std::string(piece.substr(wanted.size()));
  }
  return {};
}

std::string namespace_in(std::string_view path) {
  constexpr std::string_view mark = "/namespaces/";
  const auto at = path.find(mark);
  if (at == std::string_view::npos) return {};
  const auto rest = path.substr(at + mark.size());
  return std::string(rest.substr(0, rest.find('/')));
}

net::Headers json_headers() {
  net::Headers headers;
  headers.add("Content-Type", "application/json");
  return headers;
}

// A peer that left is what these cases are about: nothing is to be done about it here.
void give(net::Responder& out, int status, std::string_view body) {
  static_cast<void>(out.respond(status, json_headers(), body));
}

void stream(net::Responder& out, std::string_view type, const std::vector<std::string>& pieces) {
  net::Headers headers;
  headers.add("Content-Type", std::string(type));
  if (!out.begin(200, headers)) return;
  for (const auto& piece : pieces)
    if (!out.write(piece)) return;
}

/// Two objects a page, three pages.
void give_page(net::Responder& out, const std::string& token) {
  const int page = token.empty() ? 1 : std::stoi(token);
  give(
      out, 200,
      fmt::format(
          R"({{"kind":"WorkspaceList","metadata":{{"resourceVersion":"9","continue":"{}"}},"items":[{},{}]}})",
          page < 3 ? std::to_string(page + 1) : "", object_text(fmt::format("a{}", page), 1),
          object_text(fmt::format("b{}", page), 1)));
}

/// The events after `version`, of four in all.
void give_events(net::Responder& out, const std::string& version) {
  std::vector<std::string> pieces;
  const int seen = version.empty() ? 0 : std::stoi(version);
  for (int i = seen + 1; i <= 4; ++i) {
    const auto event = fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n",
                                   i == 1 ? "ADDED" : "MODIFIED", object_text("w\\u00e4x", i));
    pieces.push_back(event.substr(0, event.size() / 2));
    pieces.push_back(event.substr(event.size() / 2));
  }
  stream(out, "application/json", pieces);
}

Outcome failed(Error error, std::string seen = {}) {
  return {false, std::move(seen), std::move(error)};
}

Outcome one_object(Result<json::Document> answer) {
  if (!answer) return failed(std::move(answer).error());
  return {true, std::string(json::string_at(answer->value(), {"metadata", "name"})), {}};
}

Outcome all_pages(kube::Client& client, const std::string& namespace_, const CallLimits& limits) {
  auto list = client.list(workspaces(), namespace_, {}, limits);
  if (!list) return failed(std::move(list).error());
  std::string names;
  for (const auto& item : list->items)
    names += fmt::format("{} ", json::string_at(item.value(), {"metadata", "name"}));
  return {true, names + list->resource_version, {}};
}

/// As an informer does it: a watch that ends is opened again from the last version seen.
Outcome all_events(kube::Client& client, const std::string& namespace_, const CallLimits& limits) {
  std::string seen;
  k8s::WatchOptions options;
  options.resource_version = "0";
  while (options.resource_version != "4") {
    auto watch = client.watch(workspaces(), namespace_, options, limits);
    if (!watch) return failed(std::move(watch).error(), std::move(seen));
    for (;;) {
      auto event = (*watch)->next(limits);
      if (!event) return failed(std::move(event).error(), std::move(seen));
      if (!*event) break;
      const auto& object = (*event)->object.value();
      options.resource_version = json::string_at(object, {"metadata", "resourceVersion"});
      seen += fmt::format("{}={} ", json::string_at(object, {"metadata", "name"}),
                          options.resource_version);
    }
  }
  return {true, std::move(seen), {}};
}

net::HttpRequest chat_request() {
  net::HttpRequest request;
  request.method = "POST";
  request.target = "/v1/chat";
  request.headers.add("Content-Type", "application/json");
  request.body = R"({"stream":true})";
  return request;
}

Outcome whole_chat(kube::Client& client, const std::string& namespace_, const CallLimits& limits) {
  auto transport = client.service_transport(namespace_, "model", 80);
  if (!transport) return failed(std::move(transport).error());
  auto answer = (*transport)->send(chat_request(), limits);
  if (!answer) return failed(std::move(answer).error());
  return {answer->head.status == 200, answer->body, {}};
}

Outcome streamed_chat(kube::Client& client, const std::string& namespace_,
                      const CallLimits& limits) {
  auto transport = client.service_transport(namespace_, "model", 80);
  if (!transport) return failed(std::move(transport).error());
  auto body = (*transport)->open(chat_request(), limits);
  if (!body) return failed(std::move(body).error());
  std::string seen;
  for (;;) {
    auto piece = (*body)->read(limits);
    if (!piece) return failed(std::move(piece).error(), std::move(seen));
    if (piece->empty()) return {true, std::move(seen), {}};
    seen += *piece;
  }
}

json::Value plain_object() {
  return value_of(
      R"({"apiVersion":"kaito.sh/v1beta1","kind":"Workspace","metadata":{"name":"x"}})");
}

Outcome create(kube::Client& client, const std::string& namespace_, const CallLimits& limits) {
  return one_object(client.create_object(workspaces(), namespace_, plain_object(), {}, limits));
}

constexpr const char* whole_answer = "data: one\n\ndata: two\n\ndata: [DONE]\n\n";

std::vector<Exchange> make_exchanges() {
  return {
      {"get", "GET", Repeats::harmless, false, "x",
       [](auto& client, auto& in, auto& limits) {
         return one_object(client.get(object_x(in), limits));
       }},
      {"list of three pages", "GET", Repeats::harmless, false, "a1 b1 a2 b2 a3 b3 9", all_pages},
      {"create", "POST", Repeats::never, true, "x", create},
      {"create on a kept connection", "POST", Repeats::never, true, "x",
       [](auto& client, auto& in, auto& limits) {
         // Reads are repeated: so this one is answered unless time runs out.
         auto first = client.get(object_x(in), limits);
         return first ? create(client, in, limits) : failed(std::move(first).error());
       }},
      {"apply", "PATCH", Repeats::harmless, true, "x",
       [](auto& client, auto& in, auto& limits) {
         return one_object(client.apply(object_x(in), plain_object(), {}, limits));
       }},
      {"merge patch", "PATCH", Repeats::never, true, "x",
       [](auto& client, auto& in, auto& limits) {
         return one_object(client.merge_patch(
             object_x(in), value_of(R"({"metadata":{"labels":{"a":"b"}}})"), {}, limits));
       }},
      {"merge patch of a version", "PATCH", Repeats::harmless, true, "x",
       [](auto& client, auto& in, auto& limits) {
         return one_object(client.merge_patch(
             object_x(in), value_of(R"({"metadata":{"resourceVersion":"7"}})"), {}, limits));
       }},
      {"replace", "PUT", Repeats::harmless, true, "x",
       [](auto& client, auto& in, auto& limits) {
         return one_object(client.replace(object_x(in), value_of(object_text("x", 7)), {}, limits));
       }},
      {"replace of whatever is there", "PUT", Repeats::never, true, "x",
       [](auto& client, auto& in, auto& limits) {
         return one_object(client.replace(object_x(in), plain_object(), {}, limits));
       }},
      {"delete", "DELETE", Repeats::never, true, "u-1",
       [](auto& client, auto& in, auto& limits) {
         auto deleted = client.remove(object_x(in), {}, limits);
         if (!deleted) return failed(std::move(deleted).error());
         return Outcome{deleted->gone, deleted->uid, {}};
       }},
      {"watch", "GET", Repeats::harmless, false,
       "w\xC3\xA4x=1 w\xC3\xA4x=2 w\xC3\xA4x=3 w\xC3\xA4x=4 ", all_events},
      {"served versions", "GET", Repeats::harmless, false, "v1beta1 v1alpha1 ",
       [](auto& client, auto& /*in*/, auto& limits) {
         auto versions = client.served_versions("kaito.sh", limits);
         if (!versions) return failed(std::move(versions).error());
         std::string seen;
         for (const auto& version : *versions)
           seen += version + " ";
         return Outcome{true, seen, {}};
       }},
      {"server version", "GET", Repeats::harmless, false, "v1.30.1",
       [](auto& client, auto& /*in*/, auto& limits) {
         auto version = client.server_version(limits);
         if (!version) return failed(std::move(version).error());
         return Outcome{true, *version, {}};
       }},
      {"service proxy", "POST", Repeats::never, true, whole_answer, whole_chat},
      {"service proxy, streamed", "POST", Repeats::never, true, whole_answer, streamed_chat},
  };
}

}  // namespace

CountingServer::CountingServer(bool tls) {
  net::ServerOptions options;
  if (tls) {
    auto made = net::make_self_signed({"127.0.0.1"}, 1);
    REQUIRE(made);
    identity_ = std::move(*made);
    options.cert_pem = identity_.cert_pem;
    options.key_pem = identity_.key_pem;
  }
  auto server = net::HttpServer::start(
      std::move(options), [this](const net::ServerRequest& request, net::Responder& out,
                                 const std::stop_token& stop) { answer(request, out, stop); });
  REQUIRE(server);
  server_ = std::move(*server);
}

int CountingServer::writes(const std::string& namespace_) const {
  const std::lock_guard lock(mutex_);
  const auto found = writes_.find(namespace_);
  return found == writes_.end() ? 0 : found->second;
}

std::unique_ptr<kube::Client> CountingServer::client_through(std::uint16_t port) const {
  kube::ClusterConfig config;
  config.server = {!identity_.ca_pem.empty(), "127.0.0.1", port, ""};
  config.tls.ca_pem = identity_.ca_pem;
  config.context = "ctx";
  config.origin = "/home/ada/.kube/config";
  auto client = kube::Client::create(std::move(config));
  REQUIRE(client);
  return std::move(*client);
}

void CountingServer::answer(const net::ServerRequest& request, net::Responder& out,
                            const std::stop_token& stop) {
  const std::string_view path = request.path;
  const bool tunnel = is_tunnel(request);
  if (request.method != "GET" || tunnel) {
    const std::lock_guard lock(mutex_);
    ++writes_[namespace_in(path)];
  }
  if (tunnel) return serve_tunnel(request, out, stop);
  if (path.find("/services/") != std::string_view::npos)
    return stream(out, "text/event-stream", {"data: one\n\n", "data: two\n\n", "data: [DONE]\n\n"});
  if (path == "/version") return give(out, 200, R"({"gitVersion":"v1.30.1"})");
  if (path == "/apis/kaito.sh")
    return give(out, 200,
                R"({"kind":"APIGroup","versions":[{"version":"v1alpha1"},{"version":"v1beta1"}],)"
                R"("preferredVersion":{"version":"v1beta1"}})");
  if (request.method == "DELETE")
    return give(out, 200, R"({"kind":"Status","status":"Success","details":{"uid":"u-1"}})");
  // In chunks, so that one that is missing has to be noticed.
  if (request.method == "GET" && path.ends_with("/workspaces/x"))
    return stream(out, "application/json",
                  {object_text("x", 8).substr(0, 20), object_text("x", 8).substr(20)});
  if (!path.ends_with("/workspaces") || request.method != "GET")
    return give(out, request.method == "POST" ? 201 : 200, object_text("x", 8));
  if (!parameter(request.target, "watch").empty())
    return give_events(out, parameter(request.target, "resourceVersion"));
  give_page(out, parameter(request.target, "continue"));
}

const std::vector<Exchange>& exchanges() {
  static const std::vector<Exchange> all = make_exchanges();
  return all;
}

CallLimits within(std::chrono::milliseconds time) {
  return {Deadline::after(time), {}};
}

}  // namespace kaito::fault
