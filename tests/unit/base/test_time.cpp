#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kaito/base/time.hpp"

using namespace kaito;
using std::string;

TEST_CASE("times of any offset and fraction, written in UTC") {
  struct Row {
    string text;
    string seconds;
    string micros;
  };
  for (const Row& row : std::vector<Row>{
           {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"},
           {"2026-01-02t03:04:05z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"},
           {"2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.500000Z"},
           {"2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.123456Z"},
           {"2026-01-02T03:04:05.1234567899999Z", "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.123456Z"},
           {"2026-01-02T00:04:05+01:30", "2026-01-01T22:34:05Z", "2026-01-01T22:34:05.000000Z"},
           {"2025-12-31T23:00:00-02:00", "2026-01-01T01:00:00Z", "2026-01-01T01:00:00.000000Z"},
           {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
           {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"},
           {"1969-12-31T23:59:59.25Z", "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.250000Z"},
           {"1700-01-01T00:00:00Z", "1700-01-01T00:00:00Z", "1700-01-01T00:00:00.000000Z"},
           {"2261-12-31T23:59:59Z", "2261-12-31T23:59:59Z", "2261-12-31T23:59:59.000000Z"}}) {
    CAPTURE(row.text);
    const auto instant = parse_time(row.text);
    REQUIRE(instant);
    CHECK(format_time(*instant) == row.seconds);
    CHECK(format_micro_time(*instant) == row.micros);
  }
  CHECK(parse_time("1970-01-01T00:00:01.000000002Z")->time_since_epoch().count() == 1000000002);
}

TEST_CASE("what is no RFC 3339 time is refused") {
  for (const string text :
       {"", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02 03:04:05Z", "2026-1-2T03:04:05Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-01-32T00:00:00Z", "2026-01-02T24:00:00Z", "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:60Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+0100",
        "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05Zx", "2026-01-02T03:04:05ZZ",
        "+026-01-02T03:04:05Z", "2026-01-02T03:04:-5Z"}) {
    CAPTURE(text);
    const auto instant = parse_time(text);
    REQUIRE_FALSE(instant);
    CHECK(instant.error().code == ErrorCode::invalid);
    CHECK(instant.error().message.find("RFC 3339") != string::npos);
  }
  for (const string text : {"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
    CAPTURE(text);
    const auto instant = parse_time(text);
    REQUIRE_FALSE(instant);
    CHECK(instant.error().message == '"' + text + "\" is a time outside the years 1678 to 2261");
  }
}
