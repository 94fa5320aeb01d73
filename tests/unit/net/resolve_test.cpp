// Names that no resolver is asked for.
#include "net/resolve.hpp"

#include <doctest/doctest.h>

#include "unit/net/scripted_peer.hpp"

namespace kaito::net::test {
namespace {

TEST_CASE("localhost and what is below it is this machine, whatever a resolver says") {
  for (const char* name : {"localhost", "LocalHost", "localhost.", "api.sandbox.localhost"}) {
    CAPTURE(name);
    const auto addresses = resolve(name, 443, patient());
    REQUIRE(addresses);
    REQUIRE(addresses->size() == 2);
    CHECK(addresses->front().text() == "127.0.0.1");
    CHECK(addresses->back().text() == "::1");
  }
}

}  // namespace
}  // namespace kaito::net::test
