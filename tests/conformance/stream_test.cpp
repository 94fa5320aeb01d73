// kubernetes-client.md 8.10: the service proxy, and what is refused before a stream begins.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

#include "backend.hpp"

namespace kaito::conformance {
namespace {

net::Headers content_type(const char* type) {
  net::Headers headers;
  headers.add("Content-Type", type);
  return headers;
}

/// Answers everything with the same JSON.
Backend::Answer always(int status, std::string body) {
  return [status, body = std::move(body)](const net::ServerRequest&, net::Responder& responder,
                                          const std::stop_token&) {
    // A peer that has gone shows in what the case misses.
    static_cast<void>(responder.respond(status, content_type("application/json"), body));
  };
}

std::string proxy_path(const Session& session, std::string_view service, std::string_view rest) {
  return session.core("services", service) + "/proxy" + std::string(rest);
}

/// A kubelet that answers a log with two lines, the second one when it is let go.
struct Kubelet {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool held = false;
  Backend backend{
      [this](const net::ServerRequest&, net::Responder& responder, const std::stop_token& stop) {
        if (!responder.begin(200, content_type("text/plain"))) return;
        if (!responder.write("first\n")) return;
        {
          std::unique_lock hold(mutex);
          changed.wait_for(hold, stop, patience, [this] { return !held; });
        }
        // A peer that has gone shows in what the case misses.
        static_cast<void>(responder.write("second\n"));
      },
      Backend::Over::tls};

  void let_go() {
    const std::lock_guard hold(mutex);
    held = false;
    changed.notify_all();
  }
};

TEST_CASE("S01 a pod's log: text, as its kubelet has it, with what was asked for") {
  Kubelet kubelet;
  Session session;
  run_pod(session, "p", R"([{"name": "c", "image": "i"}])", kubelet.backend.port());
  const Reply reply = session.get(session.core("pods", "p") + "/log?tailLines=7&timestamps=true");
  CHECK(reply.status == 200);
  CHECK(reply.text == "first\nsecond\n");
  CHECK(reply.headers.get("Content-Type").starts_with("text/plain"));
  const std::string asked = kubelet.backend.last().target;
  CHECK_MESSAGE(asked.starts_with("/containerLogs/" + session.space() + "/p/c?"), asked);
  CHECK(asked.find("tailLines=7") != std::string::npos);
  CHECK(asked.find("timestamps=true") != std::string::npos);
  CHECK(session.get(session.core("pods", "p") + "/log", {{"Accept", "*/*"}}).status == 200);
}

TEST_CASE("S03 a followed log: each line arrives before the next is written") {
  Kubelet kubelet;
  kubelet.held = true;
  Session session;
  run_pod(session, "p", R"([{"name": "c", "image": "i"}])", kubelet.backend.port());
  const auto stream = session.open(session.core("pods", "p") + "/log?follow=true");
  net::LineSplitter lines(1024);
  const auto next = [&] {
    for (;;) {
      auto line = lines.next();
      REQUIRE(line);
      if (*line) return **line;
      const auto piece = stream->read(soon());
      REQUIRE(piece);
      if (piece->empty()) return std::string("(the end)");
      lines.feed(*piece);
    }
  };
  CHECK(next() == "first");
  kubelet.let_go();
  CHECK(next() == "second");
  CHECK(next() == "(the end)");
}

TEST_CASE("S02 the log of a pod with two containers, none named: 400 with the choices") {
  Session session;
  run_pod(session, "p", R"([{"name": "one", "image": "i"}, {"name": "two", "image": "i"}])");
  const Reply reply = session.get(session.core("pods", "p") + "/log");
  CHECK(reply.status == 400);
  CHECK_MESSAGE(reply.message().find("choose one of: [one two]") != std::string::npos,
                reply.message());
  const Reply unknown = session.get(session.core("pods", "p") + "/log?container=three");
  CHECK(unknown.status == 400);
  CHECK_MESSAGE(unknown.message().find("three") != std::string::npos, unknown.message());
  CHECK(session.get(session.core("pods", "nobody") + "/log").status == 404);
}

TEST_CASE("S05 a log with tailLines -1: 422") {
  Session session;
  run_pod(session, "p");
  const Reply reply = session.get(session.core("pods", "p") + "/log?tailLines=-1");
  CHECK(reply.status == 422);
  CHECK(reply.causes() == "FieldValueInvalid tailLines");
}

TEST_CASE("S10 GET of portforward, exec and attach without an upgrade: 400") {
  Session session;
  run_pod(session, "p");
  for (const char* sub :
       {"/portforward?ports=80", "/exec?command=a&stdout=true", "/attach?stdout=true"}) {
    CAPTURE(sub);
    const Reply reply = session.get(session.core("pods", "p") + sub);
    CHECK(reply.status == 400);
    CHECK(reply.message() == "Upgrade request required");
  }
}

TEST_CASE("S11 the service proxy: path and query arrive, Authorization does not") {
  Backend backend(always(200, R"({"ok": true})"));
  Session session;
  serve_at(session, "svc", backend.port());
  const Reply reply =
      session.get(proxy_path(session, "svc:80", "/v1/a%20b?x=1&y=2"), {{"X-Mine", "kept"}});
  CHECK(reply.status == 200);
  CHECK(reply.text == R"({"ok": true})");
  const net::ServerRequest seen = backend.last();
  CHECK(seen.target == "/v1/a%20b?x=1&y=2");
  CHECK_FALSE(seen.headers.has("Authorization"));
  CHECK(seen.headers.get("X-Mine") == "kept");
  CHECK(seen.headers.has("X-Forwarded-For"));
  CHECK(seen.headers.get("X-Forwarded-Uri") == proxy_path(session, "svc:80", "/v1/a b"));
  const Reply posted = session.post(proxy_path(session, "svc:http", "/post"), "{\"q\":1}");
  CHECK(posted.status == 200);
  CHECK(backend.last().method == "POST");
  CHECK(backend.last().body == "{\"q\":1}");
  CHECK(session.get(session.core("pods", fmt::format("svc-0:{}", backend.port())) + "/proxy/by/pod")
            .status == 200);
  CHECK(backend.last().target == "/by/pod");
}

TEST_CASE("S12 five events through the service proxy arrive one by one") {
  std::mutex mutex;
  std::condition_variable_any changed;
  int let_go = 1;
  Backend backend(
      [&](const net::ServerRequest&, net::Responder& responder, const std::stop_token& stop) {
        if (!responder.begin(200, content_type("text/event-stream"))) return;
        for (int i = 0; i < 5; ++i) {
          std::unique_lock hold(mutex);
          changed.wait_for(hold, stop, patience, [&] { return let_go > i; });
          hold.unlock();
          if (!responder.write(fmt::format("data: {}\n\n", i))) return;
        }
      });
  Session session;
  serve_at(session, "svc", backend.port());
  auto transport = target().client().service_transport(session.space(), "svc", 80);
  REQUIRE(transport);
  net::HttpRequest request;
  request.target = "/events";
  auto stream = (*transport)->open(request, soon());
  REQUIRE(stream);
  net::SseReader reader;
  for (int i = 0; i < 5; ++i) {
    // The next event goes out only when this one has arrived.
    for (auto event = reader.next();; event = reader.next()) {
      REQUIRE(event);
      if (*event) {
        CHECK((*event)->data == std::to_string(i));
        break;
      }
      const auto piece = (*stream)->read(soon());
      REQUIRE(piece);
      REQUIRE_FALSE(piece->empty());
      reader.feed(*piece);
    }
    const std::lock_guard hold(mutex);
    let_go = i + 2;
    changed.notify_all();
  }
}

TEST_CASE("S13 no usable address 503, unknown port 503, no Service or Endpoints 404") {
  Session session;
  const Reply none = session.get(proxy_path(session, "nobody:80", "/"));
  CHECK(none.status == 404);
  CHECK(none.message() == "services \"nobody\" not found");
  REQUIRE(session
              .post(session.core("services"), R"({"apiVersion": "v1", "kind": "Service",
    "metadata": {"name": "svc"}, "spec": {"ports": [{"name": "http", "port": 80}]}})")
              .status == 201);
  CHECK(session.get(proxy_path(session, "svc:80", "/")).status == 404);
  REQUIRE(session
              .post(session.core("endpoints"), fmt::format(R"({{"apiVersion": "v1",
    "kind": "Endpoints", "metadata": {{"name": "svc"}}, "subsets": [{{"addresses":
    [{{"ip": "10.1.2.3"}}], "ports": [{{"name": "http", "port": 80}}]}}]}})"))
              .status == 201);
  const Reply unusable = session.get(proxy_path(session, "svc:80", "/"));
  CHECK(unusable.status == 503);
  CHECK(unusable.reason() == "ServiceUnavailable");
  CHECK(unusable.message() == "no endpoints available for service \"svc:80\"");
  const Reply wrong = session.get(proxy_path(session, "svc:81", "/"));
  CHECK(wrong.status == 503);
  CHECK(wrong.message() == "no service port 81 found for service \"svc\"");
}

TEST_CASE("S14 a named port left out: 503; the client always says the number") {
  Backend backend(always(200, "{}"));
  Session session;
  serve_at(session, "svc", backend.port());
  const Reply reply = session.get(proxy_path(session, "svc", "/"));
  CHECK(reply.status == 503);
  CHECK(reply.message() == "no endpoints available for service \"svc\"");
  auto transport = target().client().service_transport(session.space(), "svc", 80);
  REQUIRE(transport);
  net::HttpRequest request;
  request.target = "/";
  const auto answer = (*transport)->send(request, soon());
  REQUIRE(answer);
  CHECK(answer->head.status == 200);
}

TEST_CASE("S15 proxy without a slash behind it: 301 to add one") {
  Backend backend(always(200, "{}"));
  Session session;
  serve_at(session, "svc", backend.port());
  const Reply reply = session.get(proxy_path(session, "svc:80", ""));
  CHECK(reply.status == 301);
  CHECK(reply.headers.get("Location").ends_with(proxy_path(session, "svc:80", "/")));
}

TEST_CASE("S16 the backend's own 400 passes through unchanged") {
  Backend backend(always(400, R"({"error": {"message": "too long"}})"));
  Session session;
  serve_at(session, "svc", backend.port());
  const Reply reply = session.get(proxy_path(session, "svc:80", "/v1/models"));
  CHECK(reply.status == 400);
  CHECK(reply.text == R"({"error": {"message": "too long"}})");
  CHECK(reply.at({"kind"}).empty());
}

TEST_CASE("S17 services/proxy forbidden: 403 that names svc:80") {
  Backend backend(always(200, "{}"));
  Session session;
  serve_at(session, "svc", backend.port());
  Wire alice(target().limited_token());
  const Reply reply = alice.get(proxy_path(session, "svc:80", "/v1/models"));
  CHECK(reply.status == 403);
  CHECK(reply.message() ==
        fmt::format("services \"svc:80\" is forbidden: User \"alice\" cannot get resource "
                    "\"services/proxy\" in API group \"\" in the namespace \"{}\"",
                    session.space()));
}

TEST_CASE("S19 nothing listens behind the service: an error that is the API server's") {
  Session session;
  serve_at(session, "svc", 1);
  const Reply reply = session.get(proxy_path(session, "svc:80", "/"));
  CHECK(reply.status == (minor_version() > 20 ? 503 : 500));
  CHECK_MESSAGE(reply.text.find("error trying to reach service: dial tcp") != std::string::npos,
                reply.text);
}

}  // namespace
}  // namespace kaito::conformance
