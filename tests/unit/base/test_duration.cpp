#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "kaito/base/deadline.hpp"
#include "kaito/base/duration.hpp"

using namespace kaito;
using namespace std::chrono_literals;
using std::string;
using std::chrono::nanoseconds;

TEST_CASE("durations as Go reads them, bare numbers as seconds") {
  struct Row {
    string text;
    nanoseconds value;
  };
  for (const Row& row : std::vector<Row>{{"0", 0ns},
                                         {"30", 30s},
                                         {"-5", -5s},
                                         {"+5", 5s},
                                         {"300ms", 300ms},
                                         {"1m30s", 90s},
                                         {"1.5h", 90min},
                                         {".5s", 500ms},
                                         {"1.s", 1s},
                                         {"1h2m3s4ms5us6ns", 1h + 2min + 3s + 4ms + 5us + 6ns},
                                         {"1s1h", 1h + 1s},
                                         {"12\xc2\xb5s", 12us},
                                         {"12\xce\xbcs", 12us},
                                         {"-1.5s", -1500ms},
                                         {"0.3333333333333333333h", 20min},
                                         {"0.100000000000000000000h", 6min},
                                         {"9223372036854775807ns", nanoseconds::max()},
                                         {"-9223372036854775808ns", nanoseconds::min()},
                                         {"2562047h47m16.854775807s", nanoseconds::max()}}) {
    CAPTURE(row.text);
    const auto value = parse_duration(row.text);
    REQUIRE(value);
    CHECK(value->count() == row.value.count());
  }
}

TEST_CASE("what is no duration is refused with the reason") {
  struct Row {
    string text;
    string message;
  };
  for (const Row& row : std::vector<Row>{
           {"", "\"\" is not a duration: it has no number"},
           {"-", "\"-\" is not a duration: it has no number"},
           {"s", "\"s\" is not a duration: a number is missing before \"s\""},
           {".s", "\".s\" is not a duration: a number is missing before \".s\""},
           {"1.5", "\"1.5\" is not a duration: a unit is missing at the end"},
           {"1m30", "\"1m30\" is not a duration: a unit is missing at the end"},
           {"3d", "\"3d\" is not a duration: unknown unit at \"d\""},
           {"1 s", "\"1 s\" is not a duration: unknown unit at \" s\""},
           {"1s-1s", "\"1s-1s\" is not a duration: a number is missing before \"-1s\""},
           {"9223372036854775808ns", "\"9223372036854775808ns\" is not a duration: it is too long"},
           {"3000000h", "\"3000000h\" is not a duration: it is too long"},
           {"9223372036854775807ns1ns",
            "\"9223372036854775807ns1ns\" is not a duration: it is too long"},
           {"99999999999999999999s",
            "\"99999999999999999999s\" is not a duration: it is too long"}}) {
    CAPTURE(row.text);
    const auto value = parse_duration(row.text);
    REQUIRE_FALSE(value);
    CHECK(value.error().code == ErrorCode::invalid);
    CHECK(value.error().message == row.message);
    CHECK_FALSE(value.error().hint.empty());
  }
}

TEST_CASE("durations in messages have two parts at most") {
  struct Row {
    nanoseconds value;
    string text;
  };
  for (const Row& row : std::vector<Row>{{0ns, "0s"},
                                         {7ns, "7ns"},
                                         {1500ns, "1us"},
                                         {850ms, "850ms"},
                                         {999999us, "999ms"},
                                         {1s, "1s"},
                                         {1550ms, "1.5s"},
                                         {9999ms, "9.9s"},
                                         {12900ms, "12s"},
                                         {59s, "59s"},
                                         {60s, "1m"},
                                         {200s, "3m20s"},
                                         {3600s, "1h"},
                                         {1h + 5min + 40s, "1h5m"},
                                         {49h, "49h"},
                                         {-90s, "-1m30s"},
                                         {nanoseconds::min(), "-2562047h47m"}}) {
    CAPTURE(row.text);
    CHECK(format_duration(row.value) == row.text);
  }
}

TEST_CASE("ages as kubectl prints them") {
  constexpr std::int64_t minute = 60;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t day = 24 * hour;
  constexpr std::int64_t year = 365 * day;
  struct Row {
    std::int64_t seconds;
    string text;
  };
  for (const Row& row : std::vector<Row>{{-2, "<invalid>"},
                                         {-1, "0s"},
                                         {0, "0s"},
                                         {119, "119s"},
                                         {120, "2m"},
                                         {200, "3m20s"},
                                         {10 * minute - 1, "9m59s"},
                                         {10 * minute, "10m"},
                                         {10 * minute + 30, "10m"},
                                         {3 * hour - 1, "179m"},
                                         {3 * hour, "3h"},
                                         {3 * hour + 59, "3h"},
                                         {5 * hour + 7 * minute, "5h7m"},
                                         {8 * hour - 1, "7h59m"},
                                         {8 * hour + 59 * minute, "8h"},
                                         {48 * hour - 1, "47h"},
                                         {48 * hour, "2d"},
                                         {2 * day + 3 * hour, "2d3h"},
                                         {8 * day - 1, "7d23h"},
                                         {8 * day + 5 * hour, "8d"},
                                         {2 * year - 1, "729d"},
                                         {2 * year, "2y"},
                                         {2 * year + 40 * day, "2y40d"},
                                         {8 * year - 1, "7y364d"},
                                         {8 * year + 300 * day, "8y"}}) {
    CAPTURE(row.seconds);
    CHECK(format_age(std::chrono::seconds(row.seconds)) == row.text);
  }
}

TEST_CASE("a deadline far away is never, not the past") {
  CHECK(Deadline::never().is_never());
  CHECK(Deadline::after(nanoseconds::max()).is_never());
  const auto before = Deadline::Clock::now();
  const Deadline soon = Deadline::after(1h);
  CHECK_FALSE(soon.is_never());
  CHECK(soon.moment() >= before + 1h);
  CHECK(soon.moment() <= Deadline::Clock::now() + 1h);
  CHECK(Deadline::after(-1s).moment() < Deadline::Clock::now());
  CHECK(soon.sooner(Deadline::never()).moment() == soon.moment());
  CHECK(Deadline::never().sooner(soon).moment() == soon.moment());
}
