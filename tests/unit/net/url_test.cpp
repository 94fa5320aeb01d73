#include "kaito/net/url.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace kaito::net {

TEST_CASE("server URLs") {
  struct Case {
    const char* text;
    Url url;
    const char* again;
    const char* authority;
  };
  const std::vector<Case> cases = {
      {"https://host", {true, "host", 443, ""}, "https://host", "host"},
      {"https://host:6443/", {true, "host", 6443, ""}, "https://host:6443", "host:6443"},
      {"http://host", {false, "host", 80, ""}, "http://host", "host"},
      {"http://host:443", {false, "host", 443, ""}, "http://host:443", "host:443"},
      {"HTTPS://Host.example.",
       {true, "Host.example.", 443, ""},
       "https://Host.example.",
       "Host.example."},
      {"host:8443", {true, "host", 8443, ""}, "https://host:8443", "host:8443"},
      {"10.0.0.1", {true, "10.0.0.1", 443, ""}, "https://10.0.0.1", "10.0.0.1"},
      {"https://[::1]:6443", {true, "::1", 6443, ""}, "https://[::1]:6443", "[::1]:6443"},
      {"https://[fe80::1%eth0]",
       {true, "fe80::1%eth0", 443, ""},
       "https://[fe80::1%eth0]",
       "[fe80::1%eth0]"},
      {"https://host/a/b//", {true, "host", 443, "/a/b"}, "https://host/a/b", "host"},
      {"https://host/a?x=1#y", {true, "host", 443, "/a"}, "https://host/a", "host"},
      {"https://host?x=/1", {true, "host", 443, ""}, "https://host", "host"},
      {"https://host:", {true, "host", 443, ""}, "https://host", "host"},
      {"  https://host\n", {true, "host", 443, ""}, "https://host", "host"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.text);
    const auto url = parse_url(test.text);
    REQUIRE_MESSAGE(url.has_value(), url.error().describe());
    CHECK(*url == test.url);
    CHECK(url->text() == test.again);
    CHECK(url->authority() == test.authority);
  }
}

TEST_CASE("texts that are no server URL") {
  for (const char* text :
       {"", "https://", "ftp://host", "socks5://host", "https://host:0", "https://host:65536",
        "https://host:x", "https://host:1:2", "https://::1", "https://[::1", "https://[host]",
        "https://[::1]x", "https://ho st", "https://host/a b", "https://h\xC3\xB6st",
        "https://host\x1b[31m", "/path", "https:///path"}) {
    CAPTURE(text);
    const auto url = parse_url(text);
    REQUIRE_FALSE(url.has_value());
    CHECK(url.error().code == ErrorCode::invalid);
    CHECK(url.error().message.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("credentials in a URL are refused and not repeated") {
  for (const char* text :
       {"https://user:hunter2@host", "user:hunter2@host", "ftp://user:hunter2@host/x"}) {
    const auto url = parse_url(text);
    REQUIRE_FALSE(url.has_value());
    CHECK(url.error().describe().find("hunter2") == std::string::npos);
  }
}

TEST_CASE("addresses and loopback") {
  for (const char* host : {"127.0.0.1", "::1", "10.1.2.3", "fe80::1%eth0", "::ffff:1.2.3.4"}) {
    CAPTURE(host);
    CHECK(is_ip_literal(host));
  }
  for (const char* host : {"", "localhost", "1.2.3", "1.2.3.4.5", "host", "[::1]", "256.1.1.1"}) {
    CAPTURE(host);
    CHECK_FALSE(is_ip_literal(host));
  }
  for (const char* host :
       {"127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST", "::ffff:127.0.0.1"}) {
    CAPTURE(host);
    CHECK(is_loopback(host));
  }
  for (const char* host : {"128.0.0.1", "::2", "localhost.example", "::ffff:10.0.0.1", ""}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback(host));
  }
}

}  // namespace kaito::net
