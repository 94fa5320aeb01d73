#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/json.hpp"

using namespace kaito;
using namespace std::string_view_literals;

TEST_CASE("numbers as they are written") {
  struct Row {
    json::Value value;
    std::string text;
  };
  for (const Row& row : std::vector<Row>{
           {0.9, "0.9"},
           {2.0, "2"},
           {-2.5, "-2.5"},
           {0.0, "0"},
           {-0.0, "-0"},
           {0.1 + 0.2, "0.30000000000000004"},
           {100.0, "100"},
           {1000000.0, "1000000"},
           {123456.789, "123456.789"},
           {1e20, "100000000000000000000"},
           {123456789012345680000.0, "123456789012345680000"},
           {8478416945826668544.0, "8478416945826668544"},
           {-9223372036854775808.0, "-9223372036854775808"},
           {1e21, "1e+21"},
           {1.5e300, "1.5e+300"},
           {0.000001, "0.000001"},
           {0.0000001, "1e-7"},
           {1.25e-7, "1.25e-7"},
           {5e-324, "5e-324"},
           {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
           {std::numeric_limits<double>::infinity(), "null"},
           {std::numeric_limits<double>::quiet_NaN(), "null"},
           {std::numeric_limits<std::int64_t>::min(), "-9223372036854775808"},
           {std::numeric_limits<std::uint64_t>::max(), "18446744073709551615"},
       }) {
    CHECK(json::write(row.value) == row.text);
  }
}

TEST_CASE("strings are escaped for JSON and for terminals") {
  struct Row {
    std::string_view text;
    std::string written;
  };
  for (const Row& row : std::vector<Row>{
           {"", R"("")"},
           {"plain <b> & 'x' / \xC3\xBC \xF0\x9F\x98\x80",
            "\"plain <b> & 'x' / \xC3\xBC \xF0\x9F\x98\x80\""},
           {"\"\\", R"("\"\\")"},
           {"a\nb\tc\rd", R"("a\nb\tc\rd")"},
           {"\0\b\f\x1B[31m\x7F"sv, R"("\u0000\u0008\u000c\u001b[31m\u007f")"},
           {"\xC2\x9B\xE2\x80\xA8\xEF\xBB\xBF", R"("\u009b\u2028\ufeff")"},
           {"a\xFFz\xE2\x82", "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\""},
       }) {
    CHECK(json::write(json::Value(row.text)) == row.written);
  }
}

TEST_CASE("one line, and indented as kubectl does") {
  const auto value = json::parse(
      R"({"b": [1, {"x": null}, []], "a": {}, "c": {"d": true, "\"": [[false]]}, "e": "z"})");
  REQUIRE(value);
  CHECK(json::write(*value) ==
        R"({"b":[1,{"x":null},[]],"a":{},"c":{"d":true,"\"":[[false]]},"e":"z"})");
  CHECK(json::write_pretty(*value) == R"({
    "b": [
        1,
        {
            "x": null
        },
        []
    ],
    "a": {},
    "c": {
        "d": true,
        "\"": [
            [
                false
            ]
        ]
    },
    "e": "z"
}
)");
  CHECK(json::write_pretty(json::Value(json::Array{1}), 2) == "[\n  1\n]\n");
  CHECK(json::write_pretty(json::Value(nullptr)) == "null\n");
}
