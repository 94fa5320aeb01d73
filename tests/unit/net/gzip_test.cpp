#include "kaito/net/gzip.hpp"

#include <doctest/doctest.h>

#include <random>

#include "unit/net/scripted_peer.hpp"

namespace kaito::net::test {
namespace {

std::string compressed(const std::string& text) {
  auto bytes = gzip(text);
  REQUIRE(bytes.has_value());
  return *bytes;
}

/// Text that compresses somewhat, of any size.
std::string noise(std::size_t size) {
  std::minstd_rand random(7);
  std::string text(size, ' ');
  for (char& c : text)
    c = static_cast<char>('a' + random() % 6);
  return text;
}

/// Answers with the body and header given, once per connection.
std::string answer(const std::string& body, const std::string& header) {
  return "HTTP/1.1 200 OK\r\n" + header + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("what was compressed comes back, whatever its size") {
  for (const std::size_t size : {0U, 1U, 65535U, 65536U, 65537U, 1000000U}) {
    CAPTURE(size);
    const auto text = noise(size);
    const auto back = gunzip(compressed(text), size);
    REQUIRE_MESSAGE(back.has_value(), back.error().describe());
    CHECK(*back == text);
  }
}

TEST_CASE("members that follow each other are one text") {
  const auto back = gunzip(compressed("one ") + compressed("") + compressed("two"), 100);
  REQUIRE(back.has_value());
  CHECK(*back == "one two");
}

TEST_CASE("gzip data cut anywhere, damaged or followed by something is refused") {
  const auto bytes = compressed(noise(300));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    const auto cut = gunzip(std::string_view(bytes).substr(0, size), 1000);
    REQUIRE_FALSE(cut.has_value());
    CHECK(cut.error().code == ErrorCode::protocol);
  }
  // The check sum at the end notices what the coding itself does not.
  for (const std::size_t at : {0UL, bytes.size() / 2, bytes.size() - 6, bytes.size() - 1}) {
    CAPTURE(at);
    auto damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    CHECK_FALSE(gunzip(damaged, 1000).has_value());
  }
  CHECK_FALSE(gunzip(bytes + "x", 1000).has_value());
  CHECK_FALSE(gunzip("{\"kind\":\"List\"}", 1000).has_value());
}

TEST_CASE("a bomb is refused when it passes the bound, not after") {
  const auto bomb = compressed(std::string(std::size_t{64} << 20, '\0'));
  CHECK(bomb.size() < 100000);
  const Stopwatch watch;
  const auto refused = gunzip(bomb, 1000);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::protocol);
  CHECK(refused.error().message.find("more than is allowed") != std::string::npos);
  CHECK(gunzip(compressed("12345"), 5).has_value());
  CHECK_FALSE(gunzip(compressed("12345"), 4).has_value());
}

TEST_CASE("answers in codings") {
  const auto text = noise(5000);
  struct Case {
    const char* what;
    std::string body;
    std::string header;
    std::string problem;  // "" = the text comes out
  };
  const std::vector<Case> cases = {
      {"gzip", compressed(text), "Content-Encoding: gzip\r\n", ""},
      {"its old name, in capitals", compressed(text), "Content-Encoding: X-GZIP\r\n", ""},
      {"identity", text, "Content-Encoding: identity\r\n", ""},
      {"another", "xxx", "Content-Encoding: br\r\n", "not asked for: br"},
      {"two at once", compressed(text), "Content-Encoding: gzip, gzip\r\n", "not asked for"},
      {"a lie", text, "Content-Encoding: gzip\r\n", "not proper"},
      {"cut short", compressed(text).substr(0, 1000), "Content-Encoding: gzip\r\n", "cut short"},
      {"too much", compressed(text + text + text), "Content-Encoding: gzip\r\n", "more than"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.what);
    const ScriptedPeer peer([&](PeerSocket& socket, int) {
      (void)socket.read_head();
      socket.send(answer(test.body, test.header));
    });
    ClientOptions options;
    options.server = loopback(peer.port());
    options.max_body = 12000;
    const auto response = client_of(std::move(options))->send(get("/"), patient());
    if (test.problem.empty()) {
      REQUIRE_MESSAGE(response.has_value(), response.error().describe());
      CHECK(response->body == text);
      CHECK(response->head.headers.get("Content-Encoding") != "gzip");
    } else {
      REQUIRE_FALSE(response.has_value());
      CHECK(response.error().code == ErrorCode::protocol);
      CHECK_MESSAGE(response.error().describe().find(test.problem) != std::string::npos,
                    response.error().describe());
    }
  }
}

TEST_CASE("an answer to HEAD names a coding and has no body") {
  const ScriptedPeer peer([](PeerSocket& socket, int) {
    (void)socket.read_head();
    socket.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n");
  });
  auto request = get("/");
  request.method = "HEAD";
  const auto response = client_of(peer.port())->send(request, patient());
  REQUIRE_MESSAGE(response.has_value(), response.error().describe());
  CHECK(response->body.empty());
}

}  // namespace kaito::net::test
