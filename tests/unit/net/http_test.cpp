#include "kaito/net/http.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "net/http_parser.hpp"
#include "net/http_wire.hpp"

namespace kaito::net {
namespace {

struct Parsed {
  bool fine = true;
  Refusal refusal = Refusal::none;
  int status = 0;
  std::string body;
  bool keep_alive = false;
  std::string left_over;
};

/// Feeds `text` in pieces, and the end if the message wants one.
Parsed parse(std::string_view text, std::size_t piece, const ParserOptions& options) {
  HttpParser parser(options);
  Parsed parsed;
  std::string waiting;
  for (std::size_t i = 0; i < text.size() && !parser.done() && parsed.fine; i += piece) {
    waiting += text.substr(i, piece);
    const auto used = parser.put(waiting);
    parsed.fine = used.has_value();
    if (used) waiting.erase(0, *used);
    if (parser.done()) waiting += text.substr(std::min(text.size(), i + piece));
  }
  if (parsed.fine && !parser.done()) parsed.fine = parser.put_end().has_value();
  parsed.refusal = parser.refusal();
  parsed.left_over = waiting;
  if (!parsed.fine) return parsed;
  parsed.status = parser.start_line().status;
  parsed.body = parser.take_body();
  parsed.keep_alive = parser.keep_alive();
  return parsed;
}

}  // namespace

TEST_CASE("responses, in pieces of any size") {
  struct Case {
    const char* text;
    int status;
    const char* body;
    bool keep_alive;
    const char* left_over;
  };
  const std::vector<Case> cases = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, "abc", true, ""},
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1", 200, "abc", true, "HTTP/1.1"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "", true, ""},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0a;x=y\r\n0123456789\r\n"
       "0\r\n\r\n",
       200, "abc0123456789", true, ""},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nTrailer: t\r\n\r\n",
       200, "x", true, ""},
      {"HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, "until the end", false, ""},
      {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x", false, ""},
      {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", 200, "x", false, ""},
      {"HTTP/1.1 204 No Content\r\n\r\nnext", 204, "", true, "next"},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, "", true, ""},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200", 100, "", true, "HTTP/1.1 200"},
      {"HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", 404, "", true, ""},
  };
  for (const Case& test : cases) {
    for (const std::size_t piece : {1U, 2U, 7U, 1000U}) {
      CAPTURE(test.text);
      CAPTURE(piece);
      const Parsed parsed = parse(test.text, piece, {});
      REQUIRE(parsed.fine);
      CHECK(parsed.status == test.status);
      CHECK(parsed.body == test.body);
      CHECK(parsed.keep_alive == test.keep_alive);
      CHECK(parsed.left_over == test.left_over);
    }
  }
}

TEST_CASE("a response to HEAD ends with its head") {
  ParserOptions options;
  options.answers_head = true;
  const Parsed parsed = parse("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", 1, options);
  CHECK(parsed.fine);
  CHECK(parsed.keep_alive);
}

TEST_CASE("messages that are refused") {
  struct Case {
    std::string text;
    Refusal refusal;
  };
  const std::vector<Case> cases = {
      {"garbage\r\n\r\n", Refusal::malformed},
      {"HTTP/2.0 200 OK\r\n\r\n", Refusal::malformed},
      {"HTTP/1.1 2000 OK\r\n\r\n", Refusal::malformed},
      {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", Refusal::malformed},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", Refusal::malformed},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       Refusal::malformed},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Refusal::malformed},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
       Refusal::malformed},
      {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Refusal::malformed},
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", Refusal::malformed},
      {"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x'),
       Refusal::body_too_large},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x') +
           "\r\n0\r\n\r\n",
       Refusal::body_too_large},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(600, 'x') + "\r\n\r\n", Refusal::head_too_large},
  };
  for (const Case& test : cases) {
    for (const std::size_t piece : {1U, 1000U}) {
      CAPTURE(test.text);
      CAPTURE(piece);
      ParserOptions options;
      options.max_body = 100;
      options.max_head = 500;
      const Parsed parsed = parse(test.text, piece, options);
      CHECK_FALSE(parsed.fine);
      CHECK(parsed.refusal == test.refusal);
    }
  }
}

TEST_CASE("header fields ignore case and keep their order") {
  Headers headers;
  headers.add("B", "1");
  headers.add("a", "2");
  headers.add("b", "3");
  CHECK(headers.get("A") == "2");
  CHECK(headers.get("b") == "1");
  CHECK(headers.has("a"));
  CHECK_FALSE(headers.has("c"));
  CHECK(headers.get("c").empty());
  headers.set("b", "4");
  headers.set("C", "5");
  using Fields = std::vector<std::pair<std::string, std::string>>;
  CHECK(headers.all() == Fields{{"B", "4"}, {"a", "2"}, {"C", "5"}});
}

TEST_CASE("the media type of an answer") {
  for (const auto& [field, type] : {std::pair{"application/json", "application/json"},
                                    {"Text/Event-Stream; charset=utf-8", "text/event-stream"},
                                    {" text/plain ;x", "text/plain"},
                                    {"", ""}}) {
    HttpHead head;
    head.headers.add("content-type", field);
    CHECK(head.content_type() == type);
  }
  CHECK(HttpHead{}.content_type().empty());
}

TEST_CASE("request heads") {
  Headers headers;
  headers.add("Accept", "application/json");
  headers.add("host", "elsewhere");
  headers.add("Content-length", "99");
  headers.add("transfer-encoding", "chunked");
  RequestHead head;
  head.method = "POST";
  head.target = "/a?b=c";
  head.host = "h:1";
  head.user_agent = "kaito/1";
  head.content_length = 3;
  CHECK(write_head(head, headers).value() ==
        "POST /a?b=c HTTP/1.1\r\nHost: h:1\r\nUser-Agent: kaito/1\r\nAccept: application/json\r\n"
        "Content-Length: 3\r\n\r\n");
}

TEST_CASE("what could smuggle a line into a head is refused") {
  struct Case {
    const char *method, *target, *name, *value;
  };
  const std::vector<Case> cases = {
      {"GET /", "/", "A", "b"},
      {"", "/", "A", "b"},
      {"GET", "/ HTTP/1.1\r\nX: y", "A", "b"},
      {"GET", "/a b", "A", "b"},
      {"GET", "", "A", "b"},
      {"GET", "/", "A\r\nB", "b"},
      {"GET", "/", "", "b"},
      {"GET", "/", "Authorization", "Bearer x\n"},
      {"GET", "/", "A", "b\r\nX: y"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.target);
    CAPTURE(test.value);
    Headers headers;
    headers.add(test.name, test.value);
    RequestHead head;
    head.method = test.method;
    head.target = test.target;
    head.host = "h";
    const auto written = write_head(head, headers);
    REQUIRE_FALSE(written.has_value());
    CHECK(written.error().code == ErrorCode::invalid);
    CHECK(written.error().describe().find("Bearer") == std::string::npos);
  }
  Headers headers;
  headers.add("X", "a\r\nb");
  CHECK(write_head(ResponseHead{}, headers).error().code == ErrorCode::internal);
}

TEST_CASE("percent decoding") {
  CHECK(percent_decode("/a%20b%2Fc%2f+") == std::string("/a b/c/+"));
  CHECK(percent_decode("%00") == std::string(1, '\0'));
  for (const char* text : {"%", "%1", "%zz", "a%2"})
    CHECK_FALSE(percent_decode(text).has_value());
}

TEST_CASE("secrets in a query are not shown") {
  CHECK(without_secrets("https://h/p?watch=true&access_token=abc&API_KEY=x&key=1&keys=2") ==
        "https://h/p?watch=true&access_token=...&API_KEY=...&key=...&keys=2");
  CHECK(without_secrets("https://h/p") == "https://h/p");
}

}  // namespace kaito::net
