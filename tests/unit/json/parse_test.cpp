#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/json.hpp"

using namespace kaito;
using namespace std::string_view_literals;

TEST_CASE("JSON that is refused, with the place") {
  struct Row {
    std::string_view text;
    std::string message;
  };
  for (const Row& row : std::vector<Row>{
           {"", "line 1, column 1: the text ends in the middle of a value"},
           {"{\"a\": 1", "line 1, column 8: the text ends in the middle of a value"},
           {"{\n  \"a\": tru }", "line 2, column 8: this is not JSON"},
           {"{\"a\": 1,}", "line 1, column 9: this is not JSON"},
           {"{\"\xC3\xBC\": 'x'}", "line 1, column 7: this is not JSON"},  // columns are characters
           {"1 2", "line 1, column 3: there is more text after the value"},
           {"[01]", "line 1, column 3: this is not JSON"},
           {"[1e308, -1e309]", "line 1, column 15: the number is too large"},
           {"// no comments\n1", "line 1, column 1: this is not JSON"},
       }) {
    CAPTURE(row.text);
    const auto value = json::parse(row.text);
    REQUIRE_FALSE(value);
    CHECK(value.error().code == ErrorCode::parse);
    CHECK(value.error().message == row.message);
  }
}

TEST_CASE("text that is not UTF-8, and raw control characters, are not JSON") {
  for (const std::string_view text : {"\"\xFF\""sv, "\"\xC0\x80\""sv, "\"\xED\xA0\x80\""sv,
                                      "\"a\nb\""sv, "\"\0\""sv, "\"\\ud800\""sv}) {
    CAPTURE(text);
    CHECK_FALSE(json::parse(text));
  }
}

TEST_CASE("numbers keep their kind and every digit") {
  CHECK(json::parse("9223372036854775807")->is_int64());
  CHECK(json::parse("18446744073709551615")->is_uint64());
  CHECK(json::parse("18446744073709551616")->get_double() == 18446744073709551616.0);
  CHECK(json::parse("2.0")->is_double());
  CHECK(json::parse("-0.30000000000000004")->get_double() == -0.30000000000000004);
  CHECK(json::parse("[9.590000000000001e+25]")->at(0).get_double() == 9.590000000000001e+25);
  CHECK(json::parse("{\"a\":1.7976931348623157e308 }")->at("a").get_double() ==
        1.7976931348623157e308);
  CHECK(json::parse("5e-324")->get_double() == 5e-324);
  CHECK(json::parse("1e-400")->get_double() == 0);
}

TEST_CASE("how deep and how much is the caller's choice") {
  const std::string deep = std::string(513, '[') + std::string(513, ']');
  const auto refused = json::parse(deep);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "line 1, column 513: nested deeper than 512 levels");
  CHECK(json::parse(deep, {2000, 513}));
  CHECK(json::parse(deep.substr(1, 1024)));

  const auto large = json::parse("[1, 2]", {5, 10});
  REQUIRE_FALSE(large);
  CHECK(large.error().message == "the text has 6 bytes, more than the 5 accepted");

  // What would overflow the stack of a recursive reader.
  CHECK_FALSE(json::parse(std::string(1'000'000, '[')));
}

TEST_CASE("a chain of keys") {
  const auto value = json::parse(
      R"({"status": {"phase": "Running", "none": null, "count": 2.0, "half": 2.5, "list": []}})");
  REQUIRE(value);
  REQUIRE(json::find(*value, {"status", "phase"}) != nullptr);
  CHECK(json::find(*value, {}) == &*value);
  CHECK(json::find(*value, {"status", "none"}) == nullptr);
  CHECK(json::find(*value, {"status", "absent"}) == nullptr);
  CHECK(json::find(*value, {"status", "phase", "deeper"}) == nullptr);
  CHECK(json::find(*value, {"status", "none", "deeper"}) == nullptr);
  CHECK(json::find(*value, {"status", "list", "deeper"}) == nullptr);

  CHECK(json::string_at(*value, {"status", "phase"}) == "Running");
  CHECK(json::string_at(*value, {"status", "count"}).empty());
  CHECK(json::string_at(*value, {"status", "absent"}).empty());
  CHECK(json::int_at(*value, {"status", "count"}) == 2);
  CHECK(json::int_at(*value, {"status", "half"}, 7) == 7);
  CHECK(json::int_at(*value, {"status", "phase"}, 7) == 7);
  CHECK(json::int_at(*value, {"status", "absent"}, -1) == -1);
}

TEST_CASE("same JSON") {
  struct Row {
    std::string_view a;
    std::string_view b;
    bool same;
  };
  for (const Row& row : std::vector<Row>{
           {"1", "1.0", true},
           {"-1", "-1.0", true},
           {"0", "-0.0", true},
           {"1", "1.5", false},
           {"0.1", "0.1", true},
           {"9007199254740993", "9007199254740992.0", false},
           {"9223372036854775807", "9223372036854775808.0", false},
           {"18446744073709551615", "18446744073709551615", true},
           {"18446744073709551615", "18446744073709551614", false},
           {"18446744073709551615", "18446744073709551616.0", false},
           {"9223372036854775808", "9223372036854775808.0", true},
           {"1e300", "1e300", true},
           {"1", "\"1\"", false},
           {"1", "true", false},
           {"null", "null", true},
           {"null", "false", false},
           {"\"a\"", "\"a\"", true},
           {"\"a\"", "\"b\"", false},
           {R"({"a": 1, "b": 2})", R"({"b": 2, "a": 1})", true},
           {R"({"a": 1})", R"({"a": 1, "b": null})", false},
           {R"({"a": 1})", R"({"b": 1})", false},
           {"[1, 2]", "[1, 2.0]", true},
           {"[1, 2]", "[2, 1]", false},
           {"[1]", "[1, 2]", false},
           {"[]", "{}", false},
       }) {
    CAPTURE(row.a);
    CAPTURE(row.b);
    CHECK(json::equivalent(json::parse(row.a).value(), json::parse(row.b).value()) == row.same);
    CHECK(json::equivalent(json::parse(row.b).value(), json::parse(row.a).value()) == row.same);
  }
}
