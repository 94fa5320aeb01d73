// Token files: the one credential that is read again.
#include <doctest/doctest.h>

#include "world.hpp"

namespace kaito::kube::test {
namespace {

using std::chrono::seconds;

World with_token_file(const std::string& more = "") {
  World world;
  world.files = {{"/home/ada/.kube/config", one_user("tokenFile: /t" + more)}, {"/t", " first \n"}};
  return world;
}

TEST_CASE("a token file is read again after most of a minute, and not before") {
  auto world = with_token_file();
  const auto config = world.load();
  REQUIRE(config);
  CHECK(token_of(*config) == "first");
  world.files["/t"] = "second";
  world.time += seconds(49);
  const int before = world.reads;
  CHECK(token_of(*config) == "first");
  CHECK(world.reads == before);
  world.time += seconds(12);
  CHECK(token_of(*config) == "second");
}

TEST_CASE("a token file that goes away or empties leaves the last token, and says so") {
  auto world = with_token_file();
  const auto config = world.load();
  REQUIRE(config);
  CHECK(config->credentials->problem().empty());
  world.files["/t"] = "\n";
  world.time += seconds(61);
  CHECK(token_of(*config) == "first");
  CHECK(config->credentials->problem() == "tokenFile /t is empty");
  world.files.erase("/t");
  world.time += seconds(61);
  CHECK(token_of(*config) == "first");
  CHECK(config->credentials->problem() == "cannot read tokenFile /t: No such file or directory");
  world.files["/t"] = "second";
  world.time += seconds(61);
  CHECK(token_of(*config) == "second");
  CHECK(config->credentials->problem().empty());
}

TEST_CASE("a refused token is replaced at once when the file has another") {
  auto world = with_token_file();
  const auto config = world.load();
  REQUIRE(config);
  CHECK(token_of(*config) == "first");
  const auto first = config->credentials->credential({});
  REQUIRE(first);
  CHECK(config->credentials->renew_after_refusal(*first, {}) == false);
  world.files["/t"] = "second";
  CHECK(config->credentials->renew_after_refusal(*first, {}) == true);
  CHECK(token_of(*config) == "second");
  CHECK(config->credentials->renew_after_refusal(*first, {}) == true);  // replaced already
}

TEST_CASE("token and tokenFile: the file's content, the literal while it cannot be read") {
  auto world = with_token_file(", token: literal");
  CHECK(token_of(*world.load()) == "first");
  world.files.erase("/t");
  const auto config = world.load();
  REQUIRE(config);
  CHECK(token_of(*config) == "literal");
  world.files["/t"] = "later";
  world.time += seconds(61);
  CHECK(token_of(*config) == "later");
}

TEST_CASE("an empty token file without a literal is refused") {
  auto world = with_token_file();
  world.files["/t"] = "";
  const auto config = world.load();
  REQUIRE_FALSE(config);
  CHECK(config.error().message ==
        "tokenFile /t is empty (user \"u\", from /home/ada/.kube/config)");
}

}  // namespace
}  // namespace kaito::kube::test
