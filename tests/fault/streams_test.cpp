// Watches and streamed answers that break off, fall silent or hold what no proper server sends.
#include <doctest/doctest.h>

#include <atomic>
#include <boost/json/value.hpp>

#include "exchange.hpp"
#include "gate.hpp"
#include "kaito/json/json.hpp"
#include "kaito/net/client.hpp"
#include "kube/watch.hpp"
#include "unit/kube/scripted_server.hpp"

namespace kaito::fault {
namespace {

using kube::test::ScriptedServer;
using kube::test::soon;
using std::chrono::milliseconds;

std::string event(const std::string& type, const std::string& name, int version) {
  return R"({"type":")" + type + R"(","object":{"kind":"Pod","metadata":{"name":")" + name +
         R"(","resourceVersion":")" + std::to_string(version) + "\"}}}\n";
}

net::Handler in_pieces(std::vector<std::string> pieces) {
  return [pieces = std::move(pieces)](const net::ServerRequest&, net::Responder& out,
                                      const std::stop_token&) {
    net::Headers headers;
    headers.add("Content-Type", "application/json");
    if (!out.begin(200, headers)) return;
    for (const auto& piece : pieces)
      if (!out.write(piece)) return;
  };
}

/// "a=1 b=2 ", and " (code)" where it ends in an error.
std::string watched(kube::Watch& watch) {
  std::string seen;
  for (;;) {
    const auto next = watch.next(within(std::chrono::minutes(2)));
    if (!next) return seen + "(" + std::string(to_string(next.error().code)) + ")";
    if (!*next) return seen;
    const auto& object = (*next)->object.value();
    seen += std::string(json::string_at(object, {"metadata", "name"})) + "=" +
            std::string(json::string_at(object, {"metadata", "resourceVersion"})) + " ";
  }
}

std::string watched(std::vector<std::string> pieces) {
  ScriptedServer server(in_pieces(std::move(pieces)));
  auto watch = server.client()->watch(k8s::types::pod(), "ns", {}, soon());
  REQUIRE(watch);
  return watched(**watch);
}

std::vector<std::string> bytes_of(const std::string& text) {
  std::vector<std::string> bytes;
  for (const char byte : text)
    bytes.emplace_back(1, byte);
  return bytes;
}

}  // namespace

TEST_CASE("W07 one event in many chunks, many events in one") {
  const auto three = event("ADDED", "a", 1) + event("MODIFIED", "b", 2) + event("DELETED", "c", 3);
  CHECK(watched(bytes_of(three)) == "a=1 b=2 c=3 ");
  CHECK(watched({three}) == "a=1 b=2 c=3 ");
}

TEST_CASE("W08 escaped line breaks, and letters that are cut in two") {
  const auto text = event("ADDED", "one\\ntwo \xC3\xA4\xE2\x82\xAC\xF0\x9F\x90\xB3", 1);
  const std::string expected = "one\ntwo \xC3\xA4\xE2\x82\xAC\xF0\x9F\x90\xB3=1 ";
  CHECK(watched({text}) == expected);
  CHECK(watched(bytes_of(text)) == expected);
}

TEST_CASE("W09 types of a later time are passed over; what is no event ends the watch") {
  const auto good = event("ADDED", "a", 1);
  CHECK(watched({event("TOMORROW", "x", 9) + good}) == "a=1 ");
  for (const char* bad :
       {"{nonsense}\n", "[]\n", "1\n", "{\"type\":\"ADDED\",\"object\":7}\n", "\x80\xff\n",
        "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"\x80\"}}}\n"}) {
    CAPTURE(bad);
    CHECK(watched({good + bad + good}) == "a=1 (protocol)");
  }
}

TEST_CASE("W11 a watch that was put off is opened later, from the same version") {
  ScriptedServer server(
      {{429, "busy", {{"Retry-After", "1"}}, "text/plain"}, {200, event("ADDED", "a", 8), {}}});
  k8s::WatchOptions options;
  options.resource_version = "7";
  const auto start = Deadline::Clock::now();
  auto watch = server.client()->watch(k8s::types::pod(), "ns", options, soon());
  REQUIRE(watch);
  CHECK(Deadline::Clock::now() - start >= milliseconds(1000));
  CHECK(watched(**watch) == "a=8 ");
  REQUIRE(server.requests().size() == 2);
  for (const auto& request : server.requests())
    CHECK(request.target.find("resourceVersion=7") != std::string::npos);
}

TEST_CASE("W12 a connection that died without a word: the watch ends when it was silent too long") {
  ScriptedServer server([](const net::ServerRequest&, net::Responder& out, std::stop_token) {
    net::Headers headers;
    headers.add("Content-Type", "application/json");
    if (!out.begin(200, headers) || !out.write(event("ADDED", "a", 1))) return;
    while (!out.gone())
      std::this_thread::sleep_for(milliseconds(5));
  });
  Gate gate(server.config().server.port);
  gate.expect({Fault{}});
  auto config = server.config();
  config.server.port = gate.port();
  net::ClientOptions options;
  options.server = config.server;
  auto transport = net::HttpClient::create(std::move(options));
  REQUIRE(transport);
  const auto api =
      std::make_shared<kube::ApiServer>(std::move(*transport), config, kube::ClientLog{});
  const auto request = k8s::watch_request(k8s::types::pod(), "ns", {});
  REQUIRE(request);
  // A watch is given 30 s more than it asked the server for: here a second in all.
  auto watch = kube::open_watch(api, *request, std::chrono::seconds(-29), soon());
  REQUIRE(watch);
  const auto start = Deadline::Clock::now();
  CHECK(watched(**watch) == "a=1 ");
  const auto took = Deadline::Clock::now() - start;
  CHECK(took >= milliseconds(900));
  CHECK(took < milliseconds(10'000));
}

TEST_CASE("S18 a reply of a model that is cut: what came is kept, and nothing is asked again") {
  const CountingServer server(false);
  Gate gate(server.port());
  gate.expect({Fault{}});
  const auto open = [&](const std::string& in) {
    const auto client = server.client_through(gate.port());
    auto transport = client->service_transport(in, "model", 80);
    REQUIRE(transport);
    net::HttpRequest request;
    request.method = "POST";
    request.target = "/v1/chat";
    request.body = "{}";
    auto body = (*transport)->open(request, soon());
    REQUIRE(body);
    return std::move(*body);
  };
  {
    auto whole = open("first");
    while (const auto piece = whole->read(soon())) {
      if (piece->empty()) break;
    }
  }
  const std::size_t length = gate.carried(Way::to_client);
  gate.expect({Fault{Fault::Kind::close, Way::to_client, length - 20, ""}});
  auto cut = open("second");
  std::string seen;
  for (;;) {
    const auto piece = cut->read(soon());
    if (!piece) {
      CHECK(piece.error().code == ErrorCode::unreachable);
      break;
    }
    REQUIRE_FALSE(piece->empty());
    seen += *piece;
  }
  CHECK(seen.starts_with("data: one\n\ndata: two\n\n"));
  CHECK(server.writes("second") == 1);
  CHECK(gate.connections() == 1);
}

TEST_CASE("an event that is longer than any object ends the watch, not the memory") {
  std::atomic<std::size_t> sent = 0;
  ScriptedServer server([&](const net::ServerRequest&, net::Responder& out, std::stop_token) {
    net::Headers headers;
    headers.add("Content-Type", "application/json");
    if (!out.begin(200, headers)) return;
    const std::string piece(std::size_t{1} << 20, 'x');
    while (sent < (std::size_t{200} << 20) && out.write(piece))
      sent += piece.size();
  });
  auto watch = server.client()->watch(k8s::types::pod(), "ns", {}, soon());
  REQUIRE(watch);
  CHECK(watched(**watch) == "(protocol)");
  watch->reset();
  CHECK(sent < (std::size_t{64} << 20));
}

}  // namespace kaito::fault
