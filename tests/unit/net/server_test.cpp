#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "net/tcp.hpp"
#include "unit/net/scripted_peer.hpp"

namespace kaito::net::test {
namespace {

using std::chrono::milliseconds;

/// Sends raw bytes, gives what comes back until the server closes or `enough` bytes are there.
std::string raw_exchange(std::uint16_t port, std::string_view bytes,
                         std::size_t enough = std::string::npos) {
  const auto addresses = resolve("127.0.0.1", port, patient());
  REQUIRE(addresses.has_value());
  auto stream = TcpStream::connect(*addresses, patient());
  REQUIRE(stream.has_value());
  REQUIRE((*stream)->write(bytes, patient()));
  std::string answer;
  std::array<char, 4096> buffer{};
  while (answer.size() < enough) {
    const auto count = (*stream)->read_some(buffer, patient());
    REQUIRE_MESSAGE(count.has_value(), count.error().describe());
    if (*count == 0) break;
    answer.append(buffer.data(), *count);
  }
  return answer;
}

void describe_request(const ServerRequest& request, Responder& responder,
                      const std::stop_token& /*stop*/) {
  (void)responder.respond(200, {}, request.method + " " + request.path + " " + request.body);
}

}  // namespace

TEST_CASE("requests as they come over the wire") {
  struct Case {
    const char* what;
    std::string sent;
    std::string answer;
  };
  const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: ";
  const std::string close = "Connection: close\r\n\r\n";
  const std::vector<Case> cases = {
      {"a path is decoded, the query is no part of it",
       "GET /a%20b/c?d=%20 HTTP/1.1\r\nConnection: close\r\n\r\n",
       ok + "11\r\n" + close + "GET /a b/c "},
      {"a whole URL as target", "GET http://x:1/p?q HTTP/1.1\r\nConnection: close\r\n\r\n",
       ok + "7\r\n" + close + "GET /p "},
      {"a body of known length",
       "PUT / HTTP/1.1\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
       ok + "9\r\n" + close + "PUT / abc"},
      {"a chunked body",
       "PUT / HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: "
       "chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n",
       ok + "9\r\n" + close + "PUT / abc"},
      {"HEAD gets no body", "HEAD /x HTTP/1.1\r\nConnection: close\r\n\r\n", ok + "8\r\n" + close},
      {"HTTP/1.0 ends the connection", "GET / HTTP/1.0\r\n\r\n", ok + "6\r\n" + close + "GET / "},
      {"two at once", "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n",
       ok + "7\r\n\r\nGET /1 " + ok + "7\r\n" + close + "GET /2 "},
      {"100-continue is honoured",
       "PUT / HTTP/1.1\r\nConnection: close\r\nExpect: 100-continue\r\nTransfer-Encoding: "
       "chunked\r\n\r\n",
       "HTTP/1.1 100 Continue\r\n\r\n"},
  };
  const auto server = serve(describe_request);
  for (const Case& test : cases) {
    CAPTURE(test.what);
    const bool closes = test.answer.find("Connection: close") != std::string::npos;
    const std::size_t enough = closes ? std::string::npos : test.answer.size();
    CHECK(raw_exchange(server->port(), test.sent, enough) == test.answer);
  }
}

TEST_CASE("requests that are refused say why, and end the connection") {
  struct Case {
    std::string sent;
    int status;
  };
  const std::vector<Case> cases = {
      {"garbage\r\n\r\n", 400},
      {"GET / HTTP/9.9\r\n\r\n", 400},
      {"GET /%zz HTTP/1.1\r\n\r\n", 400},
      {"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n", 431},
      {"PUT / HTTP/1.1\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n", 413},
      {"PUT / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n" + std::string(2'000'000, 'x'), 413},
      {"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + std::string(255, 'x') +
           "\r\n0\r\n\r\n",
       413},
  };
  ServerOptions options;
  options.max_body = 100;
  const auto server = serve(describe_request, options);
  for (const Case& test : cases) {
    CAPTURE(test.sent.substr(0, 80));
    const std::string answer = raw_exchange(server->port(), test.sent);
    CHECK(answer.substr(0, 13) == "HTTP/1.1 " + std::to_string(test.status) + " ");
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    CHECK(answer.find("Connection: close") == answer.rfind("Connection: close"));
  }
}

TEST_CASE("what a handler does wrong becomes a 500 or a broken answer, never a whole one") {
  const auto server =
      serve([](const ServerRequest& request, Responder& responder, const std::stop_token&) {
        if (request.path == "/throws") throw std::runtime_error("secret detail");
        if (request.path == "/throws-late") {
          REQUIRE(responder.begin(200, {}));
          REQUIRE(responder.write("half"));
          throw std::runtime_error("late");
        }
        if (request.path == "/splits") {
          Headers headers;
          headers.add("X", "a\r\nb");
          CHECK(responder.respond(200, headers, "").error().code == ErrorCode::internal);
        }
        if (request.path == "/twice") {
          CHECK(responder.respond(200, {}, "once"));
          CHECK(responder.respond(200, {}, "twice").error().code == ErrorCode::internal);
        }
      });
  const auto client = client_of(server->port());
  for (const char* path : {"/throws", "/silent", "/splits"}) {
    CAPTURE(path);
    const auto answer = client->send(get(path), patient());
    REQUIRE(answer.has_value());
    CHECK(answer->head.status == 500);
    CHECK(answer->body.find("secret") == std::string::npos);
  }
  CHECK(client->send(get("/twice"), patient())->body == "once");
  const auto broken = client->send(get("/throws-late"), patient());
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().code == ErrorCode::unreachable);
}

TEST_CASE("a streamed answer to HTTP/1.0 ends with the connection, to HEAD with its head") {
  const auto server = serve([](const ServerRequest&, Responder& responder, const std::stop_token&) {
    CHECK(responder.begin(200, {}));
    CHECK(responder.write(""));
    CHECK(responder.write("abc"));
  });
  CHECK(raw_exchange(server->port(), "GET / HTTP/1.0\r\n\r\n") ==
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc");
  CHECK(raw_exchange(server->port(), "HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n") ==
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  CHECK(raw_exchange(server->port(), "GET / HTTP/1.1\r\nConnection: close\r\n\r\n") ==
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n"
        "0\r\n\r\n");
}

TEST_CASE("a handler sees that its peer left") {
  std::atomic<bool> noticed = false;
  const auto server =
      serve([&](const ServerRequest&, Responder& responder, const std::stop_token&) {
        REQUIRE(responder.begin(200, {}));
        REQUIRE(responder.write("x"));
        CHECK_FALSE(responder.gone());
        const Stopwatch watch;
        while (!responder.gone() && watch.elapsed() < milliseconds(5000)) {
          std::this_thread::sleep_for(milliseconds(1));
        }
        noticed = responder.gone();
      });
  {
    auto stream = client_of(server->port())->open(get("/"), patient());
    REQUIRE(stream.has_value());
    CHECK((*stream)->read(patient()) == std::string("x"));
    std::this_thread::sleep_for(milliseconds(20));
  }
  const Stopwatch watch;
  while (!noticed && watch.elapsed() < milliseconds(2000)) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  CHECK(noticed);
}

TEST_CASE("writing to a peer that left is an error, not a crash") {
  std::atomic<bool> failed = false;
  auto server = serve([&](const ServerRequest&, Responder& responder, const std::stop_token&) {
    REQUIRE(responder.begin(200, {}));
    const std::string piece(10'000, 'x');
    for (int i = 0; i < 100'000; ++i) {
      const auto written = responder.write(piece);
      if (written) continue;
      CHECK(written.error().code == ErrorCode::unreachable);
      CHECK_FALSE(responder.write(piece).has_value());
      failed = true;
      return;
    }
  });
  {
    auto stream = client_of(server->port())->open(get("/"), patient());
    REQUIRE(stream.has_value());
    REQUIRE((*stream)->read(patient()).has_value());
  }
  const Stopwatch watch;
  while (!failed && watch.elapsed() < milliseconds(5000)) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  CHECK(failed);
}

TEST_CASE("a server with open streams and idle connections stops at once") {
  auto server =
      serve([](const ServerRequest& request, Responder& responder, const std::stop_token& stop) {
        REQUIRE(responder.begin(200, {}));
        if (request.path == "/full") {
          // Writes until the peer's buffers are full and the write blocks.
          while (responder.write(std::string(100'000, 'x'))) {
          }
          return;
        }
        REQUIRE(responder.write("first"));
        while (!stop.stop_requested() && !responder.gone()) {
          std::this_thread::sleep_for(milliseconds(1));
        }
      });
  const auto client = client_of(server->port());
  std::vector<std::unique_ptr<BodyStream>> streams;
  for (int i = 0; i < 10; ++i) {
    auto stream = client->open(get(i % 2 == 0 ? "/watch" : "/full"), patient());
    REQUIRE(stream.has_value());
    streams.push_back(std::move(*stream));
  }
  std::this_thread::sleep_for(milliseconds(100));
  const Stopwatch watch;
  server.reset();
  CHECK(watch.elapsed() < milliseconds(500));
  // The streams were cut, and nobody may take them for whole.
  CHECK((*streams.front()).read(patient()) == std::string("first"));
  CHECK_FALSE((*streams.front()).read(patient()).has_value());
}

TEST_CASE("a hundred clients at once each get their own answer") {
  const auto server = serve(describe_request);
  const auto shared = client_of(server->port());
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 100; ++i) {
      threads.emplace_back([&, i] {
        const auto own = i % 2 == 0 ? client_of(server->port()) : nullptr;
        HttpClient& client = own ? *own : *shared;
        for (int n = 0; n < 5; ++n) {
          const std::string body = std::to_string(i) + "." + std::to_string(n);
          const auto answer = client.send(post("/p", body), patient());
          if (answer && answer->body == "POST /p " + body) ++right;
        }
      });
    }
  }
  CHECK(right == 500);
}

TEST_CASE("more connections than allowed are turned away with 503") {
  std::atomic<bool> release = false;
  ServerOptions options;
  options.max_connections = 2;
  const auto server = serve(
      [&](const ServerRequest&, Responder& responder, const std::stop_token& stop) {
        REQUIRE(responder.begin(200, {}));
        REQUIRE(responder.write("x"));
        while (!release && !stop.stop_requested()) {
          std::this_thread::sleep_for(milliseconds(1));
        }
      },
      options);
  const auto client = client_of(server->port());
  auto first = client->open(get("/"), patient());
  auto second = client->open(get("/"), patient());
  REQUIRE((first.has_value() && second.has_value()));
  const auto third = client->send(get("/"), patient());
  REQUIRE_MESSAGE(third.has_value(), third.error().describe());
  CHECK(third->head.status == 503);
  CHECK(third->head.headers.get("Retry-After") == "1");
  release = true;
  first->reset();
  second->reset();
  // Once the others are gone there is room again.
  const Stopwatch watch;
  int status = 0;
  while (status != 200 && watch.elapsed() < milliseconds(5000)) {
    const auto again = client->send(get("/"), patient());
    if (again) status = again->head.status;
  }
  CHECK(status == 200);
}

TEST_CASE("peers that connect and say nothing, or half of something, are dropped in time") {
  ServerOptions options;
  options.idle_timeout = std::chrono::seconds(1);
  const auto server = serve(describe_request, options);
  for (const char* sent : {"", "GET / HT"}) {
    const Stopwatch watch;
    CHECK(raw_exchange(server->port(), sent).empty());
    CHECK(watch.elapsed() >= milliseconds(900));
    CHECK(watch.elapsed() < milliseconds(3000));
  }
}

TEST_CASE("servers that cannot start say why") {
  const auto first = serve(describe_request);
  ServerOptions taken;
  taken.port = first->port();
  ServerOptions bad_address;
  bad_address.address = "not an address";
  ServerOptions bad_certificate;
  bad_certificate.cert_pem = "x";
  bad_certificate.key_pem = "y";
  ServerOptions half;
  half.cert_pem = "x";
  for (const auto& options : {taken, bad_address, bad_certificate, half}) {
    const auto server = HttpServer::start(options, describe_request);
    REQUIRE_FALSE(server.has_value());
    CHECK(server.error().code == ErrorCode::failed);
  }
}

}  // namespace kaito::net::test
