#include <doctest/doctest.h>

#include "kube/proxy_environment.hpp"
#include "world.hpp"

namespace kaito::kube::test {
namespace {

net::Url url(const std::string& text) {
  auto parsed = net::parse_url(text);
  REQUIRE(parsed);
  return *parsed;
}

TEST_CASE("which targets NO_PROXY excepts") {
  struct Row {
    std::string list;
    std::string target;
    bool excepted;
  };
  const Row rows[] = {
      {"*", "https://a.example", true},
      {"example.com", "https://example.com", true},
      {"example.com", "https://api.example.com", true},
      {"example.com", "https://notexample.com", false},
      {".example.com", "https://example.com", false},
      {".example.com", "https://api.example.com", true},
      {"*.example.com", "https://api.example.com", true},
      {"EXAMPLE.com", "https://Api.Example.COM", true},
      {"a, example.com ,b", "https://example.com", true},
      {"example.com:6443", "https://example.com:6443", true},
      {"example.com:6443", "https://example.com", false},
      {"example.com:443", "https://example.com", true},
      {"10.1.2.3", "https://10.1.2.3", true},
      {"10.1.2.3", "https://10.1.2.30", false},
      {"10.0.0.0/8", "https://10.200.3.4", true},
      {"10.0.0.0/8", "https://11.0.0.1", false},
      {"10.0.0.0/8", "https://ten.example", false},
      {"10.0.0.0/33", "https://10.0.0.1", false},
      {"010.000.0.0/8", "https://10.200.3.4", true},
      {"10.1.2.3:6443", "https://10.1.2.3:6443", true},
      {"10.1.2.3:6443", "https://10.1.2.3", false},
      {"0.0.0.0/0", "https://9.9.9.9", true},
      {"fd00::/8", "https://[fd00::1]", true},
      {"[fd00::1]:6443", "https://[fd00::1]:6443", true},
      {"fd00:0:0::1", "https://[fd00::1]", true},
      {"", "https://a.example", false},
      {",,", "https://a.example", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.list);
    CAPTURE(row.target);
    CHECK(no_proxy_excepts(row.list, url(row.target)) == row.excepted);
  }
}

TEST_CASE("the environment's proxies") {
  struct Row {
    std::map<std::string, std::string> variables;
    std::string target;
    const char* proxy;
  };
  const Row rows[] = {
      {{{"HTTPS_PROXY", "http://p:3128"}}, "https://h.example", "http://p:3128"},
      {{{"https_proxy", "p:3128"}}, "https://h.example", "http://p:3128"},
      {{{"HTTPS_PROXY", "http://a"}, {"https_proxy", "http://b"}}, "https://h.example", "http://a"},
      {{{"HTTP_PROXY", "http://p"}}, "https://h.example", ""},
      {{{"HTTP_PROXY", "http://p"}}, "http://h.example", "http://p"},
      {{{"ALL_PROXY", "http://p"}}, "https://h.example", ""},
      {{{"HTTPS_PROXY", "http://p"}}, "https://127.0.0.1:6443", ""},
      {{{"HTTPS_PROXY", "http://p"}}, "https://localhost:6443", ""},
      {{{"HTTPS_PROXY", "http://p"}, {"NO_PROXY", "h.example"}}, "https://h.example", ""},
      {{{"HTTPS_PROXY", "http://p"}, {"no_proxy", "h.example"}}, "https://h.example", ""},
      {{{"HTTPS_PROXY", ""}}, "https://h.example", ""},
      {{{"HTTPS_PROXY", "https://p"}}, "https://h.example", "https://p"},
      {{{"HTTPS_PROXY", "socks5://p"}}, "https://h.example", "socks5://p:1080"},
      {{{"HTTPS_PROXY", "SOCKS5H://p:9"}}, "https://h.example", "socks5://p:9"},
      {{{"HTTP_PROXY", "socks5://[::1]:80"}}, "http://h.example", "socks5://[::1]:80"},
      {{{"HTTPS_PROXY", "http://p"}}, "https://[::1]:6443", ""},
  };
  for (const auto& row : rows) {
    World world;
    world.variables = row.variables;
    CAPTURE(row.target);
    const auto proxy = proxy_from_environment(url(row.target), world.surroundings().variable);
    REQUIRE(proxy);
    CHECK((*proxy ? (*proxy)->text() : "") == row.proxy);
  }
}

TEST_CASE("a proxy's name and password become a header, and stay out of the URL and of errors") {
  const auto proxy = parse_proxy("http://ada:p%40ss@proxy.example:3128/");
  REQUIRE(proxy);
  CHECK(proxy->url.text() == "http://proxy.example:3128");
  CHECK(proxy->user == "ada");
  CHECK(proxy->password == "p@ss");
  CHECK(proxy->authorization() == "Basic YWRhOnBAc3M=");
  CHECK(proxy->text() == "http://proxy.example:3128");
  const auto socks = parse_proxy("socks5://ada:a%3Ab:c@proxy.example");
  REQUIRE(socks);
  CHECK(socks->kind == net::Proxy::Kind::socks5);
  CHECK(socks->user == "ada");
  CHECK(socks->password == "a:b:c");
  const auto nobody = parse_proxy("proxy.example");
  REQUIRE(nobody);
  CHECK_FALSE(nobody->has_credentials());
  CHECK(nobody->authorization().empty());
  for (const char* bad : {"ftp://ada:hunter22@p", "socks4://ada:hunter22@p", "http://ada:hunter22@",
                          "socks5://ada:hunter22@p:x", "socks5://"}) {
    CAPTURE(bad);
    const auto refused = parse_proxy(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid);
    CHECK(refused.error().describe().find("hunter22") == std::string::npos);
  }
}

TEST_CASE("a proxy-url of another kind is refused when the file is loaded") {
  World world;
  for (const char* bad : {"ftp://own:21", "socks4://own", "http://own:port"}) {
    CAPTURE(bad);
    world.files["/home/ada/.kube/config"] =
        one_user("token: t", std::string("server: 'https://c:6443', proxy-url: '") + bad + "'");
    const auto config = world.load();
    REQUIRE_FALSE(config);
    CHECK(config.error().code == ErrorCode::invalid);
    CHECK(config.error().message.find("invalid proxy-url of cluster \"c\"") != std::string::npos);
  }
}

TEST_CASE("the cluster's own proxy-url applies always") {
  World world;
  world.files["/home/ada/.kube/config"] =
      one_user("token: t", "server: 'https://127.0.0.1:6443', proxy-url: 'http://own:1080'");
  world.variables = {{"NO_PROXY", "*"}, {"HTTPS_PROXY", "http://environment"}};
  const auto config = world.load();
  REQUIRE(config);
  REQUIRE(config->proxy);
  CHECK(config->proxy->text() == "http://own:1080");
}

}  // namespace
}  // namespace kaito::kube::test
