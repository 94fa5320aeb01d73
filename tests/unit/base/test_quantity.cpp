#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "kaito/base/quantity.hpp"

using namespace kaito;
using std::string;

namespace {
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

Quantity quantity(const string& text) {
  return Quantity::parse(text).value();
}
}  // namespace

TEST_CASE("quantities are exact, and keep the text they were written as") {
  struct Row {
    string text;
    std::int64_t value;
    std::int64_t milli;
  };
  for (const Row& row :
       std::vector<Row>{{"0", 0, 0},
                        {"-0", 0, 0},
                        {"1", 1, 1000},
                        {"+1", 1, 1000},
                        {"007", 7, 7000},
                        {"1.", 1, 1000},
                        {".5", 1, 500},
                        {"0.1", 1, 100},
                        {"500m", 1, 500},
                        {"-500m", -1, -500},
                        {"1500m", 2, 1500},
                        {"100u", 1, 1},
                        {"1n", 1, 1},
                        {"1001u", 1, 2},
                        {"-1001u", -1, -2},
                        {"3k", 3000, 3000000},
                        {"1M", 1000000, 1000000000},
                        {"1.5G", 1500000000, 1500000000000},
                        {"2T", 2000000000000, 2000000000000000},
                        {"1P", 1000000000000000, 1000000000000000000},
                        {"1E", 1000000000000000000, kMost},
                        {"1Ki", 1024, 1024000},
                        {"1Mi", 1048576, 1048576000},
                        {"27.31Gi", 29323889214, 29323889213440},
                        {"220Gi", 236223201280, 236223201280000},
                        {"0.5Ti", 549755813888, 549755813888000},
                        {"1Pi", 1125899906842624, 1125899906842624000},
                        {"1Ei", 1152921504606846976, kMost},
                        {"1e3", 1000, 1000000},
                        {"1E3", 1000, 1000000},
                        {"1e+3", 1000, 1000000},
                        {"12e-1", 2, 1200},
                        {"0.000000001", 1, 1},
                        {"1e-9", 1, 1},
                        {"1e-400", 1, 1},
                        {"0.00000000000000000000000000000000000000000000001", 1, 1},
                        {"0e999999999999999999999", 0, 0},
                        {"1e999999999999999999999", kMost, kMost},
                        {"-1e400", -kMost, -kMost},
                        {"8Ei", kMost, kMost},
                        {"7.9999999999999999Ei", 9223372036854775693, kMost},
                        {"9223372036854775807", kMost, kMost},
                        {"9223372036854775808", kMost, kMost},
                        {"-9223372036854775808", -kMost, -kMost},
                        {"123456789012345678.5", 123456789012345679, kMost},
                        {"1000000000000000000000000000000m", kMost, kMost},
                        {"99999999999999999999999999999999e-30", 100, 100000},
                        {"0.9999999999", 1, 1000}}) {
    CAPTURE(row.text);
    const auto parsed = Quantity::parse(row.text);
    REQUIRE(parsed);
    CHECK(parsed->value() == row.value);
    CHECK(parsed->milli_value() == row.milli);
    CHECK(parsed->text() == row.text);
  }
}

TEST_CASE("what is no quantity is refused") {
  for (const string text : {"",      "+",     "-",    ".",   "abc",  "Gi",  "1 Gi", " 1",  "1 ",
                            "1g",    "1gi",   "1GiB", "1GB", "1ki",  "1K",  "1e",   "1E+", "1e1.5",
                            "1e3Gi", "1.2.3", "--1",  "1mi", "0x10", "1,5", "NaN",  "inf"}) {
    CAPTURE(text);
    const auto parsed = Quantity::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ErrorCode::invalid);
    CHECK(parsed.error().message == '"' + text + "\" is not a quantity");
  }
}

TEST_CASE("quantities compare by value, whatever their unit") {
  CHECK(quantity("1") == quantity("1000m"));
  CHECK(quantity("1Gi") == quantity("1073741824"));
  CHECK(quantity("1Gi") > quantity("1G"));
  CHECK(quantity("0.1") < quantity("101m"));
  CHECK(quantity("-2") < quantity("-1.5"));
  CHECK(quantity("-1.5") < quantity("-1.2"));
  CHECK(quantity("-0.5") < quantity("0"));
  CHECK(quantity("0") == Quantity());
  CHECK(quantity("1e18") == quantity("1E"));
  CHECK(quantity("999999999999999999") < quantity("1E"));
}

TEST_CASE("bytes get the largest binary unit that loses nothing") {
  struct Row {
    std::int64_t bytes;
    string text;
  };
  for (const Row& row : std::vector<Row>{{0, "0"},
                                         {1000, "1000"},
                                         {1024, "1Ki"},
                                         {1536, "1536"},
                                         {29323889214, "29323889214"},
                                         {std::int64_t{220} << 30, "220Gi"},
                                         {std::int64_t{1536} << 30, "1536Gi"},
                                         {std::int64_t{1} << 60, "1Ei"},
                                         {-2048, "-2Ki"}}) {
    CAPTURE(row.text);
    const Quantity made = Quantity::from_bytes(row.bytes);
    CHECK(made.text() == row.text);
    CHECK(made.value() == row.bytes);
    CHECK(made == quantity(row.text));
  }
  CHECK(quantity("512Mi").gibibytes() == doctest::Approx(0.5));
  CHECK(quantity("27.31Gi").gibibytes() == doctest::Approx(27.31));
}
